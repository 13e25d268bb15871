"""A policy in a file of its own, put beside those of a case: one that was found, or tried out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ripeness.base import CaseFaults, Fault, RipenessError
from ripeness.case.folder import read_document
from ripeness.case.records import Case, policy_from


def with_policy_file(case: Case, path: Path) -> tuple[Case, str]:
    """The case with the policy of a file, and its name; the case's own files stay as they are.

    CaseFaults with every fault of the file, RipenessError where it cannot be read or its name is taken by another
    policy. What does not fit the case shows when the policy is compiled.
    """
    if not path.is_file():
        raise RipenessError(f"there is no policy file {path}", "check the name, or name a policy of the case")
    document, faults = read_document(path.parent, path.name, "policy")
    if faults or document.node is None:
        raise CaseFaults(faults)
    policy = policy_from(document.node.plain())
    if case.policies.get(policy.name, policy) != policy:
        problem = f"case {case.name} has another policy of this name"
        raise CaseFaults(
            [
                Fault(
                    str(path), document.node.line_at(("policy",)), "policy", policy.name, problem, "rename it"
                )
            ]
        )
    return replace(case, policies={**case.policies, policy.name: policy}), policy.name
