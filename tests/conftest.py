"""What every test shares: figures without a screen, property tests that never depend on the clock, pages read back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

settings.register_profile("ripeness", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ripeness")

ROOT = Path(__file__).parents[1]
AXE = Path(os.environ.get("AXE_CORE", ROOT / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"))

VOID = {"meta", "link", "br", "img", "input", "line", "circle", "path", "rect"}


class Page(HTMLParser):
    """What stands on a page of HTML: its tables by caption, headings, elements and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.headings: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self._rows: list[list[str]] = []
        self._caption = ""

    @classmethod
    def of(cls, html: str) -> Page:
        page = cls()
        page.feed(html)
        assert page._open == [], f"left open: {page._open}"
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in VOID:
            return
        self._open.append(tag)
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag in ("h1", "h2", "h3"):
            self.headings.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        if "svg" in self._open or "style" in self._open:
            return
        self.text.append(data)
        if not self._open:
            return
        if "caption" in self._open:
            self._caption += data
        elif "td" in self._open or "th" in self._open:
            self._rows[-1][-1] += data
        elif self._open[-1] in ("h1", "h2", "h3"):
            self.headings[-1] += data


@pytest.fixture(scope="session")
def read_page() -> Callable[[str], Page]:
    """Read a page of HTML."""
    return Page.of


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a browser is among the slow ones."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Chromium:
    """A browser: its program, and options under which it asks nobody anything."""

    program: str
    options: tuple[str, ...] = (
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    )


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    """The browser of this machine; without one the test says so."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Chromium(found)
    pytest.skip("no Chromium on this machine (Debian: apt install chromium)")


@pytest.fixture(scope="session")
def axe() -> str:
    """The automated check of accessibility, as a script."""
    if not AXE.is_file():
        pytest.skip("no axe-core: npm install --prefix build/axe axe-core, or set AXE_CORE to its file")
    return AXE.read_text("utf-8")
