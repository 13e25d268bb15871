"""Files of natural experiments: what they say is read, and what is wrong with them is said with its remedy."""

import shutil

import pytest

from ripeness.case import check, load, locate

EXPERIMENT = """\
experiment: listing
title: A listing
event: Ships are listed
date: 2002-03-10
cutoff: 2002-03
origin: 2002-03
before: 2002-02
after: 2002-05
until: 2002-07
given: every other instrument
blind: {structure: false, note: a toy}
without:
  - {lever: vessels_listed_us, from: 2002-03, until: 2002-04, set: 0, reason: none}
predictions:
  - {output: fob_discount_usd_bbl, sense: rise, because: longer waits}
  - {output: export_volume_mbd, sense: stay, within: 0.2, measure: effect}
  - output: effective_fleet_ships
    sense: fall
    measure: effect
    recorded: {value: -5, sd: 2, source: an office, quality: reported}
unmoved:
  - {output: refinery_outage_share, exactly: true, because: no strikes}
unanswered:
  - {question: Which ships?, reason: the model has none}
variants:
  - {name: blind, values: {scarcity_relief: 0}, because: it was seen}
"""


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "two_states"
    shutil.copytree(locate("two_states"), place)
    (place / "experiments").mkdir(exist_ok=True)
    (place / "experiments" / "listing.yaml").write_text(EXPERIMENT, encoding="utf-8")
    return place


def test_a_case_may_have_experiments(folder):
    assert check(folder) == []
    found = load(folder).experiments["listing"]
    assert found.outputs == ("fob_discount_usd_bbl", "export_volume_mbd", "effective_fleet_ships")
    assert [predicted.measure for predicted in found.predictions] == ["change", "effect", "effect"]
    assert found.predictions[2].recorded.value == -5.0
    assert str(found.predictions[0].after) == "2002-05"
    assert not found.in_sample
    assert found.variants[0].values == {"scarcity_relief": 0.0}


def test_every_case_that_is_shipped_has_sound_experiments():
    assert set(load("ukraine").experiments) >= {f"NE{number}" for number in range(1, 9)}


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("experiment: listing", "experiment: other", "experiment", "is not the name of the file, listing"),
        ("date: 2002-03-10", "date: 2002-02-30", "date", "is not a day of the calendar"),
        ("origin: 2002-03", "origin: 2002-02", "origin", "order before, origin, after, until"),
        ("until: 2002-07\ngiven", "until: 2009-07\ngiven", "until", "lies"),
        (
            "output: fob_discount_usd_bbl",
            "output: fob_discont_usd_bbl",
            "predictions[1].output",
            "unknown output",
        ),
        ("output: fob_discount_usd_bbl", "output: territory_km2", "predictions[1].output", "is no output of"),
        ("sense: stay, within: 0.2", "sense: stay", "predictions[2].sense", "not by how much"),
        ("sense: rise", "sense: up", "predictions[1].sense", "unknown sense"),
        ("because: longer waits", "after: 2002-12", "predictions[1].after", "lies outside"),
        (
            "because: longer waits",
            "before: 2002-04",
            "predictions[1].before",
            "does not lie before the origin",
        ),
        ("values: {scarcity_relief: 0}", "values: {scarcity_relieve: 0}", "variants", "unknown parameter"),
        ("set: 0, reason", "set: -4, reason", "without[1].set", "out of range"),
        ("lever: vessels_listed_us", "lever: vessels_listed_usa", "without[1].lever", "unknown lever"),
        ("sd: 2,", "sd: 0,", "predictions[3].recorded.sd", ""),
        ("structure: false, ", "", "blind", "structure"),
    ],
)
def test_faults_name_the_key_and_the_remedy(folder, old, new, key, says):
    path = folder / "experiments" / "listing.yaml"
    assert old in EXPERIMENT
    path.write_text(EXPERIMENT.replace(old, new, 1), encoding="utf-8")
    faults = [fault for fault in check(folder) if fault.file == "experiments/listing.yaml"]
    assert faults
    said = [fault for fault in faults if fault.key.startswith(key)]
    assert said, [(fault.key, fault.problem) for fault in faults]
    assert any(says in f"{fault.problem} {fault.remedy} {fault.key}" for fault in said), said
    assert all(fault.remedy for fault in faults)


def test_an_effect_needs_a_counterfactual(folder):
    path = folder / "experiments" / "listing.yaml"
    begin, end = EXPERIMENT.index("without:"), EXPERIMENT.index("predictions:")
    path.write_text(EXPERIMENT[:begin] + EXPERIMENT[end:], encoding="utf-8")
    problems = {fault.key: fault.problem for fault in check(folder)}
    assert "counterfactual" in problems["predictions[2].measure"]
    assert "counterfactual" in problems["unmoved[1].exactly"]


def test_an_experiment_that_predicts_nothing_is_a_fault(folder):
    path = folder / "experiments" / "listing.yaml"
    begin, end = EXPERIMENT.index("predictions:"), EXPERIMENT.index("unmoved:")
    path.write_text(EXPERIMENT[:begin] + EXPERIMENT[end:], encoding="utf-8")
    assert "predicts nothing" in {fault.problem for fault in check(folder)}


def test_a_war_is_not_asked_of_a_case_without_one(folder):
    path = folder / "experiments" / "listing.yaml"
    path.write_text(EXPERIMENT + "program: money_and_war\n", encoding="utf-8")
    faults = [fault for fault in check(folder) if fault.key == "program"]
    assert "is no part of the case's program" in faults[0].problem


def test_a_file_without_a_name_is_a_fault(folder):
    (folder / "experiments" / "9a.yaml").write_text(
        EXPERIMENT.replace("experiment: listing", "experiment: nine"), encoding="utf-8"
    )
    assert any(fault.file == "experiments/9a" and "is not a name" in fault.problem for fault in check(folder))
