"""The word a writer most likely meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

FEW = 8
"""Choices up to this many are all listed."""


def closest(word: str, choices: Iterable[str]) -> str | None:
    """The choice nearest in spelling to `word`, or None where none is near."""
    by_lower = {choice.lower(): choice for choice in choices}
    found = get_close_matches(str(word).lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def suggestion(word: str, choices: Iterable[str], what: str = "name") -> str:
    """A remedy in words: the nearest choice, or the choices where they are few."""
    known = tuple(choices)
    near = closest(word, known)
    if near is not None:
        return f"did you mean {near!r}?"
    if not known:
        return f"there is no {what} to choose from"
    if len(known) <= FEW:
        return f"use one of: {', '.join(known)}"
    return f"use one of the {len(known)} known {_plural(what)}, such as {', '.join(known[:3])}"


def _plural(what: str) -> str:
    return f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
