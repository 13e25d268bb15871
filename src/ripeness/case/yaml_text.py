"""YAML read strictly, with the line of every key.

A subset that means the same to every reader: mappings with text keys, lists, and scalars; no anchors,
no tags, no second document, no key twice. Plain `true`, `false`, `null` and numbers are themselves and
everything else is text, so that a date stays as written and `no` is a word.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ripeness.base import Fault, shown

MAX_BYTES = 2 * 1024 * 1024
"""Largest file that is read."""

MAX_DEPTH = 16
"""Deepest nesting that is read; a case needs six levels."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[1-9][0-9]*)([eE][-+]?[0-9]+)?", re.ASCII)
_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = {"null": None, "~": None, "": None, "true": True, "false": False}


@dataclass(frozen=True)
class Node:
    """A value as it stands in a file; `line` is that of its key, or of the item in a list."""

    value: Any
    """None, bool, int, float, str, list[Node] or dict[str, Node]."""
    line: int

    def plain(self) -> Any:
        """The value without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def line_at(self, path: tuple[str | int, ...]) -> int:
        """Line of the innermost part of `path` that is there."""
        node = self
        for part in path:
            inside = node.value
            keyed = isinstance(inside, dict) and part in inside
            if not keyed and not (isinstance(inside, list) and isinstance(part, int) and part < len(inside)):
                break
            node = inside[part]
        return node.line


class _UnreadableError(Exception):
    """A place where reading stopped."""

    def __init__(self, line: int, key: str, value: Any, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.line, self.key, self.value, self.problem, self.remedy = line, key, value, problem, remedy


def read_yaml(path: Path, file: str) -> tuple[Node | None, tuple[Fault, ...]]:
    """Tree of a YAML file, or None with the fault for which it could not be read."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        return None, (
            Fault(file, None, "", None, f"cannot be read: {error.strerror}", "put the file in place"),
        )
    if size > MAX_BYTES:
        problem = f"is larger than {MAX_BYTES // 1024**2} MiB"
        return None, (Fault(file, None, "", size, problem, "put long tables into series"),)
    return parse_yaml(data, file)


def parse_yaml(data: bytes, file: str) -> tuple[Node | None, tuple[Fault, ...]]:
    """Tree of YAML text in UTF-8, or None with the fault for which it could not be read."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return None, (Fault(file, line, "", None, "is not UTF-8 text", "save the file in UTF-8"),)
    if stray := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, stray.start()) + 1
        return None, (Fault(file, line, "", None, "holds an unprintable character", "remove it"),)
    try:
        return _tree(text), ()
    except _UnreadableError as stop:
        return None, (Fault(file, stop.line, stop.key, shown(stop.value), stop.problem, stop.remedy),)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        said = getattr(error, "problem", None) or "syntax error"
        remedy = "look at quotes, colons and indentation here and in the line before"
        return None, (Fault(file, line, "", None, f"is not YAML: {said}", remedy),)


@dataclass
class _Open:
    """A collection that has begun and not ended; a mapping holds the key whose value comes next."""

    node: Node
    key: str | None = None
    key_line: int = 0


def _tree(text: str) -> Node:
    stack: list[_Open] = []
    root: Node | None = None
    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _UnreadableError(
                    line, "", None, "holds a second document", "remove everything from this line on"
                )
        elif isinstance(event, yaml.AliasEvent):
            raise _UnreadableError(line, "", f"*{event.anchor}", "refers to an anchor", "write the value out")
        elif isinstance(event, yaml.NodeEvent):
            _plain_only(event, line)
            if isinstance(event, yaml.ScalarEvent):
                if stack and isinstance(stack[-1].node.value, dict) and stack[-1].key is None:
                    _take_key(stack[-1], event, line)
                    continue
                node = Node(_scalar(event), line)
            else:
                node = Node({} if isinstance(event, yaml.MappingStartEvent) else [], line)
            root = _place(node, stack, root)
            if not isinstance(event, yaml.ScalarEvent):
                stack.append(_Open(node))
                if len(stack) > MAX_DEPTH:
                    raise _UnreadableError(
                        line, "", None, f"is nested deeper than {MAX_DEPTH} levels", "write it flatter"
                    )
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
    if root is None:
        raise _UnreadableError(1, "", None, "is empty", "write the file, or delete it")
    return root


def _plain_only(event: Any, line: int) -> None:
    if event.anchor is not None:
        raise _UnreadableError(
            line, "", f"&{event.anchor}", "sets an anchor", "remove it and write values out"
        )
    if event.tag is not None and event.tag != "!":
        raise _UnreadableError(
            line, "", event.tag, "sets a tag", "remove the tag; values have the type that fits their key"
        )


def _take_key(inside: _Open, event: Any, line: int) -> None:
    if event.value in inside.node.value:
        first = inside.node.value[event.value].line
        problem = f"stands twice, first in line {first}"
        raise _UnreadableError(line, event.value, None, problem, "keep one of the two")
    inside.key, inside.key_line = event.value, line


def _place(node: Node, stack: list[_Open], root: Node | None) -> Node:
    """Put a node where it belongs and return the root of the tree."""
    if not stack:
        return node
    inside = stack[-1]
    if isinstance(inside.node.value, list):
        inside.node.value.append(node)
    elif inside.key is None:
        raise _UnreadableError(node.line, "", None, "has a list or mapping as a key", "use a word as the key")
    else:
        object.__setattr__(node, "line", inside.key_line)
        inside.node.value[inside.key] = node
        inside.key = None
    return root or node


def _scalar(event: Any) -> Any:
    text = event.value
    if event.style not in (None, ""):
        return text
    if text in _PLAIN:
        return _PLAIN[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
