"""What a case rests on: every series and instrument with its sources, dates, quality and hash, and its scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ripeness.api.report_parts import foundations
from ripeness.api.results import run_block
from ripeness.api.score_lines import Scores
from ripeness.api.talks_measured import talks
from ripeness.base import content_hash
from ripeness.case import Case

if TYPE_CHECKING:
    from ripeness.evidence import Series

SCHEMA = "ripeness/lab-sources/1"


def sources_document(case: Case) -> dict[str, Any]:
    """The document of one case. A licence is null where the case does not record one."""
    scores = Scores.of(case)
    sheet = scores.sheet
    record = talks(case).document if case.talks is not None else None
    return {
        "schema": SCHEMA,
        "run": run_block(case=case.name, case_hash=case.content_hash, data_as_of=str(case.data_until)),
        "foundations": foundations(case, record),
        "series": [_series(case, case.series[name]) for name in sorted(case.series)],
        "instruments": list(_instruments(case)),
        "scores": {
            "stale": scores.stale,
            "remark": scores.remark,
            "made_with": None if sheet is None else sheet.model_version,
            "series": {}
            if sheet is None
            else {name: scores.of_metric(name) for name in sorted(sheet.series)},
            "endings": None if sheet is None else scores.of_ending("p_settled"),
        },
        "not_modelled": list(case.not_modelled),
        "notes": list(case.notes),
    }


def _series(case: Case, series: Series) -> dict[str, Any]:
    rows = series.observations
    by_source: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        by_source.setdefault((row.source, row.url), []).append(row)
    return {
        "name": series.name,
        "unit": series.unit,
        "first_month": str(series.months[0]),
        "last_month": str(series.months[-1]),
        "last_vintage": str(max(row.vintage for row in rows)),
        "rows": len(rows),
        "hash": content_hash(
            [[str(row.month), row.value, row.source, row.quality, str(row.vintage)] for row in rows]
        ),
        "licence": None,
        "used_for": sorted(site for site, name in case.observations.items() if name == series.name)
        + sorted(field for field, fact in case.month_facts.items() if fact.series == series.name),
        "sources": [
            {
                "source": source,
                "url": url,
                "rows": len(found),
                "first_month": str(min(row.month for row in found)),
                "last_month": str(max(row.month for row in found)),
                "qualities": sorted({row.quality for row in found}),
            }
            for (source, url), found in by_source.items()
        ],
    }


def _instruments(case: Case) -> Iterator[dict[str, Any]]:
    for instrument in sorted(case.instruments, key=lambda each: each.name):
        dates = sorted(value.date for value in instrument.values)
        yield {
            "name": instrument.name,
            "title": instrument.title,
            "authority": list(instrument.authority),
            "covers": list(instrument.covers),
            "not_covered": list(instrument.not_covered),
            "after_the_record": instrument.forecast,
            "levers": sorted({name for value in instrument.values for name in value.levers}),
            "values": [
                {
                    "date": value.date.isoformat(),
                    "act": value.act,
                    "source": value.source,
                    "url": value.url,
                    "quality": value.quality,
                    "levers": value.levers,
                }
                for value in instrument.values
            ],
            "first": dates[0].isoformat() if dates else None,
            "last": dates[-1].isoformat() if dates else None,
        }
