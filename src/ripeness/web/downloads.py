"""Routes whose answers are files to keep."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request, Response

from ripeness.api.lab import as_text
from ripeness.api.share_link import Link
from ripeness.web.answers import matches, sent
from ripeness.web.documents import draws_of
from ripeness.web.server import Server

STATIC = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""Content security policy of files: they run nothing and load nothing."""

CSV = "text/csv; charset=utf-8"
PYTHON = "text/x-python; charset=utf-8"


def download_routes(app: FastAPI, server: Server) -> None:
    """Add the routes."""
    lab, limits = server.lab, server.settings.limits

    async def whole_file(request: Request, kind: str, make: Callable[[Link], bytes], ending: str) -> Response:
        link, _, tag = await server.read(request, f"run.{ending}")
        if matches(request, tag):
            return sent(request, b"", kind, tag=tag)
        body = await server.soon(request, lambda stop: make(link))
        return _file(request, body, kind, f"ripeness-run.{ending}", tag)

    async def chart_file(
        request: Request, kind: str, make: Callable[[Link, str | None], bytes], ending: str
    ) -> Response:
        link, own, tag = await server.read(request, f"run.{ending}", own=("chart",))
        chart = own.get("chart")
        lab.require_chart(link, chart)
        if matches(request, tag):
            return sent(request, b"", kind, tag=tag)
        answer = server.soon if ending == "csv" else server.drawn
        body = await answer(request, lambda stop: make(link, chart))
        return _file(request, body, kind, f"{chart or 'ripeness-run'}.{ending}", tag)

    @app.get("/api/v1/run.csv")
    async def run_csv(request: Request) -> Response:
        """Monthly quantiles and the record, one number a row."""
        return await chart_file(request, CSV, lambda link, chart: lab.csv(link, chart).encode(), "csv")

    @app.get("/api/v1/run.json")
    async def run_json(request: Request) -> Response:
        """The document of the charts."""
        return await whole_file(
            request, "application/json", lambda link: as_text(lab.money(link)).encode(), "json"
        )

    @app.get("/api/v1/run.svg")
    async def run_svg(request: Request) -> Response:
        """One chart, or all, with source, settings and link in the picture."""
        return await chart_file(request, "image/svg+xml", lab.svg, "svg")

    @app.get("/api/v1/run.png")
    async def run_png(request: Request) -> Response:
        """The same as a picture of points."""
        return await chart_file(request, "image/png", lab.png, "png")

    @app.get("/api/v1/run.zip")
    async def run_zip(request: Request) -> Response:
        """Policy file, numbers, and how to have them again."""
        return await whole_file(request, "application/zip", lab.run_zip, "zip")

    @app.get("/api/v1/run.py")
    async def run_py(request: Request) -> Response:
        """Lines of Python that give the same numbers."""
        return await whole_file(request, PYTHON, lambda link: lab.snippet(link).encode(), "py")

    @app.get("/api/v1/case.zip")
    async def case_zip(request: Request) -> Response:
        """The folder of a case."""
        link, _, _ = await server.read(request)
        tag = lab.tag(lab.first(link.case), "case.zip")
        if matches(request, tag):
            return sent(request, b"", "application/zip", tag=tag)
        body = await server.soon(request, lambda stop: lab.case_zip(link.case))
        return _file(request, body, "application/zip", f"{link.case}.zip", tag)

    async def report(request: Request, kind: str, media: str) -> Response:
        link, own, tag = await server.read(request, f"report.{kind}", own=("draws",))
        draws = draws_of(own, limits.draws)
        if matches(request, tag):
            return sent(request, b"", media, tag=tag)
        body = await server.later(request, lambda stop: lab.report(link, kind, draws, stop.is_set))
        return _file(request, body, media, f"ripeness-report.{kind}", tag, show=True)

    @app.get("/api/v1/report.html")
    async def report_html(request: Request) -> Response:
        """The whole answer as one page."""
        return await report(request, "html", "text/html; charset=utf-8")

    @app.get("/api/v1/report.pdf")
    async def report_pdf(request: Request) -> Response:
        """The same for paper."""
        return await report(request, "pdf", "application/pdf")


def _file(request: Request, body: bytes, kind: str, name: str, tag: str, *, show: bool = False) -> Response:
    headers = {
        "content-disposition": f'{"inline" if show else "attachment"}; filename="{name}"',
        "content-security-policy": STATIC,
    }
    squeeze = kind.startswith(("text/", "application/json", "image/svg"))
    return sent(request, body, kind, tag=tag, squeeze=squeeze, headers=headers)
