"""A war as data: a folder of files, read strictly, with every fault at once."""

from ripeness.case.names import (
    FACTS,
    LEVER_RANGES,
    METRICS,
    PARAMETERS,
    PULSE_LEVERS,
    SITE_UNITS,
    lever_range,
)
from ripeness.case.priors import Prior, prior_from
from ripeness.case.quality_report import quality_report
from ripeness.case.reading import check, load, locate, shipped
from ripeness.case.records import (
    OPERATIONS,
    REFERENCE,
    Actor,
    Case,
    CaseTest,
    Change,
    DatedPrior,
    DatedValue,
    Expectation,
    Instrument,
    MonthFact,
    Parameter,
    Policy,
    Trigger,
)
from ripeness.case.scaffold import new_case
from ripeness.case.schemas import KINDS, schema

__all__ = [
    "FACTS",
    "KINDS",
    "LEVER_RANGES",
    "METRICS",
    "OPERATIONS",
    "PARAMETERS",
    "PULSE_LEVERS",
    "REFERENCE",
    "SITE_UNITS",
    "Actor",
    "Case",
    "CaseTest",
    "Change",
    "DatedPrior",
    "DatedValue",
    "Expectation",
    "Instrument",
    "MonthFact",
    "Parameter",
    "Policy",
    "Prior",
    "Trigger",
    "check",
    "lever_range",
    "load",
    "locate",
    "new_case",
    "prior_from",
    "quality_report",
    "schema",
    "shipped",
]
