"""Routes that send the documents of the command line, and those of the page's charts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response

from ripeness.api.bargained import FEWEST_DRAWS
from ripeness.api.lab import DRAWS_OF_ENDINGS, as_text
from ripeness.web.answers import document, matches
from ripeness.web.server import Server, fault, whole
from ripeness.web.turns import Stop

LATER = {"retry-after": "1"}

Turn = Callable[[Request, Callable[[Stop], Any]], Awaitable[Any]]
"""A line in which work waits for its turn: `Server.soon` or `Server.later`."""


def document_routes(app: FastAPI, server: Server) -> None:
    """Add the routes."""
    lab, limits = server.lab, server.settings.limits

    @app.get("/api/v1/schema")
    async def schema(request: Request) -> Response:
        """Levers, policies, indicators, assumptions, months and limits of a case."""
        link, _, _ = await server.read(request)
        found = await asyncio.to_thread(server.schema, link.case)
        codes = (each["code"] for each in found["languages"])
        tag = lab.tag(lab.first(link.case), "schema", *lab.case_names(), *codes)
        return document(request, as_text(found), tag=tag)

    @app.get("/api/v1/assumptions")
    async def assumptions(request: Request) -> Response:
        """Constants that differ between futures: spread, source, and how much of it the record decides."""
        link, _, _ = await server.read(request)
        return await _of_case(request, "assumptions", link.case)

    @app.get("/api/v1/link")
    async def link_told(request: Request) -> Response:
        """The link in its one order, its policy as a file, and lines of Python that give the same numbers."""
        link, _, _ = await server.read(request)
        here = str(request.base_url)
        return document(request, as_text(await asyncio.to_thread(lab.link_document, link, here)))

    @app.get("/api/v1/money")
    async def money(request: Request) -> Response:
        """Fans and sums of money, fleet and war under the status quo and under the link's settings."""
        link, own, tag = await server.read(request, "money", own=("part", "charts"))
        moved, charts = _part(own), _names(own, "charts")
        return await _tagged(
            request, tag, server.soon, lambda stop: lab.money(link, moved_only=moved, charts=charts)
        )

    @app.get("/api/v1/effects")
    async def effects(request: Request) -> Response:
        """What changes in a metric when each moved lever alone goes back to the status quo."""
        return await _of_metric(request, "effects")

    @app.get("/api/v1/policies")
    async def policies(request: Request) -> Response:
        """Every policy of the case against the status quo, in one metric and the same futures."""
        return await _of_metric(request, "policies")

    async def _of_metric(request: Request, what: str) -> Response:
        link, own, tag = await server.read(request, what, own=("metric",))
        make = getattr(lab, what)
        return await _tagged(request, tag, server.soon, lambda stop: make(link, own.get("metric")))

    @app.get("/api/v1/bargain")
    async def bargain(request: Request) -> Response:
        """How the war ends, from so many structural draws: few come soon, more are surer."""
        link, own, tag = await server.read(request, "bargain", own=("draws",))
        draws = whole(own, "draws", 4, 1, limits.draws)
        return await _tagged(request, tag, server.later, lambda stop: lab.bargain(link, draws, stop.is_set))

    @app.get("/api/v1/compare")
    async def compare(request: Request) -> Response:
        """The document of `ripeness compare --link`."""
        link, own, tag = await server.read(request, "compare", own=("draws",))
        draws = draws_of(own, limits.draws)
        return await _tagged(request, tag, server.later, lambda stop: lab.compare(link, draws, stop.is_set))

    @app.get("/api/v1/talks")
    async def talks(request: Request) -> Response:
        """The document of `ripeness talks`; with policies, 202 until talks have been simulated under them."""
        link, own, _ = await server.read(request, own=("policies",))
        policies = _names(own, "policies")
        if not policies:
            return await _of_case(request, "talks", link.case)
        complete, found = await asyncio.to_thread(lab.simulated_talks, link.case, policies)
        return _so_far(request, complete, found)

    @app.get("/api/v1/sources")
    async def sources(request: Request) -> Response:
        """Every series and instrument with sources, dates, quality and hash, and back-test scores."""
        link, _, _ = await server.read(request)
        return await _of_case(request, "sources", link.case)

    @app.get("/api/v1/case")
    async def case(request: Request) -> Response:
        """What a case is, its policies, and what it does not model."""
        link, _, _ = await server.read(request)
        return await _of_case(request, "about", link.case)

    async def _of_case(request: Request, what: str, name: str) -> Response:
        make = getattr(lab, what)
        return await _tagged(request, lab.tag(lab.first(name), what), server.soon, lambda stop: make(name))

    @app.get("/api/v1/claims")
    async def claims(request: Request) -> Response:
        """The ledger of claims; 202 with what there is until all have been tested."""
        link, _, _ = await server.read(request)
        complete, found = await asyncio.to_thread(lab.claims, link.case)
        return _so_far(request, complete, found)

    @app.get("/api/v1/conditions")
    async def conditions(request: Request) -> Response:
        """What would have to be true; 202 until it has been found. Without a question, what can be asked."""
        keys = ("claim", "better", "than", "metric", "sense", "by")
        link, own, _ = await server.read(request, own=keys)
        complete, found = await asyncio.to_thread(lab.conditions, link, own)
        return _so_far(request, complete, found)

    @app.post("/api/v1/cases", status_code=201)
    async def hand_in(request: Request) -> Response:
        """Take a case as a ZIP of its folder: data only. Links may name it until the server ends."""
        body = await server.body(request)
        found = await server.later(request, lambda stop: lab.hand_in(body))
        return document(request, as_text(found), status=201)


async def _tagged(request: Request, tag: str, turn: Turn, make: Callable[[Stop], dict[str, Any]]) -> Response:
    """The document of a tag, made in its turn; nothing is made for a reader who holds it already."""
    text = "" if matches(request, tag) else await turn(request, lambda stop: as_text(make(stop)))
    return document(request, text, tag=tag)


def draws_of(own: dict[str, str], most: int) -> int:
    """Structural draws of a comparison: none, or enough for a band."""
    draws = whole(own, "draws", DRAWS_OF_ENDINGS, 0, most)
    if 0 < draws < FEWEST_DRAWS:
        raise fault("draws", draws, "are too few for a band", f"give 0, or {FEWEST_DRAWS} to {most}")
    return draws


def _part(own: dict[str, str]) -> bool:
    """Whether only what moves with the levers is asked for."""
    part = own.get("part", "all")
    if part not in ("all", "moved"):
        raise fault("part", part, "is no part of the document", "use all or moved")
    return part == "moved"


def _names(own: dict[str, str], key: str) -> tuple[str, ...] | None:
    """Names with commas between them, each once; None where the key is not there."""
    text = own.get(key)
    return None if text is None else tuple(dict.fromkeys(name for name in text.split(",") if name))


def _so_far(request: Request, complete: bool, found: dict[str, Any]) -> Response:
    if complete:
        return document(request, as_text(found))
    return document(request, as_text(found), status=202, headers=LATER)
