"""The typed arrays that pass between rooms; no logic lives here."""

from ripeness.flow.axes import BUYERS, FLEET, LENGTH, SITES, TRIGGERS, WAR_SITES, WATCHED
from ripeness.flow.bargain import MAIN_PARAMETERS, BargainingParameters
from ripeness.flow.joined import join, joined, part, parts_of
from ripeness.flow.layout import Array, Layout, PerBuyer, PerFleet, PerSite, Scalar, layout_of
from ripeness.flow.levers import Levers, Triggers
from ripeness.flow.programs import PROGRAMS, Calendar, ProgramRecords, TriggerState, WarBefore, records_of
from ripeness.flow.rows import NEVER, MonthRow, Outputs, PolicyRow, Shocks
from ripeness.flow.run import Run
from ripeness.flow.war import WarMonth, WarOutputs, WarParameters, WarShocks, WarState
from ripeness.flow.world import Parameters, WorldState

__all__ = [
    "BUYERS",
    "FLEET",
    "LENGTH",
    "MAIN_PARAMETERS",
    "NEVER",
    "PROGRAMS",
    "SITES",
    "TRIGGERS",
    "WAR_SITES",
    "WATCHED",
    "Array",
    "BargainingParameters",
    "Calendar",
    "Layout",
    "Levers",
    "MonthRow",
    "Outputs",
    "Parameters",
    "PerBuyer",
    "PerFleet",
    "PerSite",
    "PolicyRow",
    "ProgramRecords",
    "Run",
    "Scalar",
    "Shocks",
    "TriggerState",
    "Triggers",
    "WarBefore",
    "WarMonth",
    "WarOutputs",
    "WarParameters",
    "WarShocks",
    "WarState",
    "WorldState",
    "join",
    "joined",
    "layout_of",
    "part",
    "parts_of",
    "records_of",
]
