"""Files that are there whole or not at all, and that replace nothing they did not make."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from ripeness.base import RipenessError, hash_file

PART = ".part"
"""End of the name of a file that is being written."""


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        _fill(part, write)
        part.replace(path)
    except OSError as cause:
        raise unwritable(path, cause) from cause
    finally:
        part.unlink(missing_ok=True)


def place(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """As `write_whole`, but a file that is there with other bytes is left alone and refused."""
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        _fill(part, write)
        if not path.exists():
            part.replace(path)
        elif hash_file(path) != hash_file(part):
            raise in_the_way(path)
    except OSError as cause:
        raise unwritable(path, cause) from cause
    finally:
        part.unlink(missing_ok=True)


def in_the_way(path: Path) -> RipenessError:
    """Error for something that stands where a file is to be written."""
    return RipenessError(f"{path} is there already with other content", "move it away and run again")


def is_part(path: Path) -> bool:
    """Whether a file is one that was being written when its writer ended."""
    return path.name.startswith(".") and path.name.endswith(PART)


def _fill(part: Path, write: Callable[[IO[bytes]], object]) -> None:
    with part.open("wb") as stream:
        write(stream)
        stream.flush()
        os.fsync(stream.fileno())


def unwritable(path: Path, cause: OSError) -> RipenessError:
    """Error for a file that the system does not let us write."""
    return RipenessError(
        f"cannot write {path}: {cause.strerror or cause}",
        "make room or choose another folder; the same command goes on where it stopped",
    )
