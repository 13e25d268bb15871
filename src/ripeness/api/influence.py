"""Which inputs decide: shares of variance of metrics and of their differences, and what knowing more is worth.

Two kinds of samples. A designed one gives Sobol indices: inputs independent, luck apart (`ensemble.designs`). Futures
as they are drawn give Shapley effects, where inputs may move together, and the value of information.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ripeness.analysis import sobol_indices
from ripeness.api.bargained import FEWEST_DRAWS, MOST_DRAWS, ratchet_months
from ripeness.api.chart_data import charted
from ripeness.api.progress import Progress, told
from ripeness.api.results import Answer
from ripeness.api.shares import (
    FUTURES_AN_INPUT,
    inputs_document,
    on_matrices,
    say_prior_driven,
    shares_document,
    strongest,
)
from ripeness.api.simulation import Asked, Options, When, ask, make_ready
from ripeness.api.subjects import (
    FutureTable,
    Subject,
    chosen_names,
    chosen_pair,
    chosen_subjects,
    metrics_behind,
    smallest_program,
)
from ripeness.api.worth import information_document
from ripeness.base import RipenessError, suggestion
from ripeness.case import REFERENCE, load
from ripeness.ensemble.bargain import SEARCH_GRID, bargain
from ripeness.ensemble.designs import LUCK, OTHERS, Design, Values, design_of, run_design
from ripeness.ensemble.endings import outcomes
from ripeness.ensemble.metrics import Objective, values_of
from ripeness.ensemble.record import record_hash, run_record
from ripeness.ensemble.simulate import Question
from ripeness.ensemble.store import run_in_memory
from ripeness.ensemble.waits import readings, with_late_starts
from ripeness.flow import MAIN_PARAMETERS, BargainingParameters, layout_of, records_of
from ripeness.report import sensitivity_sentences, sensitivity_tables

if TYPE_CHECKING:
    from ripeness.case import Case

Floats = NDArray[np.float64]

SAMPLES = 1024
"""Futures of a matrix, unless asked otherwise."""

FEWEST_SAMPLES = 64

SCREENED = 256
"""Futures of a matrix in the first look, which chooses the inputs."""

MOST_INPUTS = 40
"""Inputs that are looked at one by one where none are named."""

MEMBERS = 4096
"""Futures behind Shapley effects and the value of information."""

WALKED = 4096
"""Worlds whose endings are walked."""

STRUCTURAL_DRAWS = 128
"""Structural draws for which the game is solved."""

WAITS = (3, 6, 12)
"""Months of waiting looked at."""


@dataclass(frozen=True, repr=False, eq=False)
class Influence(Answer):
    """The answer of `sensitivity`."""

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """The files of every answer, and one chart a metric (SVG and PNG)."""
        from ripeness.report.effect_bars import save_effect_bars

        written = super().save(folder)
        return (*written, *save_effect_bars(self.content, Path(folder)))


def sensitivity(
    case: str | Path | Case = "ukraine",
    policy: str | None = None,
    than: str | None = None,
    *,
    metrics: Sequence[str] | str | None = None,
    inputs: Sequence[str] | str | None = None,
    objectives: Sequence[str | Objective] | None = None,
    samples: int = SAMPLES,
    members: int = MEMBERS,
    prior: bool = False,
    wait: Sequence[int] | str = WAITS,
    signposts: Sequence[str] | str | None = None,
    start: When = None,
    until: When = None,
    structural_draws: int = STRUCTURAL_DRAWS,
    seed: int = 1,
    dtype: str = "float32",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Which inputs decide between two policies, and what knowing more before choosing would be worth.

    Args:
        case: name of a shipped case, or a folder.
        policy: the policy looked at.
        than: the one it is held against; by default the two orders of talks and pressure where a case has them,
            else the reference.
        metrics: names of metrics; those of endings (such as p_durable_settlement) solve the game too.
        inputs: parameters looked at one by one; by default the 40 that matter most in a first look.
        objectives: aims as `metric:lower` or `metric:higher`; by default those of the model.
        samples: futures of each matrix of the designed sample.
        members: futures as drawn, for Shapley effects and the value of information.
        prior: draw from the priors even where the case ships a posterior.
        wait: months that a decision might wait, as a list or `3,6,12`; none leaves waiting out.
        signposts: outputs of the model that might be watched meanwhile; those that charts show by default.
        start: month from which policies act.
        until: last month.
        structural_draws: draws of the bargaining constants, for metrics of endings.
        seed: counter of the random numbers.
        dtype: float32 or float64.
        threads: threads; all cores by default. No number depends on it.
        progress: listener of progress.

    Raises:
        CaseFaults: the case is at fault.
        RipenessError: an option is; the remedy says what to write.
    """
    loaded = load(case) if isinstance(case, str | Path) else case
    subjects = chosen_subjects(loaded, metrics, objectives)
    named, posts, waits = chosen_names(inputs), chosen_names(signposts), chosen_waits(wait)
    pair = chosen_pair(loaded, policy, than)
    smaller = smallest_program(loaded, subjects, posts)
    _check_sizes(samples, structural_draws)
    _check_names(smaller, subjects, named)
    if start is None and policy is None and than is None:
        start = loaded.default_start
    asked = ask(
        smaller, pair, start=start, until=until, options=Options(members, seed, prior, dtype, threads)
    )
    if not any(subject.sense is not None for subject in subjects):
        waits = ()
    posts = [chart.name for chart in charted(smaller.program)] if posts is None else posts
    with told(progress) as heard:
        make_ready(smaller, dtype, heard)
        work = _Work(asked, pair, subjects, named, waits, posts, structural_draws, heard)
        document = work.document(samples)
    heading = (
        f"{smaller.name}: what decides between {pair[0]} and {pair[1]}, "
        f"{asked.question.start} to {asked.question.until}"
    )
    return Influence(document, heading, _flat(document), sensitivity_tables, sensitivity_sentences(document))


