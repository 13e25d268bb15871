"""`sensitivity` as scripts, readers and reorderings meet it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import ripeness
from ripeness.api import Answer
from ripeness.base import RipenessError

ENDS: dict[str, Any] = {
    "type": "object",
    "properties": {key: {"type": ["number", "null"]} for key in ("value", "low", "high")},
    "required": ["value", "low", "high"],
}
BY_NAME = {"type": "object", "additionalProperties": ENDS}
VIEW = {
    "type": "object",
    "properties": {
        "unit": {"type": "string"},
        "mean": {"type": "number"},
        "sd": {"type": "number"},
        "first": BY_NAME,
        "total": BY_NAME,
        "shapley": BY_NAME,
        "interactions": {"type": ["number", "null"]},
        "spread_ratio": {"type": ["number", "null"]},
        "prior_driven": {"type": ["number", "null"]},
        "noise_share": {"type": ["number", "null"]},
    },
    "required": [
        "unit",
        "mean",
        "sd",
        "first",
        "total",
        "shapley",
        "interactions",
        "spread_ratio",
        "prior_driven",
        "noise_share",
    ],
}
SMALL: dict[str, Any] = {"samples": 128, "members": 512, "wait": "2,4", "until": None, "seed": 3}


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    return {key: value for key, value in SMALL.items() if value is not None}


@pytest.fixture(scope="module")
def answer(small: dict[str, Any]) -> Answer:
    return ripeness.sensitivity(
        "two_states",
        metrics=["oil_gas_revenue_rub_trn", "months_to_stressed"],
        signposts="brent_usd_bbl,fob_discount_usd_bbl",
        **small,
    )


def test_the_document_keeps_its_contract(answer: Answer, contracts: dict[str, Any]) -> None:
    document = json.loads(answer.to_json())
    jsonschema.validate(document["run"], contracts["compare"]["properties"]["run"])
    assert set(document["metric"]) == {"oil_gas_revenue_rub_trn", "months_to_stressed"}
    for entry in document["metric"].values():
        for view in ("difference", "policy", "than"):
            jsonschema.validate(entry[view], VIEW)
    aim = document["metric"]["oil_gas_revenue_rub_trn"]
    jsonschema.validate(aim["regret_policy"], VIEW)
    assert aim["sense"] == "lower"
    named = {name for said in aim["criteria"].values() for name in said.split(" and ")}
    assert named <= {document["policy"], document["than"]}
    known = document["value_of_information"]["oil_gas_revenue_rub_trn"]
    for each in (
        known["perfect"],
        known["named_inputs"],
        *known["by_input"].values(),
        *known["by_block"].values(),
    ):
        jsonschema.validate(each, ENDS)
    assert set(known["waiting"]) == {"2", "4"}
    for wait in known["waiting"].values():
        assert set(wait["signposts"]) == {"brent_usd_bbl", "fob_discount_usd_bbl", "all"}
    for about in document["inputs"].values():
        assert about["identification"] in ("identified", "weakly", "prior-driven")
        assert about["driven_by_prior"] is True  # the toy case ships no posterior


def test_shares_are_shares(answer: Answer) -> None:
    for entry in answer.document["metric"].values():
        for view in ("difference", "policy", "than"):
            about = entry[view]
            if about["sd"] == 0.0:
                continue
            assert sum(each["value"] for each in about["shapley"].values()) == pytest.approx(1.0)
            assert {"others", "luck"} & set(about["total"])
            assert all(each["low"] <= each["high"] for each in about["total"].values())
            assert all(each["value"] >= 0.0 for each in about["total"].values())


def test_information_is_worth_nothing_less_than_nothing_and_perfect_most(answer: Answer) -> None:
    known = answer.document["value_of_information"]["oil_gas_revenue_rub_trn"]
    best = known["perfect"]["value"] + 1e-12
    for each in (known["named_inputs"], *known["by_input"].values(), *known["by_block"].values()):
        assert 0.0 <= each["value"] <= best
    for wait in known["waiting"].values():
        for signpost in wait["signposts"].values():
            assert signpost["net"]["value"] == pytest.approx(
                signpost["gain"]["value"] - wait["cost"]["value"]
            )


def test_the_order_of_names_changes_nothing(small: dict[str, Any]) -> None:
    names = ["adaptation_share", "rouble_sd", "brent_volatility"]
    common = {
        "metrics": "export_revenue_usd_bn,oil_gas_revenue_rub_trn",
        "signposts": ["brent_usd_bbl"],
        **small,
    }
    one = ripeness.sensitivity("two_states", inputs=names, **common).document
    other = ripeness.sensitivity("two_states", inputs=names[::-1], **common).document
    for part in ("metric", "value_of_information", "inputs"):
        assert _near(one[part], other[part]), part
    assert set(one["inputs"]) == set(names)
    aim = "oil_gas_revenue_rub_trn"
    assert one["metric"][aim]["difference"]["total"].keys() == {*names, "others", "luck"}


def _near(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_near(one[key], other[key]) for key in one)
    return one == other or (one is not None and other is not None and bool(np.isclose(one, other, atol=1e-9)))


def test_tables_sentences_and_files_say_the_same(answer: Answer, tmp_path: Path) -> None:
    files = answer.save(tmp_path)
    names = {file.name for file in files}
    assert {"sensitivity.json", "tables.csv", "records.csv", "page.html"} <= names
    assert "effects_oil_gas_revenue_rub_trn.svg" in names
    svg = (tmp_path / "effects_oil_gas_revenue_rub_trn.svg").read_text()
    assert "<desc" in svg and "<title" in svg
    rows = list(csv.DictReader((tmp_path / "records.csv").open()))
    view = answer.document["metric"]["oil_gas_revenue_rub_trn"]["difference"]
    found = {
        row["factor"]: row
        for row in rows
        if row["metric"] == "oil_gas_revenue_rub_trn" and row["view"] == "difference"
    }
    for factor, share in view["total"].items():
        assert float(found[factor]["total_value"]) == share["value"]
    assert any("luck has a part in" in line for line in answer.lines)
    assert any("delay" in line or "start" in line for line in answer.lines)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({"metrics": "revenue"}, "no metric"),
        ({"metrics": "p_durable_settlement"}, "has no war"),
        ({"policy": "nobody"}, "no policy"),
        ({"policy": "as_enacted", "than": "as_enacted"}, "compared with itself"),
        ({"inputs": "nothing"}, "no parameter"),
        ({"signposts": "nothing"}, "no output"),
        ({"wait": "soon"}, "wait is"),
        ({"wait": "900"}, "a wait of 900 months"),
        ({"samples": 3}, "samples is 3"),
        ({"objectives": ["brent_usd_bbl:lower"], "metrics": "export_volume_mbd"}, "has an objective"),
        ({"objectives": ["oil_gas_revenue_rub_trn"]}, "no direction"),
    ],
)
def test_bad_input_is_named(words: dict[str, Any], problem: str) -> None:
    with pytest.raises(RipenessError, match=problem):
        ripeness.sensitivity("two_states", **({"samples": 64, "members": 256} | words))


def test_aims_are_those_of_whoever_asks(small: dict[str, Any]) -> None:
    found = ripeness.sensitivity(
        "two_states",
        metrics="export_volume_mbd",
        objectives=["export_volume_mbd:higher"],
        inputs="adaptation_share",
        signposts="brent_usd_bbl",
        **small,
    ).document
    assert found["value_of_information"]["export_volume_mbd"]["judgment"] == "named by whoever asked"


@pytest.mark.slow
def test_endings_are_shared_out_by_structural_draw() -> None:
    found = ripeness.sensitivity(
        "korea_1951_53",
        metrics=["p_settled", "people_lost"],
        structural_draws=24,
        members=96,
        samples=64,
        wait="3",
        signposts="territory_km2,losses_a",
    ).document
    entry = found["metric"]["people_lost"]
    assert entry["independent_futures"] == 24
    assert entry["of_endings"] is True
    shares = entry["difference"]["shapley"]
    if entry["difference"]["sd"] > 0.0:
        assert sum(each["value"] for each in shares.values()) == pytest.approx(1.0)
    assert found["value_of_information"]["people_lost"]["waiting"]["3"]["signposts"].keys() == {
        "territory_km2",
        "losses_a",
        "all",
    }
