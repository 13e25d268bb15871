"""The typed arrays that pass between rooms; no logic lives here."""

from ripeness.flow.axes import BUYERS, FLEET, LENGTH, SITES, TRIGGERS, WATCHED
from ripeness.flow.bargain import BargainingParameters
from ripeness.flow.layout import Array, Layout, PerBuyer, PerFleet, PerSite, Scalar, layout_of
from ripeness.flow.levers import Levers, Triggers
from ripeness.flow.rows import NEVER, MonthRow, Outputs, PolicyRow, Shocks
from ripeness.flow.run import OUTPUT_ROWS, Run
from ripeness.flow.world import Parameters, WorldState

__all__ = [
    "BUYERS",
    "FLEET",
    "LENGTH",
    "NEVER",
    "OUTPUT_ROWS",
    "SITES",
    "TRIGGERS",
    "WATCHED",
    "Array",
    "BargainingParameters",
    "Layout",
    "Levers",
    "MonthRow",
    "Outputs",
    "Parameters",
    "PerBuyer",
    "PerFleet",
    "PerSite",
    "PolicyRow",
    "Run",
    "Scalar",
    "Shocks",
    "Triggers",
    "WorldState",
    "layout_of",
]
