"""One SHA-256 for what a thing says, whatever the machine, the order of keys, or the file's place.

Only data whose bytes are settled by its value can be hashed; anything else is refused, because a
record that hashes a memory address or a set's order certifies nothing.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ripeness.base.errors import RipenessError

_CHUNK = 1 << 20
_NAN = struct.pack(">Q", 0x7FF8000000000000)
Sink = Callable[[bytes], None]


def content_hash(thing: Any) -> str:
    """SHA-256 (64 hex digits) of nested plain data.

    Takes None, booleans, integers, floats, text, bytes, dates, lists and tuples (hashed alike),
    mappings with text keys (order does not matter), dataclass records, and NumPy arrays and scalars
    of numbers. 1, 1.0 and True differ. Raises RipenessError on anything else and on cycles.
    """
    digest = hashlib.sha256()
    _feed(thing, digest.update, ())
    return digest.hexdigest()


def hash_file(path: Path | str) -> str:
    """SHA-256 of a regular file's bytes; a link, folder or missing file raises RipenessError."""
    place = Path(path)
    if place.is_symlink() or not place.is_file():
        raise RipenessError(f"{place} is not a regular file", "name a file that is there and is not a link")
    digest = hashlib.sha256()
    with place.open("rb") as stream:
        while block := stream.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()


def hash_folder(path: Path | str) -> str:
    """SHA-256 of the names and bytes of every file below a folder; links raise RipenessError."""
    root = Path(path)
    if not root.is_dir():
        raise RipenessError(f"{root} is not a folder", "name a folder that is there")
    entries: dict[str, str] = {}
    for place in sorted(root.rglob("*")):
        if place.is_symlink():
            raise RipenessError(f"{place} is a link", "put the file itself into the folder")
        if place.is_dir():
            continue
        entries[place.relative_to(root).as_posix()] = hash_file(place)
    return content_hash(entries)


def _text(value: str) -> bytes:
    try:
        data = value.encode("utf-8")
    except UnicodeEncodeError:
        raise RipenessError(
            f"text {value!r} cannot be written as UTF-8", "remove the lone surrogates"
        ) from None
    return struct.pack(">Q", len(data)) + data


def _feed(thing: Any, sink: Sink, above: tuple[int, ...]) -> None:
    """Feed a prefix-free encoding: a tag, then a length or the item itself."""
    if thing is None:
        sink(b"n")
    elif isinstance(thing, bool | np.bool_):
        sink(b"t" if thing else b"f")
    elif isinstance(thing, int | np.integer):
        sink(b"i" + _text(str(int(thing))))
    elif isinstance(thing, float | np.floating):
        number = float(thing)
        sink(b"d" + (_NAN if number != number else struct.pack(">d", number)))
    elif isinstance(thing, str):
        sink(b"s" + _text(thing))
    elif isinstance(thing, bytes):
        sink(b"b" + struct.pack(">Q", len(thing)) + thing)
    elif isinstance(thing, datetime):
        raise RipenessError("a time of day cannot be hashed", "hash its date or its text")
    elif isinstance(thing, date):
        sink(b"D" + _text(thing.isoformat()))
    elif isinstance(thing, np.ndarray):
        _feed_array(thing, sink)
    else:
        _feed_nested(thing, sink, above)


def _feed_array(array: np.ndarray, sink: Sink) -> None:
    if array.dtype.kind not in "biufc":
        raise RipenessError(f"an array of {array.dtype} cannot be hashed", "hash arrays of numbers only")
    kind = array.dtype.newbyteorder("<")
    sink(b"a" + _text(kind.str) + struct.pack(">Q", array.ndim))
    sink(struct.pack(f">{array.ndim}Q", *array.shape))
    sink(np.ascontiguousarray(array.astype(kind, copy=False)).tobytes())


def _feed_nested(thing: Any, sink: Sink, above: tuple[int, ...]) -> None:
    if id(thing) in above or len(above) > 200:
        raise RipenessError("data that contains itself cannot be hashed", "hash a tree of plain data")
    inside = (*above, id(thing))
    if is_dataclass(thing) and not isinstance(thing, type):
        members = fields(thing)
        sink(b"r" + _text(type(thing).__name__) + struct.pack(">Q", len(members)))
        for member in members:
            sink(_text(member.name))
            _feed(getattr(thing, member.name), sink, inside)
    elif isinstance(thing, Mapping):
        wrong = [key for key in thing if not isinstance(key, str)]
        if wrong:
            raise RipenessError(f"a mapping with the key {wrong[0]!r} cannot be hashed", "use text keys")
        sink(b"m" + struct.pack(">Q", len(thing)))
        for key in sorted(thing):
            sink(_text(key))
            _feed(thing[key], sink, inside)
    elif isinstance(thing, list | tuple):
        sink(b"l" + struct.pack(">Q", len(thing)))
        for item in thing:
            _feed(item, sink, inside)
    else:
        raise RipenessError(
            f"a {type(thing).__name__} cannot be hashed",
            "hash plain data; hash_file and hash_folder take paths",
        )
