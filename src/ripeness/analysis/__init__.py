"""What runs mean for a choice: criteria side by side, none of them the right one."""

from ripeness.analysis.decision import CRITERIA, DecisionTable, decide, regret
from ripeness.analysis.sobol import Indices, sobol_indices

__all__ = ["CRITERIA", "DecisionTable", "Indices", "decide", "regret", "sobol_indices"]
