"""The files of a case folder: which are read, which refused, and what they hash to."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ripeness.base import Fault, content_hash, suggestion
from ripeness.case.conform import Finding, dotted, findings
from ripeness.case.conform import Path as KeyPath
from ripeness.case.schemas import shared_schema
from ripeness.case.yaml_text import Node, read_yaml

SUFFIXES = {
    "instruments": ".yaml",
    "policies": ".yaml",
    "experiments": ".yaml",
    "tests": ".yaml",
    "series": ".csv",
    "talks": ".csv",
    "claims": ".yaml",
    "search": ".yaml",
    "bargaining": ".csv",
}
"""Folders of a case and the files they hold."""

DERIVED = ("posterior", "predictions")
"""Folders that hold results computed from the case; they are not part of what it says."""

TOP = ("case.yaml", "parameters.yaml")
"""Files that every case has."""

RECORD = "record.yaml"
"""A past war's record: the whole case where a folder holds nothing else, else what the case was written from."""

OPTIONAL = ("scoring.yaml",)
"""Files that a case may have beside those."""

DERIVED_FILES = ("scores.json",)
"""Files that hold results computed from the case; they are not part of what it says."""

TABLES = ("voyages.csv",)
"""Tables that a case may have for its readers: parameters are set from them, the model does not read them."""

MAX_FILES = 2000
"""Most files that a case may have."""


@dataclass(frozen=True)
class Document:
    """A YAML file of a case: its tree, and where it departs from its schema."""

    file: str
    node: Node | None
    found: tuple[Finding, ...]

    def sound(self, path: KeyPath = ()) -> bool:
        """Whether nothing in the value at `path` departs from the schema."""
        return not any(finding.path[: len(path)] == path for finding in self.found)

    def fault(self, path: KeyPath, value: object, problem: str, remedy: str) -> Fault:
        """Fault of the value at `path`."""
        line = self.node.line_at(path) if self.node is not None else None
        plain = value if value is None or isinstance(value, bool | int | float | str) else str(value)
        return Fault(self.file, line, dotted(path), plain, problem, remedy)


def read_document(folder: Path, file: str, kind: str) -> tuple[Document, tuple[Fault, ...]]:
    """A YAML file read against the schema of its kind, and all its faults."""
    node, faults = read_yaml(folder / file, file)
    if node is None:
        return Document(file, None, ()), faults
    found = tuple(findings(node, shared_schema(kind), file))
    return Document(file, node, found), tuple(finding.fault for finding in found)


def case_files(folder: Path) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
    """Files of a case by their path inside it, in order, and faults of the folder itself.

    Links and anything but plain files are refused, so that a case cannot reach outside its folder.
    Hidden files and Markdown are passed over.
    """
    files: list[str] = []
    faults: list[Fault] = []
    for entry, is_folder in _entries(folder, "", faults):
        parts = entry.split("/")
        if is_folder:
            if len(parts) > 1:
                faults.append(
                    Fault(entry, None, "", None, "is a folder in a folder", "keep files one level deep")
                )
            elif entry not in SUFFIXES and entry not in DERIVED:
                remedy = suggestion(entry, [*SUFFIXES, *DERIVED], "folder")
                faults.append(Fault(entry, None, "", None, "unknown folder", remedy))
        elif entry.endswith(".md") or parts[0] in DERIVED or entry in DERIVED_FILES:
            continue
        elif len(parts) == 1:
            if entry in (*TOP, *OPTIONAL, *TABLES, RECORD):
                files.append(entry)
            else:
                remedy = suggestion(entry, (*TOP, *OPTIONAL), "file")
                faults.append(Fault(entry, None, "", None, "unknown file", remedy))
        elif parts[0] in SUFFIXES:
            if entry.endswith(SUFFIXES[parts[0]]):
                files.append(entry)
            else:
                remedy = f"{parts[0]} holds {SUFFIXES[parts[0]]} files; rename it or move it away"
                faults.append(Fault(entry, None, "", None, "unknown kind of file", remedy))
    for name in TOP:
        if name not in files and not any(fault.file == name for fault in faults):
            faults.append(Fault(name, None, "", None, "is missing", f"add {name} to the case folder"))
    if len(files) > MAX_FILES:
        problem = f"has more than {MAX_FILES} files"
        return (), (Fault(".", None, "", len(files), problem, "put monthly values into one file a series"),)
    return tuple(files), tuple(faults)


def _entries(folder: Path, inside: str, faults: list[Fault]) -> Iterator[tuple[str, bool]]:
    """Entries one and two levels deep as (path, is a folder), links and oddities left out with a fault."""
    for item in sorted(os.scandir(folder), key=lambda item: item.name):
        if item.name.startswith(".") or item.name == "__pycache__":
            continue
        entry = f"{inside}{item.name}"
        mode = item.stat(follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            remedy = "put the file itself into the folder"
            faults.append(Fault(entry, None, "", None, "is a link, which may lead outside the case", remedy))
        elif stat.S_ISDIR(mode):
            yield entry, True
            if not inside and (entry in SUFFIXES):
                yield from _entries(Path(item.path), f"{entry}/", faults)
        elif stat.S_ISREG(mode):
            yield entry, False
        else:
            faults.append(Fault(entry, None, "", None, "is not a plain file", "remove it"))


def hash_files(folder: Path, files: tuple[str, ...]) -> str:
    """Hash of what the files of a case say, the same whatever the line endings of the checkout."""
    return content_hash({file: (folder / file).read_bytes().replace(b"\r\n", b"\n") for file in files})


def derived_hash(folder: Path) -> str:
    """Hash of the results that a folder holds, computed from its case: fits, predictions, scores."""
    of_folders = (path for name in DERIVED for path in (folder / name).rglob("*"))
    files = (*of_folders, *(folder / name for name in DERIVED_FILES))
    held = sorted(path for path in files if path.is_file())
    return content_hash({path.relative_to(folder).as_posix(): path.read_bytes() for path in held})
