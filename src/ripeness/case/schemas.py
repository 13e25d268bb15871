"""JSON Schemas of every kind of file in a case: what an editor completes and `check` enforces."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import Any

from ripeness.base import UNITS, RipenessError, suggestion
from ripeness.case.names import (
    BLOCKS,
    FACTS,
    LEVER_ROWS,
    LEVERS,
    METRICS,
    OUTPUTS,
    SEARCH_METRICS,
    SITE_UNITS,
    VECTOR_LEVERS,
    lever_range,
)
from ripeness.evidence import COLUMNS, JUDGED, QUALITIES, REQUIRED
from ripeness.flow import BUYERS, PROGRAMS, TRIGGERS, WATCHED

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_MONTH = "(?!0000)[0-9]{4}-(0[1-9]|1[0-2])"

TEXT: Schema = {"type": "string", "minLength": 1, "description": "text"}
NUMBER: Schema = {"type": "number", "description": "a number"}
MONTH: Schema = {"type": "string", "pattern": f"^{_MONTH}$", "description": "a month as YYYY-MM"}
DATE: Schema = {
    "type": "string",
    "pattern": f"^{_MONTH}(-[0-9]{{2}})?$",
    "description": "a date as YYYY-MM-DD, or YYYY-MM for the first day of the month",
}
NAME: Schema = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9_]*$",
    "description": "a name of lower-case letters, digits and underscores",
}
SHARE: Schema = {**NUMBER, "minimum": 0.0, "maximum": 1.0, "description": "a share from 0 to 1"}
URL: Schema = {"type": "string", "pattern": "^https?://", "description": "a web address"}
UNIT: Schema = {"enum": list(UNITS), "description": "unit"}
LINES: Schema = {
    "oneOf": [TEXT, {"type": "array", "items": TEXT, "description": "a list of sentences"}],
    "description": "text or a list of sentences",
}


def one_of(names: tuple[str, ...] | list[str], what: str) -> Schema:
    """Schema of one name out of a closed list."""
    return {"enum": list(names), "description": what}


def many(items: Schema, at_least: int = 0) -> Schema:
    """Schema of a list."""
    return {"type": "array", "items": items, **({"minItems": at_least} if at_least else {})}


def record(required: dict[str, Schema], optional: dict[str, Schema] | None = None, **more: Any) -> Schema:
    """Schema of a mapping with these keys and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def _prior() -> Schema:
    bounds = {
        "type": "array",
        "items": NUMBER,
        "minItems": 2,
        "maxItems": 2,
        "description": "[lower, upper]; the prior is cut off there",
    }

    def shape(dist: str, required: tuple[str, ...], optional: tuple[str, ...] = (), **more: Any) -> Schema:
        return record(
            {"dist": {"const": dist}, **dict.fromkeys(required, NUMBER)},
            {**dict.fromkeys(optional, NUMBER), "bounds": bounds},
            **more,
        )

    return {
        "description": "low and high are the 5th and 95th percentiles, except for uniform and triangular",
        "oneOf": [
            shape("lognormal", ("median", "low", "high")),
            shape(
                "normal",
                ("mean",),
                ("sd", "low", "high"),
                oneOf=[{"required": ["sd"]}, {"required": ["low", "high"]}],
            ),
            shape("uniform", ("low", "high")),
            shape("triangular", ("low", "mode", "high")),
            shape("halfnormal", ("scale",)),
            shape(
                "beta",
                (),
                ("a", "b", "mean", "low", "high"),
                oneOf=[{"required": ["a", "b"]}, {"required": ["mean", "low", "high"]}],
            ),
            shape("fixed", ("value",)),
        ],
    }


def _common() -> Schema:
    return _parameters({"neutral": {**NUMBER, "description": "the value that moves nothing"}})


def _parameters(more: dict[str, Schema] | None = None) -> Schema:
    parameter = record(
        {
            "name": {
                "type": "string",
                "pattern": r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$",
                "description": "the parameter, and after a dot the entry of a vector: round_trip_days.turkiye",
            },
            "label": TEXT,
            "unit": UNIT,
            "prior": _prior(),
            "source": TEXT,
            "quality": one_of(JUDGED, "quality"),
            "block": one_of(BLOCKS, "block"),
            "identification": one_of(("identified", "weakly", "prior-driven"), "identification"),
        },
        {
            "url": URL,
            "note": TEXT,
            "as_of": many(
                record({"before": MONTH, "prior": _prior(), "source": TEXT}, {"url": URL, "note": TEXT}), 1
            ),
            **(more or {}),
        },
    )
    rows = many(parameter, 1)
    return {"oneOf": [rows, record({"parameters": rows})]}


