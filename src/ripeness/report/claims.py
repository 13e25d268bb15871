"""Tables of a ledger of claims: what was said, what came of testing it, the number that decides, what would turn it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ripeness.report.numbers import decimals_for, number, percent
from ripeness.report.tables import Column, Table
from ripeness.report.wording import VERDICTS, verdict_word

Document = Mapping[str, Any]

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
    return (
        f"{len(document['claims'])} claim{'s' * (len(document['claims']) != 1)}: {', '.join(counts)}.",
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
            verdict_word(each["verdict"]),
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


def decides(claim: Document) -> str:
    """The finding that decides: of readings, all of them; of parts, the one whose verdict is the whole's."""
    if claim["test"] == "readings":
        return "; ".join(
            f"{part['says']}: {verdict_word(part['verdict'])}{_number(part)}" for part in claim["parts"]
        )
    for part in claim["parts"]:
        if part["verdict"] == claim["verdict"] and claim["test"] != "not_testable":
            return f"{part['says']}: {decides(part)}"
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
