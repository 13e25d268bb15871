"""Futures kept warm: the months before a policy's start are stepped once, a moved lever steps only those after it.

The numbers are those of a whole run, bit for bit: shocks depend on member and month only, and no policy acts
before the start. Where the start lies inside the record, the reference policy still takes the record in after
it, and whole runs are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ripeness import engine
from ripeness.api.chart_data import Floats, fans
from ripeness.api.lab_charts import lab_charts
from ripeness.api.lab_recent import Recent, Room
from ripeness.api.share_link import MINE, Link, policy_of
from ripeness.api.simulation import Asked, Draws, Options, draws_for
from ripeness.base import Month
from ripeness.case import REFERENCE
from ripeness.ensemble.metrics import Metric, ParameterRanks, metrics_of, narrowing, restricted, values_of
from ripeness.ensemble.record import parameters_hash, run_record
from ripeness.ensemble.simulate import Question, chunks, pose, program_of, usable_cores
from ripeness.ensemble.start import start_state
from ripeness.flow import PolicyRow, Run, layout_of, records_of
from ripeness.policy import CompiledPolicy, compile_policy, rows_at, stack_policies

if TYPE_CHECKING:
    from ripeness.case import Case

DTYPE = "float32"

SHOWN_BEFORE = 12
"""Months before the start that are drawn, so that a fan joins the record."""

AT_ONCE = 6
"""Policies that are stepped together where only their ends are wanted: bounds the memory of one question."""

LONGEST_SUM = 12
"""Months over which a charted output is summed at most."""

Paths = Mapping[str, Floats]
"""Outputs (T, N) by name."""


@dataclass(frozen=True)
class Future:
    """One policy's futures: outputs of the last month (O, N), and quantiles (5, T) by chart over the shown months."""

    finals: NDArray[np.float32]
    fans: Mapping[str, Floats]


@dataclass(frozen=True)
class Eve:
    """What all policies of a question share: parameters (P, N) and where members stand when policies may begin.

    `cut` months have been stepped: states (S, N) of the reference and of any other policy, which differ in the last
    bits, and the last outputs (k, N) of both by chart.
    """

    parameters: Floats
    cut: int
    reference_state: Floats
    other_state: Floats
    reference_paths: Paths
    other_paths: Paths


@dataclass(frozen=True)
class Answered:
    """A link's futures: the question, and each policy's futures in the question's order."""

    link: Link
    asked: Asked
    shown: tuple[Month, ...]
    futures: tuple[Future, ...]
    run: Run

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """Metrics of the case."""
        return tuple(metrics_of(self.run.program))

    @cached_property
    def values(self) -> Floats:
        """Every metric of every policy and member, (M, NP, N)."""
        return np.stack([values_of(self.run, metric) for metric in self.metrics])

    @cached_property
    def compared(self) -> Floats:
        """The same as numbers that can be compared."""
        rows = zip(self.values, self.metrics, strict=True)
        return np.stack([restricted(row, metric, self.run) for row, metric in rows])


