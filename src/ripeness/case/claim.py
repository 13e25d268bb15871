"""Claims that a case can test: a sentence, where it was said, and a test that can fail.

A file `claims/NAME.yaml` holds the claims of one text (see `claims_file`). No run reads it: it moves no forecast.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ripeness.base import Month

Rule = Literal[
    "ratio_at_most", "ratio_at_least", "lower_by", "higher_by", "within_months", "at_most", "at_least"
]
"""How a value under the policy (v) and under the other one (w) makes a future one in which a claim holds.

ratio_at_most, ratio_at_least: v <= x w, v >= x w. lower_by, higher_by: w - v >= x, v - w >= x. within_months: v is
reached within x months and w is not. at_most, at_least: v <= x, v >= x, whatever w is.
"""

RULES: tuple[Rule, ...] = (
    "ratio_at_most",
    "ratio_at_least",
    "lower_by",
    "higher_by",
    "within_months",
    "at_most",
    "at_least",
)

CLAIM_TYPES = ("event", "figure", "causal", "counterfactual", "forecast", "normative")
"""What kind of sentence a claim is."""

WORLD = "world"
"""The model of metrics that need no bargaining: money, ships and the front."""

ENDING_MODELS = ("m1", "r1", "r2", "n0", "n1")
"""Models of how the war ends: the main one, two rivals, two nulls."""


RELATIONS = ("other", "milder", "stricter")
"""How another reading stands to the sentence: the same in other terms, less than it says, or more.

Only an `other` reading that comes out differently makes a claim contested; a milder or stricter one says how far the
verdict carries.
"""

MEASURES = (
    "process",
    "progress",
    "progress_per_process",
    "conceded",
    "distance",
    "overlap",
    "net_in_talks",
    "net_with_talks",
    "fulfilment",
    "rank_gap",
    "posterior_insincere",
)
"""Measures of the record of talks that a claim may be held against (see docs/model/talks.md)."""

STATISTICS = ("value", "mean", "sum", "min", "max", "change", "growth")
"""What is read off a series: one month's value, a mean, a sum, the least, the most; last less first, and its share."""

COMPOUNDS = ("all_of", "any_of", "readings")
"""Tests made of tests: every part must hold, one is enough, or all are the same sentence taken in several ways."""


@dataclass(frozen=True)
class Reading:
    """One way to take a claim: two policies in the same future, and what must be so for it to hold there.

    months: from `start` on; to the end of the case where None. judgment: why this threshold, which is no fact.
    relation: one of `RELATIONS`.
    """

    name: str
    policy: str
    than: str
    start: Month | None
    months: int | None
    metric: str
    rule: Rule
    value: float
    judgment: str
    relation: str = "other"


@dataclass(frozen=True)
class Condition:
    """A test of kind `condition` or `counterfactual`: in which futures of each model the claim holds.

    readings: the first is the claim as it stands. For a `condition`, `discover` looks for what the futures in which it
    holds have in common.
    """

    question: str
    models: tuple[str, ...]
    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = ()
    kind: str = "condition"


@dataclass(frozen=True)
class Bound:
    """What a number must lie within, ends included; infinite where open."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a number lies within."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both included; None where open."""

    first: dt.date | None
    last: dt.date | None

    def has(self, day: dt.date) -> bool:
        """Whether a day lies within."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def has_month(self, month: Month) -> bool:
        """Whether a month's first day lies within, a month being written as its first day."""
        return (self.first is None or month >= Month.of(self.first)) and (
            self.last is None or month <= Month.of(self.last)
        )


@dataclass(frozen=True)
class RowsWanted:
    """Rows of a table of the case: conditions by column, and the days in which they lie."""

    table: str
    where: Mapping[str, Any]
    period: Period


@dataclass(frozen=True)
class SeriesWanted:
    """A series of the case, or a sum and difference of several, in one unit."""

    plus: tuple[str, ...]
    minus: tuple[str, ...]
    unit: str | None
    per_day: bool