def chosen_waits(wait: Sequence[int] | str | None) -> tuple[int, ...]:
    """Months from `3,6,12` or a list, in order."""
    words = wait.split(",") if isinstance(wait, str) else list(wait or ())
    try:
        found = sorted({int(word) for word in words if str(word).strip()})
    except ValueError:
        raise RipenessError(f"wait is {wait!r}", "write months such as 3,6,12") from None
    if any(months < 1 for months in found):
        raise RipenessError(f"wait is {wait!r}", "wait for 1 month or more")
    return tuple(found)


def _check_sizes(samples: int, structural_draws: int) -> None:
    if samples < FEWEST_SAMPLES:
        raise RipenessError(f"samples is {samples}", f"ask for {FEWEST_SAMPLES} or more, such as {SAMPLES}")
    if not FEWEST_DRAWS <= structural_draws <= MOST_DRAWS:
        raise RipenessError(
            f"structural_draws is {structural_draws}", f"ask for {FEWEST_DRAWS} to {MOST_DRAWS}"
        )


def _check_names(case: Case, subjects: Sequence[Subject], named: Sequence[str] | None) -> None:
    known = [*records_of(case.program).parameter_names]
    if any(subject.of_endings for subject in subjects):
        known += layout_of(BargainingParameters).row_labels
    for name in named or ():
        if name not in known:
            raise RipenessError(f"there is no parameter {name!r}", suggestion(name, known, "parameter"))


