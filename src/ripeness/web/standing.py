"""Routes for whoever runs a server: whether it is there and warm, and what it has done."""

from __future__ import annotations

from time import perf_counter

from fastapi import FastAPI, Request, Response

from ripeness.api.lab import as_text
from ripeness.web.answers import document
from ripeness.web.server import Server


def standing_routes(app: FastAPI, server: Server) -> None:
    """Add the routes."""

    @app.get("/health")
    async def health(request: Request) -> Response:
        """Whether the server is there, and warm."""
        turns = (server.quick, server.long)
        said = {
            "ok": True,
            "ready": server.ready,
            "waiting": sum(each.waiting for each in turns),
            "running": sum(each.running for each in turns),
        }
        return document(request, as_text(said))

    @app.get("/metrics")
    async def metrics() -> Response:
        """Counts in the text format of Prometheus."""
        gauges = [("ripeness_up_seconds", "Seconds since the start.", perf_counter() - server.began)]
        for name, turns in (("quick", server.quick), ("long", server.long)):
            gauges += [
                (f"ripeness_{name}_waiting", "Questions that wait.", float(turns.waiting)),
                (f"ripeness_{name}_running", "Questions being answered.", float(turns.running)),
                (f"ripeness_{name}_left", "Questions whose client left.", float(turns.left)),
            ]
        return Response(server.counts.text(gauges), media_type="text/plain; version=0.0.4")
