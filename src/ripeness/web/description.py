"""The OpenAPI description: which links a route takes, written from the same names by which links are read."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

from ripeness.api.lab import as_text
from ripeness.api.share_link import (
    DEFAULT_CASE,
    DEFAULT_MEMBERS,
    MOST_MEMBERS,
    MOST_RAMP,
    THEMES,
    VIEWS,
    assumption_names,
    lever_limits,
)
from ripeness.api.simulation import FEWEST_MEMBERS
from ripeness.web.answers import sent

PATH = "/api/v1/openapi.json"

WITHOUT_LINK = ("/health", "/metrics", "/api/v1/cases")

MONTH = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}

DRAWS = {
    "name": "draws",
    "schema": {"type": "integer", "minimum": 0, "maximum": 256},
    "description": "structural draws; 0 leaves bargaining out, else 8 or more",
}
CHART = {
    "name": "chart",
    "schema": {"type": "string"},
    "description": "an indicator of the schema; all without it",
}

METRIC = {
    "name": "metric",
    "schema": {"type": "string"},
    "description": "a metric of the schema that is not one of endings; receipts of oil exports without it",
}

OWN: dict[str, list[dict[str, Any]]] = {
    **{path: [METRIC] for path in ("/api/v1/effects", "/api/v1/policies")},
    "/api/v1/money": [
        {
            "name": "part",
            "schema": {"type": "string", "enum": ["all", "moved"]},
            "description": "what is sent",
        },
        {
            "name": "charts",
            "schema": {"type": "string"},
            "description": "indicators whose fans are sent, with commas; all without it",
        },
    ],
    "/api/v1/bargain": [
        {
            "name": "draws",
            "schema": {"type": "integer", "minimum": 1, "maximum": 256},
            "description": "structural draws",
        }
    ],
    **{path: [DRAWS] for path in ("/api/v1/compare", "/api/v1/report.html", "/api/v1/report.pdf")},
    **{f"/api/v1/run.{kind}": [CHART] for kind in ("csv", "svg", "png")},
    "/api/v1/talks": [
        {
            "name": "policies",
            "schema": {"type": "string"},
            "description": "policies of the case, with commas, whose simulated talks are measured beside the record",
        }
    ],
    "/api/v1/conditions": [
        {"name": name, "schema": {"type": "string"}, "description": said}
        for name, said in (
            ("claim", "id of a claim"),
            ("better", "policy asked about, in place of a claim"),
            ("than", "policy that it is held against"),
            ("metric", "metric by which it is better"),
            ("sense", "lower or higher, where the metric has no sense of its own"),
            ("by", "by how much at least; nothing: by any difference"),
        )
    ],
}
"""Parameters of single routes, beside those of a link."""

KINDS = {
    ".csv": "text/csv",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".zip": "application/zip",
    ".py": "text/x-python",
    ".html": "text/html",
    ".pdf": "application/pdf",
    "/metrics": "text/plain",
}
"""What a route sends, by the end of its path; JSON else."""

ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["schema", "ok", "problem", "remedy", "faults"],
    "properties": {
        "schema": {"type": "string"},
        "ok": {"type": "boolean"},
        "problem": {"type": "string"},
        "remedy": {"type": "string"},
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["file", "line", "key", "value", "problem", "remedy"],
                "properties": {
                    "file": {"type": "string"},
                    "line": {"type": ["integer", "null"]},
                    "key": {"type": "string"},
                    "value": {"type": ["string", "number", "boolean", "null"]},
                    "problem": {"type": "string"},
                    "remedy": {"type": "string"},
                },
            },
        },
    },
}


def described(app: FastAPI) -> None:
    """Add the route of the description."""
    made: dict[str, Any] = {}

    @app.get(PATH, include_in_schema=False)
    async def openapi(request: Request) -> Response:
        if not made:
            made.update(description(app))
        return sent(request, as_text(made).encode(), "application/json")


def description(app: FastAPI) -> dict[str, Any]:
    """The description of all routes."""
    found = get_openapi(
        title="ripeness",
        version=version("ripeness"),
        description="Policies of a war and the futures that answer them. A model for thinking, not a forecast.",
        routes=app.routes,
    )
    shared = link_parameters()
    parts = found.setdefault("components", {})
    parts.setdefault("schemas", {})["Error"] = ERROR
    parts["parameters"] = {_key(each["name"]): each for each in shared}
    refs = [{"$ref": f"#/components/parameters/{_key(each['name'])}"} for each in shared]
    for path, item in found["paths"].items():
        for operation in item.values():
            operation["operationId"] = path.strip("/").replace("/", "_").replace(".", "_")
            operation["responses"] = _responses(path)
            if path not in WITHOUT_LINK:
                own = [{"in": "query", "required": False, **each} for each in OWN.get(path, ())]
                operation["parameters"] = [*own, *refs]
        if path == "/api/v1/cases":
            item["post"]["requestBody"] = {
                "required": True,
                "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
            }
    return found


def link_parameters() -> list[dict[str, Any]]:
    """Every key that a link may have, with its range."""
    number = {"type": "number"}
    plain: list[tuple[str, dict[str, Any], str]] = [
        ("v", {"type": "string", "enum": ["1"]}, "version of links"),
        ("case", {"type": "string", "default": DEFAULT_CASE}, "name of a case"),
        (
            "m",
            {"type": "string", "pattern": "^[0-9a-f]{6,64}$"},
            "hash of the model that the link was made with",
        ),
        ("from", {"type": "string"}, "policy from which the settings begin"),
        ("start", MONTH, "month from which policies act"),
        ("until", MONTH, "last month"),
        ("seed", {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}, "counter of the random numbers"),
        (
            "n",
            {
                "type": "integer",
                "minimum": FEWEST_MEMBERS,
                "maximum": MOST_MEMBERS,
                "default": DEFAULT_MEMBERS,
            },
            "number of futures",
        ),
        ("with", {"type": "string"}, "up to three policies beside, with commas"),
        ("view", {"type": "string", "enum": list(VIEWS)}, "view of the page; moves no number"),
        (
            "lang",
            {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$"},
            "language; moves no number",
        ),
        ("theme", {"type": "string", "enum": list(THEMES)}, "colours; moves no number"),
    ]
    for name, unit, low, high in lever_limits():
        plain += [
            (f"l.{name}", {**number, "minimum": low, "maximum": high}, f"lever {name}, {unit}"),
            (f"l.{name}.at", MONTH, f"month from which lever {name} has its value"),
            (
                f"l.{name}.over",
                {"type": "integer", "minimum": 0, "maximum": MOST_RAMP},
                f"months of ramp of {name}",
            ),
        ]
    plain += [
        (f"a.{name}", number, f"assumption {name}, fixed in every future") for name in assumption_names()
    ]
    return [
        {"name": name, "in": "query", "required": False, "description": said, "schema": schema}
        for name, schema, said in plain
    ]


def _responses(path: str) -> dict[str, Any]:
    kind = next((kind for ending, kind in KINDS.items() if path.endswith(ending)), "application/json")
    schema: dict[str, Any] = {"type": "object"} if kind == "application/json" else {"type": "string"}
    if kind in ("image/png", "application/zip", "application/pdf"):
        schema["format"] = "binary"
    sent_as = {"content": {kind: {"schema": schema}}}
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    answers: dict[str, Any] = {
        "201" if path == "/api/v1/cases" else "200": {"description": "the answer", **sent_as},
    }
    if path in ("/api/v1/claims", "/api/v1/conditions", "/api/v1/talks"):
        answers["202"] = {"description": "what there is so far", **sent_as}
    if path not in ("/health", "/metrics"):
        answers["422"] = {"description": "what was asked is at fault", **error}
        answers["503"] = {"description": "too many ask, or it took too long", **error}
    answers["413"] = {"description": "the body is too large", **error}
    answers["414"] = {"description": "the link is too long", **error}
    return answers


def _key(name: str) -> str:
    return name.replace(".", "-")
