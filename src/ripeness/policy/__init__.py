"""What is done: dated instruments and policies, compiled once to rows of fixed shape."""

from ripeness.policy.checks import policy_faults
from ripeness.policy.compiled import CompiledPolicy, compile_policy, identical_policies, stack_policies
from ripeness.policy.enacted import enacted_levers
from ripeness.policy.levers import Lever, lever_catalogue, lever_of_row, rows_of_lever
from ripeness.policy.search_points import policy_at, policy_text, rows_at

__all__ = [
    "CompiledPolicy",
    "Lever",
    "compile_policy",
    "enacted_levers",
    "identical_policies",
    "lever_catalogue",
    "lever_of_row",
    "policy_at",
    "policy_faults",
    "policy_text",
    "rows_at",
    "rows_of_lever",
    "stack_policies",
]
