"""Priors that every case with a war inherits where it does not say itself, and what stands in for a block not used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from ripeness.base import CaseFaults, Fault
from ripeness.case.checks import common_faults, entries
from ripeness.case.folder import hash_files, read_document
from ripeness.case.names import BARGAINING_PARAMETERS
from ripeness.case.priors import prior_from
from ripeness.case.records import Parameter, parameter_from
from ripeness.flow import WarParameters, layout_of

COMMON = Path(__file__).parents[1] / "cases" / "common"
"""Folder of the common priors; it is no case."""

WORLD, BARGAINING = "parameters.yaml", "bargaining.yaml"
"""Its files: what the blocks of a war read, and what the models of bargaining do."""


@dataclass(frozen=True)
class CommonPriors:
    """Common parameters by name, the neutral ones of blocks not in use, those of bargaining, and a hash of all."""

    world: Mapping[str, Parameter]
    neutral: Mapping[str, Parameter]
    bargaining: Mapping[str, Parameter]
    content_hash: str


def read_common(folder: Path) -> tuple[CommonPriors | None, list[Fault]]:
    """The common priors of a folder, or every fault of its files."""
    faults: list[Fault] = []
    rows = {}
    for file, names in ((WORLD, layout_of(WarParameters).row_labels), (BARGAINING, BARGAINING_PARAMETERS)):
        document, wrong = read_document(folder, file, "common")
        faults += [*wrong, *common_faults(document, names, neutral=file == WORLD)]
        rows[file] = [node.plain() for _, node in entries(document, "parameters")]
    if faults:
        return None, faults
    world = {row["name"]: parameter_from(row, "common") for row in rows[WORLD]}
    neutral = {
        row["name"]: replace(
            world[row["name"]],
            prior=prior_from({"dist": "fixed", "value": row["neutral"]}),
            as_of=(),
            origin="neutral",
        )
        for row in rows[WORLD]
    }
    bargaining = {row["name"]: parameter_from(row, "common") for row in rows[BARGAINING]}
    return CommonPriors(world, neutral, bargaining, hash_files(folder, (WORLD, BARGAINING))), []


@lru_cache(maxsize=1)
def common_priors() -> CommonPriors:
    """The common priors of the package; CaseFaults where its files are at fault."""
    found, faults = read_common(COMMON)
    if found is None:
        raise CaseFaults(faults)
    return found


def world_parameters(own: Iterable[Parameter], blocks: tuple[str, ...]) -> dict[str, Parameter]:
    """Parameters of a case with a war by name: its own, then the common ones; neutral where their block is not used."""
    found = {parameter.name: parameter for parameter in own if parameter.block != "bargaining"}
    common = common_priors()
    for name, parameter in common.world.items():
        if parameter.block not in blocks:
            found[name] = common.neutral[name]
        else:
            found.setdefault(name, parameter)
    return found


def bargaining_parameters(own: Iterable[Parameter]) -> dict[str, Parameter]:
    """Parameters of the bargaining models by name: the case's own in place of the common ones."""
    return dict(common_priors().bargaining) | {
        parameter.name: parameter for parameter in own if parameter.block == "bargaining"
    }
