"""Every past war, shipped or in one file, passes the check and runs a comparison."""

from pathlib import Path

import pytest

import ripeness
from ripeness import api

WARS = ["falklands_1982", "iran_iraq_1980_88", "iran_sanctions_2006_15", "korea_1951_53", "vietnam_1968_73"]
MADE_UP = Path(__file__).parents[1] / "case" / "made_up_war.yaml"


@pytest.mark.parametrize("case", [*WARS, MADE_UP], ids=str)
def test_a_past_war_is_sound_and_every_lever_of_its_policies_moves_something(case) -> None:
    document = api.check(case).document
    assert document["ok"], document["faults"]


@pytest.mark.slow
@pytest.mark.parametrize("case", [*WARS, MADE_UP], ids=str)
def test_a_past_war_can_be_compared(case) -> None:
    result = ripeness.compare(case, "simultaneous,sequential", members=20, structural_draws=8)
    document = result.document
    assert any("A, the pressed side" in note or "A and D are roles" in note for note in document["notes"])
    assert set(document["policies"]) == {"as_enacted", "simultaneous", "sequential"}
    for entry in document["policies"].values():
        assert set(entry["by_model"]) == {"m1", "r1", "r2", "n0", "n1"}
        for said in entry["by_model"].values():
            assert 0.0 <= said["p_settled"]["mean"] <= 1.0