def _lever_values() -> Schema:
    def value(lever: str) -> Schema:
        low, high = lever_range(lever)
        number = {**NUMBER, "minimum": low, "maximum": high}
        if lever not in VECTOR_LEVERS:
            return number
        return record({}, dict.fromkeys(VECTOR_LEVERS[lever], number), minProperties=1)

    return record({}, {lever: value(lever) for lever in LEVERS}, minProperties=1)


def _instrument() -> Schema:
    dated = record(
        {"date": DATE, "levers": _lever_values(), "source": TEXT, "quality": one_of(JUDGED, "quality")},
        {"act": TEXT, "url": URL, "kind": one_of(("level", "pulse"), "kind"), "note": TEXT},
    )
    return record(
        {
            "instrument": NAME,
            "title": TEXT,
            "authority": many(TEXT, 1),
            "covers": LINES,
            "not_covered": many(TEXT),
            "forecast": one_of(("hold", "zero", "mean_12"), "forecast"),
            "values": many(dated, 1),
        },
        {"adds": {"type": "boolean", "description": "true or false"}, "note": LINES},
    )


def _change() -> Schema:
    amount: Schema = {
        "oneOf": [NUMBER, record({}, dict.fromkeys(BUYERS, NUMBER), minProperties=1)],
        "description": "a number, or numbers by buyer",
    }
    operations = ("set", "scale", "add", "at_least", "at_most")
    moment = {
        "type": "string",
        "pattern": f"^(start(\\+[0-9]{{1,3}})?|end|{_MONTH})$",
        "description": "start, start+6, end, or a month as YYYY-MM",
    }
    return record(
        {"lever": one_of(LEVER_ROWS, "lever")},
        {
            "from": moment,
            "until": moment,
            **dict.fromkeys(operations, amount),
            "ramp_months": {
                "type": "integer",
                "minimum": 0,
                "maximum": 120,
                "description": "a number of months",
            },
            "reason": TEXT,
        },
        oneOf=[{"required": [operation]} for operation in operations],
    )


def _policy() -> Schema:
    trigger = record(
        {
            "when": record(
                {"output": one_of(WATCHED, "output")},
                {
                    "above": NUMBER,
                    "below": NUMBER,
                    "for_months": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": 120,
                        "description": "a number of months",
                    },
                },
                oneOf=[{"required": ["above"]}, {"required": ["below"]}],
            ),
            "then": many(_change(), 1),
        },
        {
            "after_months": {
                "type": "integer",
                "minimum": 0,
                "maximum": 120,
                "description": "a number of months",
            },
            "title": TEXT,
            "reason": TEXT,
        },
    )
    expectation = record(
        {"metric": one_of(METRICS, "metric"), "direction": one_of(("rise", "fall", "stay"), "direction")},
        {"than": NAME, "because": TEXT},
    )
    return record(
        {"policy": NAME, "title": TEXT, "author": TEXT},
        {
            "question": TEXT,
            "base": {
                "type": ["string", "null"],
                "pattern": NAME["pattern"],
                "description": "a policy, or nothing",
            },
            "needs": many(TEXT),
            "source": TEXT,
            "url": URL,
            "mapping_notes": LINES,
            "not_mapped": LINES,
            "start": MONTH,
            "changes": many(_change()),
            "triggers": {**many(trigger), "maxItems": len(TRIGGERS)},
            "expected": many(expectation),
            "ratchet": record({"months": _whole(1, 60), "steps": _whole(1, 24)}),
        },
    )


def _whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high, "description": "a whole number"}


def _parties() -> Schema:
    party = record({"name": TEXT, "actors": many(NAME, 1)})
    return record({"a": party, "d": party}, {"coalition": party})


def _stakes() -> Schema:
    area = {**NUMBER, "minimum": 0.0, "description": "an area in km2"}
    stake = record(
        {
            "name": NAME,
            "title": TEXT,
            "area_at_0_km2": area,
            "area_at_1_km2": area,
            "land_weight": SHARE,
            "other_share": SHARE,
            "source": TEXT,
            "quality": one_of(JUDGED, "quality"),
        },
        {"note": TEXT},
    )
    return many(stake, 1)


