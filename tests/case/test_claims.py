"""Files of claims: what they say is read, and what is wrong with them is said with its remedy."""

import shutil

import pytest

from ripeness.case import check, condition_in, load, locate
from ripeness.case.claim import RULES
from ripeness.case.names import CLAIM_METRICS

CLAIMS = """\
title: A made-up article
claims:
  - id: C1
    sentence: Tightening early would have halved revenue.
    type: counterfactual
    paragraph: 3
    source: an office
    quality: reported
    test:
      kind: condition
      question: Would it?
      policy: ratchet
      than: as_enacted
      start: 2002-03
      months: 12
      metric: export_revenue_usd_bn
      holds: {ratio_at_most: 0.5}
      judgment: half is a collapse
      models: [world]
      alternatives:
        - {name: milder, holds: {ratio_at_most: 0.9}, judgment: a tenth less}
        - {name: longer, months: 20, policy: sequential, judgment: later}
      note: nothing
"""


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "two_states"
    shutil.copytree(locate("two_states"), place)
    (place / "claims").mkdir(exist_ok=True)
    (place / "claims" / "article.yaml").write_text(CLAIMS, encoding="utf-8")
    return place


def test_a_case_may_have_claims(folder):
    assert check(folder) == []
    claim = load(folder).claims["C1"]
    assert (claim.type, claim.paragraph, claim.quality) == ("counterfactual", "3", "reported")
    first, milder, longer = claim.test.readings
    assert (first.name, first.rule, first.value, first.months) == ("as_said", "ratio_at_most", 0.5, 12)
    assert (milder.name, milder.policy, milder.value, milder.judgment) == (
        "milder",
        "ratchet",
        0.9,
        "a tenth less",
    )
    assert (longer.policy, longer.months, longer.value, str(longer.start)) == (
        "sequential",
        20,
        0.5,
        "2002-03",
    )
    assert claim.test.models == ("world",) and claim.test.notes == ("nothing",)


def test_the_shipped_case_has_the_claims_that_models_are_asked():
    claims = load("ukraine").claims
    assert {"C24", "C25", "C26", "C46"} <= set(claims)
    for name in ("C24", "C25", "C26", "C46"):
        test = condition_in(claims[name].test)
        assert test is not None
        assert all(each.judgment and each.rule in RULES for each in test.readings)
        assert all(each.metric in CLAIM_METRICS for each in test.readings)


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("policy: ratchet", "policy: ratched", "claims[1].test.policy", "unknown policy"),
        ("policy: sequential", "policy: nothing", "claims[1].test.alternatives[2].policy", "unknown policy"),
        ("than: as_enacted", "than: ratchet", "claims[1].test.policy", "is held against itself"),
        ("months: 12", "months: 500", "claims[1].test.start", "does not lie in the case"),
        ("start: 2002-03", "start: 1999-01", "claims[1].test.start", "does not lie in the case"),
        ("name: longer", "name: milder", "claims[1].test.alternatives[2].name", "stands twice"),
        ("name: longer", "name: as_said", "claims[1].test.alternatives[2].name", "stands twice"),
        ("models: [world]", "models: [m1]", "claims[1].test.models", "no model of an ending"),
        ("metric: export_revenue_usd_bn", "metric: happiness", "claims[1].test.metric", ""),
        ("{ratio_at_most: 0.5}", "{ratio_at_most: 0.5, lower_by: 1}", "claims[1].test.holds", ""),
        ("kind: condition", "kind: oracle", "claims[1].test.kind", ""),
        ("type: counterfactual", "type: true", "claims[1].type", ""),
    ],
)
def test_what_is_wrong_is_said_where(folder, old, new, key, problem):
    path = folder / "claims" / "article.yaml"
    assert old in CLAIMS
    path.write_text(CLAIMS.replace(old, new, 1), encoding="utf-8")
    faults = [fault for fault in check(folder) if fault.file == "claims/article.yaml"]
    assert any(fault.key == key and problem in fault.problem and fault.remedy for fault in faults), faults


def test_an_id_stands_once(folder):
    (folder / "claims" / "book.yaml").write_text(CLAIMS, encoding="utf-8")
    assert [fault.problem for fault in check(folder)] == ["stands in claims/article.yaml too"]
