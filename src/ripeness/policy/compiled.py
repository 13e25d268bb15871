"""A policy compiled once to rows of fixed shape: the same arrays whatever the policy says.

A new policy, date or trigger changes numbers only, so that no engine ever compiles again for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ripeness.base import CaseFaults, Month, RipenessError, content_hash, month_range, suggestion
from ripeness.flow import TRIGGERS, WATCHED, PolicyRow, Triggers, layout_of
from ripeness.policy.changes import apply_changes
from ripeness.policy.checks import lineage, policy_faults
from ripeness.policy.enacted import enacted_levers

if TYPE_CHECKING:
    from ripeness.case import Case, Policy, Trigger

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CompiledPolicy:
    """A policy as numbers: one `PolicyRow` for every month of the case, from `first_month` on."""

    name: str
    title: str
    first_month: Month
    start: Month | None
    """Month from which it may differ from its base; None where it changes nothing and has no start."""
    rows: Floats
    """(months, layout_of(PolicyRow).size), read only; `is_reference` is 0."""
    hash: str

    @property
    def levers(self) -> Floats:
        """Lever rows (months, layout_of(Levers).size), a view, before any trigger fires."""
        field = layout_of(PolicyRow)["levers"]
        return self.rows[:, field.start : field.start + field.rows]


def compile_policy(
    case: Case,
    name: str,
    start: Month | None = None,
    until: Month | None = None,
    origin: Month | None = None,
) -> CompiledPolicy:
    """Rows of the policy `name` over all months of the case.

    `start` overrides the policy's own start and the case's default; no change acts before it, and
    triggers are armed from it on. `until` is the last month in which changes act (the case's last by
    default); then the levers return to the base. With `origin`, instruments dated in or after that
    month are not known (see `enacted_levers`). A policy's base is applied first, with the same start.
    CaseFaults where the policy or a base is at fault, RipenessError for an unknown name or a start
    outside the case.
    """
    policy = _named(case, name)
    if faults := policy_faults(case, policy):
        raise CaseFaults(faults)
    line = lineage(case, policy)
    if faults := [fault for ancestor in line[:-1] for fault in policy_faults(case, ancestor)]:
        raise CaseFaults(faults)
    changes = [change for ancestor in line for change in ancestor.changes]
    triggers = [trigger for ancestor in line for trigger in ancestor.triggers]
    begins = start or policy.start or case.default_start
    if begins is None:
        if changes or triggers:
            raise RipenessError(
                f"policy {name} has no start",
                "pass one, or give `start` in the policy or `default_start` in case.yaml",
            )
        begins = case.first_month
    if not case.first_month <= begins <= case.last_month:
        raise RipenessError(
            f"policy {name} cannot start in {begins}",
            f"start it in {case.first_month} to {case.last_month}, the months of case {case.name}",
        )
    last = case.last_month if until is None else min(until, case.last_month)
    months = month_range(case.first_month, case.last_month)
    base = enacted_levers(case, months, origin)
    levers = apply_changes(base, changes, case.first_month, begins, last + 1)

    layout = layout_of(PolicyRow)
    rows = np.zeros((len(months), layout.size))
    _view(rows, "levers")[:] = levers
    armed_from = begins - case.first_month
    _view(rows, "triggers")[:] = _trigger_rows(triggers, len(months), armed_from)
    for slot in range(len(TRIGGERS)):
        then = triggers[slot].then if slot < len(triggers) else ()
        fired = apply_changes(levers, then, case.first_month, begins, last + 1)
        width = fired.shape[1]
        _view(rows, "then_levers")[:, slot * width : (slot + 1) * width] = fired
    rows.flags.writeable = False
    return CompiledPolicy(
        name,
        policy.title,
        case.first_month,
        start or policy.start or case.default_start,
        rows,
        content_hash(
            {
                "first_month": str(case.first_month),
                "start": str(begins),
                "columns": list(layout.row_labels),
                "rows": rows,
            }
        ),
    )


def stack_policies(policies: Sequence[CompiledPolicy]) -> Floats:
    """Rows (policies, months, columns) as the engine takes them; the first is the reference."""
    rows = np.stack([policy.rows for policy in policies])
    rows[0, :, layout_of(PolicyRow)["is_reference"].start] = 1.0
    return rows


def identical_policies(policies: Iterable[CompiledPolicy]) -> list[tuple[str, ...]]:
    """Names of policies that do the same in every month, one tuple a group of two or more."""
    keyed = sorted(((policy.rows.tobytes(), policy.name) for policy in policies), key=lambda pair: pair[0])
    groups = (tuple(name for _, name in same) for _, same in groupby(keyed, key=lambda pair: pair[0]))
    return sorted(group for group in groups if len(group) > 1)


def _named(case: Case, name: str) -> Policy:
    if name not in case.policies:
        raise RipenessError(
            f"case {case.name} has no policy {name}", suggestion(name, sorted(case.policies), "policy")
        )
    return case.policies[name]


def _view(rows: Floats, field_name: str) -> Floats:
    field = layout_of(PolicyRow)[field_name]
    return rows[:, field.start : field.start + field.rows]


def _trigger_rows(triggers: Sequence[Trigger], months: int, armed_from: int) -> Floats:
    """Rows (months, layout_of(Triggers).size); empty slots are never armed."""
    layout = layout_of(Triggers)
    record = {name: np.zeros((months, *layout[name].shape)) for name in Triggers._fields}
    record["sign"][:] = 1.0
    record["for_months"][:] = 1.0
    for slot, trigger in enumerate(triggers):
        above = trigger.above is not None
        record["armed"][armed_from:, slot] = 1.0
        record["watch"][:, slot, WATCHED.index(trigger.output)] = 1.0
        record["sign"][:, slot] = 1.0 if above else -1.0
        record["threshold"][:, slot] = trigger.above if above else trigger.below
        record["for_months"][:, slot] = trigger.for_months
        record["after_months"][:, slot] = trigger.after_months
    return np.concatenate([record[name].reshape(months, -1) for name in Triggers._fields], axis=1)