def _effort() -> Schema:
    positive = {**NUMBER, "minimum": 0.0, "description": "a number of at least 0"}
    part = record(
        {
            "lever": one_of(LEVERS, "lever"),
            "full": NUMBER,
            "weight": {**NUMBER, "exclusiveMinimum": 0.0, "description": "a number above 0"},
            "price_usd_bn_month": positive,
            "source": TEXT,
            "quality": one_of(JUDGED, "quality"),
        },
        {"zero": NUMBER, "note": TEXT},
    )
    return many(part, 1)


def _outcome() -> Schema:
    return record(
        {"kind": one_of(("settled", "collapse_a", "collapse_d", "none"), "kind"), "source": TEXT},
        {"month": MONTH, "terms_share_a": SHARE, "note": TEXT},
    )


def _case() -> Schema:
    table = {
        "type": "object",
        "patternProperties": {f"^{_MONTH}$": NUMBER},
        "additionalProperties": False,
        "minProperties": 1,
        "description": "values by the month from which they hold",
    }
    fact: Schema = {
        "oneOf": [
            NUMBER,
            record(
                {},
                {
                    "constant": NUMBER,
                    "series": NAME,
                    "steps": table,
                    "fill": one_of(("hold", "zero"), "fill"),
                    "before": {**NUMBER, "description": "the value before the first row"},
                    "known_ahead": {"type": "boolean", "description": "true or false"},
                    "source": TEXT,
                    "note": TEXT,
                },
                oneOf=[{"required": [key]} for key in ("constant", "series", "steps")],
            ),
        ],
        "description": "a number, or a mapping with constant, series or steps",
    }
    sd = {**NUMBER, "exclusiveMinimum": 0.0, "description": "a standard deviation in the unit of the site"}
    return record(
        {
            "case": NAME,
            "title": TEXT,
            "first_month": MONTH,
            "last_month": MONTH,
            "war_start": MONTH,
            "data_until": MONTH,
            "program": one_of(tuple(PROGRAMS), "program"),
            "blocks": many(one_of(BLOCKS, "block"), 1),
            "actors": many(record({"id": NAME, "name": TEXT}, {"role": TEXT, "note": TEXT}), 1),
            "not_modelled": many(TEXT, 1),
            "metrics": many(one_of(METRICS, "metric"), 1),
            "month_facts": record({}, dict.fromkeys(FACTS, fact)),
            "observations": record({}, dict.fromkeys(SITE_UNITS, NAME)),
        },
        {
            "default_start": MONTH,
            "compared": many(NAME, 1),
            "observation_error": record(
                {}, {site: record({}, dict.fromkeys(QUALITIES, sd)) for site in SITE_UNITS}
            ),
            "note": LINES,
            "parties": _parties(),
            "stakes": _stakes(),
            "effort": _effort(),
            "outcome": _outcome(),
            "pools": many(_pool(), 1),
        },
    )


def _pool() -> Schema:
    spread = {
        **NUMBER,
        "exclusiveMinimum": 0.0,
        "maximum": 10.0,
        "description": "scale of the half-normal spread of members around what they share; small holds them together",
    }
    return record({"pool": NAME, "members": many(TEXT, 2), "spread": spread, "because": TEXT})


def _tests() -> Schema:
    test = record(
        {
            "given": NAME,
            "metric": one_of(METRICS, "metric"),
            "must": one_of(("rise", "fall", "stay"), "must"),
        },
        {
            "start": MONTH,
            "month": MONTH,
            "than": NAME,
            "because": TEXT,
            "tolerance": {**NUMBER, "minimum": 0.0, "description": "the largest move that counts as none"},
        },
    )
    rows = many(test, 1)
    return {"oneOf": [rows, record({"tests": rows})]}


