"""Does every lever that a policy changes move anything? One lever is put back at a time, and all else kept.

The months are stepped by the reference engine for a few futures; all variants of all policies are stepped
side by side, so that a case is checked in seconds and nothing is compiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ripeness import engine
from ripeness.base import Fault
from ripeness.case import REFERENCE
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.simulate import pose, program_of
from ripeness.ensemble.start import start_state
from ripeness.flow import Levers, PolicyRow, Triggers, layout_of, records_of
from ripeness.policy import CompiledPolicy, compile_policy, lever_of_row

if TYPE_CHECKING:
    from ripeness.case import Case

Floats = NDArray[np.float64]

FUTURES = 4
"""Futures in which a lever has the chance to move something."""

SEED = 1

IGNORED = ("log_likelihood", "war_log_likelihood", "price_cap_usd_bbl")
"""Outputs that say nothing of the world: the fit of the record, and the cap that repeats its lever."""


@dataclass(frozen=True)
class Variant:
    """A policy with one of its levers put back to what was enacted; `lever` None is the policy itself."""

    policy: str
    part: int
    """0 for the policy's own changes, 1 and more for what its triggers do."""
    lever: str | None
    rows: Floats
    """(T, K) policy rows."""


def lever_findings(case: Case) -> tuple[list[Fault], list[Fault]]:
    """Faults for levers without which no output differs, and remarks on changes that leave a lever as it was."""
    compiled = [compile_policy(case, name) for name in (REFERENCE, *sorted(set(case.policies) - {REFERENCE}))]
    reference = compiled[0]
    variants, remarks = [], []
    for policy in compiled[1:]:
        made, left = _variants(case, reference, policy)
        variants += made
        remarks += left
    if not variants:
        return [], remarks
    outputs = _step_all(case, reference, variants)
    whole = {(each.policy, each.part): at for at, each in enumerate(variants) if each.lever is None}
    faults = []
    for at, variant in enumerate(variants):
        if variant.lever is not None and np.array_equal(
            outputs[at], outputs[whole[variant.policy, variant.part]]
        ):
            faults.append(
                Fault(
                    f"policies/{variant.policy}.yaml",
                    _line_of(case, variant.policy, variant.lever),
                    variant.lever,
                    None,
                    "the lever moves nothing: without this change every output is the same",
                    "take the change out, or set the levers without which it cannot act",
                )
            )
    return faults, remarks


def _variants(
    case: Case, reference: CompiledPolicy, policy: CompiledPolicy
) -> tuple[list[Variant], list[Fault]]:
    """The policy, and it without each of its levers; a trigger's levers are tried as if it had fired at once."""
    about = case.policies[policy.name]
    made: list[Variant] = []
    remarks: list[Fault] = []
    start = (policy.start or case.first_month) - case.first_month
    base = _levers(reference.rows)
    parts = [(_levers(policy.rows), about.changes)]
    inherited = _slots_used(policy) - len(about.triggers)
    parts += [
        (_fired(policy, slot, start), trigger.then) for slot, trigger in enumerate(about.triggers, inherited)
    ]
    for part, (levers, changes) in enumerate(parts):
        for name in dict.fromkeys(change.lever.split(".")[0] for change in changes):
            rows = [row for row in range(levers.shape[1]) if lever_of_row(row).name == name]
            if lever_of_row(rows[0]).in_bargaining and records_of(case.program).has_war:
                continue  # it acts on what the parties would accept, whether or not it moves the world too
            if np.array_equal(levers[:, rows], base[:, rows]):
                remarks.append(_left_alone(case, policy, name))
                continue
            back = levers.copy()
            back[:, rows] = base[:, rows]
            made.append(Variant(policy.name, part, name, _untriggered(policy.rows, back)))
        made.append(Variant(policy.name, part, None, _untriggered(policy.rows, levers)))
    return made, remarks


def _left_alone(case: Case, policy: CompiledPolicy, lever: str) -> Fault:
    return Fault(
        f"policies/{policy.name}.yaml",
        _line_of(case, policy.name, lever),
        lever,
        None,
        f"started in {policy.start}, the change leaves the lever where it is anyway",
        "nothing, if it is meant to hold the lever there",
    )


