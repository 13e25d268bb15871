"""Counts of a server, in the text format that Prometheus reads."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator

BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper ends of the buckets of answering times, seconds."""


class Counts:
    """Requests by route and status, and how long they took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._buckets: Counter[tuple[str, float]] = Counter()
        self._seconds: Counter[str] = Counter()

    def add(self, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        with self._lock:
            self._requests[route, status] += 1
            self._seconds[route] += seconds  # type: ignore[assignment]
            for bound in BOUNDS:
                if seconds <= bound:
                    self._buckets[route, bound] += 1

    def text(self, gauges: Iterable[tuple[str, str, float]]) -> str:
        """All counts, and gauges as (name, help, value)."""
        return "\n".join([*self._lines(), *_gauges(gauges)]) + "\n"

    def _lines(self) -> Iterator[str]:
        with self._lock:
            requests, buckets, seconds = dict(self._requests), dict(self._buckets), dict(self._seconds)
        yield "# HELP ripeness_requests_total Requests answered."
        yield "# TYPE ripeness_requests_total counter"
        for (route, status), count in sorted(requests.items()):
            yield f'ripeness_requests_total{{route="{route}",status="{status}"}} {count}'
        yield "# HELP ripeness_request_seconds Time from request to answer."
        yield "# TYPE ripeness_request_seconds histogram"
        for route in sorted(seconds):
            total = sum(count for (name, _), count in requests.items() if name == route)
            for bound in BOUNDS:
                count = buckets.get((route, bound), 0)
                yield f'ripeness_request_seconds_bucket{{route="{route}",le="{bound:g}"}} {count}'
            yield f'ripeness_request_seconds_bucket{{route="{route}",le="+Inf"}} {total}'
            yield f'ripeness_request_seconds_sum{{route="{route}"}} {seconds[route]:.6f}'
            yield f'ripeness_request_seconds_count{{route="{route}"}} {total}'


def _gauges(gauges: Iterable[tuple[str, str, float]]) -> Iterator[str]:
    for name, said, value in gauges:
        yield f"# HELP {name} {said}"
        yield f"# TYPE {name} gauge"
        yield f"{name} {value:g}"