def _scoring() -> Schema:
    scale = {**NUMBER, "exclusiveMinimum": 0.0, "description": "a number above 0"}
    vector = record(
        {"name": NAME, "title": TEXT, "scales": record({}, dict.fromkeys(OUTPUTS, scale), minProperties=2)},
        {"note": TEXT},
    )
    part = record({"series": NAME, "per": one_of(("month", "year"), "per")}, {"weight": NUMBER})
    plan = record({"series": NAME, "parts": many(part, 1), "source": TEXT}, {"note": TEXT})
    event = record(
        {"name": NAME, "title": TEXT},
        {
            "series": NAME,
            "above": NUMBER,
            "below": NUMBER,
            "ending": one_of(("settled",), "ending"),
            "until": MONTH,
            "happened": MONTH,
            "source": TEXT,
            "note": TEXT,
        },
        oneOf=[
            {"required": ["series", "above"]},
            {"required": ["series", "below"]},
            {"required": ["ending", "until", "source"]},
        ],
    )
    odds = record(
        {
            "event": NAME,
            "asked": DATE,
            "who": TEXT,
            "question": TEXT,
            "until": many(MONTH, 1),
            "chances": many(SHARE, 2),
            "source": TEXT,
            "quality": one_of(QUALITIES, "quality"),
        },
        {"url": URL, "note": TEXT},
    )
    return record(
        {}, {"vectors": many(vector), "plans": many(plan), "events": many(event), "odds": many(odds)}
    )


