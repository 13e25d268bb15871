"""A real server, a real browser, and a page that must keep quiet: no error, and no word to any other host."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn

from ripeness.api.lab import Lab
from ripeness.web.app import make_app
from ripeness.web.server import Settings

WITH_ENDINGS = ("overview", "strategies", "war_and_people")
ALL_DRAWS = r"/(\d+) (?:of|з) \1 /"
"""What the page says once every draw is in, in both languages."""


class Serving:
    """A server in a thread, which can be stopped and, with nothing kept, started again at the same address."""

    def __init__(self) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Listen and answer."""
        app = make_app(Settings(), Lab())
        config = uvicorn.Config(
            app, "127.0.0.1", self.port, log_level="error", access_log=False, server_header=False
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop answering; open connections are closed."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(15)


@pytest.fixture(scope="session")
def serving() -> Iterator[Serving]:
    found = Serving()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def site(serving: Serving) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=serving.address, timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def browser(chromium: Any) -> Iterator[Any]:
    """A browser; gone with its module, as what drives it holds the event loop of the process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium.program, args=list(chromium.options))
        yield found
        found.close()


@dataclass
class Heard:
    """What pages said that they should not say."""

    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def unexpected(self) -> list[str]:
        """Errors that the test did not ask for."""
        return [each for each in self.errors if not any(part in each for part in self.expected)]


@pytest.fixture
def heard() -> Heard:
    return Heard()


OpenPage = Callable[..., Any]


@pytest.fixture
def open_page(serving: Serving, browser: Any, heard: Heard) -> Iterator[OpenPage]:
    """Open a link in a page of its own; fails at the end if a page erred or asked another host."""
    contexts: list[Any] = []

    def opened(query: str = "", *, width: int = 1280, height: int = 900, path: str = "/", **more: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: heard.errors.append(f"pageerror {error}"))
        page.on(
            "console",
            lambda said: heard.errors.append(f"console {said.text}") if said.type == "error" else None,
        )
        page.on("request", lambda asked: heard.elsewhere.append(asked.url) if not _ours(asked.url) else None)
        page.goto(f"{serving.address}{path}{'?' if query else ''}{query}")
        return page

    def _ours(url: str) -> bool:
        return url.startswith((serving.address, "data:", "blob:"))

    yield opened
    for context in contexts:
        context.close()
    assert heard.unexpected() == []
    assert heard.elsewhere == []


class Hand:
    """What a visitor does with a page, and what can be read off it."""

    def __init__(self, site: httpx.Client) -> None:
        self._site = site

    def until(self, page: Any, holds: str, seconds: float = 20.0) -> None:
        """Wait until an expression of the page is true (the page's own policy forbids the browser's way)."""
        last = time.monotonic() + seconds
        while not page.evaluate(f"Boolean({holds})"):
            assert time.monotonic() < last, f"not within {seconds:g} s: {holds}"
            page.wait_for_timeout(50)

    def drawn(self, page: Any) -> Any:
        """Wait until the money charts stand, and give the page back."""
        self.until(page, "document.querySelector('.foot code')")
        return page

    def all_in(self, page: Any) -> Any:
        """Wait until every structural draw is in where the page says how many are, and give the page back."""
        page.locator("main h1").wait_for()
        if parse_qs(urlsplit(page.url).query).get("view", ["overview"])[0] in WITH_ENDINGS:
            self.until(page, f"document.querySelector('main').innerText.match({ALL_DRAWS})", 120)
        return page

    def run_hash(self, page: Any) -> str:
        """The run whose numbers the page shows."""
        return str(page.locator(".foot code").inner_text())

    def settled(self, page: Any, query: str) -> None:
        """Wait until the page shows the run that the interface gives for a query."""
        wanted = self._site.get(f"/api/v1/money?{query}").json()["run"]["hash"][:12]
        self.until(page, f"document.querySelector('.foot code')?.textContent === '{wanted}'")

    def set_box(self, page: Any, lever: str, value: str) -> None:
        """Write a lever's value into its box."""
        box = page.locator(f'[data-lever="{lever}"] input[type=number]').first
        box.fill(value)
        box.press("Enter")


@pytest.fixture(scope="session")
def hand(site: httpx.Client) -> Hand:
    return Hand(site)
