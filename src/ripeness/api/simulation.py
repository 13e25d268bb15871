"""From words to a run: the case, the policies, the months, and where parameters are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ripeness import engine
from ripeness.api.progress import Progress
from ripeness.base import Month, RipenessError, suggestion
from ripeness.case import REFERENCE, load, with_policy_file
from ripeness.ensemble.draws import BITS, draw_parameters, draw_posterior
from ripeness.ensemble.record import DrawParameters, Floats
from ripeness.ensemble.saved import load_run
from ripeness.ensemble.simulate import Question, pose, program_of
from ripeness.ensemble.store import run_in_memory, simulate_to_folder
from ripeness.flow import Run, records_of
from ripeness.policy import CompiledPolicy, compile_policy

if TYPE_CHECKING:
    from ripeness.case import Case

MEMBERS = 1000
"""Futures, unless asked otherwise."""

FEWEST_MEMBERS = 20
"""Fewest futures of which a band from 5 to 95 % can be said."""

DTYPES = ("float32", "float64")

COMPILE_SECONDS = 10
"""About how long the first compilation takes on two cores."""

When = Month | str | None


@dataclass(frozen=True)
class Options:
    """What every simulating command takes; see `ripeness.compare`."""

    members: int = MEMBERS
    seed: int = 1
    prior: bool = False
    dtype: str = "float32"
    threads: int | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        if not FEWEST_MEMBERS <= self.members <= 2**BITS:
            raise RipenessError(
                f"members is {self.members}", f"ask for {FEWEST_MEMBERS} or more, such as {MEMBERS}"
            )
        if not 0 <= self.seed < 2**32:
            raise RipenessError(f"seed is {self.seed}", "choose a whole number from 0 to 4294967295")
        if self.dtype not in DTYPES:
            raise RipenessError(f"there is no dtype {self.dtype!r}", suggestion(self.dtype, DTYPES, "dtype"))
        if self.threads is not None and self.threads < 1:
            raise RipenessError(f"threads is {self.threads}", "choose 1 or more, or leave it out")


@dataclass(frozen=True)
class Draws:
    """Where the parameters of members come from."""

    source: Literal["prior", "posterior"]
    draw: DrawParameters
    prior_sd: Floats | None
    """(P,) prior standard deviations beside posterior draws; None for prior draws."""
    cutoff: Month | None
    hash: str | None
    unfitted: tuple[str, ...] = ()
    """Parts of the program for which the case ships no fit, and which are drawn from their priors."""

    @property
    def in_words(self) -> str:
        """A sentence for the reader of a result."""
        if self.source == "prior":
            return "Parameters are drawn from the priors of the case: the record has not narrowed them."
        assert self.cutoff is not None
        fitted = f"Parameters are drawn from the case's posterior, fitted to the record before {self.cutoff}"
        rest = " and ".join(self.unfitted)
        return f"{fitted}; those of {rest} from their priors." if rest else f"{fitted}."

    def as_record(self) -> dict[str, Any]:
        """Plain values."""
        cutoff = None if self.cutoff is None else str(self.cutoff)
        return {"from": self.source, "cutoff": cutoff, "hash": self.hash, "in_words": self.in_words}


@dataclass(frozen=True)
class Asked:
    """A question ready to run: policies with the reference first."""

    case: Case
    policies: tuple[CompiledPolicy, ...]
    question: Question
    draws: Draws
    options: Options

    @property
    def names(self) -> tuple[str, ...]:
        """Policies in the order of results."""
        return self.question.names


def month(when: When, what: str) -> Month | None:
    """A month as given or as written; RipenessError that says which option was wrong."""
    if when is None or isinstance(when, Month):
        return when
    try:
        return Month.parse(when)
    except RipenessError as error:
        raise RipenessError(f"{what}: {error.problem}", error.remedy) from None


def chosen_policies(case: Case, names: Sequence[str] | str | None) -> list[str]:
    """Names with the reference first: those asked for in their order, else those the case compares.

    `all` stands for every policy by name, as does naming none where the case says nothing.

    RipenessError names every unknown one with the nearest there is.
    """
    if names is None and case.compared:
        names = case.compared
    if names is None or names in ("all", ["all"]):
        return [REFERENCE, *sorted(name for name in case.policies if name != REFERENCE)]
    if isinstance(names, str):
        names = [name.strip() for name in names.split(",")]
    wanted = [name for name in dict.fromkeys(names) if name]
    unknown = [name for name in wanted if name not in case.policies]
    if unknown:
        hints = "; ".join(
            f"{name!r}: {suggestion(name, sorted(case.policies), 'policy')}" for name in unknown
        )
        raise RipenessError(f"case {case.name} has no policy {', '.join(unknown)}", hints)
    return [REFERENCE, *(name for name in wanted if name != REFERENCE)]


def with_policy_files(
    case: Case, names: Sequence[str] | str | None
) -> tuple[Case, Sequence[str] | str | None]:
    """The case with the policies of files that are named among others (`found/found_01.yaml`), and all by name.

    Faults of a file are listed as those of a case are.
    """
    if names is None:
        return case, None
    said = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    if not any(_is_file(name) for name in said):
        return case, names
    for at, name in enumerate(said):
        if _is_file(name):
            case, said[at] = with_policy_file(case, Path(name))
    return case, said


def _is_file(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def ask(
    case: str | Path | Case,
    policies: Sequence[str] | str | None,
    *,
    start: When,
    until: When,
    options: Options,
) -> Asked:
    """Load, compile and pose; raises before anything is simulated.

    Without `start`, policies named begin at their own start or the case's default; those that the case compares
    begin together at its default. Months are counted from the
    case's default start where all policies run, from the earliest start of those named otherwise.
    """
    loaded = load(case) if isinstance(case, str | Path) else case
    loaded, policies = with_policy_files(loaded, policies)
    begins, ends = month(start, "start"), month(until, "until")
    for what, when in (("start", begins), ("until", ends)):
        if when is not None and not loaded.first_month <= when <= loaded.last_month:
            raise RipenessError(
                f"{what} {when} is not a month of case {loaded.name}",
                f"choose one from {loaded.first_month} to {loaded.last_month}",
            )
    if policies is None and loaded.compared and begins is None:
        begins = loaded.default_start  # those a case compares begin together; each alone has its own start
    names = chosen_policies(loaded, policies)
    compiled = tuple(compile_policy(loaded, name, begins) for name in names)
    default = begins or loaded.default_start or loaded.data_until + 1
    counted_from = default
    if begins is None and policies not in (None, "all") and len(compiled) > 1:
        counted_from = min(policy.start or default for policy in compiled[1:])
    question = pose(loaded, compiled, counted_from, ends or loaded.last_month, options.seed)
    return Asked(loaded, compiled, question, draws_for(loaded, options.seed, options.prior), options)


def draws_for(case: Case, seed: int, prior: bool) -> Draws:
    """The case's saved posterior if it ships one and `prior` is not asked for, else its priors."""
    from ripeness.fit import parts_of_program, posterior_of

    layout = records_of(case.program).parameters
    posterior = None if prior else posterior_of(case)
    if posterior is None:

        def from_prior(first: int, length: int) -> Floats:
            return draw_parameters(case, layout, length, seed, first_member=first)

        return Draws("prior", from_prior, None, None, None)
    import numpy as np

    def from_posterior(first: int, length: int) -> Floats:
        return draw_posterior(posterior.draws, length, seed, first_member=first)

    spread = np.array([case.parameters[name].prior_at(posterior.cutoff).sd for name in layout.row_labels])
    known = posterior.parts or dict.fromkeys(parts_of_program(case.program), posterior)
    unfitted = tuple(part for part in parts_of_program(case.program) if part not in known)
    return Draws("posterior", from_posterior, spread, posterior.cutoff, posterior.hash, unfitted)


