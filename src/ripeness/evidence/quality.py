"""How good a number is, in one word, and how a body of numbers divides into these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

QUALITIES = ("reported", "derived", "recalled", "claimed")
"""reported: printed by its source; derived: computed from printed numbers; recalled: from secondary
accounts or memory; claimed: asserted by a party with an interest in it."""


JUDGED = (*QUALITIES, "judgement")
"""Qualities of a value that its author may also have judged, as priors and enforcement are."""


def shares(qualities: Iterable[str], names: tuple[str, ...] = QUALITIES) -> dict[str, float]:
    """Share of each quality of `names`, in that order; all 0 where there is nothing to count."""
    counted = Counter(qualities)
    total = sum(counted.values())
    return {quality: counted[quality] / total if total else 0.0 for quality in names}
