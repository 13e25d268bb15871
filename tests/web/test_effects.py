"""What stands behind a difference: levers put back one by one, policies on one scale."""

from __future__ import annotations

import pytest

from ripeness.api.lab import Lab
from ripeness.base import CaseFaults


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab()


def test_putting_back_the_only_lever_undoes_its_difference(lab: Lab) -> None:
    link = lab.link("v=1&n=100&l.cap_enforcement=0.9")
    (effect,) = lab.effects(link, "export_revenue_usd_bn")["levers"]
    whole = lab.money(link, moved_only=True)["differences"]["export_revenue_usd_bn"]
    assert effect["lever"] == "cap_enforcement"
    assert effect["difference"]["mean"] == pytest.approx(-whole["mean"], rel=1e-4)
    assert effect["difference"]["share_higher"] == whole["share_lower"] > 0.5


def test_a_policy_names_every_lever_in_which_it_differs(lab: Lab) -> None:
    link = lab.link("v=1&n=60&from=simultaneous&l.cap_enforcement=0.5")
    told = {each["lever"] for each in lab.effects(link, None)["levers"]}
    schema = lab.schema()
    preset = next(each for each in schema["presets"] if each["name"] == "simultaneous")
    differing = {row["lever"] for row in preset["rows_of_levers_that_differ"]}
    assert told == differing - {"cap_enforcement"}


def test_policies_on_one_scale_are_those_of_a_comparison(lab: Lab) -> None:
    document = lab.policies(lab.link("v=1&n=100"), "fob_discount_usd_bbl")
    rows = {each["policy"]: each["difference"] for each in document["policies"]}
    assert list(rows) == sorted(lab.case("ukraine").policies)
    assert rows["as_enacted"]["p05"] == rows["as_enacted"]["p95"] == 0.0
    beside = lab.money(lab.link("v=1&n=100&with=sequential"))["differences_beside"]["sequential"]
    for key in ("mean", "p05", "p50", "p95", "share_lower"):
        assert rows["sequential"][key] == pytest.approx(beside["fob_discount_usd_bbl"][key], rel=1e-6)


def test_a_metric_that_is_none_is_told_with_the_nearest(lab: Lab) -> None:
    with pytest.raises(CaseFaults, match="no such metric"):
        lab.effects(lab.link("v=1&n=60"), "export_revenue")
