"""How far a poll may be off: what its sample says, widened for its design, and what wording and house add.

The `sd` column of a series of polls is `poll_sd` of its share and its sample.
"""

from __future__ import annotations

import math

DESIGN = 1.3
"""Factor on the standard error for a design that is no plain random draw, as pollsters of this war publish it."""

HOUSE_SD = 0.02
"""Spread of wording and house, beside the sample's."""

MARGIN_ERRORS = 2.0
"""Standard errors in a published margin."""


def effective_sample(asked: int, design: float = DESIGN) -> float:
    """Answers of a plain random draw that would say as much: asked / design^2."""
    if asked < 1 or design < 1.0:
        raise ValueError(f"{asked} people and a design factor of {design}: give at least 1 of each")
    return asked / design**2


def published_margin(asked: int, design: float = DESIGN) -> float:
    """Largest margin of error that a pollster prints, share: two standard errors at one half."""
    return MARGIN_ERRORS * math.sqrt(0.25 / effective_sample(asked, design))


def poll_sd(share: float, asked: int, design: float = DESIGN, house: float = HOUSE_SD) -> float:
    """Standard deviation of a polled share about the share that it is read as, sampling and house together."""
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"a share lies between 0 and 1, not at {share}")
    return math.sqrt(share * (1.0 - share) / effective_sample(asked, design) + house**2)
