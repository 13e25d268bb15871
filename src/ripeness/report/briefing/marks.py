"""Elements of the page: text is escaped here and nowhere else, attributes are written in one way."""

from __future__ import annotations

import re
from html import escape


class Mark(str):
    """Text that is already HTML or SVG."""

    __slots__ = ()


def mark(name: str, /, *content: str | None, **attributes: str | float | bool | None) -> Mark:
    """An element. Plain text inside is escaped, `None` left out; `class_` and `for_` lose their underscore.

    An attribute that is None or False is left out, one that is True stands alone; `_` in names becomes `-`.
    """
    inside = "".join(each if isinstance(each, Mark) else escape(each) for each in content if each is not None)
    return Mark(f"<{name}{_attributes(attributes)}>{inside}</{name}>")


def shape(name: str, /, **attributes: str | float | bool | None) -> Mark:
    """An element of a drawing that holds nothing."""
    return Mark(f"<{name}{_attributes(attributes)}/>")


def joined(*content: str | None) -> Mark:
    """Elements behind each other."""
    return Mark(
        "".join(each if isinstance(each, Mark) else escape(each) for each in content if each is not None)
    )


def slug(text: str) -> str:
    """Text as an identifier of an element."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _attributes(given: dict[str, str | float | bool | None]) -> str:
    said = []
    for name, value in given.items():
        if value is None or value is False:
            continue
        key = name.rstrip("_").replace("_", "-") if name != "viewBox" else name
        if value is True:
            said.append(f" {key}")
        elif isinstance(value, float):
            said.append(f' {key}="{value:.1f}"'.replace('.0"', '"'))
        else:
            said.append(f' {key}="{escape(str(value))}"')
    return "".join(said)
