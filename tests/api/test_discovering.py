"""`discover`: claims and questions of two policies, the contract of its document, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import ripeness
from ripeness.api.conditions import holding
from ripeness.base import Month, RipenessError
from ripeness.case import Reading, load, locate
from ripeness.ensemble.futures import Futures

CLAIM = """\
title: A made-up article
claims:
  - id: C1
    sentence: Pressure first halves revenue.
    type: counterfactual
    source: nobody
    quality: recalled
    test:
      kind: condition
      question: Does pressure first lower revenue?
      policy: pressure_first
      metric: export_revenue_usd_bn
      holds: {ratio_at_most: 0.3}
      judgment: a third is a collapse
      models: [world]
      alternatives:
        - {name: lower, holds: {ratio_at_most: 0.984}, judgment: by a sixtieth}
"""

SHARE = {"type": "number", "minimum": 0, "maximum": 1}
LIMIT = {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 2, "maxItems": 2}
BOX = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("coverage", "density", "mass", "held_out", "stability"), SHARE),
        "limits": {"type": "object", "additionalProperties": LIMIT, "minProperties": 1},
        "in_words": {"type": "string", "minLength": 20},
        "model": {"type": "string"},
    },
    "required": ["coverage", "density", "mass", "limits", "in_words", "model"],
}
CONTRACT = {
    "type": "object",
    "properties": {
        "run": {
            "type": "object",
            "required": ["case", "case_hash", "policy_hashes", "seed", "members", "hash"],
        },
        "question": {"type": "string"},
        "boxes": {"type": "array", "items": BOX},
    },
    "required": ["run", "question", "boxes", "answers"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("claims") / "two_states"
    shutil.copytree(locate("two_states"), place)
    (place / "claims").mkdir(exist_ok=True)
    (place / "claims" / "article.yaml").write_text(CLAIM, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def found(folder: Path):
    return ripeness.discover(folder, claim="C1", readings="all", members=1024, resamples=10)


def test_the_document_keeps_its_contract(found):
    document = json.loads(found.to_json())
    Draft202012Validator(CONTRACT).validate(document)
    assert document["schema"] == "ripeness/discover/1"
    assert document["claim"]["id"] == "C1"
    assert [answer["reading"] for answer in document["answers"]] == ["as_said", "lower"]
    assert set(document["readings"]) == {"as_said", "lower"}


def test_a_claim_that_holds_nowhere_says_so(found):
    first = found.document["answers"][0]
    assert (first["base_rate"], first["reason"], first["boxes"]) == (0.0, "nowhere", [])
    assert "none of 1,024 futures" in first["in_words"] and first["in_words"] in found.lines


def test_boxes_hold_what_they_say(found, folder):
    answer = found.document["answers"][1]
    assert 0.0 < answer["base_rate"] < 1.0
    known = set(load(folder).parameters)
    for box in answer["boxes"]:
        assert set(box["limits"]) <= known
        # A later box is looked for outside the first, where less is left to hold.
        assert box["density"] > box["elsewhere"]
        assert all(limit["again"] >= 0.8 and limit["quasi_p"] <= 0.05 for limit in box["limits_found"])
        assert all(f"({name})" in box["in_words"] for name in box["limits"])
        assert f"claim {box['of']} in" in box["in_words"]
    for of in ("holds", "fails"):
        same = [box for box in answer["boxes"] if box["of"] == of]
        base = answer["base_rate"] if of == "holds" else 1.0 - answer["base_rate"]
        assert not same or same[0]["density"] > base
        first, *later = [box["in_words"] for box in same] or [""]
        assert not first.startswith("Of the futures outside")
        assert all(words.startswith("Of the futures outside that box, ") for words in later)
    assert answer["boxes"] or answer["reason"] in ("no_gain", "unstable")
    assert answer["trajectory"][0]["coverage"] == 1.0


def test_the_same_question_gives_the_same_answer(found, folder):
    again = ripeness.discover(folder, claim="C1", readings="all", members=1024, resamples=10, threads=1)
    assert again.to_json() == found.to_json()


def test_it_is_saved_with_charts(found, tmp_path):
    files = {path.name for path in found.save(tmp_path)}
    assert {"discover.json", "tables.csv", "records.csv", "page.html"} <= files
    assert {"boxes_lower_world.svg", "boxes_lower_world.png"} <= files
    assert "coverage" in (tmp_path / "records.csv").read_text().splitlines()[0]


def test_two_policies_are_a_question(folder):
    asked = ripeness.discover(
        folder, better="pressure_first", metric="export_revenue_usd_bn", sense="lower", until="2003-12",
        members=256, resamples=10,
    )  # fmt: skip
    assert asked.document["question"].startswith(
        "Where does pressure_first have a lower value than as_enacted"
    )
    assert asked.document["claim"] is None and asked.document["run"]["until"] == "2003-12"
    assert "the claim" not in asked.document["answers"][0]["in_words"]


@pytest.mark.slow
def test_endings_are_asked_under_every_model():
    asked = ripeness.discover(
        "falklands_1982", better="pressure_only", metric="people_lost", members=64, structural_draws=8,
        models="m1,n0", resamples=10,
    )  # fmt: skip
    assert [answer["model"] for answer in asked.document["answers"]] == ["m1", "n0"]
    assert all(answer["groups"] <= 8 for answer in asked.document["answers"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "nothing is asked"),
        ({"claim": "C9"}, "no claim 'C9'"),
        ({"claim": "C1", "readings": "milder"}, "no reading 'milder'"),
        ({"claim": "C1", "better": "ratchet"}, "a claim says itself"),
        ({"claim": "C1", "models": "m9"}, "no model 'm9'"),
        ({"claim": "C1", "models": "m1"}, "no metric 'export_revenue_usd_bn' of endings"),
        ({"better": "ratched", "metric": "brent_usd_bbl"}, "no policy 'ratched'"),
        ({"better": "ratchet", "metric": "brent"}, "no metric 'brent'"),
        ({"better": "ratchet", "metric": "brent_usd_bbl"}, "neither good nor bad"),
        ({"better": "ratchet", "than": "ratchet", "metric": "brent_usd_bbl"}, "against itself"),
        ({"better": "ratchet", "metric": "p_settled", "models": "m1"}, "neither good nor bad"),
        ({"better": "ratchet", "metric": "people_lost", "models": "m1"}, "has no war"),
        ({"claim": "C1", "min_mass": 0.9}, "min_mass"),
        ({"claim": "C1", "members": 3}, "members is 3"),
    ],
)
def test_bad_questions_are_refused_with_a_remedy(folder, options, words):
    with pytest.raises(RipenessError, match=words) as refused:
        ripeness.discover(folder, **options)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("lower_by", 3.0, [True, False, True, False, False]),
        ("higher_by", 1.0, [False, True, False, False, False]),
        ("within_months", 5.0, [True, False, True, False, False]),
        ("ratio_at_most", 0.5, [True, False, True, False, False]),
        ("at_most", 4.0, [True, False, True, False, True]),
    ],
)
def test_months_that_never_come_count_as_one_after_the_run(rule, value, expected):
    """The run has ten months; futures without the quantity are left out."""
    policy = np.array([2.0, np.inf, 4.0, np.inf, 3.0, np.nan])
    other = np.array([9.0, 8.0, np.inf, np.inf, 4.0, 1.0])
    futures = Futures(
        load("two_states"), ("b", "a"), Month.parse("2002-01"), Month.parse("2002-10"), ("x",), np.zeros((1, 6)),
        {"m": np.stack([other, policy])}, np.arange(6),
    )  # fmt: skip
    held, known = holding(futures, Reading("r", "a", "b", None, None, "m", rule, value, "j"), True)
    assert known.tolist() == [True] * 5 + [False]
    assert held[:5].tolist() == expected
