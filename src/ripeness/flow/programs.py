"""Which records, observed sites and watched outputs each program has: the one place that tells programs apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ripeness.base import RipenessError, suggestion
from ripeness.flow.axes import SITES, WAR_SITES, WATCHED
from ripeness.flow.joined import joined, parts_of
from ripeness.flow.layout import Layout, PerTrigger, Scalar, layout_of
from ripeness.flow.rows import MonthRow, Outputs, Shocks
from ripeness.flow.war import WarMonth, WarOutputs, WarParameters, WarShocks, WarState
from ripeness.flow.world import Parameters, WorldState


class TriggerState(NamedTuple):
    """Where the rules of a policy stand, in a program without the state of the money chain."""

    trigger_count: PerTrigger  # months in a row in which the condition held
    trigger_age: PerTrigger  # months since it fired, 0 before


class WarBefore(NamedTuple):
    """Outputs of the war of the month before that triggers watch and no block carries."""

    drones_launched_before: Scalar
    losses_a_before: Scalar
    support_d_before: Scalar


class Calendar(NamedTuple):
    """Facts of a month that every program reads, for one without the month of the money chain."""

    drawing: Scalar  # 1 from the origin on: shocks are drawn; 0 where the record is filtered
    counting: Scalar  # 1 in the months over which a run sums its metrics


@dataclass(frozen=True)
class ProgramRecords:
    """Record types of one program. Money comes first, so that its rows and shocks stand where they stand alone."""

    name: str
    params: type
    state: type
    month: type
    shocks: type
    outputs: type
    has_money: bool
    has_war: bool

    @cached_property
    def output_rows(self) -> tuple[str, ...]:
        """Names of the output rows, in order."""
        return layout_of(self.outputs).row_names

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """Labels of the parameter rows, in order."""
        return self.parameters.row_labels

    @property
    def parameters(self) -> Layout:
        """Layout of the parameters."""
        return layout_of(self.params)

    def parameters_behind(self, output: str) -> int:
        """How many of the first parameter rows an output can depend on: those of its part and of the parts before."""
        rows = 0
        for params, outputs in zip(parts_of(self.params), parts_of(self.outputs), strict=True):
            rows += layout_of(params).size
            if output.partition("[")[0] in outputs.__annotations__:
                return rows
        raise KeyError(f"program {self.name} has no output {output!r}")

    @property
    def sites(self) -> tuple[str, ...]:
        """Observed quantities that can be assimilated."""
        return (SITES if self.has_money else ()) + (WAR_SITES if self.has_war else ())

    @property
    def watched(self) -> tuple[str, ...]:
        """Outputs that a trigger may watch, in the order of `axes.WATCHED`."""
        return tuple(name for name in WATCHED if name in self.output_rows)


PROGRAMS: dict[str, ProgramRecords] = {
    records.name: records
    for records in (
        ProgramRecords("money_chain", Parameters, WorldState, MonthRow, Shocks, Outputs, True, False),
        ProgramRecords(
            "war",
            WarParameters,
            joined("WarOnlyState", WarState, WarBefore, TriggerState),
            joined("WarOnlyMonth", Calendar, WarMonth),
            WarShocks,
            WarOutputs,
            False,
            True,
        ),
        ProgramRecords(
            "money_and_war",
            joined("MoneyAndWarParameters", Parameters, WarParameters),
            joined("MoneyAndWarState", WorldState, WarState, WarBefore),
            joined("MoneyAndWarMonth", MonthRow, WarMonth),
            joined("MoneyAndWarShocks", Shocks, WarShocks),
            joined("MoneyAndWarOutputs", Outputs, WarOutputs),
            True,
            True,
        ),
    )
}
"""Programs by name: the money chain alone, a war alone, and both, the war reading what the money chain tells it."""


def records_of(program: str) -> ProgramRecords:
    """Records of a program by its name; RipenessError with the nearest one where there is none."""
    if program not in PROGRAMS:
        raise RipenessError(f"there is no program {program!r}", suggestion(program, PROGRAMS, "program"))
    return PROGRAMS[program]
