"""Months, units, faults and content hashes; knows nothing of the subject."""

from ripeness.base.content_hash import content_hash, hash_file, hash_folder
from ripeness.base.errors import CaseFaults, Fault, RipenessError, shown
from ripeness.base.months import Month, month_range
from ripeness.base.suggestions import closest, suggestion
from ripeness.base.units import DAYS_A_MONTH, UNITS, Unit, convert, same_dimension, unit

__all__ = [
    "DAYS_A_MONTH",
    "UNITS",
    "CaseFaults",
    "Fault",
    "Month",
    "RipenessError",
    "Unit",
    "closest",
    "content_hash",
    "convert",
    "hash_file",
    "hash_folder",
    "month_range",
    "same_dimension",
    "shown",
    "suggestion",
    "unit",
]
