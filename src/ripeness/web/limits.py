"""What one server does at most, for everybody together and for each who asks."""

from __future__ import annotations

from dataclasses import dataclass

from ripeness.api.lab import KEPT_BYTES
from ripeness.api.share_link import MOST_LENGTH


@dataclass(frozen=True)
class Limits:
    """Limits of a server. Seconds are of the clock, bytes of a body."""

    workers: int = 2
    """Answers of the money chain computed at the same time."""
    long_workers: int = 1
    """Comparisons, endings and reports computed at the same time."""
    waiting: int = 400
    """Questions that may wait, all together."""
    waiting_address: int = 200
    """Questions that one address may have waiting, under all names that its clients give themselves."""
    waiting_each: int = 16
    """Questions that one client may have waiting."""
    seconds: float = 30.0
    """Longest that a question of the money chain may take, waiting included."""
    long_seconds: float = 600.0
    """Longest for bargaining, comparisons, reports and cases that are handed in."""
    link_bytes: int = MOST_LENGTH + 400
    """Longest address that is read: a link, and what a route asks beside it."""
    body_bytes: int = 4_000_000
    """Largest body of any request."""
    bodies: int = 8
    """Bodies that are taken in at the same time."""
    unpacked_bytes: int = 24_000_000
    """Most that a case that was handed in may hold once unpacked."""
    case_files: int = 400
    """Most files of such a case."""
    cases: int = 8
    """Cases that were handed in and are held at the same time."""
    kept_bytes: int = KEPT_BYTES
    """Bytes of futures, endings and comparisons that are kept for whoever asks next, all together."""
    draws: int = 256
    """Most structural draws for one question."""
