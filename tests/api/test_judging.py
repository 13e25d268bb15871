from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import ripeness
from ripeness.base import RipenessError


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "run"
    ripeness.run("two_states", "ratchet", members=40, prior=True, out=folder)
    return folder


def copy_of(saved: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(saved, tmp_path / "copy"))


def test_a_sound_run_is_certified_and_names_what_is_no_part_of_it(saved: Path, contracts: dict) -> None:
    proof = ripeness.verify(saved)
    jsonschema.validate(proof.document, contracts["verify"])
    assert proof.ok
    assert "report/run.json" in proof.document["uncertified"]
    assert proof.document["run"]["case"] == "two_states"


def test_a_cut_off_file_cannot_be_read(saved: Path, tmp_path: Path) -> None:
    folder = copy_of(saved, tmp_path)
    outcomes = folder / "outcomes.parquet"
    outcomes.write_bytes(outcomes.read_bytes()[:-100])
    document = ripeness.verify(folder).document
    assert not document["ok"]
    assert not document["readable"]


def test_a_changed_file_is_read_and_refused(saved: Path, tmp_path: Path) -> None:
    folder = copy_of(saved, tmp_path)
    data = bytearray((folder / "fans.parquet").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "fans.parquet").write_bytes(data)
    document = ripeness.verify(folder).document
    assert not document["ok"]
    assert document["readable"]


def test_a_fit_says_what_the_record_narrowed(tmp_path: Path, contracts: dict) -> None:
    fitted = ripeness.fit("two_states", particles=64, repeats=2, out=tmp_path)
    jsonschema.validate(fitted.document, contracts["fit"])
    assert Path(fitted.document["saved"]).is_file()
    json.loads(fitted.to_json())
    assert fitted.to_xarray().sizes["row"] == len(fitted.document["parameters"])


def test_a_backcast_scores_against_baselines(contracts: dict) -> None:
    scored = ripeness.backcast("two_states", origins="2002-07", horizons="1,3", members=64, particles=64)
    jsonschema.validate(scored.document, contracts["backcast"])
    assert scored.document["origins"] == ["2002-07"]
    assert {row["horizon"] for row in scored.table()} == {1, 3}
    assert "random walk" in scored.lines[0]
    assert scored.tables()[0].rows


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"origins": "2002-07:2001-01"}, "do not lie in the record"),
        ({"origins": "2002-07:2002-09:0"}, "cannot be read"),
        ({"origins": "soon"}, "YYYY-MM"),
        ({"horizons": "0,3"}, "begin at 1"),
        ({"horizons": "one"}, "1,3,6,12"),
        ({"mode": "hopeful"}, "conditional"),
        ({"events": True}, "no ending to score"),
    ],
)
def test_a_backcast_that_cannot_be_made_is_refused(options: dict, says: str) -> None:
    with pytest.raises(RipenessError) as caught:
        ripeness.backcast("two_states", **options)
    assert says in str(caught.value)
