"""What a case says of scores: read whole, refused with place and remedy, and no part of any run."""

from __future__ import annotations

import shutil
from pathlib import Path

import jsonschema
import pytest

from ripeness.base import Month
from ripeness.case import check, inputs_of_scores, load, locate, schema
from ripeness.case.yaml_text import read_yaml

SCORING = """\
vectors:
  - {name: prices, title: Prices, scales: {brent_usd_bbl: 8, urals_tax_usd_bbl: 8}}
plans:
  - series: oil_gas_revenue_rub_trn
    parts: [{series: spending_plan, per: month}]
    source: a law
events:
  - {name: dear, title: Brent above 80, series: brent_usd_bbl, above: 80}
  - {name: deal, title: A deal, ending: settled, until: 2002-06, source: a chronicle}
odds:
  - event: deal
    asked: 2002-01-20
    who: a crowd
    question: When
    until: [2002-03, 2002-06]
    chances: [0.1, 0.2, 0.7]
    source: a page
    quality: reported
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "two_states"
    shutil.copytree(locate("two_states"), copy)
    return copy


def with_scoring(folder: Path, text: str) -> Path:
    (folder / "scoring.yaml").write_text(text)
    return folder


def test_the_file_is_read_whole(folder: Path) -> None:
    scoring = load(with_scoring(folder, SCORING)).scoring
    assert scoring.vectors[0].scales == {"brent_usd_bbl": 8.0, "urals_tax_usd_bbl": 8.0}
    assert scoring.plan_of("oil_gas_revenue_rub_trn") is scoring.plans[0]
    assert scoring.plan_of("key_rate") is None
    dear, deal = scoring.events
    assert (dear.series, dear.above, dear.ending) == ("brent_usd_bbl", 80, None)
    assert (deal.ending, deal.until) == ("settled", Month.parse("2002-06"))
    assert scoring.odds[0].chances == (0.1, 0.2, 0.7)


def test_a_case_without_the_file_scores_series_alone() -> None:
    assert load("two_states").scoring.vectors == ()


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("urals_tax_usd_bbl: 8}", "recruits_a: 8}", "scales", "recruits_a"),
        ("series: brent_usd_bbl, above", "series: brent_usd_bl, above", "events", "no output with a record"),
        ("above: 80", "above: 80, below: 90", "events", ""),
        (
            "parts: [{series: spending_plan",
            "parts: [{series: spending_plane",
            "plans",
            "unknown series",
        ),
        ("name: deal", "name: dear", "events", "stands twice"),
        ("event: deal", "event: dear", "odds", "is no ending"),
        ("asked: 2002-01-20", "asked: 2002-02-30", "odds", "is not a day"),
        ("until: [2002-03, 2002-06]", "until: [2002-06, 2002-03]", "odds", "not months in order"),
        ("chances: [0.1, 0.2, 0.7]", "chances: [0.3, 0.7]", "odds", "2 chances for 2 months"),
        ("chances: [0.1, 0.2, 0.7]", "chances: [0.1, 0.2, 0.2]", "odds", "add up to 0.5"),
        ("chances: [0.1, 0.2, 0.7]", "chances: [0.1, 0.2, 1.7]", "odds", ""),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(
    folder: Path, old: str, new: str, key: str, problem: str
) -> None:
    assert old in SCORING
    faults = check(with_scoring(folder, SCORING.replace(old, new, 1)))
    assert faults
    assert all(fault.file == "scoring.yaml" and fault.line for fault in faults)
    assert any(key in fault.key for fault in faults)
    assert any(problem in f"{fault.problem} {fault.value} {fault.key}" for fault in faults)
    assert all(fault.remedy for fault in faults)


def test_the_shipped_file_fits_its_published_schema() -> None:
    node, faults = read_yaml(locate("ukraine") / "scoring.yaml", "scoring.yaml")
    assert node is not None
    assert faults == ()
    jsonschema.validate(node.plain(), schema("scoring"))


def test_scores_are_no_part_of_a_case_and_policies_no_part_of_scores(folder: Path) -> None:
    case = load(folder)
    before = inputs_of_scores(case)
    (folder / "scores.json").write_text("{}")
    assert load(folder).content_hash == case.content_hash
    policy = next((folder / "policies").glob("*.yaml"))
    policy.write_text(policy.read_text() + "# a remark\n")
    changed = load(folder)
    assert changed.content_hash != case.content_hash
    assert inputs_of_scores(changed) == before
    with_scoring(folder, SCORING)
    assert inputs_of_scores(load(folder)) != before
