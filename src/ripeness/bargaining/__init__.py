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
from ripeness.bargaining.obstacles import Parts, ripeness_parts
from ripeness.bargaining.peace import peace_values
from ripeness.bargaining.private_resolve import PrivateSolution, Resolve, solve_private
from ripeness.bargaining.solver import solve
from ripeness.bargaining.walk import ratification, walk

__all__ = [
    "Drivers",
    "Endings",
    "Grid",
    "Kind",
    "Parts",
    "PhasePlan",
    "PrivateSolution",
    "Resolve",
    "Solution",
    "Stakes",
    "Starts",
    "Uniforms",
    "peace_values",
    "ratification",
    "ripeness_parts",
    "solve",
    "solve_private",
    "walk",
]
