"""Flat records of the fields of several, so that a program of several chains has one record of each kind."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, get_type_hints

_PARTS: dict[type, tuple[type, ...]] = {}


@lru_cache(maxsize=64)
def joined(name: str, *parts: type) -> type:
    """`NamedTuple` type `name` with the fields of the record types `parts`, in their order; the same type each time.

    ValueError where two parts have a field of one name.
    """
    seen: dict[str, str] = {}
    fields = []
    for part in parts:
        for field, hint in get_type_hints(part, include_extras=True).items():
            if field in seen:
                raise ValueError(f"{name}: {seen[field]} and {part.__name__} both have a field {field}")
            seen[field] = part.__name__
            fields.append((field, hint))
    kind: type = NamedTuple(name, fields)  # type: ignore[misc]  # its fields are known only here
    kind.__doc__ = f"Fields of {', '.join(part.__name__ for part in parts)}, in this order."
    _PARTS[kind] = parts
    return kind


def parts_of(kind: type) -> tuple[type, ...]:
    """Record types that a joined one was made of; a plain record type is its own only part."""
    return _PARTS.get(kind, (kind,))


def part(record: Any, kind: type) -> Any:
    """The fields of the record type `kind` out of a record that has them all."""
    return kind(*(getattr(record, field) for field in kind.__annotations__))


def join(kind: type, *records: Any) -> Any:
    """The joined record of `kind` from records of its parts, in their order; the inverse of `part`."""
    return kind(*(value for record in records for value in record))
