"""Tables of the smaller documents: cases, checks, fits, verifications, speed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ripeness.evidence import JUDGED
from ripeness.report.tables import Cell, Column, Spread, Table

Document = Mapping[str, Any]

WORST = 20
"""Parameters that a fit lists as least and most narrowed."""


def case_tables(document: Document) -> tuple[Table, ...]:
    """Cases with their months and what they hold."""
    columns = (
        Column("name", "Case", text=True),
        Column("title", "Title", text=True),
        Column("months", "Months", text=True),
        Column("data_until", "Data to", text=True),
        Column("policies", "Policies"),
        Column("fitted", "Fitted to", text=True, missing="no"),
    )
    rows = tuple(
        (
            each["name"],
            each["title"],
            f"{each['first_month']} to {each['last_month']}",
            each["data_until"],
            len(each["policies"]),
            each["posterior_cutoff"],
        )
        for each in document["cases"]
    )
    return (Table("cases", "Cases", columns, rows),)


def check_tables(document: Document) -> tuple[Table, ...]:
    """Faults and remarks; none where the case is sound."""
    columns = (
        Column("place", "Place", text=True),
        Column("key", "Key", text=True),
        Column("value", "Value", text=True),
        Column("problem", "Problem", text=True),
        Column("remedy", "Remedy", text=True),
    )
    tables = []
    for name, title in (("faults", "Faults"), ("remarks", "Remarks")):
        rows = tuple(
            (
                each["file"] if each["line"] is None else f"{each['file']}:{each['line']}",
                each["key"],
                "" if each["value"] is None else str(each["value"]),
                each["problem"],
                each["remedy"],
            )
            for each in document.get(name, ())
        )
        if rows:
            tables.append(Table(name, title, columns, rows))
    if document.get("quality"):
        tables.append(quality_table(document["quality"]))
    return tuple(tables)


def quality_table(report: Document) -> Table:
    """What the numbers of a case rest on: shares of quality of each series, instrument and the parameters."""
    columns = (
        Column("name", "Series, instrument or parameters", text=True),
        Column("values", "Values", decimals=0),
        *(Column(quality, quality.capitalize(), decimals=0) for quality in JUDGED),
    )

    def row(name: str, values: int, shares: Mapping[str, float]) -> tuple[str | int | float, ...]:
        return (name, values, *(100.0 * shares.get(quality, 0.0) for quality in JUDGED))

    observed = {name: about for name, about in report["series"].items() if about["observes"]}
    others = {name: about for name, about in report["series"].items() if not about["observes"]}
    rows = [row(name, about["months"], about["quality"]) for name, about in observed.items()]
    if others:
        months = [about["months"] for about in others.values()]
        pooled = {
            quality: sum(
                n * about["quality"].get(quality, 0.0)
                for n, about in zip(months, others.values(), strict=True)
            )
            / sum(months)
            for quality in JUDGED
        }
        rows.append(row(f"{len(others)} further series", sum(months), pooled))
    rows += [row(name, about["values"], about["quality"]) for name, about in report["instruments"].items()]
    rows.append(row("parameters", report["parameters"]["count"], report["parameters"]["quality"]))
    return Table("quality", "What the numbers rest on, percent of values", columns, tuple(rows))


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def fit_tables(document: Document) -> tuple[Table, ...]:
    """Diagnostics of a fit, and the parameters that the record narrowed most and least."""
    said = [
        (name, ", ".join(str(each) for each in value) if isinstance(value, list) else str(value))
        for name, value in document["diagnostics"].items()
    ]
    tables = [
        Table(
            "diagnostics",
            "Diagnostics",
            (Column("name", "Diagnostic", text=True), Column("value", "Value", text=True)),
            tuple(said),
        )
    ]
    columns = (
        Column("parameter", "Parameter", text=True),
        Column("unit", "Unit", text=True),
        Column("posterior", "Median (5 to 95 %)", text=False),
        Column("contraction", "Posterior over prior spread", decimals=2),
    )
    ordered = sorted(
        document["parameters"].items(),
        key=lambda pair: pair[1]["contraction"] if pair[1]["contraction"] is not None else 2.0,
    )
    free = [(name, about) for name, about in ordered if about["contraction"] is not None]
    for name, title, chosen in (
        ("narrowed", "Parameters that the record narrowed most", free[:WORST]),
        ("open", "Parameters that it narrowed least", free[-WORST:][::-1]),
    ):
        rows: list[tuple[Cell, ...]] = []
        for parameter, about in chosen:
            stat = about["posterior"]
            spread = Spread(stat["p50"], stat["p05"], stat["p95"])
            rows.append((parameter, about["unit"], _spread_text(spread), about["contraction"]))
        tables.append(Table(name, title, columns, tuple(rows)))
    checked = [(name, about["convergence"]) for name, about in free if "convergence" in about]
    if checked:
        worst = sorted(checked, key=lambda pair: (-pair[1]["r_hat"], pair[0]))[:WORST]
        rows = [
            (name, found["r_hat"], found["ess_bulk"], found["ess_tail"], found["mcse_mean"])
            for name, found in worst
        ]
        tables.insert(
            1, Table("convergence", "Parameters on which runs agree least", CONVERGENCE, tuple(rows))
        )
    if "coupled" in document:
        rows = [
            (
                each["name"],
                each["part"],
                each["cut"],
                each["coupled"],
                each["shift"],
                each["error"],
                each["spread_ratio"],
            )
            for each in document["coupled"]["shifts"][:WORST]
        ]
        tables.insert(
            1, Table("coupled", "What moves when money and war are fitted together", SHIFTS, tuple(rows))
        )
    return tuple(tables)


CONVERGENCE = (
    Column("parameter", "Parameter", text=True),
    Column("r_hat", "R-hat", decimals=4),
    Column("ess_bulk", "Bulk size", decimals=0),
    Column("ess_tail", "Tail size", decimals=0),
    Column("mcse_mean", "Error of the mean", decimals=4),
)

SHIFTS = (
    Column("parameter", "Parameter", text=True),
    Column("part", "Part", text=True),
    Column("cut", "Mean by parts", decimals=3),
    Column("coupled", "Mean coupled", decimals=3),
    Column("shift", "Shift, prior sd", decimals=2),
    Column("error", "Its error", decimals=2),
    Column("spread_ratio", "Spread over that by parts", decimals=2),
)


def _spread_text(spread: Spread) -> str:
    middle, low, high = (_three(value) for value in spread.values)
    return f"{middle} ({low} to {high})"


def verify_tables(document: Document) -> tuple[Table, ...]:
    """What was proved of a saved run, and every fault."""
    run = document["run"]
    rows = [
        ("case", str(run.get("case"))),
        ("policies", ", ".join(run.get("policy_hashes") or [])),
        ("months", f"{run.get('start')} to {run.get('until')}"),
        ("futures", str(run.get("members"))),
        ("hash", str(run.get("hash"))),
        ("files as they were written", str(len(document["files"]))),
        ("not part of the run", ", ".join(document["uncertified"]) or "none"),
    ]
    if document["members_recomputed"]:
        same = "bit for bit" if document["identical"] else f"within {document['largest_difference']:.2g} sd"
        rows.append(("futures simulated again", f"{document['members_recomputed']}, {same}"))
    facts = Table(
        "verified",
        document["folder"],
        (Column("what", "What", text=True), Column("value", "Value", text=True)),
        tuple(rows),
    )
    return (facts, *check_tables(document)) if run.get("hash") else check_tables(document)


def bench_tables(document: Document) -> tuple[Table, ...]:
    """Speeds, one table a kind of work."""
    columns = (
        Column("tool", "Tool", text=True),
        Column("n", "Size"),
        Column("state", "State", text=True),
        Column("seconds", "Median, s"),
        Column("rate", "Rate"),
        Column("note", "Note", text=True),
    )
    tables = []
    for work in dict.fromkeys(line["work"] for line in document["records"]):
        rows = tuple(
            (
                f"{line['tool']} {line['version']}",
                line["n"],
                line["state"],
                _three(line["seconds"]["median"]),
                f"{_three(line['rate']) if line['rate'] < 100 else format(line['rate'], ',.0f')} {line['unit']}",
                line.get("note", ""),
            )
            for line in document["records"]
            if line["work"] == work
        )
        tables.append(Table("bench", work, columns, rows))
    return tuple(tables)
