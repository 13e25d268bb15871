"""What a search keeps in its folder: what was asked, and every value, so that it can be gone on with.

The optimiser's own state is not kept: seeded and given the same values it takes the same way, so that a search that
was cut off is repeated from kept values until it comes to what is new.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ripeness.base import RipenessError

ASKED, EVALUATED = "asked.json", "evaluated.jsonl"
"""Files of a search: what was asked, and one line a point with the mean of each aim."""

Point = tuple[int, ...]


class SearchStore:
    """Values by point, in memory and, with a folder, on disk: each line is written whole before the next begins."""

    def __init__(self, folder: Path | None, asked: Mapping[str, Any], resume: bool = False) -> None:
        self.values: dict[Point, tuple[float, ...]] = {}
        self._folder = folder
        if folder is None:
            if resume:
                raise RipenessError("there is nothing to resume without a folder", "add --out DIR")
            return
        known = folder / ASKED
        if resume and not known.is_file():
            raise RipenessError(
                f"{folder} holds no search to go on with", "leave --resume out, or name its folder"
            )
        if known.is_file():
            said = _read_asked(known)
            differs = sorted(key for key in {*said, *asked} if said.get(key) != asked.get(key))
            if differs:
                raise RipenessError(
                    f"{folder} holds another search: it differs in {', '.join(differs)}",
                    "name another folder, or ask as before",
                )
            self._load(folder / EVALUATED)
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            known.write_text(json.dumps(dict(asked), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as cause:
            raise RipenessError(
                f"cannot write to {folder}: {cause.strerror}", "choose another folder"
            ) from cause

    def _load(self, path: Path) -> None:
        if not path.is_file():
            return
        text = path.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                said = json.loads(line)
                self.values[tuple(said["point"])] = tuple(map(float, said["values"]))
            except (ValueError, KeyError, TypeError) as cause:
                raise RipenessError(
                    f"{path}, line {number} is no value of a search",
                    "remove the line; its point is run again",
                ) from cause
        if whole != text:  # the last line was cut off while it was written
            path.write_text(whole, encoding="utf-8")

    def keep(self, points: Sequence[Point], values: Sequence[Sequence[float]]) -> None:
        """Remember values; with a folder, for good."""
        lines = []
        for point, row in zip(points, values, strict=True):
            self.values[point] = tuple(map(float, row))
            lines.append(json.dumps({"point": list(point), "values": list(self.values[point])}) + "\n")
        if self._folder is not None and lines:
            with (self._folder / EVALUATED).open("a", encoding="utf-8") as file:
                file.write("".join(lines))


def _read_asked(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as cause:
        raise RipenessError(f"{path} is no record of a search", "name another folder") from cause
    return said if isinstance(said, dict) else {}
