"""Whatever the description allows, and more: never a fault of the server, never a hang, no file touched."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import SkipTest
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from ripeness.web.limits import Limits

KEPT_LEVERS = ("waiver", "price_cap_usd_bbl", "vessels_listed_us", "narrative", "buyer_tariff.turkiye")
KEPT_ASSUMPTIONS = ("brent_volatility",)
FEW_MEMBERS = 60

LONG = ("bargain", "compare", "report", "conditions", "claims")
"""Routes of long work: asked with few examples, by hand below."""


def shortened(description: dict[str, Any]) -> dict[str, Any]:
    """The description with few levers and assumptions, and runs that are small, so that examples are many."""
    parameters = description["components"]["parameters"]
    kept = {}
    for key, parameter in parameters.items():
        kind, _, name = parameter["name"].partition(".")
        stem = name.removesuffix(".at").removesuffix(".over")
        if (kind == "l" and stem not in KEPT_LEVERS) or (kind == "a" and stem not in KEPT_ASSUMPTIONS):
            continue
        kept[key] = parameter
    kept["n"] = {**kept["n"], "schema": {**kept["n"]["schema"], "maximum": FEW_MEMBERS}, "required": True}
    description["components"]["parameters"] = kept
    for item in description["paths"].values():
        for operation in item.values():
            if "parameters" in operation:
                operation["parameters"] = [
                    each
                    for each in operation["parameters"]
                    if "$ref" not in each or each["$ref"].rpartition("/")[2] in kept
                ]
    description["paths"] = {
        path: item for path, item in description["paths"].items() if not any(word in path for word in LONG)
    }
    return description


@pytest.fixture(scope="module")
def described(address: str) -> Any:
    description = httpx.get(f"{address}/api/v1/openapi.json", timeout=60).json()
    schema = schemathesis.openapi.from_dict(shortened(description))
    schema.config.update(base_url=address)
    return schema


@schemathesis.serializer("application/zip")
def archive(context: Any, value: Any) -> Any:
    """An archive goes out as the bytes that it is."""
    return value.data if hasattr(value, "data") else value


CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


@pytest.mark.parametrize("right", [True, False], ids=["as described", "otherwise"])
def test_the_description_holds_and_nothing_breaks(described: Any, right: bool) -> None:
    mode = GenerationMode.POSITIVE if right else GenerationMode.NEGATIVE
    asked = 0
    for found in described.get_all_operations():
        operation = found.ok()

        @settings(max_examples=25, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, timeout=60)

        try:
            holds()
        except (Unsatisfiable, SkipTest):
            continue  # nothing can be wrong with a route that takes no parameter
        asked += 1
    assert asked > 10


def nonsense(luck: random.Random) -> str:
    """A query that is wrong in some way, or hardly right."""
    keys = [
        "l.waiver",
        "l.",
        "l..at",
        "a.",
        "from",
        "start",
        "until",
        "n",
        "seed",
        "with",
        "case",
        "v",
        "m",
        "view",
    ]
    keys += [
        "l.waiver.at",
        "l.waiver.over",
        "lang",
        "theme",
        "draws",
        "chart",
        "part",
        "claim",
        "better",
        "%00",
        "\u202e",
    ]
    values = [
        "",
        "0",
        "1",
        "-1",
        "1e308",
        "nan",
        "inf",
        "2026-09",
        "0000-00",
        "9999-12",
        "../../etc/passwd",
        "%ff",
    ]
    values += [
        "<script>",
        "'; drop table",
        "a" * 300,
        "sequential",
        ",,,",
        "ukraine",
        "\x00",
        "{}",
        "null",
        "٣",
        "${x}",
    ]
    pairs = [f"{luck.choice(keys)}={luck.choice(values)}" for _ in range(luck.randrange(1, 6))]
    return luck.choice(("&", "&", "&", ";")).join(pairs)


ROUTES = (
    "/",
    "/api/v1/schema",
    "/api/v1/link",
    "/api/v1/money",
    "/api/v1/bargain",
    "/api/v1/compare",
    "/api/v1/conditions",
    "/api/v1/claims",
    "/api/v1/run.csv",
    "/api/v1/run.svg",
    "/api/v1/run.zip",
    "/api/v1/case.zip",
    "/api/v1/report.html",
    "/embed/x",
    "/page/x",
)


def test_nonsense_is_answered_in_words_and_at_once(site: httpx.Client) -> None:
    luck = random.Random(20)
    before = set(Path(tempfile.gettempdir()).iterdir())
    longest = 0.0
    for _ in range(400):
        route = luck.choice(ROUTES)
        # The broken key keeps long work from being begun by luck.
        query = f"{nonsense(luck)}&n=20&nothing=1" if luck.random() < 0.7 else f"{nonsense(luck)}&l.waver=1"
        began = time.monotonic()
        answer = site.get(f"{route}?{quote(query, safe='=&;%/')}")
        longest = max(longest, time.monotonic() - began)
        assert answer.status_code in (200, 404, 414, 422), (route, query, answer.text)
        if answer.status_code == 422:
            assert answer.json()["problem"]
    assert longest < 10.0
    made = set(Path(tempfile.gettempdir()).iterdir()) - before
    assert not [place for place in made if place.name.startswith("ripeness")]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(site: httpx.Client, method: str) -> None:
    assert site.request(method, "/api/v1/money").status_code == 405


def test_limits_of_draws_are_told(site: httpx.Client) -> None:
    most = Limits().draws
    for route, draws in (("bargain", 0), ("bargain", most + 1), ("compare", 3), ("compare", most + 1)):
        answer = site.get(f"/api/v1/{route}?n=40&draws={draws}")
        assert answer.status_code == 422
        assert answer.json()["faults"][0]["key"] == "draws"
