"""The page, its files, and one chart of it for other pages."""

from __future__ import annotations

import asyncio
import gzip

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from ripeness.api.lab import as_text
from ripeness.api.lab_recent import Recent
from ripeness.api.share_link import VIEWS
from ripeness.web.answers import sent
from ripeness.web.page import EMBED, INDEX, PageFile
from ripeness.web.server import Server
from ripeness.web.words import words

MOST_HELD = 64
"""Answers with words that are kept."""


def page_routes(app: FastAPI, server: Server) -> None:
    """Add the routes of the page."""
    filled: Recent[tuple[bytes, bytes]] = Recent(32)
    held: dict[tuple[str, tuple[str, ...]], PageFile] = {}

    def written(name: str, case: str, view: str) -> tuple[bytes, bytes]:
        """A page with its schema, plain and compressed, kept until either changes."""
        file = server.page.file(name)
        schema = server.schema(case)
        text = as_text(schema)

        def made() -> tuple[bytes, bytes]:
            body = server.page.filled(name, text, view)
            return body, gzip.compress(body, 9, mtime=0)

        return filled.get((name, file.tag if file else "", text, view), made)

    async def page_of(request: Request, name: str) -> Response:
        said = dict(reversed(request.query_params.multi_items()))  # of a key that is given twice, the first
        case = said["case"] if said.get("case") in server.lab.case_names() else server.settings.case
        view = said["view"] if said.get("view") in VIEWS else VIEWS[0]
        body, small = await asyncio.to_thread(written, name, case, view)
        return sent(request, body, "text/html; charset=utf-8", small=small)

    @app.get("/", include_in_schema=False)
    async def index(request: Request) -> Response:
        return await page_of(request, INDEX)

    @app.get("/embed/{indicator}", include_in_schema=False)
    async def embed(request: Request, indicator: str) -> Response:
        return await page_of(request, EMBED if server.page.file(EMBED) else INDEX)

    @app.get("/words/{code}", include_in_schema=False)
    async def words_of(request: Request, code: str) -> Response:
        parts = tuple(sorted(set(request.query_params.get("parts", "").split(","))))
        found = held.get((code, parts)) if not server.settings.fresh else None
        if found is None:
            found = await asyncio.to_thread(words, server.page, code, parts)
        if found is None:
            raise HTTPException(404, "there are no such words")
        if len(held) < MOST_HELD:
            held[code, parts] = found
        return sent(request, found.body, found.kind, tag=found.tag, small=found.small)

    @app.get("/page/{path:path}", include_in_schema=False)
    async def page_file(request: Request, path: str) -> Response:
        found = server.page.file(path)
        if found is None:
            raise HTTPException(404, "there is no such file")
        small = found.small
        return sent(request, found.body, found.kind, tag=found.tag, small=small, squeeze=small is not None)
