"""Ensemble -> everything after: what a run of policies leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ripeness.base import Month
from ripeness.flow.layout import Array
from ripeness.flow.programs import ProgramRecords, records_of


@dataclass(frozen=True)
class Run:
    """Policies simulated on common shocks.

    program: its records name the output and parameter rows. policies: names in the order of the first axis; the
    first is the reference that carries the record.
    months: the T months of the paths. finals (NP, O, N): outputs of the last month. means and sds
    (NP, T, O): moments over members. paths (NP, T, O, n): outputs of every month for the first n members.
    parameters (P, N): parameter rows of each member. record: what identifies the run (see `run.json`).
    """

    case: str
    program: str
    policies: tuple[str, ...]
    months: tuple[Month, ...]
    start: Month
    until: Month
    finals: Array
    means: Array
    sds: Array
    paths: Array
    parameters: Array
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def records(self) -> ProgramRecords:
        """Records of the run's program."""
        return records_of(self.program)

    @property
    def members(self) -> int:
        """Number of futures."""
        return int(self.finals.shape[2])

    def policy(self, name: str) -> int:
        """Index of a policy; KeyError names those there are."""
        if name not in self.policies:
            raise KeyError(f"run has no policy {name!r}; it has {', '.join(self.policies)}")
        return self.policies.index(name)

    def final(self, policy: str, output: str) -> Array:
        """Output of the last month for every member, (N,)."""
        return self.finals[self.policy(policy), self._row(output)]

    def path(self, policy: str, output: str) -> Array:
        """Output of every month for the members whose paths were kept, (T, n)."""
        return self.paths[self.policy(policy), :, self._row(output)]

    def _row(self, output: str) -> int:
        rows = self.records.output_rows
        if output not in rows:
            raise KeyError(f"program {self.program} has no output {output!r}")
        return rows.index(output)
