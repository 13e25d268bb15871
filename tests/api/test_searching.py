"""`search` on the toy case: gone on with it is the same, what it writes is what it found, and unseen futures are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ripeness
from ripeness.api.progress import Silent
from ripeness.api.search_aims import chosen_aims
from ripeness.api.search_store import ASKED, EVALUATED
from ripeness.api.searching import _Work, chosen_space
from ripeness.api.simulation import Options, ask
from ripeness.base import RipenessError
from ripeness.case import load

SPACE = """\
search: pressing
title: How hard to press
author: a test
parameters:
  - {name: wait, title: Months before it begins, unit: months, low: 0, high: 6, step: 2}
  - {name: level, title: Sanctions, unit: share, low: 0, high: 1, step: 0.1}
  - {name: listing, title: Ships listed, unit: share, low: 0, high: 1, step: 0.25}
changes:
  - {lever: secondary_sanctions, from: [wait], at_least: {by: level, at_0: 0, at_1: 0.9}}
  - {lever: vessels_listed_us, from: [wait], add: {by: listing, at_0: 0, at_1: 20}}
objectives:
  - {metric: oil_gas_revenue_rub_trn, sense: lower, judgment: of those who press}
  - {metric: coalition_cost_usd_bn, sense: lower, judgment: of those who press}
pathways:
  switch_to: [pressure_first, ratchet]
  signposts: [fob_discount_usd_bbl, brent_usd_bbl, oil_gas_revenue_rub_trn]
  by: 18
  watch: 9
  aims:
    - name: revenue
      title: Low revenue
      output: oil_gas_revenue_rub_trn
      months: 12
      reduction: sum
      at_most: 6.5
      judgment: of those who press
