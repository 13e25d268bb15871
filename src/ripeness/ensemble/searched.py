"""Policies of a search, valued: metrics of the world, of endings, and of the policy itself, on futures set apart.

What a policy is worth does not depend on the policies that it is asked with: rows are stepped side by side on the
same shocks, and the constants that the game reads off the world are fixed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ripeness import engine
from ripeness.base import Month
from ripeness.case import Case
from ripeness.ensemble.bargain import SEARCH_GRID, bargain, chest_slopes, given_no_deal
from ripeness.ensemble.drivers import announcements, drivers_of, world_paths
from ripeness.ensemble.effort import effort
from ripeness.ensemble.endings import outcomes
from ripeness.ensemble.metrics import Metric, reached
from ripeness.ensemble.no_deal import Conditioned
from ripeness.ensemble.simulate import Question, over_blocks, run_chunk
from ripeness.flow import PolicyRow, layout_of, records_of

Floats = NDArray[np.float64]

TOGETHER = 32
"""Policies stepped at a time; memory grows with them."""

GAMES_TOGETHER = 8
"""Policies whose games are solved at a time."""

SLOPES_MEMBERS = 128
"""Futures from which the slopes of A's chest are read."""


@dataclass(frozen=True)
class FutureSet:
    """Futures on which policies are valued: parameters (P, N), the number of the first, and the key of their luck.

    Members are numbered from `first`, so that sets of one seed do not overlap. `question` holds the reference only.
    """

    question: Question
    parameters: Floats
    first: int

    @property
    def size(self) -> int:
        """Number of futures."""
        return int(self.parameters.shape[1])


@dataclass(frozen=True)
class EndingSet:
    """What the games of a search share: the draws of the constants, the slopes of A's chest, and the luck's key."""

    question: Question
    parameters: Floats
    draws: int
    given: Conditioned
    slopes: tuple[float, float]

    @property
    def size(self) -> int:
        """Independent pieces of evidence of what the parties want."""
        return self.draws


def unseen_from(members: int) -> int:
    """Number of the first member after so many that begins a whole block."""
    return -(-members // engine.BLOCK) * engine.BLOCK


def with_rows(question: Question, rows: Floats, names: Sequence[str]) -> Question:
    """The question's reference and beside it policies by their rows (n, T, columns) over the case's months."""
    policies = np.concatenate([question.policies[:1], rows[:, : question.policies.shape[1]]])
    return replace(question, names=(question.names[0], *names), policies=policies)


def world_values(
    futures: FutureSet,
    rows: Floats,
    metrics: Sequence[Metric],
    *,
    dtype: str = "float32",
    threads: int | None = None,
    done: Callable[[int], None] | None = None,
) -> dict[str, Floats]:
    """Metrics (n, N) of policies given as rows (n, T, columns)."""
    outputs = records_of(futures.question.program).output_rows
    wanted = [outputs.index(metric.output) for metric in metrics]
    parts = []
    for at in range(0, len(rows), TOGETHER):
        some = rows[at : at + TOGETHER]
        question = with_rows(futures.question, some, [str(at + i) for i in range(len(some))])

        def block(start: int, part: Floats, posed: Question = question) -> Floats:
            result = run_chunk(posed, part, futures.first + start, 0, dtype=dtype)
            return np.asarray(result.finals[1:, wanted], dtype=np.float64)

        parts.append(np.concatenate(over_blocks(block, futures.parameters, engine.BLOCK, threads), axis=-1))
        if done is not None:
            done(len(some))
    values = np.concatenate(parts)
    return {metric.name: reached(values[:, at], metric) for at, metric in enumerate(metrics)}


def effort_prices(case: Case, rows: Floats, start: Month, until: Month) -> Floats:
    """What the effort of policies given as rows (n, T, columns) costs the coalition from `start` to `until`, (n,)."""
    field = layout_of(PolicyRow)["levers"]
    months = slice(start - case.first_month, until - case.first_month + 1)
    levers = rows[:, :, field.start : field.start + field.rows]
    return np.array([effort(case, each).price_usd_bn[months].sum() for each in levers])


def ending_set(
    question: Question,
    anchors: Question,
    parameters: Floats,
    draws: int,
    *,
    prior: bool = False,
    dtype: str = "float32",
    threads: int | None = None,
) -> EndingSet:
    """Futures of endings; the slopes of A's chest are those that the policies of `anchors` show."""
    stake = question.case.stakes[0]
    given = given_no_deal(question, parameters, draws, stake, prior, dtype, threads)
    few = min(SLOPES_MEMBERS, parameters.shape[1])
    paths = world_paths(anchors, parameters[:, :few], few, dtype=dtype, threads=threads)
    announced = announcements(anchors, [0.0] * len(anchors.names), paths)
    slopes = chest_slopes(drivers_of(question.case, paths, announced, stake), SEARCH_GRID)
    return EndingSet(question, parameters, draws, given, slopes)


def ending_values(
    futures: EndingSet,
    rows: Floats,
    ratchets: Sequence[float],
    metrics: Sequence[str],
    *,
    dtype: str = "float32",
    threads: int | None = None,
    done: Callable[[int], None] | None = None,
) -> dict[str, Floats]:
    """Means (n, draws) over the walkers of each structural draw of end metrics under the main model, coarse grid.

    What was not reached counts as one month after the run.
    """
    parts: dict[str, list[Floats]] = {name: [] for name in metrics}
    for at in range(0, len(rows), GAMES_TOGETHER):
        some = rows[at : at + GAMES_TOGETHER]
        question = with_rows(futures.question, some, [str(at + i) for i in range(len(some))])
        found = bargain(
            question,
            futures.parameters,
            [0.0, *ratchets[at : at + GAMES_TOGETHER]],
            draws=futures.draws,
            grid=SEARCH_GRID,
            dtype=dtype,
            threads=threads,
            given=futures.given,
            slopes=futures.slopes,
        )
        values = outcomes(found, "m1")
        counts = np.bincount(found.walkers.draw, minlength=futures.draws)
        last = question.until - question.start + 2.0
        for name in metrics:
            of_walkers = (
                np.minimum(values[name][1:], last) if name.startswith("months_") else values[name][1:]
            )
            parts[name].append(
                np.stack([np.bincount(found.walkers.draw, row, futures.draws) / counts for row in of_walkers])
            )
        if done is not None:
            done(len(some))
    return {name: np.concatenate(each) for name, each in parts.items()}


def standard_error(values: Floats) -> Floats:
    """Standard errors (n,) of means over independent futures or draws, (n, N)."""
    count = values.shape[1]
    return np.asarray(values.std(axis=1, ddof=1) / np.sqrt(count)) if count > 1 else np.zeros(len(values))


def output_paths(
    futures: FutureSet,
    rows: Floats,
    outputs: Sequence[str],
    *,
    dtype: str = "float32",
    threads: int | None = None,
) -> NDArray[np.float32]:
    """Monthly outputs (n, T, outputs, N) of policies given as rows, from the case's first month on."""
    known = records_of(futures.question.program).output_rows
    wanted = [known.index(name) for name in outputs]
    parts = []
    for row in rows:
        question = with_rows(futures.question, row[None], ["watched"])

        def block(start: int, part: Floats, posed: Question = question) -> NDArray[np.float32]:
            first = futures.first + start
            result = run_chunk(posed, part, first, first + part.shape[1], dtype=dtype)
            return np.asarray(result.paths[1][:, wanted], dtype=np.float32)

        parts.append(np.concatenate(over_blocks(block, futures.parameters, engine.BLOCK, threads), axis=-1))
    return np.stack(parts)
