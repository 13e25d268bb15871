"""What is known: series with vintages, sources and quality."""

from ripeness.evidence.csv_table import MAX_BYTES
from ripeness.evidence.polls import effective_sample, poll_sd, published_margin
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
from ripeness.evidence.talks import (
    CARRIED_OUT,
    CONTACTS,
    KINDS,
    LADDER,
    MAIN_CODER,
    ROLES,
    Delegation,
    Issue,
    Position,
    PressureEvent,
    Promise,
    Round,
    TalksRecord,
    months_of,
    read_talks,
)

__all__ = [
    "CARRIED_OUT",
    "COLUMNS",
    "CONTACTS",
    "JUDGED",
    "KINDS",
    "LADDER",
    "MAIN_CODER",
    "MAX_BYTES",
    "QUALITIES",
    "REQUIRED",
    "ROLES",
    "Delegation",
    "Issue",
    "Observation",
    "Position",
    "PressureEvent",
    "Promise",
    "Round",
    "Series",
    "SeriesArrays",
    "TalksRecord",
    "effective_sample",
    "months_of",
    "poll_sd",
    "published_margin",
    "quality_shares",
    "read_series",
    "read_talks",
    "shares",
]