def _experiment() -> Schema:
    sense = one_of(("rise", "fall", "stay"), "sense")
    positive = {**NUMBER, "exclusiveMinimum": 0.0, "description": "a number above 0"}
    flag = {"type": "boolean", "description": "true or false"}
    recorded = record(
        {"value": NUMBER, "sd": positive, "source": TEXT, "quality": one_of(JUDGED, "quality")},
        {"url": URL, "note": TEXT},
    )
    outputs = [name for name in OUTPUTS if not name.endswith(("log_likelihood", "_residual"))]
    predicted = record(
        {"output": one_of(outputs, "output"), "sense": sense},
        {
            "measure": one_of(("change", "effect"), "measure"),
            "before": MONTH,
            "after": MONTH,
            "within": positive,
            "because": TEXT,
            "recorded": recorded,
        },
    )
    odds = record({"who": TEXT, "chance": SHARE, "source": TEXT})
    ending = record(
        {"what": one_of(("settled", "least_a", "most_d"), "quantity"), "after": MONTH, "because": TEXT},
        {
            "before": MONTH,
            "sense": sense,
            "within": positive,
            "happened": flag,
            "recorded": recorded,
            "odds": many(odds, 1),
        },
    )
    unmoved = record({"output": one_of(outputs, "output"), "because": TEXT}, {"exactly": flag})
    values = {
        "type": "object",
        "patternProperties": {r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$": NUMBER},
        "additionalProperties": False,
        "minProperties": 1,
        "description": "values by parameter",
    }
    identity = {
        "type": "string",
        "pattern": "^[A-Za-z][A-Za-z0-9_]*$",
        "description": "a name of letters, digits and underscores",
    }
    return record(
        {
            "experiment": identity,
            "title": TEXT,
            "event": TEXT,
            "date": DATE,
            "cutoff": MONTH,
            "origin": MONTH,
            "before": MONTH,
            "after": MONTH,
            "until": MONTH,
            "given": LINES,
            "blind": record({"structure": flag, "note": TEXT}),
        },
        {
            "program": one_of(tuple(PROGRAMS), "program"),
            "predictions": many(predicted, 1),
            "without": many(_change(), 1),
            "unmoved": many(unmoved, 1),
            "endings": many(ending, 1),
            "unanswered": many(record({"question": TEXT, "reason": TEXT}), 1),
            "variants": many(
                record(
                    {
                        "name": NAME,
                        "values": values,
                        "because": TEXT,
                    }
                ),
                1,
            ),
            "sources": many(TEXT, 1),
            "note": LINES,
        },
    )


def _claims() -> Schema:
    from ripeness.case.claim_schema import claims_schema  # it is written with the words of this file

    return claims_schema()


def _search() -> Schema:
    months = {"type": "integer", "minimum": 1, "maximum": 600, "description": "a number of months"}
    step = {**NUMBER, "exclusiveMinimum": 0.0, "description": "a number above 0"}
    parameter = record(
        {"name": NAME, "title": TEXT, "unit": TEXT, "low": NUMBER, "high": NUMBER, "step": step},
        {"because": TEXT},
    )
    change = _change()
    moment = {
        "oneOf": [change["properties"]["from"], many(NAME, 1)],
        "description": "a month as in a policy, or a list of parameters whose months are added to the start",
    }
    graded = record({"by": NAME, "at_0": NUMBER, "at_1": NUMBER})
    amount = {
        "oneOf": [NUMBER, graded],
        "description": "a number, or a line by a parameter (by, at_0, at_1)",
    }
    change["properties"] |= {
        "from": moment,
        "until": moment,
        **dict.fromkeys(("set", "scale", "add", "at_least", "at_most"), amount),
        "ramp_months": {
            "oneOf": [change["properties"]["ramp_months"], NAME],
            "description": "a number of months, or a parameter",
        },
    }
    objective = record(
        {
            "metric": one_of(SEARCH_METRICS, "metric"),
            "sense": one_of(("lower", "higher"), "sense"),
            "judgment": TEXT,
        },
        {"enough": NUMBER},
    )
    aim = record(
        {"name": NAME, "title": TEXT, "output": one_of(OUTPUTS, "output"), "judgment": TEXT},
        {
            "months": months,
            "reduction": one_of(("sum", "mean"), "reduction"),
            "at_most": NUMBER,
            "at_least": NUMBER,
        },
        oneOf=[{"required": ["at_most"]}, {"required": ["at_least"]}],
    )
    pathways = record(
        {
            "switch_to": many(NAME, 1),
            "signposts": many(one_of(OUTPUTS, "output"), 1),
            "aims": many(aim, 1),
            "by": months,
            "watch": months,
        },
        {"policy": NAME},
    )
    return record(
        {
            "search": NAME,
            "title": TEXT,
            "author": TEXT,
            "parameters": many(parameter, 1),
            "changes": many(change, 1),
            "objectives": many(objective, 1),
        },
        {
            "question": TEXT,
            "base": NAME,
            "start": MONTH,
            "ratchet": record({"steps": _whole(1, 24), "over": NAME}),
            "pathways": pathways,
            "mapping_notes": LINES,
            "not_mapped": LINES,
        },
    )


def _series() -> Schema:
    columns: dict[str, Schema] = {
        "month": MONTH,
        "value": NUMBER,
        "unit": UNIT,
        "source": TEXT,
        "url": URL,
        "quality": one_of(QUALITIES, "quality"),
        "vintage": {**MONTH, "description": "the month of release as YYYY-MM"},
        "sd": {
            **NUMBER,
            "exclusiveMinimum": 0.0,
            "description": "standard deviation of the observation error",
        },
        "note": TEXT,
    }
    return record(
        {key: columns[key] for key in REQUIRED}, {key: columns[key] for key in COLUMNS if key not in REQUIRED}
    )


def _war_record() -> Schema:
    from ripeness.case.war_record import record_schema  # it is written with the words of this file

    return record_schema()


_KINDS: dict[str, tuple[Callable[[], Schema], str]] = {
    "case": (_case, "case.yaml: what the case covers and which series it reads"),
    "parameters": (_parameters, "parameters.yaml: every parameter with its prior and source"),
    "common": (_common, "common/*.yaml: priors that every case with a war inherits"),
    "instrument": (_instrument, "instruments/NAME.yaml: dated values of levers with their acts"),
    "policy": (_policy, "policies/NAME.yaml: changes to the instruments, and triggers"),
    "experiment": (
        _experiment,
        "experiments/ID.yaml: a dated event, what is predicted of it, what must not move",
    ),
    "claims": (_claims, "claims/NAME.yaml: claims of one text, each with a test that can fail"),
    "search": (
        _search,
        "search/NAME.yaml: policies with numbers left open, and what a search of them aims at",
    ),
    "series": (_series, "series/NAME.csv: one row of the table"),
    "record": (_war_record, "record.yaml: a past war, from which a case is made"),
    "scoring": (_scoring, "scoring.yaml: vectors, plans, events and odds of others that a backcast scores"),
    "tests": (_tests, "tests/NAME.yaml: what must rise, fall or stay under a policy"),
}

KINDS = tuple(_KINDS)
"""Kinds of files that have a schema."""


@lru_cache(maxsize=len(KINDS))
def shared_schema(kind: str) -> Schema:
    """Schema of a kind, shared: not to be changed."""
    build, title = _KINDS[kind]
    return {"$schema": DRAFT, "title": title, **build()}


def schema(kind: str) -> Schema:
    """JSON Schema (draft 2020-12) of a kind of file in `KINDS`; for series, of one row."""
    if kind not in _KINDS:
        raise RipenessError(f"there is no schema of {kind!r}", suggestion(kind, KINDS, "kind"))
    return deepcopy(shared_schema(kind))
