"""The score of a series stands beside every forecast of it, and whoever has none says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import ripeness
from ripeness.api import Comparison
from ripeness.api.score_lines import Scores
from ripeness.case import Score, ScoreSheet, inputs_of_scores, load, locate
from ripeness.ensemble.record import model_version

OF_BRENT = {
    "unconditional": {
        3: Score(21, 11, 0.104, 0.81),
        6: Score(20, 7, -0.052, 0.9),
        12: Score(17, 3, 0.1, 0.94),
    }
}
OF_DISCOUNT = {
    "conditional": {3: Score(9, 6, 0.31, 0.78), 6: Score(8, 4, 0.2, 0.5)},
    "unconditional": {3: Score(9, 6, 0.21, 0.67), 6: Score(8, 4, None, 0.62)},
}


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    """A copy of the toy case with a sheet of scores."""
    folder = tmp_path / "two_states"
    shutil.copytree(locate("two_states"), folder)
    case = load(folder)
    sheet = ScoreSheet(
        model_version(),
        inputs_of_scores(case),
        case.data_until,
        (case.data_until - 6,),
        {"brent_usd_bbl": OF_BRENT, "fob_discount_usd_bbl": OF_DISCOUNT},
        {},
    )
    (folder / "scores.json").write_text(sheet.to_text(case.name))
    return folder


def test_a_case_without_scores_says_so_beside_every_metric(comparison: Comparison) -> None:
    metrics = comparison.document["metrics"]
    assert all(about["score"] is None for about in metrics.values())
    assert all("ships no scores" in about["score_reason"] for about in metrics.values())
    tables = [table for table in comparison.tables() if table.name.startswith("metric_")]
    assert tables
    assert all(any(note.startswith("Not back-tested") for note in table.notes) for table in tables)


def test_scores_stand_in_document_tables_records_notebook_and_charts(scored: Path, tmp_path: Path) -> None:
    result = ripeness.run(scored, "as_enacted", members=40, prior=True, out=tmp_path / "out")
    score = result.document["metrics"]["brent_usd_bbl"]["score"]
    assert score["h6"] == {"n": 20, "independent": 7, "skill": -0.052, "coverage80": 0.9}
    assert (score["mode"], score["stale"], score["given"]) == ("unconditional", False, None)
    given = result.document["metrics"]["fob_discount_usd_bbl"]["score"]["given"]
    assert given["h3"]["skill"] == 0.31
    table = next(table for table in result.tables() if table.name == "metric_brent_usd_bbl")
    line = table.notes[-1]
    assert line.startswith("Back-tested 3, 6, 12 months ahead (n 21, 20, 17): skill +0.10, −0.05, +0.10")
    assert (
        "with Brent and acts given"
        in next(table for table in result.tables() if table.name == "metric_fob_discount_usd_bbl").notes[-1]
    )
    assert line in result._repr_html_().replace("&#x27;", "'")
    assert any(row["back_test"] == line for row in result.table())
    assert result.to_xarray()["brent_usd_bbl"].attrs["back_test"] == line
    assert json.loads(result.to_json())["metrics"]["oil_gas_revenue_rub_trn"]["score"] is None
    svg = (tmp_path / "out" / "report" / "fans.svg").read_text()
    assert "back-test 6 months: skill −0.05, 80 % band 90 % (n 20)" in svg
    assert "not back-tested" in svg


def test_scores_of_another_model_or_record_are_called_out_of_date(scored: Path) -> None:
    sheet = json.loads((scored / "scores.json").read_text())
    assert Scores.of(load(scored)).remark is None
    (scored / "scores.json").write_text(json.dumps({**sheet, "model_version": "0.0.1+abc"}))
    stale = Scores.of(load(scored))
    assert stale.of_metric("brent_usd_bbl")["score"]["stale"]
    assert "the model (scored 0.0.1+abc" in (stale.remark or "")
    (scored / "scores.json").write_text(json.dumps({**sheet, "inputs": "0" * 64}))
    result = ripeness.run(scored, members=40, prior=True)
    assert any("out of date" in note and "the record" in note for note in result.notes)


def test_a_metric_that_has_no_record_names_the_nearest_that_has() -> None:
    scores = Scores.of(load("ukraine"))
    assert scores.sheet is not None
    assert "claimed_losses_a" in scores.of_metric("casualties_a")["score_reason"]
    assert scores.of_metric("aid_usd_bn")["score"]["series"] == "aid_allocated_usd_bn"
    assert scores.of_metric("coalition_cost_usd_bn")["score"] is None
    ends = scores.of_ending("p_settled")["score"]
    assert set(ends["models"]) == {"m1", "r1", "r2", "n0", "n1"}
    assert "no ending has been observed" in scores.of_ending("p_collapse_a")["score_reason"]
    assert scores.of_ending("territory_km2")["score"]["h12"]["n"] >= 10


def test_the_shipped_sheet_covers_ten_series_in_both_modes() -> None:
    sheet = Scores.of(load("ukraine")).sheet
    assert sheet is not None
    both = [name for name, modes in sheet.series.items() if len(modes) == 2]
    assert len([name for name in both if sheet.series[name]["unconditional"][6].n >= 10]) >= 10
