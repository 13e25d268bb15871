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
        turns = (server.quick, server.long, server.pictures, server.lab.jobs)
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
        jobs = server.lab.jobs
        gauges += [
            ("ripeness_jobs_waiting", "Claims and conditions that wait.", float(jobs.waiting)),
            ("ripeness_jobs_running", "Claims and conditions being worked on.", float(jobs.running)),
        ]
        lanes = (("quick", server.quick), ("long", server.long), ("pictures", server.pictures))
        for name, turns in lanes:
            gauges += [
                (f"ripeness_{name}_waiting", "Questions that wait.", float(turns.waiting)),
                (f"ripeness_{name}_running", "Questions being answered.", float(turns.running)),
                (f"ripeness_{name}_left", "Questions whose client left.", float(turns.left)),
            ]
        return Response(server.counts.text(gauges), media_type="text/plain; version=0.0.4")
