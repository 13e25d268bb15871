"""What is known: series with vintages, sources and quality."""

from ripeness.evidence.csv_table import MAX_BYTES
from ripeness.evidence.quality import JUDGED, QUALITIES, shares
from ripeness.evidence.series import (
    COLUMNS,
    REQUIRED,
    Observation,
    Series,
    SeriesArrays,
    quality_shares,
    read_series,
)

__all__ = [
    "COLUMNS",
    "JUDGED",
    "MAX_BYTES",
    "QUALITIES",
    "REQUIRED",
    "Observation",
    "Series",
    "SeriesArrays",
    "quality_shares",
    "read_series",
    "shares",
]
