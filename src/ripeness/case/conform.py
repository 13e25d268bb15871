"""Faults of a file against its schema, each with the line it stands in.

Understands the part of JSON Schema that `schemas` uses. Of a `oneOf` with typed branches the one is
taken that the value's type, or its constant key, points to, so that one slip gives one fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ripeness.base import Fault, closest, shown, suggestion
from ripeness.case.yaml_text import Node

Path = tuple[str | int, ...]
Schema = dict[str, Any]

_NAMES = {
    "object": "a mapping of keys to values",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}


_PYTHON: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "null": type(None),
}
"""What each JSON type is in Python; a boolean is only a boolean."""


class Finding(NamedTuple):
    """A fault and the path of the value that it concerns."""

    path: Path
    fault: Fault


def dotted(path: Path) -> str:
    """Path as a fault names it: `values[2].levers.waiver`; list items count from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def findings(node: Node, schema: Schema, file: str, path: Path = ()) -> Iterator[Finding]:
    """Every way in which `node` differs from `schema`."""

    def found(
        problem: str, remedy: str, value: Any = None, at: Path = path, line: int = node.line
    ) -> Finding:
        return Finding(at, Fault(file, line, dotted(at), shown(value), problem, remedy))

    branches = [branch for branch in schema.get("oneOf", ()) if set(branch) != {"required"}]
    if branches:
        yield from _branch(node, schema, branches, file, path, found)
        return
    value = node.value
    if "enum" in schema:
        if value not in schema["enum"] or isinstance(value, bool):
            what = schema.get("description", "name")
            if value is None:
                yield found("is empty", suggestion("", schema["enum"], what))
            else:
                plain = shown(node.plain())
                yield found(f"unknown {what}", suggestion(str(plain), schema["enum"], what), plain)
        return
    if not any(_is(value, kind) for kind in _types(schema)):
        quoted = (
            "string" in _types(schema) and "pattern" not in schema and isinstance(value, bool | int | float)
        )
        remedy = "put it in quotes" if quoted else f"write {schema.get('description') or _wanted(schema)}"
        problem = "is empty" if value is None else f"is not {_wanted(schema)}"
        yield found(problem, remedy, None if value is None else node.plain())
    elif isinstance(value, dict):
        yield from _mapping(node, schema, file, path, found)
    elif isinstance(value, list):
        low, high = schema.get("minItems", 0), schema.get("maxItems")
        if len(value) < low:
            yield found(f"holds {len(value)} entries", f"give at least {low}")
        elif high is not None and len(value) > high:
            yield found(f"holds {len(value)} entries", f"give at most {high}")
        for index, item in enumerate(value):
            yield from findings(item, schema["items"], file, (*path, index))
    elif isinstance(value, str):
        short = len(value.strip()) < schema.get("minLength", 0)
        if short or ("pattern" in schema and not _matches(schema["pattern"], value)):
            wanted = schema.get("description", "text")
            yield found("is empty" if short else f"is not {wanted}", f"write {wanted}", value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _range(value, schema, found)


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern of JSON Schema fits: unlike Python's, its `$` allows no line break after it."""
    return re.search(re.sub(r"\$$", r"\\Z", pattern), text) is not None


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", "string" if "const" in schema else list(_NAMES))
    return [types] if isinstance(types, str) else types


def _wanted(schema: Schema) -> str:
    return " or ".join(_NAMES[kind] for kind in _types(schema))


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _PYTHON.get(kind, ()))


def _tag(branch: Schema) -> tuple[str, str] | None:
    """Key and value of the constant that marks a branch."""
    for key, inner in branch.get("properties", {}).items():
        if "const" in inner:
            return key, inner["const"]
    return None


def _branch(
    node: Node, schema: Schema, branches: list[Schema], file: str, path: Path, found: Any
) -> Iterator[Finding]:
    fitting = [branch for branch in branches if any(_is(node.value, kind) for kind in _types(branch))]
    tags = {tag[1]: branch for branch in branches if (tag := _tag(branch))}
    if not fitting:
        wanted = schema.get("description") or " or ".join(_wanted(branch) for branch in branches)
        if tags:
            wanted = "a mapping such as {" + _example(branches[0]) + "}"
        problem = "is empty" if node.value is None else "has the wrong form"
        yield found(problem, f"write {wanted}", None if node.value is None else node.plain())
    elif not tags:
        yield from findings(node, fitting[0], file, path)
    else:
        key = next(tag[0] for branch in branches if (tag := _tag(branch)))
        if key not in node.value:
            yield found(f"the key {key} is missing", f"add {key}, one of: {', '.join(tags)}")
            return
        choice = node.value[key]
        if not isinstance(choice.value, str) or choice.value not in tags:
            at = (*path, key)
            remedy = suggestion(str(choice.plain()), tags, key)
            yield found(f"unknown {key}", remedy, choice.plain(), at, choice.line)
            return
        yield from findings(node, tags[choice.value], file, path)


def _example(branch: Schema) -> str:
    return ", ".join(
        f"{key}: {inner.get('const', '...')}"
        for key, inner in branch["properties"].items()
        if key in branch["required"]
    )


def _mapping(node: Node, schema: Schema, file: str, path: Path, found: Any) -> Iterator[Finding]:
    inside: dict[str, Node] = node.value
    properties: Schema = schema.get("properties", {})
    patterns: Schema = schema.get("patternProperties", {})
    misspelt: set[str] = set()
    for key, child in inside.items():
        inner = properties.get(key) or next((s for p, s in patterns.items() if _matches(p, key)), None)
        if inner is not None:
            if "const" not in inner:
                yield from findings(child, inner, file, (*path, key))
            continue
        if near := closest(key, properties):
            misspelt.add(near)
        remedy = suggestion(key, properties, "key") if properties else f"write {schema.get('description')}"
        yield found("unknown key", remedy, key, (*path, key), child.line)
    if len(inside) < schema.get("minProperties", 0):
        yield found("holds nothing", suggestion("", properties, "key"))
    for key in schema.get("required", ()):
        # A required key that was merely misspelt is one fault, not two.
        if key not in inside and key not in misspelt:
            what = properties[key].get("description")
            yield found(f"the key {key} is missing", f"add {key}" + (f": {what}" if what else ""))
    choices = [branch["required"] for branch in schema.get("oneOf", ())]
    met = [keys for keys in choices if all(key in inside for key in keys)]
    if choices and len(met) != 1 and not misspelt & {key for keys in choices for key in keys}:
        words = ", or ".join(" and ".join(keys) for keys in choices)
        if met:
            yield found(f"has {' and '.join(met[0])} as well as {' and '.join(met[1])}", f"keep one: {words}")
        else:
            yield found("lacks what says how much", f"give {words}")


def _range(value: float, schema: Schema, found: Any) -> Iterator[Finding]:
    low, high = schema.get("minimum"), schema.get("maximum")
    above = schema.get("exclusiveMinimum")
    if above is not None and value <= above:
        yield found("is out of range", f"give a number above {above:g}", value)
    elif (low is not None and value < low) or (high is not None and value > high):
        if high is None:
            yield found("is out of range", f"give a number of at least {low:g}", value)
        else:
            yield found("is out of range", f"give a number from {low:g} to {high:g}", value)
