"""What the parties would accept, and how the war ends."""

from ripeness.bargaining.game import (
    Drivers,
    Endings,
    Grid,
    Kind,
    PhasePlan,
    Solution,
    Stakes,
    Starts,
    Uniforms,
)

__all__ = [
    "Drivers",
    "Endings",
    "Grid",
    "Kind",
    "PhasePlan",
    "Solution",
    "Stakes",
    "Starts",
    "Uniforms",
]
