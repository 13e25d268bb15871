"""Scores that a case ships: how its forecasts did in the past, written beside it after a backcast.

`scores.json` is computed from the case and no part of what it says. It carries the model and the inputs from which it
was made, so that a reader can be told when either has changed since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ripeness.base import Month, RipenessError, content_hash
from ripeness.case.common import common_priors
from ripeness.case.folder import OPTIONAL, TOP, case_files, hash_files
from ripeness.case.records import Case

FILE = "scores.json"
SCHEMA = "ripeness/scores/1"

SCORED_FROM = ("series", "instruments")
"""Folders of a case on which a backcast rests, beside its files of priors and facts."""


@dataclass(frozen=True)
class Score:
    """How forecasts of a series so many months ahead did: skill against the random walk, share held by 80 % bands.

    `independent` is the most forecasts whose windows share no month.
    """

    n: int
    independent: int
    skill: float | None
    coverage80: float


@dataclass(frozen=True)
class ScoreSheet:
    """Scores by series, mode and months ahead, and what they were made from.

    `endings` holds, by model and months, how chances of an ending did (n, happened, mean_chance, brier); empty where
    none were asked for.
    """

    model_version: str
    inputs: str
    data_until: Month
    origins: tuple[Month, ...]
    series: Mapping[str, Mapping[str, Mapping[int, Score]]]
    endings: Mapping[str, Mapping[int, Mapping[str, Any]]]

    def to_text(self, case: str) -> str:
        """The sheet as its file holds it: one line a series, numbers to three digits."""
        about = {
            "schema": SCHEMA,
            "case": case,
            "model_version": self.model_version,
            "inputs": self.inputs,
            "data_until": str(self.data_until),
            "origins": [str(origin) for origin in self.origins],
            "columns": ["n", "independent", "skill", "coverage80"],
        }
        lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in about.items()]
        rows = {
            name: {
                mode: {
                    f"h{months}": [score.n, score.independent, _short(score.skill), _short(score.coverage80)]
                    for months, score in by.items()
                }
                for mode, by in modes.items()
            }
            for name, modes in self.series.items()
        }
        ends = {
            model: {
                f"h{months}": {key: _short(value) for key, value in row.items()} for months, row in by.items()
            }
            for model, by in self.endings.items()
        }
        for key, table in (("series", rows), ("endings", ends)):
            inside = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in table.items())
            lines.append(f" {json.dumps(key)}: {{\n{inside}\n }}")
        return "{\n" + ",\n".join(lines) + "\n}\n"


def read_scores(case: Case) -> ScoreSheet | None:
    """The sheet that lies in the case's folder, None where there is none; RipenessError where it cannot be read."""
    path = case.folder / FILE
    if not path.is_file():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["schema"] != SCHEMA:
            raise ValueError(f"its schema is {said['schema']!r}")
        return ScoreSheet(
            said["model_version"],
            said["inputs"],
            Month.parse(said["data_until"]),
            tuple(Month.parse(origin) for origin in said["origins"]),
            {
                name: {
                    mode: {int(key[1:]): Score(*row) for key, row in by.items()} for mode, by in modes.items()
                }
                for name, modes in said["series"].items()
            },
            {model: {int(key[1:]): row for key, row in by.items()} for model, by in said["endings"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RipenessError(
            f"{path} is no sheet of scores ({type(error).__name__}: {error})",
            "delete it, or write it anew with tools/validation/backcast_page.py",
        ) from None


def inputs_of_scores(case: Case) -> str:
    """Hash of what a backcast of the case rests on: its facts, record, instruments and priors; policies are no part."""
    files, _ = case_files(case.folder)
    used = tuple(file for file in files if file in (*TOP, *OPTIONAL) or Path(file).parts[0] in SCORED_FROM)
    return content_hash({"case": hash_files(case.folder, used), "common": common_priors().content_hash})


def _short(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value
