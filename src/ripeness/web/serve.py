"""Run the lab on an address."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import webbrowser
from ipaddress import ip_address
from types import FrameType

import uvicorn
from fastapi import FastAPI

from ripeness.base import RipenessError
from ripeness.web.app import make_app
from ripeness.web.guard import hosts_of
from ripeness.web.limits import Limits
from ripeness.web.server import Settings

ADDRESS, PORT = "127.0.0.1", 8765

BACKLOG = 2_048
"""Connections that may wait to be taken."""

OPEN = (
    "This server can be reached from other machines. It has no passwords: whoever reaches it may ask it questions "
    "and hand in cases. Put a server with encryption before it, and name it with --host-name."
)
"""What listening on more than this machine means."""


def serve(
    case: str = "ukraine",
    *,
    address: str = ADDRESS,
    port: int = PORT,
    host_names: tuple[str, ...] = (),
    frames: str = "'self'",
    open_browser: bool = True,
    fresh: bool = False,
    limits: Limits | None = None,
) -> None:
    """Serve until interrupted. RipenessError where the address cannot be used."""
    listening = listen(address, port)
    used = listening.getsockname()[1]
    shown = "127.0.0.1" if address in ("0.0.0.0", "::") else f"[{address}]" if ":" in address else address
    url = f"http://{shown}:{used}/"
    settings = Settings(case, hosts_of(address, host_names), frames, limits or Limits(), fresh)
    app = make_app(settings)
    app.state.server.lab.require(case)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=30,
        limit_concurrency=2_000,
        h11_max_incomplete_event_size=32_768,
        timeout_graceful_shutdown=5,
    )
    _say(f"ripeness lab: {url}  (Ctrl+C ends it)")
    if not _is_loopback(address):
        _say(OPEN)
    if open_browser:
        threading.Timer(0.5, webbrowser.open, (url,)).start()
    with contextlib.suppress(KeyboardInterrupt):
        Leaving(config, app).run(sockets=[listening])


class Leaving(uvicorn.Server):
    """A server that stops its work when it is told to end, and does not wait for it."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End, and let nothing long hold the process."""
        self._app.state.server.close()
        super().handle_exit(sig, frame)


def listen(address: str, port: int) -> socket.socket:
    """A socket bound to an address; RipenessError where it cannot be."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # With the protocol named, asyncio sends small packets at once; else the body waits 40 ms for the header's receipt.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address, port))
        listening.listen(BACKLOG)  # now, so that who reads the address that is printed is not turned away
    except OSError as cause:
        listening.close()
        raise RipenessError(
            f"cannot listen on {address} port {port}: {cause.strerror or cause}",
            "choose another with --port, or --port 0 for any that is free",
        ) from cause
    return listening


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201
