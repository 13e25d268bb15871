"""Tables of a ledger of claims: what was said, what came of testing it, the number that decides, what would turn it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ripeness.report.numbers import decimals_for, number, percent
from ripeness.report.tables import Column, Table
from ripeness.report.wording import IN_THESE_MODELS, IN_THIS_MODEL, NULLS, VERDICTS, verdict_word

Document = Mapping[str, Any]

DECIDED_BY = {
    "model": "by models",
    "number": "by a number of the data",
    "row": "by a row of the record",
    "nothing": "by nothing: unknown or not testable",
}
"""What verdicts come from, in words."""

LONGEST = 200
"""Characters of a sentence or a finding that a cell of the ledger holds."""


def claims_tables(document: Document) -> tuple[Table, ...]:
    """The ledger; then how each verdict came about; then what models say."""
    return tuple(table for table in (_ledger(document), _why(document), _models(document)) if table.rows)


def ledger_lines(document: Document) -> tuple[str, ...]:
    """How many claims have which verdict."""
    counts = [
        f"{document['counts'][name]} {words.word}"
        for name, words in VERDICTS.items()
        if name in document["counts"]
    ]
    decided = document["decided"]
    by = [f"{decided[name]} {words}" for name, words in DECIDED_BY.items() if name in decided]
    return (
        f"{len(document['claims'])} claim{'s' * (len(document['claims']) != 1)}: {', '.join(counts)}.",
        f"Decided by (one claim may be by several): {', '.join(by)}.",
        "No verdict is stored: each comes from running its test on the data and models of this case.",
    )


def _ledger(document: Document) -> Table:
    columns = (
        Column("id", "Claim", text=True),
        Column("sentence", "In our words", text=True),
        Column("verdict", "Verdict", text=True),
        Column("finding", "What decides", text=True),
        Column("flips", "Would turn if", text=True),
    )
    rows = tuple(
        (
            each["id"],
            short(each["sentence"]),
            verdict_said(each),
            short(decides(each)),
            short(each["flips_if"][0]) if each["flips_if"] else "",
        )
        for each in document["claims"]
    )
    return Table(
        "claims",
        "Claims, in our own words, and what came of testing them",
        columns,
        rows,
        _meanings(document),
    )


def verdict_said(claim: Document) -> str:
    """The word for a verdict; one that models alone decide belongs to them."""
    word = verdict_word(claim["verdict"])
    if claim["decided_by"] != ["model"] or claim["verdict"] not in ("supported", "refuted"):
        return word
    counted = [
        name for name, each in claim["by_model"].items() if name not in NULLS and each["share"] is not None
    ]
    return f"{word} {IN_THIS_MODEL if len(counted) == 1 else IN_THESE_MODELS}"


def decides(claim: Document) -> str:
    """The finding that decides: of readings, all of them; of parts, the one whose verdict is the whole's.

    Other parts that do not hold are named before it.
    """
    if claim["test"] == "readings":
        return "; ".join(
            f"{part['says']}: {verdict_word(part['verdict'])}{_number(part)}" for part in claim["parts"]
        )
    if claim["test"] in ("all_of", "any_of"):
        deciding = [part for part in claim["parts"] if part["verdict"] == claim["verdict"]]
        beside = [part for part in claim["parts"] if part["verdict"] not in (claim["verdict"], "supported")]
        said = [f"{part['says']}: {verdict_word(part['verdict'])}{_number(part)}" for part in beside]
        return "; ".join((*said, *(f"{part['says']}: {decides(part)}" for part in deciding[:1])))
    return str(claim["finding"])


def _number(tested: Document) -> str:
    """The number of a part in brackets: its statistic, or the range of futures; empty where it has none."""
    statistic, share = tested["statistic"], tested["probability"]
    if share is not None and tested["test"] != "tension":
        return f" ({percent(share['low'])} to {percent(share['high'])} of 100)"
    if statistic is None:
        return ""
    value, unit = statistic["value"], statistic["unit"]
    if unit == "share":
        return f" ({number(100 * value, decimals_for([100 * value]))} %)"
    whole = float(value).is_integer()
    words = number(value, 0 if whole else decimals_for([value]))
    return f" ({words})" if unit in ("", "none", "count") else f" ({words} {unit})"


def _meanings(document: Document) -> tuple[str, ...]:
    said = {each["verdict"] for each in document["claims"]}
    return (
        *(f"{words.word}: {words.means}" for name, words in VERDICTS.items() if name in said),
        "Shares are of 100 futures in a model; the range runs over structural draws, or is the sampling band.",
    )


def _why(document: Document) -> Table:
    columns = (
        Column("id", "Claim", text=True),
        Column("part", "Part or reading", text=True),
        Column("test", "Test", text=True),
        Column("verdict", "Verdict", text=True),
        Column("finding", "Finding", text=True),
        Column("judgment", "Judgement", text=True),
    )
    rows = [row for each in document["claims"] for row in _why_rows(each["id"], "", each)]
    return Table("claims_why", "How each verdict came about", columns, tuple(rows), further=True)


def _why_rows(name: str, part: str, tested: Document) -> list[tuple[str, str, str, str, str, str]]:
    rows = [
        (
            name,
            part or "the claim",
            tested["test"].replace("_", " "),
            verdict_word(tested["verdict"]),
            f"{tested['reason']}; {tested['finding']}" if part else tested["reason"],
            tested["judgment"],
        )
    ]
    for reading in tested["readings"]:
        rows.append(
            (
                name,
                f"{part}, {reading['name']}" if part else reading["name"],
                tested["test"].replace("_", " "),
                verdict_word(reading["verdict"]),
                reading["finding"],
                reading["judgment"],
            )
        )
    for each in tested["parts"]:
        rows += _why_rows(name, each["says"], each)
    return rows


def _models(document: Document) -> Table:
    columns = (
        Column("id", "Claim", text=True),
        Column("model", "Model", text=True),
        Column("share", "Holds in, of 100 futures", text=True),
        Column("says", "Says", text=True),
    )
    rows = tuple(
        (
            each["id"],
            model,
            f"{percent(one['share'])} ({percent(one['low'])} to {percent(one['high'])})",
            one["says"],
        )
        for each in document["claims"]
        for model, one in each["by_model"].items()
        if one["share"] is not None
    )
    notes = ("Yes from two thirds of futures, no up to a third. Nulls (n0, n1) are shown and not counted.",)
    return Table("claims_models", "What each model says", columns, rows, notes, further=True)


def short(words: str) -> str:
    """Words cut at a space where they are longer than a cell."""
    if len(words) <= LONGEST:
        return words
    return f"{words[: LONGEST - 1].rsplit(' ', 1)[0]}…"
