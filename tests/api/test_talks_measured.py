"""`talks`: a second coder's scores, and the measures of simulated talks beside the record."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import ripeness
from ripeness.case import load, locate
from ripeness.report import shown_rows
from ripeness.report.talks import talks_tables


def table(document, name):
    return next(each for each in talks_tables(document) if each.name == name)


def with_second_coder(folder: Path, shift: float) -> Path:
    """A copy of a case whose second coder scores every row higher by `shift`."""
    place = folder / "mine"
    shutil.copytree(locate("korea_1951_53"), place)
    rows = load("korea_1951_53").talks.positions
    lines = [f"{row.date},{row.actor},{row.issue},{min(row.score + shift, 1.0)}" for row in rows]
    text = "\n".join(["date,actor,issue,score", *lines, ""])
    (place / "talks").mkdir(exist_ok=True)
    (place / "talks" / "positions_second.csv").write_text(text, "utf-8")
    return place


@pytest.mark.parametrize(("shift", "low", "high"), [(0.0, 1.0, 1.0), (0.25, 0.0, 0.95)])
def test_a_second_coder_s_file_gives_a_weighted_kappa(tmp_path, shift, low, high):
    document = ripeness.talks(with_second_coder(tmp_path, shift)).document
    found = document["coders"]["second"]
    assert low - 1e-9 <= found["weighted_kappa"] <= high + 1e-9
    assert found["rows"] == len(document["positions"])
    row = shown_rows(table(document, "talks_coders"))[0]
    assert tuple(row) == ("second", f"{found['weighted_kappa']:.2f}", str(found["rows"]))


def test_without_a_second_coder_there_is_no_agreement():
    document = ripeness.talks("korea_1951_53").document
    assert document["coders"] == {} and document["record_beside"] is None
    assert "talks_coders" not in [each.name for each in talks_tables(document)]


@pytest.mark.slow
def test_simulated_talks_stand_beside_the_record_on_the_same_measures():
    document = ripeness.talks("korea_1951_53", policies="simultaneous").document
    record, model = document["record_beside"], document["simulated"]["simultaneous"]
    assert set(record) <= set(model)
    assert record["months"] == model["months"] == 12
    # Both sides of the gap: what A gave up asking and what D came to give make up its fall, draw by draw.
    assert model["moved"]["a"] + model["moved"]["d"] == pytest.approx(model["progress"]["value"], abs=0.02)
    rows = shown_rows(table(document, "talks_simulated"))
    assert [row[0] for row in rows] == ["record, 12 months", "as_enacted", "simultaneous"]
    assert rows[0][1] == f"{record['process']:.1f}"


def test_an_issue_is_called_by_its_label_or_by_its_name():
    called = ripeness.talks("ukraine").document["issues"]
    assert called["territory_donbas"] == "Donbas" and called["sanctions_relief"] == "Sanctions relief"


@pytest.mark.parametrize("case", ["ukraine", "korea_1951_53"])
def test_pressure_on_each_side_stands_beside_talks(case):
    document = ripeness.talks(case).document
    talked_of = {
        (each["target"], tuple(each["kinds"])) for each in document["overlap"] if each["sender"] == "all"
    }
    costs = {target for target, kinds in talked_of if "cost" in kinds}
    known = {row["target"] for row in document["events"] if row["kind"] in ("cost", "strike")}
    assert costs == known & set(document["parties"].values())
