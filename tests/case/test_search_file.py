"""Spaces of policies: what they say is read, and what is wrong with them is said with its remedy."""

from __future__ import annotations

import shutil

import pytest

from ripeness.base import CaseFaults, RipenessError
from ripeness.case import Graded, check, load, locate, read_space, with_policy_file

SPACE = """\
search: pressing
title: How hard to press
author: a test
question: Which mix?
parameters:
  - {name: wait, title: Months before it begins, unit: months, low: 0, high: 6, step: 2}
  - {name: duration, title: Months it lasts, unit: months, low: 3, high: 12, step: 3}
  - {name: ramp, title: Months until it is full, unit: months, low: 0, high: 4, step: 4}
  - {name: level, title: Level, unit: share, low: 0, high: 1, step: 0.1}
changes:
  - {lever: secondary_sanctions, from: [wait], until: [wait, duration], at_least: {by: level, at_0: 0.2, at_1: 0.9}, \
ramp_months: ramp, reason: a test}
  - {lever: vessels_listed_us, from: [wait], add: {by: level, at_0: 0, at_1: 20}}
  - {lever: buyer_tariff.india_state, from: start, until: start+6, at_least: 0.25}
ratchet: {steps: 4, over: ramp}
objectives:
  - {metric: oil_gas_revenue_rub_trn, sense: lower, judgment: a test}
  - {metric: coalition_cost_usd_bn, sense: lower, judgment: a test, enough: 5}
pathways:
  switch_to: [ratchet, sequential]
  signposts: [fob_discount_usd_bbl, brent_usd_bbl]
  by: 12
  watch: 6
  aims:
    - {name: revenue, title: Low revenue, output: oil_gas_revenue_rub_trn, months: 12, reduction: sum, at_most: 3, \
judgment: a test}
"""


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "two_states"
    shutil.copytree(locate("two_states"), place)
    (place / "search").mkdir()
    (place / "search" / "pressing.yaml").write_text(SPACE, encoding="utf-8")
    return place


def test_a_case_may_have_spaces(folder) -> None:
    assert check(folder) == []
    space = load(folder).spaces["pressing"]
    assert space.sizes == (4, 4, 2, 11)
    assert space.values((1, 0, 1, 3)) == {"wait": 2.0, "duration": 3.0, "ramp": 4.0, "level": 0.3}
    assert space.changes[0].start == ("wait",)
    assert space.changes[0].value == Graded("level", 0.2, 0.9)
    assert space.objectives[1].enough == 5.0
    assert space.pathways is not None
    assert space.pathways.policy == "as_enacted"
    with pytest.raises(ValueError, match="value number"):
        space.values((9, 0, 0, 0))


def test_a_space_may_lie_outside_the_case(folder, tmp_path) -> None:
    case = load("two_states")
    path = tmp_path / "pressing.yaml"
    path.write_text(SPACE, encoding="utf-8")
    assert read_space(path, case) == load(folder).spaces["pressing"]
    path.write_text(SPACE.replace("author: a test\n", ""), encoding="utf-8")
    with pytest.raises(CaseFaults, match="author"):
        read_space(path, case)


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("search: pressing", "search: other", "search", "name of the file"),
        ("author: a test\n", "author: a test\nbase: nobody\n", "base", "unknown policy"),
        ("step: 2}", "step: 4}", "parameters[1].step", "whole steps"),
        ("high: 6, step: 2", "high: 0, step: 2", "parameters[1].high", "not above low"),
        (
            "unit: months, low: 0, high: 6, step: 2",
            "unit: months, low: 0, high: 6, step: 1.5",
            "parameters[1].unit",
            "whole",
        ),
        ("[wait, duration]", "[wait, lasting]", "changes[1].until[2]", "unknown parameter"),
        ("[wait, duration]", "[wait, level]", "changes[1].until[2]", "not in months"),
        (
            "from: [wait], add: {by: level",
            "from: [wait], add: {by: rank",
            "changes[2].add.by",
            "unknown parameter",
        ),
        ("at_1: 0.9", "at_1: 1.9", "changes[1].at_least", "outside the range"),
        (", ramp_months: ramp", ", ramp_months: slope", "changes[1].ramp_months", "unknown parameter"),
        ("name: level, title", "name: wait, title", "parameters[4].name", "twice"),
        ("metric: coalition_cost_usd_bn", "metric: oil_gas_revenue_rub_trn", "objectives[2].metric", "twice"),
        (
            "metric: coalition_cost_usd_bn",
            "metric: coalition_cost",
            "objectives[2].metric",
            "coalition_cost_usd_bn",
        ),
        ("[ratchet, sequential]", "[ratchets]", "pathways.switch_to[1]", "unknown policy"),
        ("watch: 6", "watch: 12", "pathways.watch", "no time"),
        ("brent_usd_bbl]", "territory_km2]", "pathways.signposts[2]", "no output"),
        ("at_most: 3, ", "", "pathways.aims[1]", "at_most"),
        ("secondary_sanctions,", "secondary_sanction,", "changes[1].lever", "secondary_sanctions"),
    ],
)
def test_what_is_wrong_is_said(folder, old, new, key, words) -> None:
    assert SPACE.count(old) >= 1
    path = folder / "search" / "pressing.yaml"
    path.write_text(SPACE.replace(old, new, 1), encoding="utf-8")
    faults = check(folder)
    found = [fault for fault in faults if fault.key == key]
    assert found, [str(fault) for fault in faults]
    assert any(words in f"{fault.problem} {fault.remedy}" for fault in found), [str(each) for each in found]
    assert all(fault.file == "search/pressing.yaml" for fault in faults)


def test_a_parameter_that_moves_nothing_is_a_fault(folder) -> None:
    path = folder / "search" / "pressing.yaml"
    lazy = "  - {name: lazy, title: Nothing, unit: share, low: 0, high: 1, step: 0.5}\nchanges:"
    path.write_text(SPACE.replace("changes:", lazy, 1), encoding="utf-8")
    (fault,) = check(folder)
    assert (fault.key, fault.problem) == ("parameters[5].name", "moves nothing")


def test_a_policy_file_stands_beside_those_of_the_case(tmp_path) -> None:
    case = load("two_states")
    path = tmp_path / "mine.yaml"
    path.write_text("policy: mine\ntitle: Mine\nauthor: me\nbase: ratchet\n", encoding="utf-8")
    wider, name = with_policy_file(case, path)
    assert name == "mine"
    assert wider.policies["mine"].base == "ratchet"
    assert "mine" not in case.policies
    path.write_text("policy: ratchet\ntitle: Mine\nauthor: me\n", encoding="utf-8")
    with pytest.raises(CaseFaults, match="another policy of this name"):
        with_policy_file(case, path)
    path.write_text("policy: mine\ntitle: Mine\n", encoding="utf-8")
    with pytest.raises(CaseFaults, match="author"):
        with_policy_file(case, path)
    with pytest.raises(RipenessError, match="no policy file"):
        with_policy_file(case, tmp_path / "none.yaml")
