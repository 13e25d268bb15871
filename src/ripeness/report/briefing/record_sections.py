"""Sections on the record and what the run rests on: talks, conditions, scores, data, limits, origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ripeness.report.briefing.grids import grid, notes
from ripeness.report.briefing.marks import Mark, joined, mark, shape
from ripeness.report.briefing.named import uncapped
from ripeness.report.briefing.scales import BLUE, GREY, ORANGE, PLUM, drawing
from ripeness.report.briefing.sections import Pages, tables_of
from ripeness.report.briefing.timeline import spoken, timeline_figure
from ripeness.report.discovery import discovery_sentences, discovery_tables
from ripeness.report.documents import Document
from ripeness.report.numbers import percent
from ripeness.report.scores import FEW, MONTHS, legend
from ripeness.report.tables import Cell, Column, Table
from ripeness.report.talks import talks_tables

QUALITIES = (
    ("reported", BLUE),
    ("derived", PLUM),
    ("recalled", ORANGE),
    ("claimed", GREY),
    ("judgement", "#b9bec6"),
)
"""Qualities of the record in the order of the bars."""

BAR, BAR_HEIGHT = 150, 11


def talks(pages: Pages) -> Mark | None:
    """The record of talks on one axis of time, and its measures."""
    document = pages.document["talks"]
    if document is None:
        return None
    lead = (
        f"Positions are coded on a scale from {document['parties']['d']}’s maximal aim (0) to "
        f"{document['parties']['a']}’s (1). The same yardstick is laid on every party."
    )
    return joined(
        mark("p", lead), timeline_figure(document, paper=pages.paper), tables_of(talks_tables(document))
    )


def conditions(pages: Pages) -> Mark | None:
    """What would have to be true, one part a question."""
    found = pages.document["discoveries"]
    if not found:
        return None
    parts = []
    for document in found:
        tables = [pages.names.in_table(table) for table in discovery_tables(document)]
        said = [pages.names.said(line) for line in discovery_sentences(document)]
        parts.append(
            joined(
                mark("h3", said[0]),
                *(mark("p", line) for line in said[1:]),
                *(grid(table) for table in tables if "trajectory" not in table.name),
            )
        )
    return joined(*parts)


def scores(pages: Pages) -> Mark | None:
    """How forecasts of the past did, series by series."""
    metrics = pages.compare["metrics"]
    rows: list[tuple[Cell, ...]] = []
    unscored = []
    for about in metrics.values():
        score = about.get("score")
        if not score or "models" in score:
            if about.get("score_reason"):
                unscored.append((uncapped(about["label"]), about["score_reason"]))
            continue
        row: list[Cell] = [about["label"]]
        for months in MONTHS:
            found = score.get(months)
            row += [None, None, None] if found is None else [found["n"], found["skill"], found["coverage80"]]
        rows.append(tuple(row))
    if not rows:
        reasons = dict.fromkeys(reason for _, reason in unscored)
        said = f"Nothing of this run has been back-tested: {'; '.join(reasons)}." if reasons else ""
        return notes(said) if said else None
    columns = [Column("series", "Series", text=True)]
    for months in MONTHS:
        ahead = f"{months[1:]} months"
        columns.append(Column(f"n_{months}", f"{ahead}: forecasts", missing="–"))
        columns.append(Column(f"skill_{months}", "skill", sign=True, decimals=2, missing="–"))
        columns.append(Column(f"held_{months}", "held by 80 % band", percent=True, missing="–"))
    table = Table(
        "scores", "Forecasts made as of past months, scored against what came", tuple(columns), tuple(rows)
    )
    why: dict[str, list[str]] = {}
    for label, reason in unscored:
        why.setdefault(reason, []).append(label)
    said = [f"Not back-tested: {', '.join(labels)}; {reason}." for reason, labels in why.items()]
    stale = [note for note in pages.compare["notes"] if note.startswith("Scores shown are out of date")]
    return joined(
        grid(table), notes(legend(), f"Fewer than {FEW} forecasts say next to nothing.", *said, *stale)
    )


def data_quality(pages: Pages) -> Mark | None:
    """What each series rests on, and how far parameters are known."""
    ground = pages.document["foundations"]
    rows = [
        (
            spoken(name),
            f"{each['first_month']} to {each['last_month']}: {each['months']}"
            + (f", {each['gaps']} missing" if each["gaps"] else ""),
            each["quality"],
        )
        for name, each in ground["series"].items()
    ]
    rows += [
        (f"Instrument: {spoken(name)}", f"{each['values']} dated values", each["quality"])
        for name, each in ground["instruments"].items()
        if each["values"]
    ]
    rows += [(f"Talks: {name}", "record of talks", quality) for name, quality in ground["talks"].items()]
    return joined(
        mark(
            "p",
            "Reported: printed by a source that could know. Derived: worked out from reported numbers. Recalled: from "
            "the general public record, without the page at hand. Claimed: said by a party. Judgement: set by "
            "the authors of the case.",
        ),
        _quality_table(rows) if rows else None,
        _known_table(ground),
        None if pages.paper else _sources(ground),
    )


def _quality_table(rows: Sequence[tuple[str, str, Mapping[str, float]]]) -> Mark:
    known = [(name, colour) for name, colour in QUALITIES if any(row[2].get(name) for row in rows)]
    body = []
    for label, extent, quality in rows:
        at, bars = 0.0, []
        for name, colour in known:
            width = quality.get(name, 0.0) * BAR
            if width:
                bars.append(shape("rect", x=at, y=0, width=width, height=BAR_HEIGHT, fill=colour))
            at += width
        words = ", ".join(f"{name} {percent(quality[name])} %" for name, _ in known if quality.get(name))
        bar = drawing(BAR, BAR_HEIGHT, words, *bars, spoken=False)
        body.append(
            mark(
                "tr",
                mark("th", label, scope="row", class_="words"),
                mark("td", extent, class_="words"),
                mark("td", bar, class_="drawn"),
                mark("td", words, class_="words"),
            )
        )
    heads = (("What", "words"), ("Months", "words"), ("Drawn", "drawn"), ("Of its values", "words"))
    table = mark(
        "table",
        mark("caption", "What the record rests on"),
        mark("thead", mark("tr", *(mark("th", head, scope="col", class_=look) for head, look in heads))),
        mark("tbody", *body),
        class_="dense",
    )
    return mark("div", table, class_="scroll", role="region", aria_label="Table: data quality", tabindex="0")


def _known_table(ground: Document) -> Mark:
    kinds = ("identified", "weakly", "prior-driven")
    columns = (
        Column("part", "Parameters", text=True),
        Column("count", "Count"),
        *(Column(kind, kind.capitalize()) for kind in kinds),
    )
    parts = (("World", ground["parameters"]), ("Bargaining", ground["bargaining"]))
    rows = tuple(
        (name, part["count"], *(part["identification"].get(kind, 0) for kind in kinds))
        for name, part in parts
        if part["count"]
    )
    return grid(Table("known", "How far parameters are known from the record", columns, rows))


def _sources(ground: Document) -> Mark | None:
    named = [
        mark("li", mark("strong", f"{spoken(name)}: "), "; ".join(each["sources"]))
        for name, each in ground["series"].items()
        if each["sources"]
    ]
    if not named:
        return None
    return mark("details", mark("summary", "Sources by series"), mark("ul", *named), class_="more")


def not_modelled(pages: Pages) -> Mark | None:
    """What no number here answers, of the case and of its policies."""
    compare = pages.compare
    left_out: dict[str, list[str]] = {}
    for name, about in pages.document["policies"].items():
        for each in about["not_mapped"]:
            left_out.setdefault(each, []).append(name)
    parts = (
        [mark("ul", *(mark("li", each) for each in compare["not_modelled"]))]
        if compare["not_modelled"]
        else []
    )
    if left_out:
        said = [
            f"{each} ({'every policy that has it' if len(names) > 3 else pages.names.listed(names)})"
            for each, names in left_out.items()
        ]
        parts.append(mark("h3", "Left out of policies"))
        parts.append(mark("ul", *(mark("li", each) for each in said)))
    return joined(*parts) if parts else None


def origin(pages: Pages) -> Mark:
    """What was run, its hash, and the command that makes the page again."""
    document, run = pages.document, pages.compare["run"]
    rows = [
        ("Run", run["hash"]),
        ("Case", f"{run['case']}, {run['case_hash']}"),
        ("Model", run["model_version"]),
        ("Record to", run["data_as_of"]),
        ("Months", f"{run['start']} to {run['until']}"),
        ("Futures", f"{run['members']:,}, seed {run['seed']}"),
        *((pages.names.title(name), f"{name}, {hashed}") for name, hashed in run["policy_hashes"].items()),
    ]
    told = pages.compare["bargaining"]
    if told:
        rows.insert(6, ("Structural draws", str(told["structural_draws"])))
    items = [joined(mark("dt", name), mark("dd", mark("code", value))) for name, value in rows]
    remarks = [*pages.compare["notes"], *document["other_runs"]]
    return joined(
        mark("p", "The same command on the same model and case gives the same numbers:"),
        mark("pre", mark("code", document["command"]), tabindex="0"),
        mark("dl", *items, class_="origin"),
        notes(*(pages.names.said(each) for each in remarks)),
    )
