"""The value of knowing more, as a document says it: perfect, by input and block, and of waiting for a signpost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ripeness.analysis import (
    Waiting,
    Worth,
    best_without,
    partial_information,
    perfect_information,
    value_of_waiting,
)
from ripeness.api.subjects import FutureTable, Subject, interval
from ripeness.ensemble.waits import late_name

ALL_SIGNPOSTS = "all"
"""Every signpost watched at once."""


def information_document(
    subject: Subject,
    table: FutureTable,
    names: Sequence[str],
    signposts: Sequence[str],
    waits: Sequence[int],
) -> dict[str, Any]:
    """What knowing more is worth to whoever has the subject's aim, in its unit."""
    sense = subject.sense or "higher"
    now = table.payoff(subject.name, table.pair)
    groups = table.groups
    best = best_without(now, sense)
    blocks = dict.fromkeys(table.blocks.values())

    def knowing(inputs: Sequence[str]) -> dict[str, Any]:
        return worth(partial_information(now, sense, table.rows(inputs), groups))

    document: dict[str, Any] = {
        "label": subject.label,
        "unit": subject.unit,
        "sense": sense,
        "judgment": subject.judgment,
        "without": {
            "choice": table.pair[best],
            "mean": {name: float(row.mean()) for name, row in zip(table.pair, now, strict=True)},
        },
        "perfect": worth(perfect_information(now, sense, groups)),
        "named_inputs": knowing(names),
        "by_input": {name: knowing([name]) for name in names},
        "by_block": {
            block: knowing([name for name in table.names if table.blocks[name] == block]) for block in blocks
        },
        "waiting": {},
    }
    for months in waits:
        late = table.payoff(subject.name, [late_name(name, months) for name in table.pair])
        after = best_without(late, sense)
        seen = table.seen[months]

        def watching(readings: Any, late: Any = late) -> dict[str, Any]:
            return waited(value_of_waiting(now, late, sense, readings, groups))

        found = {name: watching(seen[i]) for i, name in enumerate(signposts)}
        if len(signposts) > 1:
            found[ALL_SIGNPOSTS] = watching(np.concatenate(seen))
        cost = next(iter(found.values()))["cost"] if found else None
        document["waiting"][str(months)] = {
            "choice": table.pair[after],
            "mean": {name: float(row.mean()) for name, row in zip(table.pair, late, strict=True)},
            "cost": cost,
            "signposts": {
                name: {key: each[key] for key in ("gain", "net", "switched")} for name, each in found.items()
            },
        }
    return document


def worth(found: Worth) -> dict[str, Any]:
    """A value with its interval of 90 %."""
    return interval(found.value, found.low, found.high)


def waited(found: Waiting) -> dict[str, Any]:
    """Gain, cost and net of waiting, with the share of futures in which the signpost turns the choice."""
    return {
        "gain": worth(found.gain),
        "cost": worth(found.cost),
        "net": worth(found.net),
        "switched": found.switched,
    }
