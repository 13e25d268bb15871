"""The files of the page, read once from the package: what is not in the list cannot be asked for."""

from __future__ import annotations

import gzip
import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Kinds of files that a page may have; others are not served."""

INDEX, EMBED = "index.html", "embed.html"
SLOT = '<script type="application/json" id="schema"></script>'
"""Where the schema goes in the page."""

MAIN = "main.js"
"""Module from which the page starts."""

IMPORTED = re.compile(r'^(?:import|export)\b[^"]*?\bfrom "(\.[^"]+)";', re.MULTILINE)
"""What a module imports before it runs."""

SQUEEZED = ("text/", "application/json", "image/svg")


@dataclass(frozen=True)
class PageFile:
    """One file: its bytes, kind and hash."""

    body: bytes
    kind: str

    @cached_property
    def tag(self) -> str:
        """Content hash, short."""
        return sha256(self.body).hexdigest()[:16]

    @cached_property
    def small(self) -> bytes | None:
        """The body compressed, where that helps."""
        return gzip.compress(self.body, 9, mtime=0) if self.kind.startswith(SQUEEZED) else None


class Page:
    """The files of the page by their path inside it; with `fresh`, read anew for each request."""

    def __init__(self, folder: Path | None = None, *, fresh: bool = False) -> None:
        self._folder = folder or Path(str(files("ripeness.web").joinpath("page")))
        self._fresh = fresh
        self._files = self._read()

    def file(self, name: str) -> PageFile | None:
        """A file by its path; None where the page has no such file."""
        if self._fresh:
            self._files = self._read()
        return self._files.get(name)

    def names(self) -> tuple[str, ...]:
        """Paths of all files."""
        return tuple(self._files)

    def filled(self, name: str, schema: str, view: str) -> bytes:
        """A page with the schema inside, so that it can draw itself before it asks for anything.

        The modules that a view needs are named in it, so that none waits until another has been read.
        """
        found = self.file(name)
        if found is None:
            return BARE.replace(SLOT, _slot(schema)).encode()
        text = found.body.decode("utf-8").replace(SLOT, _slot(schema), 1)
        named = "\n".join(_preload(each) for each in self.modules(MAIN, f"views/{view}.js"))
        return text.replace(_preload(MAIN), named, 1).encode("utf-8")

    def modules(self, *first: str) -> tuple[str, ...]:
        """Modules, and all that they import before they run, each once, in the order in which they are found."""
        found = dict.fromkeys(name for name in first if name in self._files)
        line = list(found)
        for name in line:
            for said in IMPORTED.findall(self._files[name].body.decode("utf-8")):
                module = posixpath.normpath(posixpath.join(posixpath.dirname(name), said))
                if module in self._files and module not in found:
                    found[module] = None
                    line.append(module)
        return tuple(found)

    def _read(self) -> dict[str, PageFile]:
        if not self._folder.is_dir():
            return {}
        return {
            path.relative_to(self._folder).as_posix(): PageFile(path.read_bytes(), KINDS[path.suffix])
            for path in sorted(self._folder.rglob("*"))
            if path.is_file() and not path.is_symlink() and path.suffix in KINDS
        }


def _preload(module: str) -> str:
    return f'<link rel="modulepreload" href="/page/{module}">'


def _slot(schema: str) -> str:
    """The slot filled; no text of a case can end the element."""
    safe: Any = schema.replace("<", "\\u003c")
    return SLOT.replace("></script>", f">{safe}</script>")


BARE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>ripeness</title></head>
<body><h1>ripeness</h1><p>The page is not installed; the interface answers under
<a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
{SLOT}</body></html>
"""
"""What is shown where the package was installed without its page."""
