"""JSON Schema of a file of claims: the vocabulary of tests."""

from __future__ import annotations

from typing import Any

from ripeness.case.claim import (
    CLAIM_TYPES,
    COMPOUNDS,
    ENDING_MODELS,
    MEASURES,
    RELATIONS,
    RULES,
    STATISTICS,
    WORLD,
)
from ripeness.case.claim_tables import COLUMNS
from ripeness.case.names import CLAIM_METRICS
from ripeness.case.schemas import (
    DATE,
    LINES,
    MONTH,
    NAME,
    NUMBER,
    SHARE,
    TEXT,
    UNIT,
    Schema,
    many,
    one_of,
    record,
)
from ripeness.evidence import JUDGED, KINDS

IDENTITY: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z][A-Za-z0-9_]*$",
    "description": "a name of letters, digits and underscores",
}
FLAG: Schema = {"type": "boolean", "description": "true or false"}
MONTHS: Schema = {"type": "integer", "minimum": 1, "maximum": 600, "description": "a number of months"}
DAYS: Schema = {"type": "integer", "minimum": 1, "maximum": 3660, "description": "a number of days"}
PERIOD: dict[str, Schema] = {"from": DATE, "until": DATE}
MODELS = many(one_of((WORLD, *ENDING_MODELS), "model"), 1)

BOUND = record(
    {},
    {
        "about": NUMBER,
        "tolerance": {**NUMBER, "minimum": 0.0, "description": "a number of at least 0"},
        "at_least": NUMBER,
        "at_most": NUMBER,
    },
    minProperties=1,
    description="about with a tolerance, or at_least, at_most or both",
)

_CELL: Schema = {
    "oneOf": [
        TEXT,
        NUMBER,
        {"type": "array", "items": {"type": ["string", "number"], "description": "a value"}, "minItems": 1},
        record(
            {},
            {"contains": TEXT, "lacks": TEXT, "at_least": NUMBER, "at_most": NUMBER},
            minProperties=1,
        ),
    ],
    "description": "a value, a list of values, or a rule such as {contains: text}",
}
WHERE: Schema = {
    "type": "object",
    "patternProperties": {"^[a-z_]+$": _CELL},
    "additionalProperties": False,
    "description": "conditions by column",
}
TABLE = one_of(tuple(COLUMNS), "table")
_ROWS = record({}, {"table": TABLE, "where": WHERE, **PERIOD}, minProperties=1)
_SERIES: Schema = {"oneOf": [NAME, many(NAME, 1)], "description": "a series, or a list of series to add up"}

_SERIES_KEYS: dict[str, Schema] = {
    "series": _SERIES,
    "minus": _SERIES,
    "unit": UNIT,
    "per": one_of(("month", "day"), "span"),
}
_FIGURE: dict[str, Schema] = {
    **_SERIES_KEYS,
    **PERIOD,
    "month": MONTH,
    "statistic": one_of(STATISTICS, "statistic"),
    "is": BOUND,
    "base": record({}, PERIOD, minProperties=1),
    "as": one_of(("difference", "ratio"), "comparison"),
}
_RECORD: dict[str, Schema] = {
    "table": TABLE,
    "where": WHERE,
    **PERIOD,
    "expect": one_of(("present", "absent"), "expectation"),
    "nth": {"type": "integer", "minimum": 1, "maximum": 1000, "description": "a whole number from 1"},
    "equals": WHERE,
    "merge_days": DAYS,
    "complete": FLAG,
    "against": _ROWS,
}
_COUNT: dict[str, Schema] = {
    "table": TABLE,
    "where": WHERE,
    **PERIOD,
    "of": _ROWS,
    "merge_days": DAYS,
    **_SERIES_KEYS,
    "within": BOUND,
    "is": BOUND,
}
_BEFORE_AFTER: dict[str, Schema] = {
    **_SERIES_KEYS,
    "table": TABLE,
    "where": WHERE,
    "date": MONTH,
    "months": MONTHS,
    "as": one_of(("difference", "ratio"), "comparison"),
    "is": BOUND,
    "placebo_at_most": SHARE,
}
_TALKS: dict[str, Schema] = {
    "measure": one_of(MEASURES, "measure"),
    **PERIOD,
    "party": TEXT,
    "target": TEXT,
    "kinds": many(one_of(KINDS, "kind of act"), 1),
    "issue": NAME,
    "weighting": one_of(("judged", "equal", "enemies_met"), "weighting"),
    "is": BOUND,
}
_EXPERIMENT: dict[str, Schema] = {
    "experiment": IDENTITY,
    "output": NAME,
    "sense": one_of(("rise", "fall", "stay"), "sense"),
}

