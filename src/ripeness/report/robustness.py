"""Criteria of choice side by side, one table an aim; they often take different policies, and none is the judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ripeness.report.tables import Cell, Column, Table

Document = Mapping[str, Any]

CRITERIA = {
    "laplace": ("mean", "best mean"),
    "maximin": ("worst", "best worst future"),
    "minimax_regret": ("max_regret", "least worst regret"),
    "tenth_percentile": ("tenth", "best unlucky tenth"),
    "satisficing": ("satisficing", "most often good enough"),
}
"""By criterion: the column that it reads, and in words what it takes."""

DIGITS = 4


def robustness_tables(
    robustness: Mapping[str, Document],
    labels: Mapping[str, str],
    units: Mapping[str, str],
    shown: Sequence[str] | None = None,
    further: bool = True,
) -> list[Table]:
    """One table an aim over policies, or those `shown`; `labels` and `units` by aim."""
    return [
        _table(name, entry, labels[name], units[name], shown, further) for name, entry in robustness.items()
    ]


def _table(
    name: str, entry: Document, label: str, unit: str, shown: Sequence[str] | None, further: bool
) -> Table:
    end = "highest" if entry["sense"] == "lower" else "lowest"
    columns = (
        Column("policy", "Policy", text=True),
        Column("mean", "Mean", unit),
        Column("worst", f"Worst, the {end}"),
        Column("tenth", "Unlucky tenth"),
        Column("max_regret", "Largest regret"),
        Column("mean_regret", "Mean regret"),
        Column("satisficing", "Good enough", percent=True),
        Column("taken_by", "Taken by", text=True),
    )
    taken: dict[str, list[str]] = {}
    for criterion, policies in entry["choices"].items():
        if len(policies) < len(entry["policies"]):
            for policy in policies:
                taken.setdefault(policy, []).append(CRITERIA[criterion][1])
    rows: list[tuple[Cell, ...]] = []
    for policy, row in entry["policies"].items():
        if shown is not None and policy not in shown and policy not in taken:
            continue
        cells = (float(row[column.key]) for column in columns[1:-1])
        rows.append((policy, *cells, "; ".join(taken.get(policy, []))))
    side = "at most" if entry["sense"] == "lower" else "at least"
    notes = (
        f"Good enough: {side} {entry['enough']:.{DIGITS}g} {unit}: {entry['enough_because']}. "
        f"{entry['futures']} {'value' if entry['futures'] == 1 else 'futures or draws'}; regret is among the policies.",
    )
    return Table(
        f"robustness_{name}", f"Criteria side by side: {label}", columns, tuple(rows), notes, further
    )
