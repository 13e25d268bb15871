"""Routes of the lab. Each reads a link, asks the front door for a document, and sends it as it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from ripeness.api.lab import Lab, as_text
from ripeness.api.link import Link, pairs_of
from ripeness.base import CaseFaults, Fault, RipenessError
from ripeness.web.answers import document, faulty, matches, sent
from ripeness.web.counts import Counts
from ripeness.web.guard import Guard
from ripeness.web.limits import Limits
from ripeness.web.page import EMBED, INDEX, Page
from ripeness.web.turns import Busy, Gone, Stop, TooLong, Turns

GONE = 499
"""Status of a question whose client left; nobody reads it, but it is counted."""


@dataclass(frozen=True)
class Settings:
    """How a server was started."""

    case: str = "ukraine"
    hosts: tuple[str, ...] | None = ("127.0.0.1", "localhost", "[::1]")
    frames: str = "*"
    """Who may show an embedded chart in a frame, as in a content security policy."""
    limits: Limits = field(default_factory=Limits)
    fresh: bool = False
    """Whether files of the page are read anew for each request."""


class Server:
    """What the routes share."""

    def __init__(self, settings: Settings, lab: Lab | None = None, page: Page | None = None) -> None:
        self.settings = settings
        self.lab = lab or Lab()
        self.page = page or Page(fresh=settings.fresh)
        self.counts = Counts()
        self.turns = Turns(settings.limits)
        self.began = perf_counter()
        self.ready = False

    async def get_ready(self) -> None:
        """Warm the case before the first visitor comes."""
        await asyncio.to_thread(self.lab.make_ready, self.settings.case)
        self.ready = True

    def link(self, request: Request, own: tuple[str, ...] = ()) -> tuple[Link, dict[str, str]]:
        """The link of a request, and the parameters of the route itself; CaseFaults lists every fault."""
        pairs = pairs_of(request.scope["query_string"].decode("latin-1"))
        mine: dict[str, str] = {}
        for key, value in pairs:
            if key in own:
                if key in mine:
                    raise CaseFaults([Fault("link", None, key, value, "is given twice", "give it once")])
                mine[key] = value
        rest = [pair for pair in pairs if pair[0] not in own]
        if self.settings.case != "ukraine" and not any(key == "case" for key, _ in rest):
            rest.append(("case", self.settings.case))
        return self.lab.link(rest), mine

    async def answer(
        self, request: Request, work: Callable[[Stop], Any], seconds: float | None = None
    ) -> Any:
        """What work gives, in turn; who leaves is not waited for."""
        limit = seconds or self.settings.limits.seconds
        return await self.turns.answer(client_of(request), work, left(request), limit)


def part_of(own: dict[str, str]) -> bool:
    """Whether only what moves with the levers is asked for."""
    part = own.get("part", "all")
    if part not in ("all", "moved"):
        raise CaseFaults([Fault("link", None, "part", part[:60], "is no part of the document", "use all or moved")])
    return part == "moved"


def client_of(request: Request) -> str:
    """Whose turn it is: an address, and the page's own name for itself where it says one."""
    host = request.client.host if request.client else "unknown"
    return f"{host} {request.headers.get('x-client', '')[:40]}"


async def left(request: Request) -> None:
    """Comes true when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


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
            server.turns.close()

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
    _page_routes(app, server)
    _document_routes(app, server)
    _state_routes(app, server)
    limits = server.settings.limits
    app.add_middleware(
        Guard, limits=limits, counts=server.counts, hosts=server.settings.hosts, frames=server.settings.frames
    )
    return app


def _say_errors(app: FastAPI) -> None:
    @app.exception_handler(RipenessError)
    async def ripeness_error(request: Request, error: RipenessError) -> Response:
        if isinstance(error, Busy | TooLong):
            return faulty(request, error, 503)
        return faulty(request, error, 422)

    @app.exception_handler(Gone)
    async def gone(request: Request, error: Gone) -> Response:
        return Response(status_code=GONE)

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> Response:
        remedy = {404: "see /api/v1/openapi.json", 405: "see /api/v1/openapi.json"}.get(error.status_code, "")
        answer = faulty(request, RipenessError(str(error.detail).lower(), remedy), error.status_code)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        return faulty(request, RipenessError("the server failed", "try again; say what you asked"), 500)


def _page_routes(app: FastAPI, server: Server) -> None:
    async def page_of(request: Request, name: str) -> Response:
        case = next((value for key, value in request.query_params.multi_items() if key == "case"), None)
        known = case if case in server.lab.case_names() else server.settings.case
        schema = await asyncio.to_thread(server.lab.schema, known)
        return sent(request, server.page.with_schema(name, as_text(schema)), "text/html; charset=utf-8")

    @app.get("/", include_in_schema=False)
    async def index(request: Request) -> Response:
        return await page_of(request, INDEX)

    @app.get("/embed/{indicator}", include_in_schema=False)
    async def embed(request: Request, indicator: str) -> Response:
        return await page_of(request, EMBED if server.page.file(EMBED) else INDEX)

    @app.get("/page/{path:path}", include_in_schema=False)
    async def page_file(request: Request, path: str) -> Response:
        found = server.page.file(path)
        if found is None:
            raise HTTPException(404, "there is no such file")
        return sent(
            request, found.body, found.kind, tag=found.tag, small=found.small, squeeze=found.small is not None
        )


def _document_routes(app: FastAPI, server: Server) -> None:
    @app.get("/api/v1/schema")
    async def schema(request: Request) -> Response:
        """What a page must know of a case."""
        link, _ = server.link(request)
        text = as_text(await asyncio.to_thread(server.lab.schema, link.case))
        return document(
            request, text, tag=server.lab.tag(server.lab.first(link.case), "schema", *server.lab.case_names())
        )

    @app.get("/api/v1/money")
    async def money(request: Request) -> Response:
        """Fans and sums of the money chain and the war, for the status quo and for the link's settings."""
        link, own = server.link(request, ("part",))
        moved = part_of(own)
        tag = server.lab.tag(link, "money", str(moved))
        if matches(request, tag):
            return document(request, "", tag=tag)
        text = await server.answer(request, lambda stop: as_text(server.lab.money(link, moved_only=moved)))
        return document(request, text, tag=tag)


def _state_routes(app: FastAPI, server: Server) -> None:
    @app.get("/health")
    async def health(request: Request) -> Response:
        """Whether the server is there, and warm."""
        said = {
            "ok": True,
            "ready": server.ready,
            "waiting": server.turns.waiting,
            "running": server.turns.running,
        }
        return document(request, as_text(said))

    @app.get("/metrics")
    async def metrics() -> Response:
        """Counts in the text format of Prometheus."""
        turns = server.turns
        gauges = (
            ("ripeness_waiting", "Questions that wait.", float(turns.waiting)),
            ("ripeness_running", "Questions being answered.", float(turns.running)),
            ("ripeness_left", "Questions whose client left.", float(turns.left)),
            ("ripeness_up_seconds", "Seconds since the start.", perf_counter() - server.began),
        )
        return Response(server.counts.text(gauges), media_type="text/plain; version=0.0.4")
