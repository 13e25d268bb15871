"""The application: routes, errors in words, and the guard before them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from ripeness.api.lab import Lab
from ripeness.api.lab_jobs import Closed, TooMany
from ripeness.base import RipenessError
from ripeness.web.answers import faulty
from ripeness.web.description import described
from ripeness.web.documents import document_routes
from ripeness.web.downloads import download_routes
from ripeness.web.guard import GONE, Guard
from ripeness.web.page import Page
from ripeness.web.pages import page_routes
from ripeness.web.server import Server, Settings
from ripeness.web.standing import standing_routes
from ripeness.web.turns import Busy, Gone, TooLong


def make_app(settings: Settings | None = None, lab: Lab | None = None, page: Page | None = None) -> FastAPI:
    """The application, its guard included."""
    server = Server(settings or Settings(), lab, page)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.create_task(server.get_ready())
        try:
            yield
        finally:
            warming.cancel()
            server.close()

    app = FastAPI(
        title="ripeness",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=life,
        redirect_slashes=False,
    )
    app.state.server = server
    _say_errors(app)
    page_routes(app, server)
    document_routes(app, server)
    download_routes(app, server)
    standing_routes(app, server)
    described(app)
    app.add_middleware(
        Guard,
        limits=server.settings.limits,
        counts=server.counts,
        hosts=server.settings.hosts,
        frames=server.settings.frames,
    )
    return app


def _say_errors(app: FastAPI) -> None:
    @app.exception_handler(RipenessError)
    async def ripeness_error(request: Request, error: RipenessError) -> Response:
        if isinstance(error, Busy | TooLong | TooMany | Closed):
            answer = faulty(request, error, 503)
            answer.headers["retry-after"] = "5"
            return answer
        return faulty(request, error, 422)

    @app.exception_handler(Gone)
    async def gone(request: Request, error: Gone) -> Response:
        return Response(status_code=GONE)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        said = RipenessError(str(error.detail).lower(), "see /api/v1/openapi.json")
        answer = faulty(request, said, error.status_code)
        answer.headers.update(error.headers or {})
        return answer