@dataclass(frozen=True)
class Figure:
    """A statistic of a series over a period, against a bound; with `base`, less (or over) the same of that period."""

    series: SeriesWanted
    period: Period
    statistic: str
    bound: Bound
    base: Period | None
    relative: bool


@dataclass(frozen=True)
class Rows:
    """A row that must be there, or must not; or the nth of its kind and what must stand in it.

    merge_days: rows at the same place that begin within so many days of each other count as one. complete: the table
    is meant to hold every such row, so that a missing one speaks against the claim. against: rows that would speak
    against it.
    """

    rows: RowsWanted
    present: bool
    nth: int | None
    equals: Mapping[str, Any]
    merge_days: int | None
    complete: bool
    against: RowsWanted | None


@dataclass(frozen=True)
class Count:
    """A number of rows, of months of a series beyond a bound, or a share of rows (`of`), against a bound."""

    rows: RowsWanted | None
    of: RowsWanted | None
    merge_days: int | None
    series: SeriesWanted | None
    within: Bound | None
    period: Period
    bound: Bound


@dataclass(frozen=True)
class BeforeAfter:
    """Mean of a series, or of rows a month, in the months from a date on, less (or over) that of the months before.

    placebo: the largest share of other dates that may show as much; else the test cannot tell.
    """

    series: SeriesWanted | None
    rows: RowsWanted | None
    date: Month
    months: int
    relative: bool
    bound: Bound
    placebo: float


@dataclass(frozen=True)
class TalksMeasure:
    """A measure of the record of talks over a window, against a bound."""

    measure: str
    bound: Bound
    period: Period
    party: str | None
    target: str | None
    kinds: tuple[str, ...]
    issue: str | None
    weighting: str


@dataclass(frozen=True)
class ExperimentSign:
    """The recorded change of an output in a natural experiment, and whether its prediction had the same sign."""

    experiment: str
    output: str
    sense: str


Spec = Figure | Rows | Count | BeforeAfter | TalksMeasure | ExperimentSign


@dataclass(frozen=True)
class Take:
    """One reading of a test on data: the claim as it stands, or another, milder or stricter one."""

    name: str
    relation: str
    judgment: str
    spec: Spec


@dataclass(frozen=True)
class Measured:
    """A test on data: readings, of which the first is the claim as it stands."""

    kind: str
    takes: tuple[Take, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tension:
    """Whether a claim that needs one end of a parameter leaves another claim standing there.

    In futures with the parameter on `side` of its median, `reading` must hold at most `factor` times as often as in the
    others for the two claims to pull apart.
    """

    question: str
    models: tuple[str, ...]
    reading: Reading
    parameter: str
    side: str
    factor: float
    between: tuple[str, ...]
    judgment: str


@dataclass(frozen=True)
class Compound:
    """Several tests of one sentence; see `COMPOUNDS`."""

    kind: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotTestable:
    """Why nothing could contradict the sentence, what would make it testable, and what can be computed beside it.

    The nearest thing that can be computed decides nothing.
    """

    reason: str
    testable_if: str
    nearest: Measured | None
    notes: tuple[str, ...] = ()


ClaimTest = Condition | Measured | Tension | Compound | NotTestable


@dataclass(frozen=True)
class Part:
    """A part of a compound test, in words."""

    name: str
    says: str
    test: ClaimTest


@dataclass(frozen=True)
class Claim:
    """One claim of a text, in our own words, with its test."""

    id: str
    sentence: str
    type: str
    paragraph: str
    source: str
    quality: str
    test: ClaimTest
    note: tuple[str, ...] = ()


def condition_in(test: ClaimTest) -> Condition | None:
    """The test on futures that `discover` can look into: the test itself, or the first among its parts."""
    if isinstance(test, Compound):
        return next((found for part in test.parts if (found := condition_in(part.test)) is not None), None)
    return test if isinstance(test, Condition) else None
