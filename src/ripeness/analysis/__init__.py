"""What runs mean for a choice: criteria side by side, none of them the right one."""

from ripeness.analysis.decision import CRITERIA, DecisionTable, decide, regret
from ripeness.analysis.information import (
    Waiting,
    Worth,
    best_without,
    partial_information,
    perfect_information,
    value_of_waiting,
)
from ripeness.analysis.shapley import Effects, shapley_by_neighbours, shapley_effects
from ripeness.analysis.sobol import Estimates, Indices, sobol_indices

__all__ = [
    "CRITERIA",
    "DecisionTable",
    "Effects",
    "Estimates",
    "Indices",
    "Waiting",
    "Worth",
    "best_without",
    "decide",
    "partial_information",
    "perfect_information",
    "regret",
    "shapley_by_neighbours",
    "shapley_effects",
    "sobol_indices",
    "value_of_waiting",
]
