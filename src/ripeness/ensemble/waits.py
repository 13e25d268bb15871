"""Deciding later: the same policies begun after a wait, and what can be seen meanwhile.

Until a late policy begins, what is enacted goes on; its months are counted from the same start as those of the
policy begun at once. Signposts are outputs of the world while only what is enacted is done, month by month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ripeness import engine
from ripeness.base import RipenessError, suggestion
from ripeness.case import REFERENCE
from ripeness.ensemble.simulate import Question, over_blocks, pose, run_chunk
from ripeness.flow import records_of
from ripeness.policy import CompiledPolicy, compile_policy

Floats = NDArray[np.float64]

RECENT_MONTHS = 3
"""Last months of a wait whose mean is one reading; the mean of the whole wait is the other."""


def late_name(policy: str, months: int) -> str:
    """What a policy begun so many months later is called in a question; the reference is always under way."""
    return policy if policy == REFERENCE else f"{policy} {months} months later"


def with_late_starts(
    question: Question, policies: Sequence[CompiledPolicy], waits: Sequence[int]
) -> Question:
    """The question with every policy but the reference posed again after each wait.

    policies: those of the question, the reference first. RipenessError where a wait leaves no months to act in.
    """
    case = question.case
    late, names = [], []
    for months in waits:
        for policy in policies:
            if policy.name == REFERENCE:
                continue
            begins = (policy.start or question.start) + months
            if months < 1 or begins >= question.until:
                raise RipenessError(
                    f"a wait of {months} months ends in {begins}, and the run in {question.until}",
                    "wait for 1 month or more, and end before the run does",
                )
            late.append(compile_policy(case, policy.name, begins))
            names.append(late_name(policy.name, months))
    posed = pose(case, [*policies, *late], question.start, question.until, question.seed)
    return replace(posed, names=(*question.names, *names))


def readings(
    question: Question,
    parameters: Floats,
    signposts: Sequence[str],
    waits: Sequence[int],
    *,
    dtype: str = "float32",
    threads: int | None = None,
) -> dict[int, Floats]:
    """What is seen by the end of each wait, (signposts, 2, n): means of the whole wait and of its last months.

    Columns are the members of `parameters` (P, n), with the shocks that they have in the question. The outputs are
    read as they are, without error of measurement: a reading promises somewhat more than an observer could have.
    """
    rows = records_of(question.program).output_rows
    for name in signposts:
        if name not in rows:
            raise RipenessError(
                f"there is no output {name!r} to watch", suggestion(name, rows, "output of this program")
            )
    wanted = [rows.index(name) for name in signposts]
    first = question.start - question.case.first_month
    months = first + max(waits)
    only = replace(
        question,
        names=question.names[:1],
        policies=question.policies[:1, :months],
        months=question.months[:months],
        until=question.start + (max(waits) - 1),
    )

    def block(start: int, part: Floats) -> Floats:
        result = run_chunk(only, part, start, start + part.shape[1], dtype=dtype)
        return np.asarray(result.paths[0, first:, wanted], dtype=np.float64)

    paths = np.concatenate(over_blocks(block, parameters, engine.BLOCK, threads), axis=-1)
    # A list of rows beside a slice puts the rows first: paths are (signposts, months, n).
    return {
        wait: np.stack(
            [paths[:, :wait].mean(axis=1), paths[:, max(wait - RECENT_MONTHS, 0) : wait].mean(axis=1)], axis=1
        )
        for wait in waits
    }
