"""From a point of a search space to an ordinary policy: its changes, its rows, and its file.

Equations (docs/model/robustness.md):
    MO1  month  = start + sum of the parameters named
    MO2  amount = at_0 + x (at_1 - at_0)     x the parameter's value
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from numpy.typing import NDArray

from ripeness.base import Month
from ripeness.case import OPERATIONS, Change, Graded, Policy, Ratchet
from ripeness.flow import TRIGGERS, PolicyRow, layout_of
from ripeness.policy.changes import apply_changes
from ripeness.policy.compiled import CompiledPolicy
from ripeness.policy.relative import month_of

if TYPE_CHECKING:
    from ripeness.case import Case, SearchChange, SearchSpace

Floats = NDArray[np.float64]

DIGITS = 9
"""Decimals of an amount, so that what a file says is what was run."""


def policy_at(
    space: SearchSpace, point: tuple[int, ...], name: str, start: Month, author: str = ""
) -> Policy:
    """The policy at a point (places on the grids of the space's parameters), beginning in `start`.

    Changes that last no month, and additions of nothing, are left out.
    """
    values = space.values(point)
    changes = [_change(each, values) for each in space.changes]
    said = ", ".join(f"{key} {value:g}" for key, value in values.items())
    over = int(values[space.ratchet.over]) if space.ratchet is not None else 0
    ratchet = None
    if space.ratchet is not None and over:
        ratchet = Ratchet(max(round(over / space.ratchet.steps), 1), space.ratchet.steps)
    return Policy(
        name=name,
        title=f"{space.title}: {said}",
        author=author or f"a search of the space {space.name}",
        question=space.question,
        base=space.base,
        needs=(),
        start=start,
        changes=tuple(change for change in changes if _acts(change, start)),
        triggers=(),
        expected=(),
        mapping_notes=(f"Point of the search space {space.name}: {said}.", *space.mapping_notes),
        not_mapped=space.not_mapped,
        ratchet=ratchet,
    )


def _change(each: SearchChange, values: Mapping[str, float]) -> Change:
    amount: Any = each.value
    if isinstance(amount, Graded):
        amount = round(amount.at_0 + values[amount.by] * (amount.at_1 - amount.at_0), DIGITS)
    ramp = int(values[each.ramp_months]) if isinstance(each.ramp_months, str) else each.ramp_months
    return Change(
        each.lever,
        each.operation,
        amount,
        _moment(each.start, values),
        _moment(each.until, values),
        ramp,
        each.reason,
    )


def _moment(said: str | tuple[str, ...] | None, values: Mapping[str, float]) -> str | None:
    if said is None or isinstance(said, str):
        return said
    months = int(sum(values[name] for name in said))
    return f"start+{months}" if months else "start"


def _acts(change: Change, start: Month) -> bool:
    if change.operation == "add" and change.value == 0.0:
        return False
    far = start + 10_000
    begins = month_of(change.start or "start", start, far)
    return begins < month_of(change.until or "end", start, far)


def rows_at(case: Case, base: CompiledPolicy, policy: Policy, start: Month) -> Floats:
    """Rows (T, columns) of a policy without triggers on a compiled base without triggers.

    The rows that `compile_policy` would give, without reading the record again for each of thousands of policies.
    """
    layout = layout_of(PolicyRow)
    levers = apply_changes(base.levers, policy.changes, case.first_month, start, case.last_month + 1)
    rows = np.array(base.rows)
    field = layout["levers"]
    rows[:, field.start : field.start + field.rows] = levers
    field = layout["then_levers"]
    rows[:, field.start : field.start + field.rows] = np.tile(levers, (1, len(TRIGGERS)))
    return rows


def policy_text(policy: Policy) -> str:
    """The policy as a file that a case, or `compare --policies`, reads."""
    said: dict[str, Any] = {"policy": policy.name, "title": policy.title, "author": policy.author}
    if policy.question:
        said["question"] = policy.question
    if policy.base is not None:
        said["base"] = policy.base
    if policy.start is not None:
        said["start"] = str(policy.start)
    if policy.ratchet is not None:
        said["ratchet"] = {"months": policy.ratchet.months, "steps": policy.ratchet.steps}
    for key, sentences in (("mapping_notes", policy.mapping_notes), ("not_mapped", policy.not_mapped)):
        if sentences:
            said[key] = list(sentences)
    said["changes"] = [_said(change) for change in policy.changes]
    if policy.triggers:
        said["triggers"] = [
            {
                **({"title": each.title} if each.title else {}),
                "when": {
                    "output": each.output,
                    **({"above": each.above} if each.above is not None else {"below": each.below}),
                    "for_months": each.for_months,
                },
                "after_months": each.after_months,
                "then": [_said(change) for change in each.then],
            }
            for each in policy.triggers
        ]
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=100_000, default_flow_style=None)


def _said(change: Change) -> dict[str, Any]:
    assert change.operation in OPERATIONS
    moments = (("from", change.start), ("until", change.until))
    return {
        "lever": change.lever,
        **{key: moment for key, moment in moments if moment is not None},
        change.operation: change.value,
        **({"ramp_months": change.ramp_months} if change.ramp_months else {}),
        **({"reason": change.reason} if change.reason else {}),
    }