REQUIRED: dict[str, tuple[str, ...]] = {
    "figure": ("series", "is"),
    "record": ("table", "where"),
    "count": ("is",),
    "before_after": ("date", "months", "is"),
    "talks_measure": ("measure", "is"),
    "experiment": ("experiment", "output", "sense"),
}
"""Keys that each test on data needs."""

MEASURED: dict[str, dict[str, Schema]] = {
    "figure": _FIGURE,
    "record": _RECORD,
    "count": _COUNT,
    "before_after": _BEFORE_AFTER,
    "talks_measure": _TALKS,
    "experiment": _EXPERIMENT,
}
"""Keys of tests on data that an alternative may say anew."""

_RELATION = one_of(RELATIONS, "relation")
_HOLDS = record(
    {},
    dict.fromkeys(RULES, NUMBER),
    minProperties=1,
    maxProperties=1,
    description="one rule and its number",
)
ASKED: dict[str, Schema] = {
    "policy": NAME,
    "than": NAME,
    "start": MONTH,
    "months": MONTHS,
    "metric": one_of(CLAIM_METRICS, "metric"),
    "holds": _HOLDS,
}
"""Keys of a test on futures that an alternative may say anew."""


def _measured(kind: str) -> Schema:
    keys = MEASURED[kind]
    other = record({"name": NAME, "judgment": TEXT}, {"relation": _RELATION, **keys})
    return record(
        {"kind": {"const": kind}, **{key: keys[key] for key in REQUIRED[kind]}, "judgment": TEXT},
        {
            **{key: each for key, each in keys.items() if key not in REQUIRED[kind]},
            "alternatives": many(other, 1),
            "note": LINES,
        },
    )


def _on_futures(kind: str) -> Schema:
    other = record({"name": NAME, "judgment": TEXT}, {"relation": _RELATION, **ASKED})
    return record(
        {
            "kind": {"const": kind},
            "question": TEXT,
            **{key: ASKED[key] for key in ("policy", "metric", "holds")},
            "judgment": TEXT,
            "models": MODELS,
        },
        {
            **{key: ASKED[key] for key in ("than", "start", "months")},
            "alternatives": many(other, 1),
            "note": LINES,
        },
    )


def _tension() -> Schema:
    return record(
        {
            "kind": {"const": "tension"},
            "question": TEXT,
            "between": many(IDENTITY, 2),
            **{key: ASKED[key] for key in ("policy", "metric", "holds")},
            "parameter": NAME,
            "side": one_of(("low", "high"), "side"),
            "factor": SHARE,
            "judgment": TEXT,
            "models": MODELS,
        },
        {**{key: ASKED[key] for key in ("than", "start", "months")}, "note": LINES},
    )


def _simple() -> list[Schema]:
    measured = [_measured(kind) for kind in MEASURED]
    return [*measured, _on_futures("counterfactual"), _on_futures("condition"), _tension()]


def _test() -> Schema:
    nearest = {"oneOf": [_measured(kind) for kind in MEASURED], "description": "a test on data"}
    never = record(
        {"kind": {"const": "not_testable"}, "reason": TEXT, "testable_if": TEXT},
        {"nearest": nearest, "note": LINES},
    )
    simple = [*_simple(), never]
    parts_of_parts = _compounds(simple)
    return {
        "oneOf": [*simple, *_compounds([*simple, *parts_of_parts])],
        "description": "a test",
    }


def _compounds(inside: list[Schema]) -> list[Schema]:
    part = record({"name": NAME, "says": TEXT, "test": {"oneOf": inside, "description": "a test"}})
    return [record({"kind": {"const": kind}, "parts": many(part, 2)}, {"note": LINES}) for kind in COMPOUNDS]


def claims_schema() -> Schema:
    """Schema of `claims/NAME.yaml`, and of a file of claims that stands alone and names its case."""
    claim: dict[str, Any] = record(
        {
            "id": IDENTITY,
            "sentence": TEXT,
            "type": one_of(CLAIM_TYPES, "type"),
            "source": TEXT,
            "quality": one_of(JUDGED, "quality"),
            "test": _test(),
        },
        {
            "paragraph": {"oneOf": [TEXT, {"type": "integer", "minimum": 0}], "description": "a place"},
            "note": LINES,
        },
    )
    return record(
        {"title": TEXT, "claims": many(claim, 1)},
        {
            "case": {
                **TEXT,
                "description": "the case that a file standing alone is held against: a name or a folder",
            },
            "author": TEXT,
            "source": TEXT,
            "note": LINES,
        },
    )
