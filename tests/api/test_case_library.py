from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import ripeness
from ripeness.base import RipenessError
from ripeness.case import KINDS

Copied = Callable[[str, str, str], Path]


def test_shipped_cases_are_listed_with_what_they_hold(contracts: dict) -> None:
    document = ripeness.cases().document
    jsonschema.validate(document, contracts["cases"])
    assert {"two_states", "ukraine"} <= {case["name"] for case in document["cases"]}


@pytest.mark.parametrize("name", ["two_states", "ukraine"])
def test_every_shipped_case_is_sound_and_its_levers_move_something(name: str, contracts: dict) -> None:
    result = ripeness.check(name)
    jsonschema.validate(result.document, contracts["check"])
    assert result.document["faults"] == []
    assert result.ok


def test_a_lever_that_moves_nothing_is_found_with_its_line(copied: Copied) -> None:
    folder = copied(
        "policies/idle.yaml",
        "",
        "policy: idle\ntitle: A cap that nobody has to keep\nauthor: a test\nbase: as_enacted\nchanges:\n"
        "  - {lever: cap_in_force, from: start, set: 0}\n"
        "  - {lever: price_cap_usd_bbl, from: start, set: 20}\n",
    )
    result = ripeness.check(folder)
    (fault,) = result.document["faults"]
    assert (fault["file"], fault["line"], fault["key"]) == ("policies/idle.yaml", 7, "price_cap_usd_bbl")
    assert "moves nothing" in fault["problem"]
    assert result.document["readable"]
    assert ripeness.check(folder, levers=False).ok


def test_a_change_that_leaves_its_lever_alone_is_remarked(copied: Copied) -> None:
    folder = copied(
        "policies/guard.yaml",
        "",
        "policy: guard\ntitle: No waiver\nauthor: a test\nbase: as_enacted\nchanges:\n"
        "  - {lever: waiver, from: start, set: 0}\n",
    )
    document = ripeness.check(folder).document
    assert document["ok"]
    assert [remark["key"] for remark in document["remarks"]] == ["waiver"]


def test_all_faults_are_listed_at_once(copied: Copied) -> None:
    folder = copied("case.yaml", "default_start: 2003-01", "default_start: 2030-01\ncolour: red")
    result = ripeness.check(folder)
    assert {fault["key"] for fault in result.document["faults"]} == {"default_start", "colour"}
    assert not result.document["readable"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_of_a_kind_is_a_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(ripeness.schema(kind).document)


def test_without_a_kind_the_kinds_are_listed() -> None:
    assert ripeness.schema().document["kinds"] == list(KINDS)


def test_a_new_case_is_sound_and_nothing_is_overwritten(tmp_path: Path) -> None:
    made = ripeness.new(tmp_path / "korea", 'Korea: "1950"')
    assert ripeness.check(tmp_path / "korea", levers=False).ok
    assert made.document["run"]["case"] == "korea"
    with pytest.raises(RipenessError, match="already there"):
        ripeness.new(tmp_path / "korea")
