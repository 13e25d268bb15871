"""Cases that are handed in as archives: data only, bounded in size, unpacked into a folder of our own, and read.

Nothing in an archive names a place on the machine: entries are checked one by one and written under names that the
rules of a case folder allow. What is kept is text; nothing in it is run.
"""

from __future__ import annotations

import io
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ripeness.base import CaseFaults, Fault, RipenessError, content_hash, shown
from ripeness.case import REFERENCE, Case, load

KINDS = (".yaml", ".csv", ".md")
"""Files that a case may hold. Fits and scores are made from a case and are not taken from strangers."""

LEFT_OUT = ("posterior/", "predictions/", "scores.json")
"""What an archive of a shipped case may hold beside its data, and is passed over."""

PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", re.ASCII)
NAME = re.compile(r"^case:[ \t]*([a-z][a-z0-9_]{0,39})[ \t\r]*$", re.MULTILINE | re.ASCII)

ARCHIVE = "archive"

PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing that are read: what every tool writes."""

BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What reading an archive that is none, or is spoilt, may raise."""


@dataclass(frozen=True)
class Bounds:
    """What an archive may hold at most."""

    bytes: int = 24_000_000
    files: int = 400
    months: int = 600


@dataclass(frozen=True)
class HandedIn:
    """A case that was handed in, under the name by which links call it, and the folder that holds it."""

    case: Case
    folder: tempfile.TemporaryDirectory[str]

    @property
    def name(self) -> str:
        """Its name here."""
        return self.case.name


def handed_in(body: bytes, bounds: Bounds) -> HandedIn:
    """The case in an archive; CaseFaults with every fault where it is none."""
    files = dict(_files(body, bounds))
    about = files.get("case.yaml", files.get("record.yaml"))
    if about is None:
        raise _fault("", None, "holds no case.yaml", "pack the folder of one case")
    found = NAME.search(about.decode("utf-8", "replace"))
    if found is None:
        raise _fault("case.yaml", None, "names no case", "begin it with case: NAME, in lower-case letters")
    folder = tempfile.TemporaryDirectory(prefix="ripeness-case-")
    try:
        root = Path(folder.name) / found[1]
        for name, data in files.items():
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        case = load(root)
        if len(case.months) > bounds.months:
            raise RipenessError(
                f"the case has {len(case.months)} months", f"let it span {bounds.months} months or fewer"
            )
        if REFERENCE not in case.policies:
            raise RipenessError(f"the case has no policy {REFERENCE}", f"add policies/{REFERENCE}.yaml")
    except BaseException:
        folder.cleanup()
        raise
    name = f"{case.name}_{content_hash(files)[:8]}"
    return HandedIn(replace(case, name=name), folder)


def _files(body: bytes, bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    """Entries of an archive by their path inside the case, each checked before a byte of it is unpacked."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(body))
        entries = packed.infolist()
    except BROKEN as error:
        raise _fault("", None, f"is no ZIP archive: {error}", "pack the folder of one case") from None
    if len(entries) > bounds.files:
        raise _fault("", len(entries), f"holds more than {bounds.files} files", "leave out what is no case")
    if sum(entry.file_size for entry in entries) > bounds.bytes:
        raise _fault("", None, f"unpacks to more than {bounds.bytes} bytes", "leave out what is no case")
    names = [entry.filename for entry in entries if not entry.is_dir()]
    top = _top(names)
    seen: set[str] = set()
    left = bounds.bytes
    for entry in entries:
        if entry.is_dir():
            continue
        name = entry.filename.removeprefix(top)
        if name.startswith(LEFT_OUT):
            continue
        _require_plain(entry, name)
        if name in seen:
            raise _fault(entry.filename, None, "is there twice", "keep one")
        seen.add(name)
        if (name.partition("/")[0] in seen and "/" in name) or any(
            each.startswith(f"{name}/") for each in seen
        ):
            raise _fault(entry.filename, None, "is a file and a folder", "give them two names")
        data = _unpacked(packed, entry, left)
        left -= len(data)
        yield name, data


def _top(names: list[str]) -> str:
    """The one folder in which everything lies, with its slash; empty where the files lie at the top."""
    heads = {name.partition("/")[0] for name in names}
    if len(heads) == 1 and all("/" in name for name in names):
        return f"{heads.pop()}/"
    return ""


def _require_plain(entry: zipfile.ZipInfo, name: str) -> None:
    parts = name.split("/")
    if len(parts) > 2 or not all(PART.fullmatch(part) and ".." not in part for part in parts):
        raise _fault(
            entry.filename, None, "is no path inside a case", "use letters, digits and _ . -, one folder deep"
        )
    if (entry.external_attr >> 16) & 0o170000 not in (0, 0o100000):
        raise _fault(entry.filename, None, "is no plain file", "pack plain files, no links")
    if entry.flag_bits & 0x1:
        raise _fault(entry.filename, None, "is encrypted", "pack it without a password")
    if entry.compress_type not in PACKED:
        raise _fault(
            entry.filename, None, "is packed in an unusual way", "pack it by deflating, as most tools do"
        )
    if not name.endswith(KINDS):
        raise _fault(entry.filename, None, "is no file of a case", f"a case holds {', '.join(KINDS)} files")


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Content of an entry; what it claims of its size is not believed."""
    try:
        with packed.open(entry) as stream:
            data = stream.read(most + 1)
    except BROKEN as error:
        raise _fault(entry.filename, None, f"cannot be unpacked: {error}", "pack it again") from None
    if len(data) > most:
        raise _fault(entry.filename, None, "unpacks to more than it may", "leave out what is no case")
    return data


def _fault(key: str, value: object, problem: str, remedy: str) -> CaseFaults:
    return CaseFaults([Fault(ARCHIVE, None, str(shown(key)), shown(value), problem, remedy)])
