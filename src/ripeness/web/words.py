"""Words of the page: one file a language, of which a view is sent what it needs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from ripeness.web.page import Page, PageFile

FOLDER = "strings"
REFERENCE = "en"
"""The language that stands in for what another lacks."""

SHARED = "shared"
OF_A_VIEW = (
    "assumption",
    "claims",
    "conditions",
    "fleet",
    "method",
    "money",
    "sources",
    "strategies",
    "talks",
    "war",
)
"""First words of keys that only some views need; all others are shared."""

PARTS = (SHARED, *OF_A_VIEW)


def languages(page: Page) -> list[dict[str, str]]:
    """Languages in which the page has a file, by code, each with its own name for itself."""
    return [{"code": code, "name": _read(page, code).get("language.name", code)} for code in _codes(page)]


def words(page: Page, code: str, parts: Sequence[str]) -> PageFile | None:
    """Words of a language in some parts, as JSON: its own, and English ones for what it lacks.

    None where there is no such language or part.
    """
    if code not in _codes(page) or not parts or any(part not in PARTS for part in parts):
        return None
    own = _chosen(_read(page, code), parts)
    english = {} if code == REFERENCE else _chosen(_read(page, REFERENCE), parts)
    whole = {"words": own, "english": _missing(own, english)}
    return PageFile(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(), "application/json")


def _codes(page: Page) -> list[str]:
    return sorted(
        PurePosixPath(name).stem
        for name in page.names()
        if PurePosixPath(name).parent.as_posix() == FOLDER and name.endswith(".json")
    )


def _read(page: Page, code: str) -> dict[str, str]:
    file = page.file(f"{FOLDER}/{code}.json")
    return {} if file is None else _parsed(file.body)


@lru_cache(maxsize=16)
def _parsed(body: bytes) -> dict[str, str]:
    return dict(json.loads(body))


def _chosen(known: dict[str, str], parts: Sequence[str]) -> dict[str, str]:
    return {key: said for key, said in known.items() if _part(key) in parts}


def _part(key: str) -> str:
    first = key.partition(".")[0]
    return first if first in OF_A_VIEW else SHARED


def _missing(own: dict[str, str], english: dict[str, str]) -> dict[str, str]:
    """English words whose key, plural forms aside, the language lacks."""
    held = {_stem(key) for key in own}
    return {key: said for key, said in english.items() if _stem(key) not in held}


def _stem(key: str) -> str:
    stem, _, form = key.rpartition(".")
    return stem if form in ("zero", "one", "two", "few", "many", "other") else key
