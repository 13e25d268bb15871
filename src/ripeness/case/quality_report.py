"""How well a case is founded: what its numbers rest on, series by series."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ripeness.case.records import Case
from ripeness.evidence import JUDGED, quality_shares, shares


def quality_report(case: Case) -> dict[str, Any]:
    """Plain record of what the series, instruments and parameters of a case rest on.

    `series`: by name its months, gaps inside them, sources, last vintage and shares of quality.
    `instruments`: by name the number of dated values and shares of quality. `parameters`: shares of
    quality and how many are identified, weakly identified, or prior-driven.
    """
    series = {}
    for name, read in sorted(case.series.items()):
        months = read.months
        series[name] = {
            "unit": read.unit,
            "first_month": str(months[0]),
            "last_month": str(months[-1]),
            "months": len(months),
            "gaps": months[-1] - months[0] + 1 - len(months),
            "releases": len(read.observations),
            "sources": sorted({row.source for row in read.observations}),
            "last_vintage": str(max(row.vintage for row in read.observations)),
            "quality": quality_shares(read),
            "observes": sorted(site for site, used in case.observations.items() if used == name),
        }
    instruments = {
        instrument.name: {
            "values": len(instrument.values),
            "quality": shares((value.quality for value in instrument.values), JUDGED),
        }
        for instrument in case.instruments
    }
    parameters = case.parameters.values()
    return {
        "case": case.name,
        "series": series,
        "instruments": instruments,
        "parameters": {
            "count": len(case.parameters),
            "quality": shares((parameter.quality for parameter in parameters), JUDGED),
            "identification": dict(sorted(Counter(p.identification for p in parameters).items())),
        },
    }
