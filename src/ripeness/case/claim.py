"""Claims that a case can test: a sentence, where it was said, and a test that can fail.

A file `claims/NAME.yaml` holds the claims of one text (see `claims_file`). No run reads it: it moves no forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True)
class Reading:
    """One way to take a claim: two policies in the same future, and what must be so for it to hold there.

    months: from `start` on; to the end of the case where None. judgment: why this threshold, which is no fact.
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


@dataclass(frozen=True)
class Condition:
    """A test of kind `condition`: in which futures of each model the claim holds, and what these have in common.

    readings: the first is the claim as it stands, the others are milder, stricter or later.
    """

    question: str
    models: tuple[str, ...]
    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """One claim of a text, in our own words, with its test; None where the file gives none that this program runs."""

    id: str
    sentence: str
    type: str
    paragraph: str
    source: str
    quality: str
    test: Condition | None
    note: str = ""
