"""Files that are there whole or not at all, and that replace nothing they did not make."""

from __future__ import annotations

import os
import re
import shutil
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
    """Whether a file or folder is one that was being written when its writer ended."""
    return re.fullmatch(rf"\..+\.\d+\{PART}", path.name) is not None


def drop_parts(folder: Path) -> None:
    """Remove what writers that were killed left in the folder; for the one who alone writes there."""
    for path in [path for path in folder.iterdir() if is_part(path)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


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
