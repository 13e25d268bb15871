"""What stands before every route: the Host that is served, sizes, safe headers, counts."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from time import perf_counter
from typing import Any

from starlette.requests import ClientDisconnect

from ripeness.api import faults_document
from ripeness.api.lab import as_text
from ripeness.base import CaseFaults, Fault
from ripeness.web.counts import Counts
from ripeness.web.limits import Limits

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("ripeness.web")

SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
"""Headers of every answer, with the content security policy."""

SAFE_DOCUMENT = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=(), payment=()",
}
"""Headers that bear on what a window shows, and on nothing else."""

DOCUMENTS = (b"text/html", b"image/svg+xml")
"""Kinds of answers that a window shows as they are."""

POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'"
"""Where a page may load from: this server alone."""

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def content_policy(framed_by: str) -> str:
    """The content security policy; `framed_by` says who may show the answer in a frame."""
    return f"{POLICY}; frame-ancestors {framed_by}"


class Guard:
    """ASGI wrapper around the application."""

    def __init__(
        self, app: App, limits: Limits, counts: Counts, hosts: tuple[str, ...] | None, frames: str = "'self'"
    ) -> None:
        self._app, self._limits, self._counts = app, limits, counts
        self._hosts, self._frames = hosts, frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it before any route sees it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # answered as GET; the server below sends no body
            scope = {**scope, "method": "GET"}
        began, status = perf_counter(), 500
        framed = self._frames if scope["path"].startswith("/embed/") else "'none'"
        policy = {"content-security-policy": content_policy(framed)}
        taken, begun = 0, False

        async def told(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                own = {key.lower(): value for key, value in message["headers"]}
                shown = own.get(b"content-type", b"").startswith(DOCUMENTS)
                safe = SAFE | policy | (SAFE_DOCUMENT if shown else {})
                added = [(key.encode(), value.encode()) for key, value in safe.items()]
                message["headers"] = [*message["headers"], *(each for each in added if each[0] not in own)]
            await send(message)

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._limits.body_bytes:
                raise _TooLarge
            return message

        try:
            refused = self._refused(scope)
            if refused is not None:
                await _say(told, *refused)
            else:
                await self._app(scope, counted, told)
        except _TooLarge:
            await _say(told, 413, "body", f"is larger than {self._limits.body_bytes} bytes", "send less")
        except ClientDisconnect:
            status = GONE
        except Exception:
            log.exception("%s failed", scope["path"])
            if not begun:
                await _say(
                    told, 500, "", "the server failed", "try again; if it fails again, tell the authors"
                )
        finally:
            route = getattr(scope.get("route"), "path", None) or "other"
            self._counts.add(route, status, perf_counter() - began)

    def _refused(self, scope: Scope) -> tuple[int, str, str, str] | None:
        headers = {key: value.decode("latin-1") for key, value in scope["headers"]}
        host = headers.get(b"host", "")
        if self._hosts is not None and _name(host) not in self._hosts:
            return 421, "host", "this server does not answer to that name", "open the address that it printed"
        if len(scope.get("query_string", b"")) + len(scope["path"]) > self._limits.link_bytes:
            return 414, "link", f"is longer than {self._limits.link_bytes} bytes", "move fewer levers"
        length = headers.get(b"content-length", "0")
        if length.isdigit() and int(length) > self._limits.body_bytes:
            return 413, "body", f"is larger than {self._limits.body_bytes} bytes", "send less"
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and _foreign(headers, host):
            return 403, "origin", "another site may not write here", "send it from the page itself"
        return None


GONE = 499
"""Status of a request whose client left; nobody reads it, but it is counted."""


class _TooLarge(Exception):
    """A body outgrew its limit while it was read."""


def hosts_of(address: str, names: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Names by which a server may be called; None (any) where it listens to all and no name is given."""
    given = tuple(_plain(name) for name in names)
    try:
        if ip_address(address).is_unspecified:
            return (*given, *LOOPBACK) if given else None
    except ValueError:
        return (*given, _plain(address), *LOOPBACK)
    return (*given, address, f"[{address}]", *LOOPBACK)


def _name(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return _plain(host.partition(":")[0])


def _plain(name: str) -> str:
    """A name as hosts are compared: in small letters, without the dot of the root."""
    return name.lower().removesuffix(".")


def _foreign(headers: MutableMapping[bytes, str] | dict[bytes, str], host: str) -> bool:
    origin = headers.get(b"origin")
    return origin is not None and origin.partition("://")[2] != host


async def _say(send: Send, status: int, key: str, problem: str, remedy: str) -> None:
    error = CaseFaults([Fault("request", None, key, None, problem, remedy)])
    body = as_text(faults_document(error)).encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
        }
    )
    await send({"type": "http.response.body", "body": body})
