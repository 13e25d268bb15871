"""Policies that no other policy of a space beats in every aim, found on training futures and judged on others.

The best of many policies on the same futures owes part of its lead to these futures (the winner's curse). So the
archive is valued again on futures that the search never saw, and the drop is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ripeness.analysis.many_objective import (
    Searched,
    convergence,
    kept_points,
    representatives,
    search_grid,
    unbeaten,
)
from ripeness.api.bargained import FEWEST_DRAWS, MOST_DRAWS, ratchet_months
from ripeness.api.pathways import pathways_document
from ripeness.api.progress import Progress, told
from ripeness.api.results import Answer
from ripeness.api.robust import Payoff, robustness
from ripeness.api.search_aims import Aim, chosen_aims
from ripeness.api.search_store import SearchStore
from ripeness.api.simulation import FEWEST_MEMBERS, Asked, Options, When, ask, make_ready
from ripeness.base import RipenessError, content_hash, suggestion
from ripeness.case import REFERENCE, load, read_space
from ripeness.ensemble.record import record_hash, run_record
from ripeness.ensemble.searched import (
    EndingSet,
    FutureSet,
    effort_prices,
    ending_set,
    ending_values,
    standard_error,
    unseen_from,
    world_values,
)
from ripeness.policy import CompiledPolicy, compile_policy, policy_at, policy_text, rows_at
from ripeness.report import search_sentences, search_tables

if TYPE_CHECKING:
    from ripeness.case import Case, Policy, SearchSpace

Floats = NDArray[np.float64]
Point = tuple[int, ...]

POPULATION, GENERATIONS, MEMBERS, HELD_OUT = 64, 40, 256, 1024
"""Size of a search of world metrics: policies a generation, generations, training futures, held-out futures."""

ENDING_POPULATION, ENDING_GENERATIONS, ENDING_DRAWS = 16, 8, 16
"""The same where the game is solved for every policy, with structural draws; twice as many are held out."""

ENDING_MEMBERS = 256
"""Worlds whose endings are walked."""

ENDING_KEPT = 24
"""Policies of an archive that solves the game."""

KEPT = 60
"""Policies of an archive."""

OTHER_SEED = 7919
"""Added to the seed for held-out structural draws and their luck."""

FILES = "policies"
"""Folder of the policies found."""


@dataclass(frozen=True, repr=False, eq=False)
class Found(Answer):
    """The answer of `search`; `policies` are those found, ready for a case or `compare`."""

    policies: tuple[Policy, ...] = ()

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """The files of every answer, charts (SVG and PNG), and one policy file a policy found."""
        from ripeness.report.search_charts import save_search_charts

        root = Path(folder)
        written = [*super().save(root), *save_search_charts(self.content, root)]
        if self.policies:
            (root / FILES).mkdir(exist_ok=True)
        for policy in self.policies:
            path = root / FILES / f"{policy.name}.yaml"
            path.write_text(policy_text(policy), encoding="utf-8")
            written.append(path)
        return tuple(written)


def search(
    case: str | Path | Case = "ukraine",
    space: str | Path | None = None,
    *,
    objectives: Sequence[str] | None = None,
    generations: int | None = None,
    population: int | None = None,
    members: int = MEMBERS,
    held_out: int = HELD_OUT,
    structural_draws: int = ENDING_DRAWS,
    signposts: bool = False,
    start: When = None,
    until: When = None,
    prior: bool = False,
    seed: int = 1,
    out: str | Path | None = None,
    resume: bool = False,
    dtype: str = "float32",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Policies of a space that no other one beats in every objective, valued again on futures set apart.

    Args:
        case: name of a shipped case, or a folder.
        space: name of a search space of the case, or a file; the case's first by default.
        objectives: aims as `metric:lower`, `metric:higher`, or `metric:lower:7` where 7 is good enough; those of the
            space by default. A metric of endings solves the game for every policy, which takes seconds each.
        generations: rounds of the search; 40, or 8 with metrics of endings.
        population: policies a round; 64, or 16.
        members: training futures.
        held_out: futures on which what was found is valued again.
        structural_draws: draws of the bargaining constants for metrics of endings; twice as many others are held out.
        signposts: in place of a search, ask which outputs warn that the policy under way will miss its aims, and
            where one could switch to (the space's `pathways`).
        start: month from which policies act.
        until: last month.
        prior: draw from the priors even where the case ships a posterior.
        seed: counter of the random numbers, of futures and of the optimiser.
        out: folder for values, tables, charts and policy files; an interrupted search goes on there.
        resume: fail where the folder holds no search to go on with.
        dtype: float32 or float64.
        threads: threads; all cores by default. No number depends on it.
        progress: listener of progress.

    Raises:
        CaseFaults: the case or the space is at fault.
        RipenessError: an option is; the remedy says what to write.
    """
    loaded = load(case) if isinstance(case, str | Path) else case
    chosen = chosen_space(loaded, space)
    options = Options(members, seed, prior, dtype, threads)
    if held_out < FEWEST_MEMBERS:
        raise RipenessError(
            f"held_out is {held_out}", f"ask for {FEWEST_MEMBERS} or more, such as {HELD_OUT}"
        )
    begins = start or chosen.start or loaded.default_start
    if signposts:
        answer = _signposts(loaded, chosen, begins, until, options, held_out, progress)
        if out is not None:
            answer.save(out)
        return answer
    aims = chosen_aims(loaded, chosen, objectives)
    dear = any(aim.kind == "ending" for aim in aims)
    if dear and not FEWEST_DRAWS <= structural_draws <= MOST_DRAWS // 2:
        raise RipenessError(
            f"structural_draws is {structural_draws}", f"ask for {FEWEST_DRAWS} to {MOST_DRAWS // 2}"
        )
    rounds = generations or (ENDING_GENERATIONS if dear else GENERATIONS)
    each = population or (ENDING_POPULATION if dear else POPULATION)
    if rounds < 1 or each < len(aims) + 2:
        raise RipenessError(
            f"{rounds} generations of {each} policies",
            f"ask for 1 generation of {len(aims) + 2} policies or more",
        )
    beside = [name for name in loaded.compared if name in loaded.policies]
    asked = ask(loaded, [REFERENCE, *beside], start=begins, until=until, options=options)
    with told(progress) as heard:
        make_ready(loaded, dtype, heard)
        work = _Work(asked, chosen, aims, held_out, structural_draws if dear else 0, heard)
        store = SearchStore(None if out is None else Path(out), work.identity, resume)
        found = work.search(store, each, rounds)
        document, policies = work.document(found, each, rounds)
        heading = f"{loaded.name}: search of {chosen.name}, {asked.question.start} to {asked.question.until}"
        answer = Found(
            document, heading, _flat(document), search_tables, search_sentences(document), policies
        )
        if out is not None:
            heard.stage("drawing tables and charts")
            answer.save(out)
    return answer


