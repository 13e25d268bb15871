"""What stands in the way of compiling a policy, all at once, each fault with a remedy.

A policy read from a case folder has met most of this at loading, with the line of its file. One built or
changed in memory has not, and what a policy inherits from its bases shows only here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ripeness.base import Fault, RipenessError, shown, suggestion
from ripeness.flow import TRIGGERS, records_of
from ripeness.flow.axes import LABELS
from ripeness.policy.levers import lever_catalogue
from ripeness.policy.relative import month_of

if TYPE_CHECKING:
    from ripeness.case import Case, Change, Policy

BOUNDED = frozenset({"set", "at_least", "at_most"})
"""Operations whose value is itself a value of the lever, and so must lie in its range."""


def policy_faults(case: Case, policy: Policy) -> list[Fault]:
    """Faults in a policy and its bases: unknown levers or outputs, bad months, too many triggers."""
    faults: list[Fault] = []
    try:
        line = lineage(case, policy)
    except RipenessError as error:
        return [Fault(_policy_file(policy), None, "base", policy.base, error.problem, error.remedy)]
    for i, change in enumerate(policy.changes):
        faults.extend(_faults_of_change(case, policy, f"changes[{i}]", change))
    for i, trigger in enumerate(policy.triggers):
        key = f"triggers[{i}]"
        watched = records_of(case.program).watched
        if trigger.output not in watched:
            remedy = suggestion(trigger.output, watched, "output")
            faults.append(
                _fault(policy, f"{key}.when.output", trigger.output, "a trigger cannot watch this", remedy)
            )
        for j, change in enumerate(trigger.then):
            faults.extend(_faults_of_change(case, policy, f"{key}.then[{j}]", change))
            if change.ramp_months:
                faults.append(
                    _fault(
                        policy,
                        f"{key}.then[{j}].ramp_months",
                        change.ramp_months,
                        "a triggered change has no ramp: when it fires is not known before the run",
                        "leave ramp_months out, or use triggers with rising after_months",
                    )
                )
    count = sum(len(ancestor.triggers) for ancestor in line)
    if count > len(TRIGGERS):
        faults.append(
            _fault(
                policy,
                "triggers",
                count,
                f"a policy has at most {len(TRIGGERS)} triggers, those of its bases included",
                "join rules that watch the same output, or base the policy on one with fewer",
            )
        )
    return faults


def lineage(case: Case, policy: Policy) -> tuple[Policy, ...]:
    """The policy's bases, furthest first, and the policy itself last.

    RipenessError on an unknown base or a circle of bases.
    """
    line = [policy]
    while (base := line[-1].base) is not None:
        if base not in case.policies:
            raise RipenessError(f"the base {base} is no policy", suggestion(base, case.policies, "policy"))
        if any(base == seen.name for seen in line):
            names = " -> ".join([*(seen.name for seen in line), base])
            raise RipenessError(f"bases run in a circle: {names}", "give one of them another base, or none")
        line.append(case.policies[base])
    return tuple(reversed(line))


def _policy_file(policy: Policy) -> str:
    return f"policies/{policy.name}.yaml"


def _fault(policy: Policy, key: str, value: object, problem: str, remedy: str) -> Fault:
    return Fault(_policy_file(policy), None, key, shown(value), problem, remedy)


def _faults_of_change(case: Case, policy: Policy, key: str, change: Change) -> Iterator[Fault]:
    for part, text in (("from", change.start), ("until", change.until)):
        if text is None:
            continue
        try:
            month_of(text, case.first_month, case.last_month)
        except RipenessError as error:
            yield _fault(policy, f"{key}.{part}", text, error.problem, error.remedy)
    for label, number in _entries(change.value):
        dotted = change.lever if label is None else f"{change.lever}.{label}"
        for problem, remedy in _lever_problems(dotted, number, change.operation in BOUNDED):
            yield _fault(policy, f"{key}.{change.operation}", number, f"{dotted}: {problem}", remedy)
        if change.operation == "scale" and number < 0:
            remedy = "scale by 0 or more"
            yield _fault(policy, f"{key}.scale", number, "a lever cannot be scaled below 0", remedy)


def _lever_problems(dotted: str, number: float, bounded: bool) -> Iterator[tuple[str, str]]:
    """Problem and remedy pairs of one amount of one lever, `name` or `name.label`."""
    name, _, label = dotted.partition(".")
    catalogue = lever_catalogue()
    if name not in catalogue:
        yield "there is no such lever", suggestion(name, catalogue, "lever")
        return
    lever = catalogue[name]
    labels = LABELS[lever.axis] if lever.axis else ()
    if label and label not in labels:
        what = lever.axis or "part"
        yield f"the lever {name} has no {what} {label}", suggestion(label, labels, what)
    if bounded and not lever.low <= number <= lever.high:
        yield f"outside the range of the lever, in {lever.unit}", f"give {lever.low:g} to {lever.high:g}"


def _entries(amount: float | Mapping[str, float]) -> Iterator[tuple[str | None, float]]:
    """Label and number of each entry: one without label, or those of a vector lever."""
    if isinstance(amount, Mapping):
        yield from amount.items()
    else:
        yield None, amount
