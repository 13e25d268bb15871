"""A new case, and what a case says of its own foundations."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.base import CaseFaults, RipenessError
from ripeness.case import check, load, new_case, quality_report, shipped


def test_a_new_case_is_sound_and_bears_its_name(write, tmp_path):
    folder = new_case(tmp_path / "deep" / "north_and_south", 'North: "and" South', template=write())
    case = load(folder)
    assert (case.name, case.title) == ("north_and_south", 'North: "and" South')
    assert sorted(os.listdir(tmp_path / "deep")) == ["north_and_south"]


@pytest.mark.parametrize(
    ("name", "title", "problem"),
    [
        ("tiny", "t", "already there"),
        ("North", "t", "cannot name"),
        ("new", " ", "title"),
        ("new", "a\nb", "title"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(write, tmp_path, name, title, problem):
    template = write()
    before = load(template).content_hash
    with pytest.raises(RipenessError, match=problem):
        new_case(tmp_path / name, title, template=template)
    assert os.listdir(tmp_path) == ["tiny"] and load(template).content_hash == before


def test_a_template_at_fault_is_not_copied(write, tmp_path):
    with pytest.raises(CaseFaults):
        new_case(tmp_path / "new", "t", template=write({"series/plan.csv": "month\n"}))
    assert not (tmp_path / "new").exists()
    with pytest.raises(RipenessError, match="no case"):
        new_case(tmp_path / "new", "t", template="nothing_of_the_kind")


def test_the_shipped_template(tmp_path):
    assert check(new_case(tmp_path / "mine", "Mine")) == []


@pytest.mark.parametrize("name", shipped())
def test_shipped_cases_are_sound(name):
    assert check(name) == []


def test_the_quality_report_counts_what_the_case_rests_on(write):
    report = quality_report(load(write()))
    json.dumps(report)
    brent = report["series"]["brent"]
    assert (brent["months"], brent["gaps"], brent["releases"], brent["last_vintage"]) == (5, 14, 6, "2002-07")
    assert brent["quality"]["derived"] == 0.2 and brent["observes"] == ["brent_usd_bbl"]
    assert report["instruments"]["price_cap"]["values"] == 3
    assert report["parameters"]["identification"] == {"weakly": report["parameters"]["count"]}
    assert report["parameters"]["quality"]["judgement"] == 1


@given(st.data())
def test_a_case_cut_or_garbled_anywhere_never_crashes(tmp_path_factory, files, data):
    files = {name: text for name, text in files.items() if name != "parameters.yaml"}
    name = data.draw(st.sampled_from(sorted(files)))
    text = files[name].encode()
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 40))
    garbled = text[:start] + data.draw(st.binary(max_size=8)) + text[start + length :]
    folder = tmp_path_factory.mktemp("garbled")
    for other, said in {**{key: value.encode() for key, value in files.items()}, name: garbled}.items():
        (folder / other).parent.mkdir(parents=True, exist_ok=True)
        (folder / other).write_bytes(said)
    for fault in check(folder):
        assert fault.problem and fault.remedy and str(fault)