def _levers(rows: Floats) -> Floats:
    field = layout_of(PolicyRow)["levers"]
    return rows[:, field.start : field.start + field.rows]


def _slots_used(policy: CompiledPolicy) -> int:
    """Trigger slots of a policy, its bases' first."""
    triggers = layout_of(PolicyRow)["triggers"]
    armed = layout_of(Triggers)["armed"]
    rows = policy.rows[:, triggers.start + armed.start : triggers.start + armed.start + armed.rows]
    return int(rows.any(axis=0).sum())


def _fired(policy: CompiledPolicy, slot: int, start: int) -> Floats:
    """Lever rows with the trigger of a slot in force from the start on."""
    field, width = layout_of(PolicyRow)["then_levers"], layout_of(Levers).size
    then = policy.rows[:, field.start + slot * width : field.start + (slot + 1) * width]
    levers = _levers(policy.rows).copy()
    levers[start:] = then[start:]
    return levers


def _untriggered(rows: Floats, levers: Floats) -> Floats:
    """Policy rows with these levers and no trigger armed."""
    out = np.zeros_like(rows)
    field = layout_of(PolicyRow)["levers"]
    out[:, field.start : field.start + field.rows] = levers
    return out


def _step_all(case: Case, reference: CompiledPolicy, variants: list[Variant]) -> Floats:
    """Outputs (variants, T, O', futures) of all variants on the shocks of the reference."""
    question = pose(case, [reference], case.first_month, case.last_month, SEED)
    program = program_of(case)
    params = draw_parameters(case, program.params, FUTURES, SEED)
    first = start_state(case.program, params, question.facts)
    inputs = engine.Inputs(params, first, question.policies, question.months, seed=SEED)
    n = len(variants)
    many_params = program.params.unpack(np.tile(params, (1, n)))
    one_params = program.params.unpack(params)
    table = np.stack([variant.rows for variant in variants])
    one, many = first, np.tile(first, (1, n))
    kept = [i for i, name in enumerate(program.outputs.row_names) if name.split("[")[0] not in IGNORED]
    seen = np.empty((len(question.months), len(kept), n * FUTURES))
    with np.errstate(all="ignore"):
        for t in range(len(question.months)):
            month = program.month.unpack(question.months[t][:, None])
            shocks = engine.reference.shocks_of(program, inputs, t).astype(np.float64)
            row = layout_of(PolicyRow).unpack(question.policies[0, t][:, None])
            one, _, used = _step(program, one, one_params, row, month, shocks, FUTURES)
            rows = layout_of(PolicyRow).unpack(np.repeat(table[:, t].T, FUTURES, axis=1))
            many, outputs, _ = _step(
                program, many, many_params, rows, month, np.tile(used, (1, n)), n * FUTURES
            )
            seen[t] = outputs[kept]
    return np.moveaxis(seen.reshape(len(seen), len(kept), n, FUTURES), 2, 0)


def _step(
    program: engine.Program,
    state: Floats,
    params: Any,
    policy: PolicyRow,
    month: Any,
    shocks: Floats,
    members: int,
) -> tuple[Floats, Floats, Floats]:
    """One month of the program on plain rows; every member may have a policy of its own."""
    after, outputs, used = program.step(
        program.state.unpack(state),
        params,
        policy,
        month,
        program.shocks.unpack(shocks),
        engine.reference.Arrays(np),
    )
    return (
        _rows(program.state.pack(after), members),
        _rows(program.outputs.pack(outputs), members),
        _rows(program.shocks.pack(used), members),
    )


def _rows(rows: list[Floats], members: int) -> Floats:
    return np.stack([np.broadcast_to(np.asarray(row, dtype=np.float64), (members,)) for row in rows])


def _line_of(case: Case, policy: str, lever: str) -> int | None:
    """Line of the policy's file that first changes the lever."""
    path = case.folder / "policies" / f"{policy}.yaml"
    if not path.is_file():  # a case made from a record has no files of its own
        return None
    return next(_lines_with(path.read_text(encoding="utf-8"), lever), None)


def _lines_with(text: str, lever: str) -> Iterator[int]:
    for number, line in enumerate(text.splitlines(), 1):
        if f"lever: {lever}" in line:
            yield number