class WarmFutures:
    """Futures of one case, kept while they are in use and fit the room."""

    def __init__(self, case: Case, room: Room | None = None) -> None:
        self.case = case
        self._eves: Recent[Eve] = Recent(8, room)
        self._ranks: Recent[dict[str, ParameterRanks]] = Recent(8, room)
        self._futures: Recent[Future] = Recent(64, room)
        self._records: Recent[dict[str, object]] = Recent(256)
        self._compiled: Recent[CompiledPolicy] = Recent(128)
        self._posed: Recent[Question] = Recent(32)
        self._draws: Recent[Draws] = Recent(16)
        self._hashes: Recent[str] = Recent(8)
        self._narrowed: Recent[Floats] = Recent(8, room)
        self._own: Recent[CompiledPolicy] = Recent(64)
        self._finals: Recent[NDArray[np.float32]] = Recent(16, room)
        self._months = tuple(case.months)

    def asked(self, link: Link) -> Asked:
        """The question of a link: the reference, the link's own policy, and those beside it."""
        names = (REFERENCE, MINE, *link.beside)
        policies = tuple(
            self._mine(link) if name == MINE else self.policy(name, link.start) for name in names
        )
        key = (link.start, link.until, link.seed)
        posed = self._posed.get(key, lambda: pose(self.case, policies[:1], link.start, link.until, link.seed))
        months = posed.policies.shape[1]
        question = replace(posed, names=names, policies=stack_policies(policies)[:, :months])
        case = replace(self.case, policies={**self.case.policies, MINE: policy_of(link, self.case)})
        return Asked(
            case, policies, replace(question, case=case), self.draws(link), Options(link.members, link.seed)
        )

    def policy(self, name: str, start: Month) -> CompiledPolicy:
        """A policy of the case from a start month on."""
        return self._compiled.get((name, start), lambda: compile_policy(self.case, name, start))

    def draws(self, link: Link) -> Draws:
        """Where parameters come from, those that the link fixes at its values."""
        usual = self._draws.get(link.seed, lambda: draws_for(self.case, link.seed, prior=False))
        return with_assumptions(usual, self.case, link.assumptions)

    def answered(self, link: Link) -> Answered:
        """Every policy's futures; only those that are not held are stepped."""
        asked = self.asked(link)
        question = asked.question
        eve = self.eve(link, asked)
        futures = self._walk(link, asked, eve)
        record = self._records.get(link.question, lambda: self._record(link, question, eve))
        months = self._months[: question.policies.shape[1]]
        empty = np.empty(0)
        run = Run(
            self.case.name,
            question.program,
            question.names,
            months,
            question.start,
            question.until,
            np.stack([future.finals for future in futures]),
            empty,
            empty,
            empty,
            eve.parameters,
            record,
        )
        return Answered(link, asked, months[shown_from(self.case, link.start) :], futures, run)

    def _record(self, link: Link, question: Question, eve: Eve) -> dict[str, object]:
        drawn = self._hashes.get(_draw_key(link), lambda: parameters_hash(eve.parameters, link.members))
        return run_record(question, eve.parameters, dtype=DTYPE, hashed=drawn)

    def ranks(self, link: Link, run: Run) -> Mapping[str, ParameterRanks]:
        """Ranks of the parameters that can stand behind each metric of a link's futures."""

        def ranked() -> dict[str, ParameterRanks]:
            every = ParameterRanks.of(run.parameters, run.records.parameter_names)
            behind: dict[int, ParameterRanks] = {}
            found = {}
            for metric in metrics_of(run.program):
                rows = run.records.parameters_behind(metric.output)
                if rows not in behind:
                    behind[rows] = every.behind(run, metric)
                found[metric.name] = behind[rows]
            return found

        return self._ranks.get(_draw_key(link), ranked)

    def narrowed(self, link: Link, answered: Answered) -> Floats | None:
        """How far the record has narrowed each parameter (P,), under a link's assumptions; None without a fit."""
        prior_sd = answered.asked.draws.prior_sd
        if prior_sd is None:
            return None
        return self._narrowed.get(_draw_key(link), lambda: narrowing(answered.run.parameters, prior_sd))

    def eve(self, link: Link, asked: Asked) -> Eve:
        """Where members stand when policies may begin."""
        return self._eves.get((*_draw_key(link), link.start), lambda: self._stepped_to_start(link, asked))

    def finals(self, link: Link) -> NDArray[np.float32]:
        """Outputs of the last month (O, N) of a link's own policy."""
        alone = replace(link.question, beside=())

        def made() -> NDArray[np.float32]:
            asked = self.asked(alone)
            return self._walk(alone, asked, self.eve(alone, asked))[1].finals

        return self._finals.get(alone, made)

    def finals_of(self, link: Link, policies: Sequence[Floats]) -> list[NDArray[np.float32]]:
        """Outputs of the last month (O, N) of policies (T, rows) of a page's own, under a link's question."""
        asked = self.asked(replace(link, beside=()))
        own, eve = asked.question, self.eve(link, asked)
        found = []
        for first in range(0, len(policies), AT_ONCE):
            some = policies[first : first + AT_ONCE]
            names = (own.names[0], *(f"variant {place}" for place in range(len(some))))
            question = replace(own, names=names, policies=np.stack([own.policies[0], *some]))
            found += self._ends(question, eve)
        return found

    def finals_of_cases_own(self, link: Link, names: Sequence[str]) -> list[NDArray[np.float32]]:
        """Outputs of the last month (O, N) of policies of the case, under a link's question."""
        months = link.until - self.case.first_month + 1
        return self.finals_of(link, [self.policy(name, link.start).rows[:months] for name in names])

    def _ends(self, question: Question, eve: Eve) -> list[NDArray[np.float32]]:
        """Outputs of the last month of all policies but the reference; no path is kept."""
        states = [eve.reference_state, *[eve.other_state] * (len(question.names) - 1)]
        months = question.policies.shape[1]
        rows = question.policies[:, eve.cut :]
        stepped = self._step(question, rows, eve.parameters, np.stack(states), eve.cut, months, paths=False)
        finals = np.concatenate([each.finals for each in stepped], axis=-1)
        return list(finals[1:])

    def policy_rows(self, link: Link) -> Floats:
        """Rows of a link's own policy."""
        return self._mine(link).rows

    def _cut(self, link: Link) -> int:
        """Months before a link's start that are stepped once for all of its policies."""
        return link.start - self.case.first_month if link.start > self.case.data_until else 0

    def _mine(self, link: Link) -> CompiledPolicy:
        return self._own.get((link.base, link.start, link.moves), lambda: self._compiled_own(link))

    def _compiled_own(self, link: Link) -> CompiledPolicy:
        base = self.policy(link.base, link.start)
        policy = policy_of(link, self.case)
        if _has_triggers(self.case, link.base):
            case = replace(self.case, policies={**self.case.policies, MINE: policy})
            return compile_policy(case, MINE, link.start)
        rows = rows_at(self.case, base, policy, link.start)
        rows.flags.writeable = False
        return replace(base, name=MINE, title=policy.title, start=link.start, rows=rows)

    def _stepped_to_start(self, link: Link, asked: Asked) -> Eve:
        question = asked.question
        parameters = asked.draws.draw(0, link.members)
        state = start_state(question.program, parameters, question.facts)
        cut = self._cut(link)
        if not cut:
            return Eve(parameters, 0, state, state, {}, {})
        both = question.policies[[0, 0], :cut].copy()
        both[1, :, layout_of(PolicyRow)["is_reference"].start] = 0.0
        stepped = self._step(question, both, parameters, state, 0, cut)
        kept = slice(max(cut - SHOWN_BEFORE - LONGEST_SUM + 1, 0), cut)
        paths = [
            {name: path[kept].copy() for name, path in self._paths(stepped, place).items()}
            for place in (0, 1)
        ]
        states = [
            np.concatenate([each.state[place] for each in stepped], axis=1).astype(np.float64)
            for place in (0, 1)
        ]
        return Eve(parameters, cut, states[0], states[1], paths[0], paths[1])

    def _walk(self, link: Link, asked: Asked, eve: Eve) -> tuple[Future, ...]:
        """Futures of every policy, in order; those that are missing are stepped together."""
        question = asked.question
        keys = [self._key(link, policy) for policy in question.policies]
        first = {key: place for place, key in reversed(list(enumerate(keys)))}
        missing = [place for key, place in first.items() if place and not self._futures.known(key)]
        if not self._futures.known(keys[0]):
            missing = [0, *missing]
        made = dict(zip(missing, self._stepped_on(question, eve, missing), strict=True))

        def future(place: int) -> Future:
            return made[place] if place in made else self._stepped_on(question, eve, [place])[0]

        return tuple(self._futures.get(key, partial(future, first[key])) for key in keys)

    def _key(self, link: Link, rows: Floats) -> tuple[object, ...]:
        acting = rows[self._cut(link) :]  # before the start all policies are the reference
        return (*_draw_key(link), link.start, link.until, blake2b(acting.tobytes(), digest_size=16).digest())

    def _stepped_on(self, question: Question, eve: Eve, places: Sequence[int]) -> list[Future]:
        """Futures of the policies at `places`, from the eve on; the reference goes along in any case."""
        if not places:
            return []
        along = [0, *(place for place in places if place)]
        states = [eve.other_state if place else eve.reference_state for place in along]
        rows = question.policies[along, eve.cut :]
        stepped = self._step(
            question, rows, eve.parameters, np.stack(states), eve.cut, question.policies.shape[1]
        )
        first = shown_from(self.case, question.start)
        return [
            Future(
                np.concatenate([each.finals[at] for each in stepped], axis=1),
                self._fans(
                    self._paths(stepped, at),
                    eve.other_paths if place else eve.reference_paths,
                    first,
                    eve.cut,
                ),
            )
            for at, place in enumerate(along)
            if place in places
        ]

    def _step(
        self,
        question: Question,
        rows: Floats,
        parameters: Floats,
        state: Floats,
        first: int,
        last: int,
        *,
        paths: bool = True,
    ) -> list[engine.Result]:
        program = program_of(self.case)

        def part(member: int, count: int) -> engine.Result:
            inputs = engine.Inputs(
                params=parameters[:, member : member + count],
                state=state[..., member : member + count],
                policies=rows,
                months=question.months[first:last],
                seed=question.seed,
                first_member=member,
                first_month=first,
            )
            return engine.run(program, inputs, keep_paths=count if paths else 0, dtype=DTYPE)

        mine, *others = chunks(parameters.shape[1], usable_cores())
        waiting = [_helpers().submit(part, *other) for other in others]
        return [part(*mine), *(other.result() for other in waiting)]

    def _paths(self, stepped: Sequence[engine.Result], place: int) -> dict[str, Floats]:
        names = records_of(self.case.program).output_rows
        return {
            chart.name: np.concatenate(
                [each.paths[place, :, names.index(chart.name)] for each in stepped], axis=-1
            )
            for chart in lab_charts(self.case.program)
        }

    def _fans(self, paths: Paths, before: Paths, first: int, cut: int) -> dict[str, Floats]:
        """Quantiles over the shown months, which begin at month `first`; `before` ends at `cut`."""
        charts, parts, skipped = lab_charts(self.case.program), {}, {}
        for chart in charts:
            path = np.concatenate([before[chart.name], paths[chart.name]]) if before else paths[chart.name]
            begins = cut - (len(path) - len(paths[chart.name]))
            from_row = max(first - begins - chart.months + 1, 0)
            parts[chart.name], skipped[chart.name] = path[from_row:], first - begins - from_row
        return {name: whole[:, skipped[name] :] for name, whole in fans(charts, parts).items()}


@cache
def _helpers() -> ThreadPoolExecutor:
    """Threads that step what the asking thread does not step itself; kept, as starting one takes a millisecond."""
    return ThreadPoolExecutor(max_workers=usable_cores(), thread_name_prefix="futures")


def shown_from(case: Case, start: Month) -> int:
    """Index of the first month that is drawn."""
    return max(start - case.first_month - SHOWN_BEFORE, 0)


def with_assumptions(draws: Draws, case: Case, fixed: Sequence[tuple[str, float]]) -> Draws:
    """The same draws with some parameters at a value in every future."""
    if not fixed:
        return draws
    labels = records_of(case.program).parameter_names
    places = [labels.index(name) for name, _ in fixed]
    values = np.array([[value] for _, value in fixed])

    def draw(first: int, length: int) -> Floats:
        drawn = np.array(draws.draw(first, length), dtype=np.float64)
        drawn[places] = values
        return drawn

    return replace(draws, draw=draw)


def _draw_key(link: Link) -> tuple[object, ...]:
    return link.seed, link.members, link.assumptions


def _has_triggers(case: Case, name: str) -> bool:
    policy = case.policies[name]
    return bool(policy.triggers) or (policy.base is not None and _has_triggers(case, policy.base))
