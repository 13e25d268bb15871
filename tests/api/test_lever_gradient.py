"""`gradient`: the document, the words around it, and what it refuses."""

from __future__ import annotations

import dataclasses
import json

import pytest

from ripeness import api
from ripeness.api import Answer
from ripeness.base import RipenessError
from ripeness.report import gradient_sentences, gradient_tables


@pytest.fixture(scope="module")
def answer() -> Answer:
    return api.gradient("two_states", "ratchet", members=1100, prior=True)


def test_the_document_holds_every_lever_and_month(answer: Answer) -> None:
    document = json.loads(answer.to_json())
    assert document["schema"] == "ripeness/gradient/1"
    assert document["metric"]["name"] == "oil_gas_revenue_rub_trn"
    assert document["run"]["metrics"] == ["oil_gas_revenue_rub_trn"]
    levers = document["levers"]
    assert "refinery_strikes" in levers
    assert "aid_withheld" not in levers
    for lever in levers.values():
        assert {len(values) for values in lever["monthly"].values()} == {len(document["months"])}
        assert lever["step"] != 0.0
    assert len(answer.table()) == len(levers) * len(document["months"])


def test_people_read_the_strongest_levers_and_what_is_not_seen(answer: Answer) -> None:
    held, months = answer.tables()
    effects = [abs(float(row[2])) for row in held.rows]  # type: ignore[arg-type]
    assert effects == sorted(effects, reverse=True)
    assert len(months.rows) == 15
    assert "in this model" in answer.lines[0]
    assert f"Most by its step: {held.rows[0][0]}" in answer.lines[2]
    assert any("does not see a trigger" in note for note in answer.notes)


def test_no_lever_may_reach_a_metric(answer: Answer) -> None:
    empty = dict(answer.document) | {"levers": {}}
    assert gradient_sentences(empty)[-1] == "No lever reaches it."
    assert [table.rows for table in gradient_tables(empty)] == [(), ()]


def test_a_step_may_go_down(answer: Answer) -> None:
    lever = dict(answer.document["levers"]["refinery_strikes"]) | {"step": -0.01}
    down = dict(answer.document) | {"levers": {"refinery_strikes": lever}}
    shown = dataclasses.replace(answer, content=down).tables()[0].rows[0]
    assert shown[1] == "\u22120.01"
    assert float(shown[2]) > 0.0  # type: ignore[arg-type]
    assert float(shown[3]) >= 0.0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"metric": "months_to_stressed"}, "jumps from month to month"),
        ({"metric": "oil_gas_revenu"}, "has no metric 'oil_gas_revenu'"),
        ({"members": 100}, "members is 100"),
        ({"policy": "rachet"}, "has no policy rachet"),
        ({"dtype": "float16"}, "there is no dtype"),
    ],
)
def test_options_at_fault_are_named(options: dict[str, object], problem: str) -> None:
    with pytest.raises(RipenessError, match=problem):
        api.gradient("two_states", **{"members": 1100, "prior": True, **options})  # type: ignore[arg-type]
