"""Signposts: what can be watched that warns of an aim missed later, and until when a policy is good enough.

Adaptive pathways (Haasnoot et al. 2013) ask of a policy under way when it stops being good enough (its tipping
point) and what is seen before. A signal is given in the first watched month in which an observable lies beyond a
threshold; the threshold is learned on some futures and judged on others.

Equations (docs/model/robustness.md):
    SG1  reading = mean of the last three months
    SG2  hit rate = P(signal | aim missed later)     false-alarm rate = P(signal | aim met)
    SG3  threshold maximises hit rate - false-alarm rate (Youden 1950): a miss and a false alarm weigh alike
    SG4  AUC = P(a future that misses reads further beyond than one that does not), ties by half
    SG5  lead = month asked less month of the first signal, median over hits
    SG6  tipping point = first month with P(good enough) < 1/2 after one with more; the first where there is none
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

READING_MONTHS = 3
"""Months whose mean is one reading (SG1)."""

GOOD_ENOUGH = 0.5
"""Share of futures in which a policy must meet its aim to be called good enough (SG6)."""


@dataclass(frozen=True)
class Signpost:
    """A threshold on the reading of one observable, and the side on which it warns: above or below."""

    side: str
    threshold: float


@dataclass(frozen=True)
class Record:
    """How a signpost did on some futures; rates are nan where no future is of the kind.

    lead_months: None without a hit. missed: futures in which the aim was missed.
    """

    auc: float
    hit_rate: float
    hit_error: float
    false_alarm_rate: float
    false_alarm_error: float
    lead_months: float | None
    missed: int
    futures: int

    @property
    def trade_off(self) -> float:
        """Hit rate less false-alarm rate (SG3)."""
        return self.hit_rate - self.false_alarm_rate


def readings(paths: Floats, months: int = READING_MONTHS) -> Floats:
    """Means of the last months along the first axis (T, n); nan until there are so many (SG1)."""
    found = np.full(paths.shape, np.nan)
    if len(paths) >= months:
        sums = np.cumsum(np.concatenate([np.zeros((1, *paths.shape[1:])), paths]), axis=0)
        found[months - 1 :] = (sums[months:] - sums[:-months]) / months
    return found


def area_under_roc(scores: Floats, missed: Flags) -> float:
    """Chance that a future that misses scores above one that does not, ties by half (SG4); nan without both kinds."""
    yes, no = int(missed.sum()), int((~missed).sum())
    if not yes or not no:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    return float((ranks[missed].sum() - yes * (yes + 1) / 2.0) / (yes * no))


def learn(watched: Floats, missed: Flags) -> Signpost | None:
    """The side and threshold with the best trade-off (SG3) for readings (W, n) of the watched months.

    The side with the larger AUC; above where both are equal. Among equally good thresholds the one with fewer false
    alarms, then the middle of the gap between two readings. None where all futures are of one kind, or no
    threshold does better than a signal that is always given.
    """
    if missed.all() or not missed.any():
        return None
    above, below = watched.max(axis=0), -watched.min(axis=0)
    side = "above" if area_under_roc(above, missed) >= area_under_roc(below, missed) else "below"
    scores = above if side == "above" else below
    levels, place = np.unique(np.asarray(scores), return_inverse=True)
    if len(levels) < 2:
        return None
    hits: Floats = np.bincount(place, missed, len(levels))[::-1].cumsum()[::-1]
    alarms: Floats = np.bincount(place, ~missed, len(levels))[::-1].cumsum()[::-1]
    # Threshold number k lies below level k: futures at level k and above give a signal.
    gain = np.round(hits[1:] / missed.sum() - alarms[1:] / (~missed).sum(), 12)
    if gain.max() <= 0.0:  # a signal always or never given would do as well
        return None
    best = int(np.flatnonzero(gain == gain.max())[-1]) + 1
    cut = float(levels[best - 1] + levels[best]) / 2.0
    if not float(levels[best - 1]) < cut:  # two neighbouring numbers have no middle
        cut = float(levels[best - 1])
    return Signpost(side, cut if side == "above" else -cut)


def judge(signpost: Signpost, watched: Floats, missed: Flags, asked: int) -> Record:
    """How a signpost did on readings (W, n); the aim is asked in month `asked`, counted as the watched are, from 0."""
    beyond: Flags = np.asarray(
        watched > signpost.threshold if signpost.side == "above" else watched < signpost.threshold
    )
    signal: Flags = np.asarray(beyond.any(axis=0))
    scores = watched.max(axis=0) if signpost.side == "above" else -watched.min(axis=0)
    hit, hit_error = _rate(signal[missed])
    alarm, alarm_error = _rate(signal[~missed])
    hits = signal & missed
    lead = float(np.median(asked - beyond[:, hits].argmax(axis=0))) if hits.any() else None
    return Record(
        area_under_roc(scores, missed),
        hit,
        hit_error,
        alarm,
        alarm_error,
        lead,
        int(missed.sum()),
        len(missed),
    )


def _rate(signal: Flags) -> tuple[float, float]:
    if not len(signal):
        return float("nan"), float("nan")
    rate = float(signal.mean())
    return rate, float(np.sqrt(rate * (1.0 - rate) / len(signal)))


def tipping_point(shares: Sequence[float] | Floats, level: float = GOOD_ENOUGH) -> int | None:
    """First month in which the share of good futures is below the level, after one in which it is not (SG6).

    A policy that is not yet good enough has not tipped; one that never is has from the first month. None where it
    stays good enough to the end.
    """
    good = np.asarray(shares) >= level
    if not good.any():
        return 0 if len(good) else None
    first = int(good.argmax())
    after = np.flatnonzero(~good[first:])
    return first + int(after[0]) if len(after) else None


def good_spans(shares: Sequence[float] | Floats, level: float = GOOD_ENOUGH) -> list[tuple[int, int]]:
    """Spans of months, first and last, in which the share of futures that are good enough is at the level or above."""
    good = np.concatenate([[False], np.asarray(shares) >= level, [False]]).astype(int)
    turns = np.flatnonzero(np.diff(good))
    return [(int(a), int(b) - 1) for a, b in zip(turns[::2], turns[1::2], strict=True)]
