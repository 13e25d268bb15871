"""The loop over members: chunks and threads around an engine, the same numbers however they are cut.

A run replays the record under the reference policy (its shocks are inferred month by month), steps
every other policy on these shocks, and goes on into the forecast with drawn shocks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ripeness import engine
from ripeness.base import Month, RipenessError, month_range
from ripeness.case import Case
from ripeness.ensemble.fans import moments
from ripeness.ensemble.programs import program_named
from ripeness.ensemble.start import StartFacts, start_facts, start_state
from ripeness.flow import Run
from ripeness.policy import CompiledPolicy, stack_policies

Floats = NDArray[np.float64]
T = TypeVar("T")

MAX_CHUNK = 4096
"""Most members a chunk holds; memory grows with chunks in flight, not with members."""


@dataclass(frozen=True)
class Question:
    """What is simulated: policy rows, month rows and counters of one run, before any member is drawn.

    policies (NP, T, K) with the reference first; months (T, M). Both begin at the case's first month.
    """

    case: Case
    names: tuple[str, ...]
    policies: Floats
    months: Floats
    start: Month
    until: Month
    facts: StartFacts | None
    seed: int

    @property
    def program(self) -> str:
        """Name of the case's program."""
        return self.case.program


class Stepped(Protocol):
    """The part of a question that steps members: all that `run_chunk` reads of it."""

    @property
    def program(self) -> str:
        """Name of the program."""

    @property
    def policies(self) -> Floats:
        """(NP, T, K), the reference first."""

    @property
    def months(self) -> Floats:
        """(T, M)."""

    @property
    def facts(self) -> StartFacts | None:
        """The eve of the first month; None in a program whose start is in its parameters."""

    @property
    def seed(self) -> int:
        """Key of the shocks."""


def pose(
    case: Case,
    policies: Sequence[CompiledPolicy],
    start: Month,
    until: Month,
    seed: int = 0,
    origin: Month | None = None,
    conditional: Sequence[str] = (),
) -> Question:
    """Rows of a run from the case's first month to `until`; sums and first passages count from `start`.

    With `origin`, only what was known then is read, but for the sites in `conditional`. RipenessError
    where the months do not lie in the case in this order.
    """
    if not case.first_month <= start <= until <= case.last_month:
        raise RipenessError(
            f"start {start} and until {until} do not lie in order between {case.first_month} and {case.last_month}",
            "pass --start and --until inside the case's months",
        )
    months = list(month_range(case.first_month, until))
    rows = case.month_rows(months, origin=origin, conditional=tuple(conditional), counting=(start, until))
    stacked = stack_policies(policies)[:, : len(months)]
    return Question(
        case,
        tuple(policy.name for policy in policies),
        stacked,
        rows,
        start,
        until,
        start_facts(case),
        seed,
    )


def program_of(case: Case) -> engine.Program:
    """The program that a case runs."""
    return program_named(case.program)


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chunks(members: int, threads: int) -> Iterator[tuple[int, int]]:
    """First member and length of each chunk: whole blocks, enough chunks to keep the threads busy."""
    blocks = -(-members // engine.BLOCK)
    a_thread = -(-blocks // max(threads, 1)) * engine.BLOCK
    size = min(MAX_CHUNK, a_thread)
    for first in range(0, members, size):
        yield first, min(size, members - first)


def run_chunk(
    question: Stepped,
    parameters: Floats,
    first: int,
    keep_paths: int,
    backend: str = "kernel",
    dtype: str = "float32",
) -> engine.Result:
    """Simulate the members of one chunk; a pure function of its arguments."""
    inputs = engine.Inputs(
        params=parameters,
        state=start_state(question.program, parameters, question.facts),
        policies=question.policies,
        months=question.months,
        seed=question.seed,
        first_member=first,
    )
    kept = max(0, min(keep_paths - first, parameters.shape[1]))
    precision = None if backend == "reference" else dtype
    return engine.run(
        program_named(question.program), inputs, keep_paths=kept, backend=backend, dtype=precision
    )


def simulate(
    question: Question,
    parameters: Floats,
    *,
    keep_paths: int = 2000,
    backend: str = "kernel",
    dtype: str = "float32",
    threads: int | None = None,
    done: Callable[[int], None] | None = None,
) -> Run:
    """Run every chunk and join them in order.

    `parameters` (P, N) holds one column a member. `done` is called with the number of members of
    each finished chunk. Results do not depend on `threads`.
    """

    def kept(first: int, part: Floats) -> engine.Result:
        result = run_chunk(question, part, first, keep_paths, backend, dtype)
        if done is not None:
            done(part.shape[1])
        return replace(result, state=np.empty((0, 0, 0)))

    return join(question, parameters, over_chunks(kept, parameters, threads))


def run_members(
    question: Question,
    parameters: Floats,
    *,
    backend: str = "kernel",
    dtype: str = "float64",
    threads: int | None = None,
) -> Floats:
    """Outputs of the last month (NP, O, N), nothing else kept: what a fit asks for again and again."""

    def finals(first: int, part: Floats) -> Floats:
        return run_chunk(question, part, first, 0, backend, dtype).finals

    return np.concatenate(over_chunks(finals, parameters, threads), axis=2)


def over_chunks(work: Callable[[int, Floats], T], parameters: Floats, threads: int | None) -> list[T]:
    """`work(first member, its parameters)` of every chunk, in order, on the threads asked for."""
    workers = threads or usable_cores()
    pieces = chunks(parameters.shape[1], workers)
    return _on_threads(work, [(first, parameters[:, first : first + n]) for first, n in pieces], workers)


def over_blocks(
    work: Callable[[int, Floats], T], parameters: Floats, members: int, threads: int | None = None
) -> list[T]:
    """`work(first member, its parameters)` of every run of `members` members, in order: whole blocks each."""
    if members % engine.BLOCK:
        raise ValueError(f"{members} members are no whole blocks of {engine.BLOCK}")
    firsts = range(0, parameters.shape[1], members)
    parts = [(first, parameters[:, first : first + members]) for first in firsts]
    return _on_threads(work, parts, threads or usable_cores())


def _on_threads(
    work: Callable[[int, Floats], T], parts: Sequence[tuple[int, Floats]], workers: int
) -> list[T]:
    if len(parts) == 1:
        return [work(*parts[0])]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(lambda part: work(*part), parts))


def join(question: Question, parameters: Floats, results: Sequence[engine.Result]) -> Run:
    """One run from the results of its chunks, in order."""
    sums, squares = engine.merge_sums(results)
    means, sds = moments(sums, squares, parameters.shape[1])
    months = tuple(month_range(question.case.first_month, question.until))
    return Run(
        case=question.case.name,
        program=question.program,
        policies=question.names,
        months=months,
        start=question.start,
        until=question.until,
        finals=np.concatenate([result.finals for result in results], axis=2),
        means=means,
        sds=sds,
        paths=np.concatenate([result.paths for result in results], axis=3),
        parameters=parameters,
    )
