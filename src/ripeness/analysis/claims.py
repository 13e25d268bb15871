"""Verdicts on claims, from what their tests found and from nothing else (docs/wording.md).

A verdict is no stronger than its evidence. A number within its bound whose band is not, a change that other dates show
as well, a posterior that its prior decides, and sources that disagree make a claim contested; models that can answer
and disagree make it model-dependent; what the record lacks makes it unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["supported", "refuted", "contested", "model_dependent", "not_testable", "unknown"]

VERDICTS: tuple[Verdict, ...] = (
    "supported",
    "refuted",
    "contested",
    "model_dependent",
    "not_testable",
    "unknown",
)

MOST = 2.0 / 3.0
"""Share of futures from which a model says yes; up to 1 less this it says no, and between it cannot tell. Judgement."""

NULLS = ("n0", "n1")
"""Models that are shown and not counted: they are made to know nothing of pressure, or of talks."""

BAND = 1.645
"""Standard deviations to the 5 and 95 % ends of a normal band."""

FEWEST_PLACEBOS = 5
"""Fewest other dates of which a placebo can be said."""


@dataclass(frozen=True)
class Answer:
    """What one model says: the share of futures in which the claim holds, with its band, and what that comes to.

    low, high: 5 and 95 % of the shares of structural draws (endings), or the sampling band (the world). says: `yes`,
    `no`, `open`, or `none` where the model has no such quantity. turns_at: the threshold at which it would hold in
    half of the futures; most: the largest share at any number of months, for a rule without such a threshold.
    """

    share: float
    low: float
    high: float
    futures: int
    says: str
    turns_at: float | None = None
    most: float | None = None
    other_way: float | None = None
    """Share of futures in which the difference is as large the other way, for a rule about a difference."""
    reached: float | None = None
    """Share of futures in which what is timed comes at all within the run under the claim's policy: the test's room."""

    @property
    def neither(self) -> float | None:
        """Share of futures in which the difference is of that size neither way; None for other rules."""
        return None if self.other_way is None else max(1.0 - self.share - self.other_way, 0.0)


@dataclass(frozen=True)
class Finding:
    """What one reading of a test found.

    holds: None where it cannot be said for want of data. doubt: why it is too weak to tell although a number is there,
    empty where it is not. qualities and sources: of the rows it rests on. words: the finding in a sentence.
    """

    words: str
    holds: bool | None = None
    doubt: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    bound: tuple[float | None, float | None] = (None, None)
    label: str = ""
    unit: str = ""
    flips: tuple[str, ...] = ()
    qualities: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    models: Mapping[str, Answer] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    as_of: str = ""


class Read(NamedTuple):
    """A reading with its finding: name, relation to the sentence, judgment."""

    name: str
    relation: str
    judgment: str
    finding: Finding


class Judged(NamedTuple):
    """A verdict and why."""

    verdict: Verdict
    reason: str


def answer_of(
    held: NDArray[np.bool_],
    known: NDArray[np.bool_],
    groups: NDArray[np.intp],
    turns_at: float | None,
    *,
    by_draw: bool,
    most: float | None = None,
) -> Answer:
    """What a model says, from the futures in which a reading holds, held and known (n,), and their groups (n,).

    by_draw: the band runs over the groups' own shares (structural draws), and yes or no needs nearly every draw on its
    side; else it is that of the share itself, with groups as the independent pieces of evidence, and must not reach
    across the bound. most: the largest share that any threshold would give, where there is no turning point.
    """
    held, groups = held[known], groups[known]
    if not held.size:
        return Answer(float("nan"), float("nan"), float("nan"), 0, "none")
    _, group = np.unique(groups, return_inverse=True)
    sizes = np.bincount(group)
    shares = np.bincount(group, weights=held) / sizes
    share = float(held.mean())
    if by_draw:
        low, high = (float(one) for one in np.quantile(shares, [0.05, 0.95]))
    else:
        weight = sizes / sizes.sum()
        error = float(np.sqrt((weight**2 * (shares - share) ** 2).sum()))
        low, high = max(share - BAND * error, 0.0), min(share + BAND * error, 1.0)
    yes, no = (low >= 0.5, high <= 0.5) if by_draw else (low >= MOST, high <= 1.0 - MOST)
    says = "yes" if share >= MOST and yes else "no" if share <= 1.0 - MOST and no else "open"
    return Answer(share, low, high, int(held.size), says, turns_at, most)


def models_verdict(models: Mapping[str, Answer]) -> Judged:
    """The verdict of models: those that can answer must all say the same."""
    counted = {name: each.says for name, each in models.items() if name not in NULLS and each.says != "none"}
    said = set(counted.values())
    if not said:
        return Judged("unknown", "no model that is counted has such a quantity")
    alone = len(counted) == 1
    every = "in the one model that can answer" if alone else "in every model that can answer"
    if said == {"yes"}:
        return Judged("supported", f"{every}, it holds in at least two thirds of futures")
    if said == {"no"}:
        return Judged("refuted", f"{every}, it holds in at most a third of futures")
    if said == {"open"}:
        return Judged(
            "contested", f"{every}, the share of futures in which it holds, or its band, does not decide"
        )
    parts = ", ".join(f"{name} {each}" for name, each in sorted(counted.items()))
    return Judged("model_dependent", f"models that can answer disagree ({parts})")


def finding_verdict(finding: Finding) -> Judged:
    """The verdict of one reading by itself."""
    if finding.models:
        return models_verdict(finding.models)
    if finding.holds is None and not finding.doubt:
        return Judged("unknown", finding.words)
    if finding.doubt:
        return Judged("contested", finding.doubt)
    if finding.qualities and set(finding.qualities) == {"claimed"}:
        return Judged("contested", "every row behind it is a claim of one party")
    return (
        Judged("supported", "the record says so")
        if finding.holds
        else Judged("refuted", "the record says otherwise")
    )


def readings_verdict(reads: Sequence[Read]) -> Judged:
    """The verdict of a test: of the claim as it stands, unless another reading of the same sentence says otherwise."""
    first = finding_verdict(reads[0].finding)
    if first.verdict not in ("supported", "refuted"):
        return first
    opposite = "refuted" if first.verdict == "supported" else "supported"
    for read in reads[1:]:
        other = finding_verdict(read.finding).verdict
        if read.relation == "other" and other in (opposite, "model_dependent"):
            return Judged(
                "contested",
                f"readings disagree: as it stands {first.verdict}; {read.judgment}: {_word(other)}",
            )
    return first


def carries(reads: Sequence[Read]) -> tuple[str, ...]:
    """How far the verdict carries: readings that come out differently from the claim as it stands."""
    first = finding_verdict(reads[0].finding).verdict
    return tuple(
        f"taken as {read.judgment}: {_word(verdict)}"
        for read in reads[1:]
        if (verdict := finding_verdict(read.finding).verdict) != first
    )


def all_of(parts: Sequence[tuple[str, Verdict]]) -> Judged:
    """Every part must hold; one that fails refutes, and the claim is no surer than its least sure part."""
    return _joined(parts, decisive="refuted", other="supported")


def any_of(parts: Sequence[tuple[str, Verdict]]) -> Judged:
    """One part is enough."""
    return _joined(parts, decisive="supported", other="refuted")


def _joined(parts: Sequence[tuple[str, Verdict]], decisive: Verdict, other: Verdict) -> Judged:
    verdicts = [verdict for _, verdict in parts]
    order: tuple[Verdict, ...] = (decisive, "contested", "model_dependent", "unknown", "not_testable", other)
    for verdict in order:
        names = [name for name, each in parts if each == verdict]
        if names:
            if len(names) == len(verdicts):
                return Judged(verdict, f"every part: {_word(verdict)}")
            beside = [
                f"{name} is {_word(each)}" for name, each in parts if each not in (verdict, decisive, other)
            ]
            return Judged(verdict, "; ".join((f"because of: {_spoken(names)}", *map(_spaced, beside))))
    raise ValueError("a compound test has no parts")


def same_sentence(parts: Sequence[tuple[str, Verdict]]) -> Judged:
    """Several tests of one sentence: they must agree; those for which the record lacks data are left out."""
    told = [(name, verdict) for name, verdict in parts if verdict not in ("unknown", "not_testable")]
    if not told:
        return Judged("unknown", "the record lacks what every reading needs")
    verdicts = {verdict for _, verdict in told}
    if len(verdicts) == 1:
        return Judged(told[0][1], "every reading says so")
    by_word: dict[str, list[str]] = {}
    for name, verdict in told:
        by_word.setdefault(_word(verdict), []).append(name)
    said = "; ".join(f"{word} by {_spoken(names)}" for word, names in by_word.items())
    return Judged("contested", f"readings disagree: {said}")


COMPOUND = {"all_of": all_of, "any_of": any_of, "readings": same_sentence}
"""How the verdicts of parts become one."""


def tension_verdict(inside: Mapping[str, Answer], outside: Mapping[str, Answer], factor: float) -> Judged:
    """Whether two claims stand together: how often one holds where the other does (inside), beside elsewhere.

    Two claims that pull apart make each other contested; that they do says nothing of which one falls.
    """
    apart = {
        name: inside[name].share <= factor * outside[name].share
        for name in inside
        if name not in NULLS and inside[name].says != "none" and outside[name].share > 0.0
    }
    if not apart:
        return Judged(
            "unknown", "in no counted model does the other claim hold anywhere, so that nothing can pull"
        )
    if all(apart.values()):
        return Judged("contested", "the two claims pull apart in every model that can tell")
    if any(apart.values()):
        return Judged("model_dependent", "whether the two claims pull apart depends on the model")
    return Judged("supported", "the two claims stand together in every model that can tell")


COMPUTED = ("figure", "count", "before_after", "talks_measure", "experiment")
"""Kinds of tests that work out a number from the data of a case."""

SIMULATED = ("counterfactual", "condition", "tension")
"""Kinds of tests that run its models."""


def decided_by(kind: str, verdict: Verdict) -> str:
    """What a verdict comes from: `model`, a `number` of the data, a `row` of the record, or `nothing`."""
    if verdict in ("unknown", "not_testable"):
        return "nothing"
    return "model" if kind in SIMULATED else "number" if kind in COMPUTED else "row"


def rests_on(qualities: Iterable[str]) -> str:
    """What a reader must know of the rows behind a verdict; empty where some were reported or derived."""
    kinds = set(qualities)
    if kinds == {"recalled"}:
        return "every row behind it is recalled, not read again"
    if kinds and kinds <= {"recalled", "claimed", "judgement"}:
        return f"every row behind it is {' or '.join(sorted(kinds))}"
    return ""


def edge_doubt(value: float, sd: float, low: float, high: float) -> bool:
    """Whether a normal band around a value crosses an end of its bound, so that the test cannot tell."""
    return any(np.isfinite(end) and abs(value - end) < BAND * sd for end in (low, high))


def flip_value(value: float, low: float, high: float) -> float | None:
    """The value of the series at which the verdict turns: the nearest end of the bound."""
    ends = [end for end in (low, high) if np.isfinite(end)]
    return min(ends, key=lambda end: abs(end - value)) if ends else None


def placebo_share(own: float, others: Sequence[float], low: float, high: float) -> float:
    """Share of other dates whose change goes as far into the bound as the claimed date's own.

    For a bound that is open on one side, as far is at least as large on that side; otherwise, within it.
    """
    shifted = np.asarray(others, dtype=float)
    if np.isinf(high):
        return float((shifted >= own).mean())
    if np.isinf(low):
        return float((shifted <= own).mean())
    return float(((shifted >= low) & (shifted <= high)).mean())


def _spoken(names: Sequence[str]) -> str:
    return ", ".join(map(_spaced, names))


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _word(verdict: str) -> str:
    return verdict.replace("_", "-" if verdict == "model_dependent" else " ")