@dataclass(frozen=True)
class _Work:
    """One question of `sensitivity`, laid out: the samples are made, and the document from them."""

    asked: Asked
    pair: tuple[str, str]
    subjects: tuple[Subject, ...]
    named: list[str] | None
    waits: tuple[int, ...]
    posts: list[str]
    structural_draws: int
    heard: Progress

    @property
    def months(self) -> int:
        """Months that are counted."""
        return self.asked.question.until - self.asked.question.start + 1

    def document(self, samples: int) -> dict[str, Any]:
        """The `sensitivity` document."""
        asked, options = self.asked, self.asked.options
        world = tuple(subject for subject in self.subjects if not subject.of_endings)
        ends = tuple(subject for subject in self.subjects if subject.of_endings)
        posterior = self._posterior()
        design, values = self._designed(world, samples, posterior) if world else (None, {})
        question = asked.question
        if self.waits:
            question = with_late_starts(question, asked.policies, self.waits)
        parameters = asked.draws.draw(0, options.members)
        seen = self._seen(parameters) if self.waits else {}
        metric: dict[str, Any] = {}
        inputs: dict[str, Any] = {}
        known: dict[str, Any] = {}
        if world and design is not None:
            table = self._drawn(question, world, parameters, posterior, seen)
            names = [name for name in design.factors if name not in (OTHERS, LUCK)]
            most = max(table.evidence // FUTURES_AN_INPUT, 1)
            if len(names) > most:
                names = strongest(table, world, names, most)
            self._tell(world, table, names, design, values, metric, inputs, known)
        if ends:
            table = self._walked(question, ends, parameters, seen)
            names = [name for name in table.names if self.named is None or name in self.named] or list(
                table.names
            )
            names = strongest(table, ends, names, table.evidence // FUTURES_AN_INPUT)
            self._tell(ends, table, names, None, {}, metric, inputs, known)
        say_prior_driven(metric, inputs)
        return {
            "schema": "ripeness/sensitivity/1",
            "run": self._record(question, parameters, samples, list(inputs), bool(ends)),
            "title": asked.case.title,
            "policy": self.pair[0],
            "than": self.pair[1],
            "draws": asked.draws.as_record(),
            "factors": dict(FACTORS),
            "inputs": inputs,
            "metric": metric,
            "value_of_information": known,
            "notes": self._notes(bool(world), bool(ends)),
        }

    def _tell(
        self,
        subjects: Sequence[Subject],
        table: FutureTable,
        names: Sequence[str],
        design: Design | None,
        values: Mapping[str, Values],
        metric: dict[str, Any],
        inputs: dict[str, Any],
        known: dict[str, Any],
    ) -> None:
        """Add to the document what these subjects say."""
        asked = self.asked
        self.heard.stage("sharing out variances, and what knowing more is worth", len(subjects) + 1)
        places = (asked.names.index(self.pair[0]), asked.names.index(self.pair[1]))
        metric |= shares_document(subjects, table, names, design, values, places, asked.options.seed)
        self.heard.advance()
        fitted = asked.draws.source == "posterior"
        inputs |= inputs_document(asked.case, table, names, fitted)
        for subject in subjects:
            if subject.sense is not None:
                waits = self.waits if table.seen else ()
                known[subject.name] = information_document(subject, table, names, self.posts, waits)
            self.heard.advance()

    def _posterior(self) -> Floats | None:
        """Columns of the posterior that members are drawn from; None for the priors."""
        from ripeness.fit import posterior_of

        found = posterior_of(self.asked.case) if self.asked.draws.source == "posterior" else None
        return None if found is None else found.draws

    def _designed(
        self, subjects: Sequence[Subject], samples: int, posterior: Floats | None
    ) -> tuple[Design, dict[str, Values]]:
        """The designed sample and the subjects on it; the inputs are those named, or chosen in a first look."""
        question, options = self.asked.question, self.asked.options
        own = records_of(question.program).parameter_names
        metrics = metrics_behind(subjects)

        def run(names: Sequence[str], members: int) -> tuple[Design, dict[str, Values]]:
            design = design_of(question, names, members, posterior=posterior)
            found = run_design(
                question,
                design,
                metrics,
                dtype=options.dtype,
                threads=options.threads,
                done=self.heard.advance,
            )
            return design, {
                subject.name: found[subject.name].through(partial(subject.comparable, months=self.months))
                for subject in subjects
            }

        names = [name for name in self.named or () if name in own]
        if not names:
            sample = self.asked.draws.draw(0, SCREENED)
            behind = max(records_of(question.program).parameters_behind(metric.output) for metric in metrics)
            names = [own[row] for row in np.flatnonzero(np.ptp(sample, axis=1) > 0.0) if row < behind]
            if len(names) > MOST_INPUTS:
                self.heard.stage(f"a first look at {len(names)} inputs", len(names) + 4)
                names = self._strongest(*run(names, SCREENED), subjects)
        self.heard.stage(f"simulating {len(names) + 4} matrices of {samples} futures", len(names) + 4)
        return run(names, samples)

    def _strongest(
        self, design: Design, values: Mapping[str, Values], subjects: Sequence[Subject]
    ) -> list[str]:
        """The inputs with the largest total share in any view of any subject."""
        places = (self.asked.names.index(self.pair[0]), self.asked.names.index(self.pair[1]))
        inputs = [i for i, name in enumerate(design.factors) if name not in (OTHERS, LUCK)]
        most = np.zeros(len(inputs))
        for subject in subjects:
            for a, b, ab in on_matrices(subject, values[subject.name], *places).values():
                found = sobol_indices(a, b, ab[inputs], resamples=1)
                if found.varies:
                    most = np.maximum(most, found.total.value)
        order = np.argsort(-most, kind="stable")[:MOST_INPUTS]
        return [design.factors[inputs[i]] for i in order]

    def _seen(self, parameters: Floats) -> dict[int, Floats]:
        self.heard.stage("reading signposts", None)
        asked = self.asked
        return readings(
            asked.question,
            parameters,
            self.posts,
            self.waits,
            dtype=asked.options.dtype,
            threads=asked.options.threads,
        )

    def _drawn(
        self,
        question: Question,
        subjects: Sequence[Subject],
        parameters: Floats,
        posterior: Floats | None,
        seen: Mapping[int, Floats],
    ) -> FutureTable:
        """Futures of the world as drawn; a column of the posterior that is used twice is one piece of evidence."""
        members = parameters.shape[1]
        self.heard.stage(
            f"simulating {members} futures as drawn under {len(question.names)} policies", members
        )
        run = run_in_memory(
            question,
            parameters,
            keep_paths=0,
            dtype=self.asked.options.dtype,
            threads=self.asked.options.threads,
            done=self.heard.advance,
        )
        vary = np.flatnonzero(np.ptp(parameters, axis=1) > 0.0)
        names = tuple(run.records.parameter_names[row] for row in vary)
        index = np.arange(members)
        case = self.asked.case
        return FutureTable(
            pair=self.pair,
            order=question.names,
            names=names,
            inputs=parameters[vary],
            groups=index if posterior is None else index % posterior.shape[1],
            grouped=False,
            values={
                subject.name: subject.comparable(values_of(run, subject.metric), self.months)
                for subject in subjects
                if subject.metric is not None
            },
            seen=seen,
            blocks={name: case.parameters[name].block for name in names},
        )

    def _walked(
        self,
        question: Question,
        subjects: Sequence[Subject],
        parameters: Floats,
        seen: Mapping[int, Floats],
    ) -> FutureTable:
        """Endings under the main model; walkers of one structural draw are one piece of evidence."""
        asked, draws = self.asked, self.structural_draws
        case, options = asked.case, asked.options
        self.heard.stage(
            f"solving the game for {draws} structural draws under {len(question.names)} policies", draws
        )
        own = [ratchet_months(case.policies.get(name)) for name in asked.names]
        late = [months for name, months in zip(asked.names, own, strict=True) if name != REFERENCE]
        found = bargain(
            question,
            parameters[:, :WALKED],
            own + late * len(self.waits),
            draws=draws,
            prior=options.prior,
            grid=SEARCH_GRID,
            dtype=options.dtype,
            threads=options.threads,
            done=self.heard.advance,
        )
        every = outcomes(found, "m1")
        structural, labels = found.structural.draws, layout_of(BargainingParameters).row_labels
        vary = [
            row for row in np.flatnonzero(np.ptp(structural, axis=1) > 0) if labels[row] in MAIN_PARAMETERS
        ]
        names = tuple(labels[row] for row in vary)
        walkers = found.walkers
        return FutureTable(
            pair=self.pair,
            order=question.names,
            names=names,
            inputs=structural[vary][:, walkers.draw],
            groups=walkers.draw,
            grouped=True,
            values={each.name: each.comparable(every[each.name], self.months) for each in subjects},
            seen={wait: shown[..., walkers.member] for wait, shown in seen.items()},
            blocks=dict.fromkeys(names, "bargaining"),
        )

    def _record(
        self, question: Question, parameters: Floats, samples: int, inputs: list[str], ends: bool
    ) -> dict[str, Any]:
        record = run_record(question, parameters, dtype=self.asked.options.dtype)
        record |= {
            "metrics": [subject.name for subject in self.subjects],
            "inputs": inputs,
            "samples": samples,
            "waits": list(self.waits),
            "signposts": list(self.posts) if self.waits else [],
            "structural_draws": self.structural_draws if ends else 0,
        }
        return {**record, "hash": record_hash(record)}

    def _notes(self, world: bool, ends: bool) -> list[str]:
        fitted = self.asked.draws.source == "posterior"
        said = [self.asked.draws.in_words]
        if world and fitted:
            said.append(
                "Sobol indices: inputs run through their margins of the posterior as if independent; spread_ratio says "
                "how much wider that makes an outcome. Shapley effects keep what the posterior holds together."
            )
        if world and not fitted:
            said.append("Sobol indices: inputs run through their priors, independent of each other.")
        if ends:
            said.append(
                "Endings: shares are of the spread between structural draws of the chance or mean that the main model "
                "gives. noise_share says how much of that spread is there only because a draw has so few futures; it "
                "is in the rest."
            )
        if self.waits:
            said.append(
                "Waiting: until a late policy begins, what is enacted goes on. Signposts are read without error. "
                "A choice after a wait is made by a rule learnt from other futures."
            )
            if ends:
                said.append("Bargaining: the parties know from the start which policy comes, and when.")
        return said


FACTORS = {
    OTHERS: "all other parameters together",
    LUCK: "shocks of all months",
    "rest": "what the inputs do not explain: other inputs, luck, and shapes that a smooth fit misses",
}
"""What stands beside the inputs."""


def _flat(document: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """One record a metric, view and factor."""
    rows = []
    for name, entry in document["metric"].items():
        for view, about in entry.items():
            if not isinstance(about, dict) or "shapley" not in about:
                continue
            for factor in dict.fromkeys((*about["total"], *about["shapley"])):
                row = {"metric": name, "view": view, "factor": factor}
                for kind in ("first", "total", "shapley"):
                    share = about[kind].get(factor, {})
                    row |= {f"{kind}_{end}": share.get(end) for end in ("value", "low", "high")}
                row |= {
                    key: document["inputs"].get(factor, {}).get(key)
                    for key in ("identification", "spread_left", "driven_by_prior")
                }
                rows.append(row)
    return tuple(rows)
