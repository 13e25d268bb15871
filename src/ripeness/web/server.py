"""What the routes share: the lab, the page, turns, counts, and how a request is read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any

from fastapi import Request

from ripeness.api.lab import Lab
from ripeness.api.lab_uploads import Bounds
from ripeness.api.share_link import DEFAULT_CASE, Link, pairs_of
from ripeness.base import CaseFaults, Fault, shown
from ripeness.web.counts import Counts
from ripeness.web.limits import Limits
from ripeness.web.page import Page
from ripeness.web.turns import Client, Stop, TooLong, Turns
from ripeness.web.words import languages


@dataclass(frozen=True)
class Settings:
    """How a server was started."""

    case: str = DEFAULT_CASE
    hosts: tuple[str, ...] | None = ("127.0.0.1", "localhost", "[::1]")
    """Names by which it may be called; None for any."""
    frames: str = "'self'"
    """Who may show an embedded chart in a frame, as in a content security policy."""
    limits: Limits = field(default_factory=Limits)
    fresh: bool = False
    """Whether files of the page are read anew for each request."""


class Server:
    """One running lab."""

    def __init__(self, settings: Settings, lab: Lab | None = None, page: Page | None = None) -> None:
        limits = settings.limits
        self.settings = settings
        bounds = Bounds(limits.unpacked_bytes, limits.case_files)
        self.lab = lab or Lab(bounds, limits.cases, limits.kept_bytes)
        self.page = page or Page(fresh=settings.fresh)
        self.counts = Counts()
        self.quick = Turns(limits, limits.workers)
        self.long = Turns(limits, limits.long_workers)
        self.pictures = Turns(limits, 1)
        self._bodies = asyncio.Semaphore(limits.bodies)
        self.began = perf_counter()
        self.ready = False

    async def get_ready(self) -> None:
        """Warm the case before the first visitor comes."""
        await asyncio.to_thread(self.lab.make_ready, self.settings.case)
        self.ready = True

    def schema(self, case: str) -> dict[str, Any]:
        """What a page must know of a case, and the languages it can speak."""
        return {**self.lab.schema(case), "languages": languages(self.page)}

    def close(self) -> None:
        """Stop all work."""
        self.quick.close()
        self.long.close()
        self.pictures.close()
        self.lab.close()

    async def read(
        self, request: Request, *part: str, own: tuple[str, ...] = ()
    ) -> tuple[Link, dict[str, str], str]:
        """The link of a request, the parameters of the route itself (`own`), and the tag of the answer.

        CaseFaults lists every fault.
        """
        text = request.scope["query_string"].decode("latin-1")
        return await asyncio.to_thread(self._read, text, part, own)

    async def soon(self, request: Request, work: Callable[[Stop], Any]) -> Any:
        """What quick work gives, in turn."""
        return await self.quick.answer(
            client_of(request), work, partial(left, request), self.settings.limits.seconds
        )

    async def drawn(self, request: Request, work: Callable[[Stop], Any]) -> Any:
        """What drawing gives, in turn: one picture at a time, so that drawing never holds up numbers."""
        limit = self.settings.limits.long_seconds
        return await self.pictures.answer(client_of(request), work, partial(left, request), limit)

    async def body(self, request: Request) -> bytes:
        """The body of a request, few of them at a time. TooLong where it does not come."""
        seconds = self.settings.limits.seconds
        try:
            async with self._bodies, asyncio.timeout(seconds):
                return await request.body()
        except TimeoutError:
            raise TooLong(f"no whole body came within {seconds:g} s", "send it again") from None

    async def later(self, request: Request, work: Callable[[Stop], Any]) -> Any:
        """What long work gives, in turn."""
        limit = self.settings.limits.long_seconds
        return await self.long.answer(client_of(request), work, partial(left, request), limit)

    def _read(
        self, text: str, part: tuple[str, ...], own: tuple[str, ...]
    ) -> tuple[Link, dict[str, str], str]:
        mine: dict[str, str] = {}
        rest: list[tuple[str, str]] = []
        for key, value in pairs_of(text):
            if key not in own:
                rest.append((key, value))
            elif key in mine:
                raise fault(key, value, "is given twice", "give it once")
            else:
                mine[key] = value
        if self.settings.case != DEFAULT_CASE and not any(key == "case" for key, _ in rest):
            rest.append(("case", self.settings.case))
        link = self.lab.link(rest)
        said = [f"{key}={value}" for key, value in sorted(mine.items())]
        return link, mine, self.lab.tag(link, *part, *said)


def fault(key: str, value: object, problem: str, remedy: str) -> CaseFaults:
    """One fault of a request."""
    return CaseFaults([Fault("link", None, key, shown(value), problem, remedy)])


def whole(said: dict[str, str], key: str, usual: int, least: int, most: int) -> int:
    """A whole number among a route's own parameters."""
    text = said.get(key)
    if text is None:
        return usual
    value = int(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None
    if value is None or not least <= value <= most:
        raise fault(key, text, "is no whole number in range", f"give {least} to {most}")
    return value


def client_of(request: Request) -> Client:
    """Whose turn it is: an address, and the page's own name for itself where it says one."""
    host = request.client.host if request.client else "unknown"
    return host, request.headers.get("x-client", "")[:40]


async def left(request: Request) -> None:
    """Comes true when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
