"""`experiments`: one document, stable keys, a chart, and exit code 1 only where nothing is not nothing."""

import json

import jsonschema
import pytest
from typer.testing import CliRunner

import ripeness
from ripeness.base import RipenessError
from ripeness.cli import app


@pytest.fixture(scope="module")
def answer():
    return ripeness.experiments(ids="NE5,NE8", members=64)


def test_the_document_keeps_its_contract(answer, contracts):
    jsonschema.validate(answer.document, contracts["experiments"])
    assert [each["id"] for each in answer.document["experiments"]] == ["NE5", "NE8"]
    assert answer.ok
    assert json.loads(answer.to_json()) == json.loads(json.dumps(answer.document))
    assert {row["experiment"] for row in answer.table()} == {"NE5", "NE8"}


def test_the_variant_without_the_mechanism_is_scored_too(answer):
    gulf = answer.document["experiments"][1]
    (blind,) = gulf["variants"]
    straight, without = (
        next(
            row
            for row in rows
            if row["output"] == "delivered_discount_usd_bbl" and row["measure"] == "change"
        )
        for rows in (gulf["rows"], blind["rows"])
    )
    assert without["median"] > straight["median"]


def test_a_second_call_says_the_same(answer):
    assert ripeness.experiments(ids=["NE5", "NE8"], members=64, threads=1).document == answer.document


def test_what_is_saved_holds_tables_and_a_chart(answer, tmp_path):
    names = {path.name for path in answer.save(tmp_path)}
    assert {"experiments.json", "natural_experiments.svg", "natural_experiments.png", "page.html"} <= names
    svg = (tmp_path / "natural_experiments.svg").read_text(encoding="utf-8")
    assert "NE8, delivered_discount_usd_bbl in 2026-03" in svg
    assert (tmp_path / "natural_experiments.png").stat().st_size > 10_000


def test_parameters_that_have_read_the_event_are_called_in_sample():
    found = ripeness.experiments(ids="NE5", cutoff="2026-09", members=64).document["experiments"][0]
    assert (found["cutoff"], found["in_sample"]) == ("2026-09", True)


def test_exit_codes(monkeypatch):
    words = ["experiments", "--id", "NE5", "--members", "64", "--quiet", "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["ok"] is True
    from ripeness.fit import placebos

    monkeypatch.setattr(placebos, "exact_failures", lambda found: ["no_strength"])
    failed = CliRunner().invoke(app, words)
    assert failed.exit_code == 1
    assert json.loads(failed.stdout)["failed"] == ["NE5: no_strength"]
    assert CliRunner().invoke(app, ["experiments", "--id", "NE77"]).exit_code == 2


def test_a_case_without_experiments_says_so():
    with pytest.raises(RipenessError, match="has no experiments"):
        ripeness.experiments("two_states")
