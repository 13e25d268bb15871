"""What runs mean for a choice: criteria side by side, none of them the right one."""

from ripeness.analysis.decision import CRITERIA, DecisionTable, decide, regret

__all__ = ["CRITERIA", "DecisionTable", "decide", "regret"]