def make_ready(case: Case, dtype: str, progress: Progress) -> None:
    """Load the kernel; the first time on a machine it is compiled, and said so."""
    program = program_of(case)
    if not engine.kernel.is_cached(program, dtype):
        progress.stage(f"compiling the model for this machine, once, about {COMPILE_SECONDS} s")
    engine.kernel.prepare(program, dtype)


def simulated(asked: Asked, out: str | Path | None, progress: Progress) -> Run:
    """The run, in memory or as a saved folder that an interrupted call goes on with."""
    options = asked.options
    if options.cluster is not None and out is None:
        raise RipenessError("a cluster needs a folder for its results", "add --out DIR")
    make_ready(asked.case, options.dtype, progress)
    progress.stage(
        f"simulating {len(asked.names)} {'policy' if len(asked.names) == 1 else 'policies'} "
        f"on {options.members} futures",
        options.members,
    )
    if out is None:
        return run_in_memory(
            asked.question,
            asked.draws.draw(0, options.members),
            keep_paths=0,
            dtype=options.dtype,
            threads=options.threads,
            done=progress.advance,
        )
    simulate_to_folder(
        asked.question,
        asked.draws.draw,
        out,
        members=options.members,
        dtype=options.dtype,
        threads=options.threads,
        cluster=options.cluster,
        done=progress.advance,
    )
    return load_run(out)


def with_paths(asked: Asked, policies: Sequence[str], members: int) -> Run:
    """The first members of the same futures again, with their whole paths, for some of the policies.

    The reference is always among them: it carries the record.
    """
    wanted = [REFERENCE, *(name for name in policies if name != REFERENCE)]
    rows = [asked.names.index(name) for name in wanted]
    question = replace(asked.question, names=tuple(wanted), policies=asked.question.policies[rows])
    count = min(members, asked.options.members)
    return run_in_memory(
        question,
        asked.draws.draw(0, count),
        keep_paths=count,
        dtype=asked.options.dtype,
        threads=asked.options.threads,
    )