def chosen_space(case: Case, said: str | Path | None) -> SearchSpace:
    """A space of the case by name, a file, or the case's first; RipenessError names the nearest."""
    if said is not None and (isinstance(said, Path) or str(said).endswith((".yaml", ".yml"))):
        path = Path(said)
        if not path.is_file():
            raise RipenessError(f"there is no file {path}", "check the name, or name a space of the case")
        return read_space(path, case)
    if not case.spaces:
        raise RipenessError(
            f"case {case.name} has no search space",
            "give a file with --space; `ripeness schema search` says what it holds",
        )
    if said is None:
        return case.spaces[sorted(case.spaces)[0]]
    if said not in case.spaces:
        remedy = suggestion(str(said), sorted(case.spaces), "search space")
        raise RipenessError(f"case {case.name} has no search space {said!r}", remedy)
    return case.spaces[str(said)]


@dataclass(frozen=True)
class Valued:
    """Policies on one set of futures: by aim, (n, futures), comparable; futures count alike within an aim."""

    by_aim: Mapping[str, Floats]

    def mean(self, aim: str) -> Floats:
        """Means over futures, (n,)."""
        return np.asarray(self.by_aim[aim].mean(axis=1))


@dataclass(frozen=True)
class _Work:
    """One search, laid out. draws: structural draws of training, 0 where no aim is one of endings."""

    asked: Asked
    space: SearchSpace
    aims: tuple[Aim, ...]
    held_out: int
    draws: int
    heard: Progress

    @cached_property
    def base(self) -> CompiledPolicy:
        """The policy on which points build, compiled; RipenessError where it has rules of its own."""
        policy = self.asked.case.policies[self.space.base]
        if policy.triggers:
            raise RipenessError(
                f"the base {self.space.base} of space {self.space.name} has triggers",
                "base the space on a policy without any",
            )
        return compile_policy(self.asked.case, self.space.base, self.asked.question.start)

    @property
    def identity(self) -> dict[str, Any]:
        """All that two searches must agree on to share values; sizes of the search itself are left out."""
        asked, question = self.asked, self.asked.question
        record = run_record(self._bare(question.seed), asked.draws.draw(0, asked.options.members))
        return {
            "search": 1,
            "space": self.space.name,
            "space_hash": content_hash(_plain_space(self.space)),
            "objectives": [f"{aim.name}:{aim.sense}" for aim in self.aims],
            "structural_draws": self.draws,
            "dtype": asked.options.dtype,
            **{
                key: record[key]
                for key in ("case", "case_hash", "model_version", "seed", "members", "start", "until")
            },
            "parameters_hash": record["parameters_hash"],
        }

    def _bare(self, seed: int) -> Any:
        """The question with the reference alone, under a seed."""
        question = self.asked.question
        return replace(question, names=question.names[:1], policies=question.policies[:1], seed=seed)

    @cached_property
    def training(self) -> FutureSet:
        """Futures of the search: the first members."""
        options = self.asked.options
        return FutureSet(self._bare(options.seed), self.asked.draws.draw(0, options.members), 0)

    @cached_property
    def unseen(self) -> FutureSet:
        """Futures that the search does not see: the members after those."""
        options = self.asked.options
        first = unseen_from(options.members)
        return FutureSet(self._bare(options.seed), self.asked.draws.draw(first, self.held_out), first)

    @cached_property
    def training_ends(self) -> EndingSet | None:
        """Structural draws of the search."""
        if not self.draws:
            return None
        self.heard.stage("reading what the war so far says of the bargaining constants")
        return self._ends(self.training.parameters, self.asked.options.seed, self.draws)

    @cached_property
    def unseen_ends(self) -> EndingSet | None:
        """Structural draws that the search does not see: another scramble, other worlds, other luck."""
        if not self.draws:
            return None
        self.heard.stage("reading what the war so far says of other draws of the bargaining constants")
        return self._ends(self.unseen.parameters, self.asked.options.seed + OTHER_SEED, 2 * self.draws)

    def _ends(self, parameters: Floats, seed: int, draws: int) -> EndingSet:
        options = self.asked.options
        anchors = replace(self.asked.question, seed=seed)
        return ending_set(
            self._bare(seed),
            anchors,
            parameters[:, :ENDING_MEMBERS],
            draws,
            prior=options.prior,
            dtype=options.dtype,
            threads=options.threads,
        )

    def policy(self, point: Point, name: str) -> Policy:
        """The policy at a point."""
        return policy_at(self.space, point, name, self.asked.question.start)

    def rows(self, policies: Sequence[Policy]) -> Floats:
        """Rows (n, T, columns) of policies of the space."""
        start = self.asked.question.start
        return np.stack([rows_at(self.asked.case, self.base, policy, start) for policy in policies])

    def values(self, rows: Floats, ratchets: Sequence[float], unseen: bool = False) -> Valued:
        """Every aim of policies given as rows, on the training futures or on those that the search does not see."""
        question, options = self.asked.question, self.asked.options
        months = question.until - question.start + 1
        found: dict[str, Floats] = {}
        world = [aim.metric for aim in self.aims if aim.metric is not None]
        if world:
            futures = self.unseen if unseen else self.training
            found |= world_values(futures, rows, world, dtype=options.dtype, threads=options.threads)
        ends = [aim.name for aim in self.aims if aim.kind == "ending"]
        if ends:
            games = self.unseen_ends if unseen else self.training_ends
            assert games is not None
            found |= ending_values(games, rows, ratchets, ends, dtype=options.dtype, threads=options.threads)
        prices = effort_prices(self.asked.case, rows, question.start, question.until)
        return Valued(
            {aim.name: aim.comparable(found.get(aim.name, prices[:, None]), months) for aim in self.aims}
        )

    def search(self, store: SearchStore, population: int, generations: int) -> Searched:
        """Search the space; every value that is found is kept at once, and none is found twice."""
        at_once = 8 if self.draws else 32
        if self.draws and len(store.values) < population:
            _ = self.training_ends
        total = population * generations
        words = f"searching: {generations} generations of {population} policies"
        self.heard.stage(f"{words}, the game solved for each" if self.draws else words, total)

        def evaluate(points: NDArray[np.intp]) -> Floats:
            asked = [tuple(int(place) for place in row) for row in points]
            new = [point for point in asked if point not in store.values]
            self.heard.advance(len(asked) - len(new))
            for at in range(0, len(new), at_once):
                some = new[at : at + at_once]
                policies = [self.policy(point, "searched") for point in some]
                valued = self.values(self.rows(policies), [ratchet_months(each) for each in policies])
                means = np.stack([valued.mean(aim.name) for aim in self.aims], axis=1)
                if not np.isfinite(means).all():
                    at_aim = int(np.argwhere(~np.isfinite(means))[0][1])
                    raise RipenessError(
                        f"{self.aims[at_aim].name} does not exist in every future",
                        "aim at a metric that every future has",
                    )
                store.keep(some, means.tolist())
                self.heard.advance(len(some))
            signs = np.array([aim.sign for aim in self.aims])
            return signs * np.array([store.values[point] for point in asked])

        return search_grid(
            self.space.sizes,
            evaluate,
            len(self.aims),
            population=population,
            generations=generations,
            seed=self.asked.options.seed,
        )

    def document(
        self, searched: Searched, population: int, generations: int
    ) -> tuple[dict[str, Any], tuple[Policy, ...]]:
        """The `search` document and the policies found."""
        most = ENDING_KEPT if self.draws else KEPT
        kept, width = kept_points(searched.points, searched.values, most)
        digits = len(str(len(kept)))
        points = [tuple(int(place) for place in searched.points[row]) for row in kept]
        policies = tuple(self.policy(point, f"found_{at:0{digits}d}") for at, point in enumerate(points, 1))
        beside = [] if self.draws else list(self.asked.policies[1:])
        names = [REFERENCE, *(policy.name for policy in beside), *(policy.name for policy in policies)]
        rows = np.concatenate(
            [np.stack([each.rows for each in (self.asked.policies[0], *beside)]), self.rows(policies)]
        )
        known = self.asked.case.policies
        ratchets = [ratchet_months(known.get(name)) for name in names[: 1 + len(beside)]]
        ratchets += [ratchet_months(policy) for policy in policies]
        self.heard.stage(f"valuing {len(names)} policies on futures set apart")
        seen, unseen = self.values(rows, ratchets), self.values(rows, ratchets, unseen=True)
        first = 1 + len(beside)
        signs = np.array([aim.sign for aim in self.aims])
        held = np.stack([aim.sign * unseen.mean(aim.name) for aim in self.aims], axis=1)[first:]
        still = unbeaten(held)
        marked = representatives(searched.values[kept])
        archive = [
            {
                "name": policy.name,
                "values": self.space.values(point),
                "file": f"{FILES}/{policy.name}.yaml",
                "aims": self._aims_of(seen, unseen, first + at),
                "unbeaten_held_out": bool(still[at]),
                "stands_for": [self._stands_for(key) for key, row in marked.items() if row == at],
            }
            for at, (point, policy) in enumerate(zip(points, policies, strict=True))
        ]
        volumes = convergence(searched)
        last = int(searched.generation.max())
        record = self._record(names, rows, population, generations)
        document = {
            "schema": "ripeness/search/1",
            "run": record,
            "title": self.asked.case.title,
            "reference": REFERENCE,
            "draws": self.asked.draws.as_record(),
            "space": _plain_space(self.space),
            "aims": [self._about(aim, seen) for aim in self.aims],
            "optimiser": {
                "name": searched.algorithm,
                "library": "pymoo",
                "population": population,
                "generations": generations,
                "evaluated": len(searched.points),
                "points": float(np.prod(np.array(self.space.sizes, dtype=float))),
                "box_width": width,
                "unbeaten": int(unbeaten(searched.values).sum()),
            },
            "convergence": [
                {
                    "generation": generation,
                    "evaluated": int((searched.generation <= generation).sum()),
                    "hypervolume": float(volumes[generation - 1]),
                }
                for generation in range(1, last + 1)
            ],
            "evaluated": [
                {aim.name: float(value) for aim, value in zip(self.aims, row, strict=True)}
                for row in (searched.values * signs)[:: max(len(searched.values) // 1500, 1)]
            ],
            "archive": archive,
            "beside": {
                name: {"aims": self._aims_of(seen, unseen, at)} for at, name in enumerate(names[:first])
            },
            "held_out": {
                "members": self.held_out,
                "structural_draws": 2 * self.draws or None,
                "parameters_seen_before": self._seen_before(),
                "still_unbeaten": int(still.sum()),
                "drop": {aim.name: self._drop(aim, seen, unseen, first) for aim in self.aims},
            },
            "robustness": robustness(
                [
                    Payoff(
                        aim.name,
                        aim.sense,
                        unseen.by_aim[aim.name],
                        aim.enough,
                        "" if aim.enough is None else aim.judgment,
                    )
                    for aim in self.aims
                ],
                names,
            ),
            "pathways": None,
            "notes": self._notes(searched),
        }
        return document, policies

    def _stands_for(self, key: str) -> str:
        kind, _, number = key.partition("_")
        return self.aims[int(number)].name if number else kind

    def _about(self, aim: Aim, seen: Valued) -> dict[str, Any]:
        return {
            "metric": aim.name,
            "label": aim.label,
            "unit": aim.unit,
            "sense": aim.sense,
            "judgment": aim.judgment,
            "kind": aim.kind,
            "enough": aim.enough,
            "training_futures": int(seen.by_aim[aim.name].shape[1]),
        }

    def _aims_of(self, seen: Valued, unseen: Valued, at: int) -> dict[str, Any]:
        """Each aim of one policy: mean and its error on both sets, gain over the reference, and the drop of it."""
        found: dict[str, Any] = {}
        for aim in self.aims:
            entry: dict[str, Any] = {}
            for key, valued in (("training", seen), ("held_out", unseen)):
                values = valued.by_aim[aim.name]
                gain = aim.sign * (values[0] - values[at])
                entry[key] = {
                    "mean": float(values[at].mean()),
                    "error": float(standard_error(values[at : at + 1])[0]),
                    "gain": float(gain.mean()),
                    "gain_error": float(standard_error(gain[None])[0]),
                }
            entry["drop"] = entry["training"]["gain"] - entry["held_out"]["gain"]
            found[aim.name] = entry
        return found

    def _drop(self, aim: Aim, seen: Valued, unseen: Valued, first: int) -> dict[str, float]:
        """How much of the gain over the reference is lost on unseen futures: on average, and by the best."""
        trained, held = (
            aim.sign * (valued.mean(aim.name)[0] - valued.mean(aim.name)[first:]) for valued in (seen, unseen)
        )
        best = int(np.argmax(trained))
        errors = [
            standard_error((values[0] - values[first + best])[None])[0]
            for values in (seen.by_aim[aim.name], unseen.by_aim[aim.name])
        ]
        return {
            "mean_gain_training": float(trained.mean()),
            "mean_gain_held_out": float(held.mean()),
            "mean_drop": float((trained - held).mean()),
            "best_gain_training": float(trained[best]),
            "best_gain_held_out": float(held[best]),
            "best_drop": float(trained[best] - held[best]),
            "best_error": float(np.hypot(*errors)),
        }

    def _seen_before(self) -> float:
        """Share of held-out futures whose parameters the search had too, with other luck."""
        before = {column.tobytes() for column in self.training.parameters.T}
        return float(np.mean([column.tobytes() in before for column in self.unseen.parameters.T]))

    def _record(
        self, names: Sequence[str], rows: Floats, population: int, generations: int
    ) -> dict[str, Any]:
        question = replace(
            self.training.question,
            names=tuple(names),
            policies=np.concatenate(
                [self.training.question.policies[:1], rows[1:, : len(self.asked.question.months)]]
            ),
        )
        record = run_record(question, self.training.parameters, dtype=self.asked.options.dtype)
        record |= {"population": population, "generations": generations, "held_out": self.held_out}
        record |= {"structural_draws": self.draws, "space_hash": content_hash(_plain_space(self.space))}
        return {**record, "hash": record_hash(record)}

    def _notes(self, searched: Searched) -> list[str]:
        said = [
            "A trade-off holds in this model, within the ranges of the space and for these aims only; no policy of the "
            "archive is the best one.",
            "Objectives are means over futures. Criteria that look at bad futures are in the robustness tables, on "
            "futures that the search did not see.",
        ]
        if self.draws:
            said.append(
                f"The game is solved on a coarse grid for {self.draws} structural draws; differences within two "
                "standard errors are no differences. compare solves it on the finer grid."
            )
        share = self._seen_before()
        if share > 0.0:
            said.append(
                f"The posterior holds fewer draws than futures: {100 * share:.0f} % of the held-out futures have "
                "parameters that the search had too, with other luck."
            )
        return said


def _signposts(
    case: Case,
    space: SearchSpace,
    start: When,
    until: When,
    options: Options,
    held_out: int,
    progress: Progress | None,
) -> Found:
    """Signposts and pathways in place of a search."""
    if space.pathways is None:
        raise RipenessError(
            f"search space {space.name} has no pathways",
            "add them: the policy under way, aims, signposts and policies to switch to",
        )
    ways = space.pathways
    names = list(dict.fromkeys([REFERENCE, ways.policy, *ways.switch_to]))
    asked = ask(case, names, start=start, until=until, options=options)
    with told(progress) as heard:
        make_ready(case, options.dtype, heard)
        found, policies = pathways_document(asked, ways, held_out, heard)
    record = run_record(asked.question, asked.draws.draw(0, options.members), dtype=options.dtype)
    record |= {"held_out": held_out, "space_hash": content_hash(_plain_space(space))}
    document = {
        "schema": "ripeness/search/1",
        "run": {**record, "hash": record_hash(record)},
        "title": case.title,
        "reference": REFERENCE,
        "draws": asked.draws.as_record(),
        "space": _plain_space(space),
        **dict.fromkeys(("aims", "optimiser", "convergence", "evaluated", "archive", "beside", "robustness")),
        "held_out": {"members": held_out},
        "pathways": found,
        "notes": found.pop("notes"),
    }
    heading = f"{case.name}: signposts and pathways of {ways.policy}, {asked.question.start} to {asked.question.until}"
    rows = tuple(
        {"aim": aim, **{key: value for key, value in post.items() if not isinstance(value, dict | list)}}
        for aim, entry in found["aims"].items()
        for post in entry["signposts"]
    )
    return Found(document, heading, rows, search_tables, search_sentences(document), policies)


def _plain_space(space: SearchSpace) -> dict[str, Any]:
    """The space as documents carry it."""
    said = asdict(space)
    said["start"] = None if space.start is None else str(space.start)
    return _listed(said)


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(each) for key, each in value.items()}
    return [_listed(each) for each in value] if isinstance(value, list | tuple) else value


def _flat(document: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """One record a policy found."""
    rows = []
    for each in document["archive"]:
        row = {"policy": each["name"], **each["values"], "unbeaten_held_out": each["unbeaten_held_out"]}
        for name, aim in each["aims"].items():
            for key in ("training", "held_out"):
                row |= {f"{name}_{key}_{what}": value for what, value in aim[key].items()}
            row[f"{name}_drop"] = aim["drop"]
        rows.append(row)
    return tuple(rows)