"""

SIZE: dict[str, Any] = {"members": 64, "held_out": 96, "population": 10, "generations": 4, "prior": True}


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spaces") / "pressing.yaml"
    path.write_text(SPACE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def whole(space: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    folder = tmp_path_factory.mktemp("found")
    return ripeness.search("two_states", space, **SIZE, out=folder), folder


def test_the_document_says_what_was_found_and_on_what(whole) -> None:
    document = whole[0].document
    assert document["schema"] == "ripeness/search/1"
    assert document["optimiser"]["name"] == "NSGA-II"
    assert 1 <= len(document["archive"]) <= 60
    assert [row["generation"] for row in document["convergence"]] == [1, 2, 3, 4]
    for policy in document["archive"]:
        assert set(policy["values"]) == {"wait", "level", "listing"}
        for aim in policy["aims"].values():
            assert aim["drop"] == pytest.approx(aim["training"]["gain"] - aim["held_out"]["gain"])
    assert set(document["beside"]) >= {"as_enacted"}
    assert document["held_out"]["members"] == 96
    assert document["pathways"] is None
    json.loads(whole[0].to_json())
    assert any("no policy of the archive is the best one" in note for note in document["notes"])


def test_every_aim_has_its_criteria_side_by_side(whole) -> None:
    document = whole[0].document
    for name, entry in document["robustness"].items():
        assert set(entry["choices"]) == {
            "laplace",
            "maximin",
            "minimax_regret",
            "tenth_percentile",
            "satisficing",
        }
        assert set(entry["policies"]) == {
            *document["beside"],
            *(each["name"] for each in document["archive"]),
        }
        best = min(row["mean"] for row in entry["policies"].values())
        assert all(entry["policies"][each]["mean"] == best for each in entry["choices"]["laplace"]), name


def test_tables_and_files_hold_it_all(whole) -> None:
    answer, folder = whole
    assert {table.name for table in answer.tables()} >= {"trade_offs", "parameters", "drop", "convergence"}
    assert len(answer.table()) == len(answer.document["archive"])
    for policy in answer.document["archive"]:
        assert (folder / policy["file"]).is_file()
    assert (folder / "trade_offs.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert (folder / "trade_offs.png").stat().st_size > 10_000


def test_gone_on_with_is_the_same_as_uninterrupted(whole, space: Path, tmp_path: Path) -> None:
    answer, folder = whole
    kept = (folder / EVALUATED).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / ASKED).write_text((folder / ASKED).read_text(encoding="utf-8"), encoding="utf-8")
    cut = "".join(kept[: len(kept) // 2]) + kept[len(kept) // 2][:20]  # cut off in the middle of a line
    (tmp_path / EVALUATED).write_text(cut, encoding="utf-8")
    again = ripeness.search("two_states", space, **SIZE, out=tmp_path, resume=True)
    assert again.to_json() == answer.to_json()
    assert sorted((tmp_path / EVALUATED).read_text(encoding="utf-8").splitlines()) == sorted(
        map(str.strip, kept)
    )


def test_without_a_folder_it_is_the_same_and_threads_change_nothing(whole, space: Path) -> None:
    assert ripeness.search("two_states", space, **SIZE, threads=1).to_json() == whole[0].to_json()


def test_a_longer_search_goes_on_from_a_shorter_one(whole, space: Path, tmp_path: Path) -> None:
    _, folder = whole
    for name in (ASKED, EVALUATED):
        (tmp_path / name).write_text((folder / name).read_text(encoding="utf-8"), encoding="utf-8")
    before = (tmp_path / EVALUATED).read_text(encoding="utf-8")
    longer = ripeness.search("two_states", space, **(SIZE | {"generations": 6}), out=tmp_path)
    assert (tmp_path / EVALUATED).read_text(encoding="utf-8").startswith(before)
    assert len(longer.document["convergence"]) >= 4


@pytest.mark.parametrize(
    ("option", "value"),
    [("seed", 2), ("members", 80), ("objectives", ["brent_usd_bbl:lower", "deficit_rub_trn:lower"])],
)
def test_another_question_does_not_share_a_folder(whole, space: Path, option: str, value: Any) -> None:
    with pytest.raises(RipenessError, match="another search"):
        ripeness.search("two_states", space, **(SIZE | {option: value}), out=whole[1])


def test_policies_written_give_compare_the_same_numbers(whole) -> None:
    answer, folder = whole
    some = answer.document["archive"][:2]
    files = [str(folder / each["file"]) for each in some]
    seen = ripeness.compare("two_states", files, members=SIZE["members"], prior=True).document["policies"]
    for each in some:
        for metric, aim in each["aims"].items():
            assert seen[each["name"]]["metrics"][metric]["mean"] == pytest.approx(
                aim["training"]["mean"], rel=1e-6
            )


def test_held_out_futures_are_others(space: Path) -> None:
    case = load("two_states")
    asked = ask(case, ["as_enacted"], start=case.default_start, until=None, options=Options(64, 1, True))
    chosen = chosen_space(case, space)
    work = _Work(asked, chosen, chosen_aims(case, chosen, None), 96, 0, Silent())
    assert work.unseen.first == 256  # the next whole block
    assert work.unseen.size == 96
    training = {column.tobytes() for column in work.training.parameters.T}
    assert not any(column.tobytes() in training for column in work.unseen.parameters.T)
    rows = asked.policies[0].rows[None]
    seen, unseen = work.values(rows, [0.0]), work.values(rows, [0.0], unseen=True)
    assert not np.isin(unseen.by_aim["oil_gas_revenue_rub_trn"], seen.by_aim["oil_gas_revenue_rub_trn"]).any()


def test_what_a_policy_is_worth_does_not_depend_on_its_company(space: Path) -> None:
    case = load("two_states")
    asked = ask(case, ["as_enacted"], start=case.default_start, until=None, options=Options(64, 1, True))
    chosen = chosen_space(case, space)
    work = _Work(asked, chosen, chosen_aims(case, chosen, None), 96, 0, Silent())
    policies = [work.policy(point, "tried") for point in ((0, 3, 1), (2, 10, 4), (3, 0, 0))]
    together = work.values(work.rows(policies), [0.0] * 3)
    for at, policy in enumerate(policies):
        alone = work.values(work.rows([policy]), [0.0])
        for name, values in alone.by_aim.items():
            assert np.array_equal(values[0], together.by_aim[name][at])


def test_signposts_and_pathways_in_place_of_a_search(space: Path, tmp_path: Path) -> None:
    answer = ripeness.search(
        "two_states", space, signposts=True, members=128, held_out=128, prior=True, out=tmp_path
    )
    document = answer.document
    assert document["archive"] is None
    ways = document["pathways"]
    aim = ways["aims"]["revenue"]
    assert {post["signpost"] for post in aim["signposts"]} == {
        "fob_discount_usd_bbl",
        "brent_usd_bbl",
        "oil_gas_revenue_rub_trn",
    }
    for post in aim["signposts"]:
        if post["held_out"] is not None:
            assert 0.0 <= post["held_out"]["auc"] <= 1.0
    assert set(aim["policies"]) == {"as_enacted", "pressure_first", "ratchet"}
    assert all(len(way["shares"]) == len(ways["months"]) for way in aim["policies"].values())
    assert (tmp_path / "pathways.png").stat().st_size > 10_000
    if aim["triggered"] is not None:
        file = tmp_path / "policies" / f"{aim['triggered']['name']}.yaml"
        ripeness.compare("two_states", str(file), members=40, prior=True)
    json.loads(answer.to_json())
    assert answer.tables()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"objectives": ["brent_usd_bbl:lower"]}, "2 to 6"),
        ({"objectives": ["brent_usd_bbl", "coalition_cost_usd_bn:lower"]}, "brent_usd_bbl:lower"),
        ({"objectives": ["brent:lower", "coalition_cost_usd_bn:lower"]}, "brent_usd_bbl"),
        ({"objectives": ["brent_usd_bbl:lower:x", "coalition_cost_usd_bn:lower"]}, "good enough"),
        ({"objectives": ["brent_usd_bbl:lower", "brent_usd_bbl:higher"]}, "one direction"),
        ({"objectives": ["p_settled:higher", "brent_usd_bbl:lower"]}, "metric"),
        ({"population": 2}, "policies or more"),
        ({"held_out": 2}, "or more"),
        ({"resume": True}, "--out"),
    ],
)
def test_bad_options_say_what_to_write(space: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(RipenessError) as caught:
        ripeness.search("two_states", space, **(SIZE | options))
    assert words in caught.value.remedy


def test_a_case_without_a_space_says_so(space: Path) -> None:
    with pytest.raises(RipenessError, match="no search space"):
        ripeness.search("two_states", **SIZE)
    with pytest.raises(RipenessError, match="no search space 'pressing'"):
        ripeness.search("ukraine", "pressing", **SIZE)
    with pytest.raises(RipenessError, match="no file"):
        ripeness.search("two_states", space.with_name("none.yaml"), **SIZE)
