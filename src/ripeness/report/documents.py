"""What the tables and sentences of every comparison have in common: spreads, shares, lists of names, drivers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ripeness.report.tables import Column, Share, Spread, Table

Document = Mapping[str, Any]

LATER = "later"
"""What stands for a month beyond the end of the run."""

NAMED = 4
"""Policies that a sentence names before it counts the rest."""

IDENTIFIED = {"identified": "record", "weakly": "record, weakly", "prior-driven": "prior"}
"""What the case's author says of a parameter, in the words of the table."""

TOP_DRIVERS = 3
"""Assumptions that the table names for each difference; the document has more."""

DRIVER_COLUMNS = (
    Column("parameter", "Assumption", text=True),
    Column("label", "Meaning", text=True),
    Column("effect", "Rank corr.", sign=True, decimals=2),
    Column("known", "Known from", text=True),
)


def with_party_names(document: Document) -> Document:
    """The document, its metrics' labels with the parties' names in place of attacker and defender."""
    told = document.get("bargaining")
    if not told:
        return document
    return {
        **document,
        "metrics": _labels_named(document["metrics"], told["parties"]),
        "bargaining": {**told, "metrics": _labels_named(told["metrics"], told["parties"])},
    }


def _labels_named(metrics: Mapping[str, Document], parties: Mapping[str, str]) -> dict[str, Document]:
    return {key: {**about, "label": party_named(about["label"], parties)} for key, about in metrics.items()}


def party_named(text: str, parties: Mapping[str, str]) -> str:
    """A label with the parties' names in place of attacker and defender."""

    def name(found: re.Match[str]) -> str:
        return parties["a" if found["role"].lower() == "attacker" else "d"]

    return re.sub(r"\b(?:the )?(?P<role>attacker|defender)\b", name, text, flags=re.IGNORECASE)


def spread(stat: Document) -> Spread:
    """Median and band of a statistic."""
    return Spread(stat["p50"], stat["p05"], stat["p95"])


def share(value: float, count: int) -> Share:
    """A share of `count` futures or draws with its Monte Carlo error."""
    return Share(value, math.sqrt(value * (1.0 - value) / count))


def listed(names: Sequence[str]) -> str:
    """Names as a sentence says them: the first four, and how many others."""
    shown = list(names[:NAMED])
    if len(names) > NAMED:
        return f"{', '.join(shown)} and {len(names) - NAMED} other{'s' if len(names) > NAMED + 1 else ''}"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def driver_tables(drivers: Sequence[Document], labels: Mapping[str, str], prefix: str) -> list[Table]:
    """One table a difference: the few assumptions that move it most. `labels` are the words for its metric."""
    tables = []
    for metric, better, than in dict.fromkeys(map(_difference, drivers)):
        found = [each for each in drivers if _difference(each) == (metric, better, than)]
        rows = tuple(
            (each["parameter"], each["label"], each["effect"], known_from(each))
            for each in found[:TOP_DRIVERS]
        )
        title = f"What decides {labels[metric]}, {better} minus {than}"
        tables.append(Table(f"{prefix}_{metric}_{better}_{than}", title, DRIVER_COLUMNS, rows))
    return tables


def _difference(driver: Document) -> tuple[str, str, str]:
    return driver["metric"], driver["better"], driver["than"]


def known_from(driver: Document) -> str:
    """Whether the record or the prior speaks, with posterior over prior spread where that is known."""
    narrowed = driver.get("posterior_over_prior_sd")
    if narrowed is None:
        return IDENTIFIED[driver["identification"]]
    limits = ((0.5, "record"), (0.8, "both"), (1.2, "prior"), (math.inf, "moved"))
    return f"{next(word for limit, word in limits if narrowed <= limit)} ({narrowed:.2f})"
