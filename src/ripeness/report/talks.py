"""Tables of the record of talks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ripeness.report.tables import Column, Spread, Table

Document = Mapping[str, Any]

KIND_WORDS = {"cost": "cost", "strike": "strikes", "to_talk": "pressure to talk", "arms": "arms"}

VERDICT_WORDS = {
    "insincere": "talks for other ends",
    "sincere": "would take terms in reach",
    "undetermined": "undetermined: the prior decides",
}


def talks_tables(document: Document) -> tuple[Table, ...]:
    """Process against progress by window, who pressed when, signals and what they come to, products kept."""
    tables = [_windows(document), _overlaps(document), _signals(document), _verdicts(document)]
    tables.append(_products(document))
    if document.get("simulated"):
        tables.append(_simulated(document))
    if document["coders"]:
        tables.append(_coders(document))
    return tuple(table for table in tables if table.rows)


def _spread(band: Mapping[str, Any]) -> Spread:
    return Spread(band["value"], band["low"], band["high"])


def _windows(document: Document) -> Table:
    parties = document["parties"]
    columns = (
        Column("window", "Talks", text=True),
        Column("sessions", "Process", decimals=1),
        Column("enemies", "Both enemies met", decimals=0),
        Column("progress", "Progress", decimals=2, sign=True, missing="unknown"),
        Column("a", "A moved", decimals=2, sign=True, missing="unknown"),
        Column("d", "D moved", decimals=2, sign=True, missing="unknown"),
        Column("per", "Progress per process", decimals=3, sign=True, missing="unknown"),
    )
    rows = []
    for at, window in enumerate(document["windows"]):
        whole = at == 0 and len(document["windows"]) > 1
        rows.append(
            (
                ("whole record, " if whole else "") + f"{window['measured_from'][:7]} to {window['end'][:7]}",
                window["process"]["judged"],
                window["process"]["enemies_met"],
                _spread(window["progress"]),
                window["conceded"][parties["a"]],
                window["conceded"][parties["d"]],
                window["progress_per_process"]["judged"]["value"],
            )
        )
    notes = (
        "Process: weighted sessions. Progress: mean fall of the distance on issues both sides had spoken on, in shares "
        "of the scale; products for prisoners are not in it. Moved: towards the other side on every issue spoken on; "
        f"A is {parties['a']}, D {parties['d']}.",
    )
    return Table("talks_windows", "Process and progress", columns, tuple(rows), notes)


def _overlaps(document: Document) -> Table:
    columns = (
        Column("sender", "By", text=True),
        Column("target", "On", text=True),
        Column("kinds", "Through", text=True),
        Column("tight_talks", "Tightened with talks"),
        Column("ease_talks", "Eased with talks"),
        Column("tight_quiet", "Tightened in quiet"),
        Column("ease_quiet", "Eased in quiet"),
        Column("net_talks", "Net a month with talks", decimals=2, sign=True, missing="–"),
        Column("net_quiet", "Net a quiet month", decimals=2, sign=True, missing="–"),
        Column("correlation", "Overlap", decimals=2, sign=True, missing="–"),
    )
    rows = tuple(
        (
            each["sender"],
            each["target"],
            ", ".join(KIND_WORDS.get(kind, kind) for kind in each["kinds"]),
            each["tightened"]["with_talks"],
            each["eased"]["with_talks"],
            each["tightened"]["quiet"],
            each["eased"]["quiet"],
            each["net_a_month"]["with_talks"],
            each["net_a_month"]["quiet"],
            each["correlation"],
        )
        for each in document["overlap"]
    )
    share = document["overlap"][0]["share_of_months_with_talks"] if document["overlap"] else 0.0
    notes = (
        f"Acts, counted alike whatever their weight. {100 * share:.0f} of 100 months had a session. Overlap: "
        "correlation by month of process and net acts; near −1 is in sequence, near +1 together.",
    )
    return Table("talks_overlap", "Pressure and talks: in sequence or together", columns, rows, notes)


def _signals(document: Document) -> Table:
    parties = tuple(document["signals"])
    columns = (
        Column("signal", "Signal", text=True),
        *(Column(party, party, text=True, missing="–") for party in parties),
    )
    names = dict.fromkeys(
        one["signal"] for windows in document["signals"].values() for window in windows for one in window
    )
    rows, innocent = [], []
    for name in names:
        about: Mapping[str, Any] = {}
        cells: list[str | None] = []
        for party in parties:
            found = [one for window in document["signals"][party] for one in window if one["signal"] == name]
            about = found[0] if found else about
            read = [one["present"] for one in found if one["present"] is not None]
            cells.append(f"{sum(read)} of {len(read)}" if read else None)
        rows.append((about["label"], *cells))
        innocent.append(f"{about['label'].lower()}: {about['innocent_reading']}")
    notes = (
        "Windows in which the signal is seen, of those in which the record speaks to it. –: it does not.",
        f"Innocent readings. {'; '.join(innocent)}.",
    )
    return Table(
        "talks_signals", "Signals of stalling, read alike for every party", columns, tuple(rows), notes
    )


def _verdicts(document: Document) -> Table:
    columns = (
        Column("party", "Party", text=True),
        Column("signals", "Signals read"),
        Column("low_prior", "From a prior of 20", decimals=0),
        Column("half", "From 50", decimals=0),
        Column("high_prior", "From 80", decimals=0),
        Column("said", "Verdict", text=True),
    )
    rows = []
    for party, said in document["posterior_insincere"].items():
        chance = dict(zip(said["prior"], said["posterior"], strict=True))
        rows.append(
            (
                party,
                said["signals_read"],
                100 * chance[0.2],
                100 * chance[0.5],
                100 * chance[0.8],
                VERDICT_WORDS[said["verdict"]],
            )
        )
    notes = (
        "Chance, of 100, that a party talks for other ends than terms in reach, from three prior chances. Likelihoods "
        "are judgements; a verdict is given only if no prior from 20 to 80 and no strength of the signals turns it.",
    )
    return Table("talks_sincerity", "What the signals come to", columns, tuple(rows), notes)


def _products(document: Document) -> Table:
    kept = document["fulfilment_rate"]
    if kept["value"] is None:
        return Table("talks_products", "Products", (Column("none", "None"),), ())
    columns = (
        Column("measure", "Measure", text=True),
        Column("value", "Value", decimals=2),
    )
    counts = kept["products"]
    rows: list[tuple[str, float | int | Spread | None]] = [
        ("Products carried out in time, as a share of those known", _spread(kept)),
        *((f"  {name}", counts[name]) for name in ("yes", "partly", "no", "unknown") if counts.get(name)),
    ]
    gap = document["rank_gap"]
    if gap["mean"] is not None:
        rows.append(
            (
                f"Rank of the delegation of {document['parties']['a']} less that of {document['parties']['d']} "
                f"({gap['rounds']} rounds)",
                gap["mean"],
            )
        )
    return Table("talks_products", "Products and delegations", columns, tuple(rows))


def _simulated(document: Document) -> Table:
    columns = (
        Column("policy", "Policy", text=True),
        Column("process", "Months of talks", decimals=1),
        Column("both", "With pressure too"),
        Column("war", "Still at war", percent=True),
        Column("progress", "Progress", decimals=3, sign=True, missing="–"),
        *(
            Column(side, f"{document['parties'][side]} moved", decimals=3, sign=True, missing="–")
            for side in ("a", "d")
        ),
    )
    beside = document["record_beside"]
    rows = tuple(
        (
            name,
            each["process"],
            each["months_with_both"],
            each["still_at_war"],
            _spread(each["progress"]),
            each["moved"]["a"],
            each["moved"]["d"],
        )
        for name, each in (
            *(((f"record, {beside['months']} months", beside),) if beside else ()),
            *document["simulated"].items(),
        )
    )
    months = next(iter(document["simulated"].values()))["months"]
    notes = (
        f"In the main model, over {months} months: fall of the gap between what the sides would accept, in shares of "
        "the stake, where the war still goes on; moved is what each side came nearer. Not the unit of the coded "
        "positions of the record: compare signs, not size.",
        "Products, delegations and signals of stalling are of the record alone: the model has none.",
    )
    return Table("talks_simulated", "The same of simulated talks", columns, rows, notes)


def _coders(document: Document) -> Table:
    columns = (
        Column("coder", "Coder", text=True),
        Column("kappa", "Weighted kappa", decimals=2, missing="unknown"),
        Column("rows", "Rows scored by both"),
    )
    rows = tuple((name, each["weighted_kappa"], each["rows"]) for name, each in document["coders"].items())
    return Table("talks_coders", f"Agreement with the first coder ({document['coder']})", columns, rows)
