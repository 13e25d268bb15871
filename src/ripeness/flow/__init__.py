"""The typed arrays that pass between rooms; no logic lives here."""

from ripeness.flow.axes import BUYERS, FLEET, LENGTH, SITES, TRIGGERS, WATCHED
from ripeness.flow.layout import Array, Layout, PerBuyer, PerFleet, PerSite, Scalar, layout_of
from ripeness.flow.levers import Levers, Triggers
from ripeness.flow.rows import MonthRow, Outputs, PolicyRow, Shocks

__all__ = [
    "BUYERS",
    "FLEET",
    "LENGTH",
    "SITES",
    "TRIGGERS",
    "WATCHED",
    "Array",
    "Layout",
    "Levers",
    "MonthRow",
    "Outputs",
    "PerBuyer",
    "PerFleet",
    "PerSite",
    "PolicyRow",
    "Scalar",
    "Shocks",
    "Triggers",
    "layout_of",
]
