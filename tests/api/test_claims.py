"""`claims`: every kind of test decides on data and models, and a changed series, row or policy changes the verdict."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import ripeness
from ripeness.analysis.claims import VERDICTS
from ripeness.api.claim_data import found_in_data
from ripeness.base import CaseFaults, RipenessError
from ripeness.case import load, locate
from ripeness.evidence import DatedFact
from ripeness.report import shown_rows

SOURCE = Path(ripeness.__file__).parent
WORDS = re.compile(r"\b(supported|refuted|contested|model.dependent|unknown|verdict)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def ukraine():
    return load("ukraine")


def verdict(case, name, part=None):
    claim = ripeness.claims(case, ids=name).document["claims"][0]
    return claim["verdict"] if part is None else part_of(claim, part)["verdict"]


def parts_of(tested):
    """The parts of a test and theirs."""
    for each in tested["parts"]:
        yield each
        yield from parts_of(each)


def part_of(tested, name):
    return next(each for each in parts_of(tested) if each["name"] == name)


def with_series(case, name, change):
    series = case.series[name]
    rows = tuple(replace(row, value=change(row)) for row in series.observations)
    return replace(case, series={**case.series, name: replace(series, observations=rows)})


def with_rows(case, table, change):
    rows = tuple(made for row in getattr(case.talks, table) if (made := change(row)) is not None)
    return replace(case, talks=replace(case.talks, **{table: rows}))


def test_figure_a_changed_series_changes_the_verdict(ukraine):
    assert verdict(ukraine, "C36", "at_port") == "refuted"
    changed = with_series(ukraine, "fob_discount_usd_bbl", lambda row: row.value - 60.0)
    assert verdict(changed, "C36", "at_port") == "supported"


def test_figure_of_several_series_a_day(ukraine):
    assert verdict(ukraine, "C38", "mean_day") == "refuted"
    changed = with_series(ukraine, "drones_launched", lambda row: 10.0 * row.value)
    assert verdict(changed, "C38", "mean_day") == "supported"


def test_record_the_second_session_is_where_the_row_says(ukraine):
    assert verdict(ukraine, "C14") == "contested"

    def elsewhere(row):
        return replace(row, place="Geneva") if row.id == "R2026-07" else row

    assert verdict(with_rows(ukraine, "rounds", elsewhere), "C14") == "supported"
    apart = with_rows(
        ukraine,
        "rounds",
        lambda row: replace(row, start=dt.date(2025, 12, 20)) if row.id == "R2026-04" else row,
    )
    assert verdict(apart, "C14") == "supported"  # the first one is no longer of that year: Geneva is second


def test_record_a_missing_row_is_unknown_and_a_found_one_decides(ukraine):
    assert verdict(ukraine, "C29") == "unknown"
    fact = DatedFact(
        "X", dt.date(2026, 5, 1), "an institute", "trust_in_us_poll", "fell", "a poll", "reported"
    )
    found = replace(ukraine, talks=replace(ukraine.talks, facts=(*ukraine.talks.facts, fact)))
    assert verdict(found, "C29") == "supported"


def test_record_a_row_against_it_contests(ukraine):
    assert verdict(ukraine, "C44") == "contested"
    without = with_rows(ukraine, "facts", lambda row: None if row.topic == "donbas_belt_held" else row)
    assert verdict(without, "C44") == "supported"


def test_record_absence_ends_with_a_row(ukraine):
    assert verdict(ukraine, "C02") == "supported"

    def signed(row):
        return replace(row, deliverable_class="agreement") if row.id == "R2026-32" else row

    assert verdict(with_rows(ukraine, "rounds", signed), "C02") == "refuted"


def test_count_follows_the_rows(ukraine):
    assert verdict(ukraine, "C11") == "supported"
    fewer = with_rows(ukraine, "rounds", lambda row: None if row.id == "R2026-08" else row)
    assert verdict(fewer, "C11") == "refuted"


def test_before_after_has_a_placebo(ukraine):
    assert verdict(ukraine, "C03", "price") == "supported"
    assert verdict(ukraine, "C05", "strikes") == "contested"  # launches rose as much at other dates
    level = with_series(ukraine, "brent_usd_bbl", lambda row: 80.0)
    assert verdict(level, "C03", "price") == "refuted"


def test_before_after_counts_rows(ukraine):
    assert verdict(ukraine, "C27") == "supported"
    silent = with_rows(
        ukraine,
        "rounds",
        lambda row: None if "Putin" in row.participants and row.start.year >= 2025 else row,
    )
    assert verdict(silent, "C27") == "refuted"


def test_talks_measure_follows_positions_and_acts(ukraine):
    assert verdict(ukraine, "C17") == "supported"
    moved = with_rows(
        ukraine,
        "positions",
        lambda row: (
            replace(row, score=0.5, low=0.4, high=0.6)
            if row.actor == "Russia" and row.issue == "territory_donbas" and row.date.year == 2026
            else row
        ),
    )
    assert verdict(moved, "C17") == "refuted"


def test_talks_measure_says_where_the_prior_decides(ukraine):
    claim = ripeness.claims(ukraine, ids="C10").document["claims"][0]
    part = claim["parts"][0]
    assert part["verdict"] == "contested" and part["prior_driven"]
    assert part["statistic"]["low"] < 0.5 < part["statistic"]["high"]


def test_the_paths_of_the_us_and_the_eu_differ(ukraine):
    spec = {take.name: take.spec for take in ukraine.claims["C21"].test.parts[0].test.takes}
    us, eu = (found_in_data(ukraine, spec[name]) for name in ("as_said", "eu"))
    assert us.holds and not eu.holds and us.value < eu.value
    easing = with_rows(
        ukraine,
        "events",
        lambda row: replace(row, direction=-1) if row.sender == "EU" and row.kind == "cost" else row,
    )
    assert found_in_data(easing, spec["eu"]).holds


def test_one_sentence_with_two_losses_takes_both(ukraine):
    claim = ukraine.claims["C32"].test
    names = [part.name for part in claim.parts[1].test.parts]
    assert names == ["spared_power", "spared_civilians"]


def test_what_cannot_be_tested_says_what_would_make_it_so(ukraine):
    ledger = ripeness.claims(ukraine, ids="C20,C29").document["claims"]
    assert [each["verdict"] for each in ledger] == ["not_testable", "unknown"]
    assert all(each["flips_if"][0] and each["decided_by"] == ["nothing"] for each in ledger)


def test_a_row_is_as_old_as_its_table_was_read(ukraine):
    claim = ripeness.claims(ukraine, ids="C14").document["claims"][0]
    assert claim["data_as_of"] == str(ukraine.talks.last_day)


def test_a_ledger_has_a_hash_of_its_own(tmp_path):
    path = tmp_path / "mine.yaml"
    text = "case: two_states\n" + ON_FUTURES.format(kind="counterfactual", least=0.995)
    hashes = []
    for said in (text, text.replace("0.995", "0.9")):
        path.write_text(said, encoding="utf-8")
        run = ripeness.claims(path, members=32).document["run"]
        assert run["case_hash"] == load("two_states").content_hash
        hashes.append(run["hash"])
    assert hashes[0] != hashes[1]


def test_experiment_reads_the_record_and_the_committed_prediction(ukraine):
    assert verdict(ukraine, "C36", "experiment") == "supported"
    other = with_series(ukraine, "delivered_discount_usd_bbl", lambda row: -row.value)
    assert verdict(other, "C36", "experiment") in ("refuted", "contested")


ON_FUTURES = """\
title: A made-up article
claims:
  - id: A1
    sentence: Pressure first lowers revenue.
    type: counterfactual
    source: nobody
    quality: recalled
    test:
      kind: {kind}
      question: Does it?
      policy: pressure_first
      metric: export_revenue_usd_bn
      holds: {{ratio_at_most: {least}}}
      judgment: any less
      models: [world]
"""


@pytest.mark.parametrize("kind", ["counterfactual", "condition"])
def test_a_changed_policy_changes_a_verdict_on_futures(tmp_path, kind):
    folder = tmp_path / "two_states"
    shutil.copytree(locate("two_states"), folder)
    (folder / "claims").mkdir(exist_ok=True)
    text = ON_FUTURES.format(kind=kind, least=0.995)
    (folder / "claims" / "article.yaml").write_text(text, encoding="utf-8")
    first = ripeness.claims(folder, members=64)
    assert first.document["claims"][0]["verdict"] == "supported"
    answer = first.document["claims"][0]["by_model"]["world"]
    assert answer["share"] > 2 / 3 and answer["turns_at"] < 0.995
    path = folder / "policies" / "pressure_first.yaml"
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    said["changes"], said["triggers"] = [], []
    said.pop("expected", None)
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    assert ripeness.claims(folder, members=64).document["claims"][0]["verdict"] == "refuted"


def test_what_is_timed_says_how_often_it_comes_at_all(tmp_path):
    path = tmp_path / "mine.yaml"
    text = "case: two_states\n" + ON_FUTURES.format(kind="counterfactual", least=1)
    text = text.replace("export_revenue_usd_bn", "months_to_stressed").replace("ratio_at_most", "lower_by")
    path.write_text(text, encoding="utf-8")
    claim = ripeness.claims(path, members=32).document["claims"][0]
    reached = claim["by_model"]["world"]["reached"]
    assert 0.0 <= reached <= 1.0
    assert any(each.startswith("it comes at all by") for each in claim["remarks"])


def test_readings_that_share_months_share_a_run(monkeypatch, tmp_path):
    from ripeness.api import claim_futures

    folder = tmp_path / "two_states"
    shutil.copytree(locate("two_states"), folder)
    (folder / "claims").mkdir(exist_ok=True)
    one = ON_FUTURES.format(kind="counterfactual", least=0.9)
    two = one.split("claims:\n")[1].replace("A1", "A2").replace("pressure_first", "sequential")
    (folder / "claims" / "article.yaml").write_text(one + two, encoding="utf-8")
    runs = []
    asked = claim_futures.futures_by_model

    def counted(case, occasion, *rest):
        runs.append(occasion)
        return asked(case, occasion, *rest)

    monkeypatch.setattr(claim_futures, "futures_by_model", counted)
    ripeness.claims(folder, members=32)
    assert len(runs) == 1 and set(runs[0].policies) == {"pressure_first", "sequential"}


def test_a_file_of_claims_names_its_case(tmp_path):
    path = tmp_path / "my_article.yaml"
    path.write_text(
        "case: two_states\n" + ON_FUTURES.format(kind="counterfactual", least=0.995), encoding="utf-8"
    )
    document = ripeness.claims(path, members=32).document
    assert document["run"]["case"] == "two_states" and [each["id"] for each in document["claims"]] == ["A1"]
    path.write_text(ON_FUTURES.format(kind="counterfactual", least=0.995), encoding="utf-8")
    with pytest.raises(CaseFaults, match="the key case is missing"):
        ripeness.claims(path)


def test_the_document_keeps_its_contract(ukraine):
    answer = ripeness.claims(ukraine, ids="C14,C37,C08")
    document = json.loads(answer.to_json())
    assert {"case", "case_hash", "seed", "hash", "data_as_of"} <= set(document["run"])
    keys = {
        "id",
        "sentence",
        "type",
        "test",
        "verdict",
        "probability",
        "statistic",
        "flips_if",
        "sources",
        "by_model",
    }
    for each in document["claims"]:
        assert keys <= set(each) and each["verdict"] in VERDICTS and each["reason"] and each["finding"]
    ledger = answer.tables()[0]
    assert [row[0] for row in shown_rows(ledger)] == ["C14", "C37", "C08"]
    assert answer.to_json() == ripeness.claims(ukraine, ids="C14,C37,C08").to_json()


def test_what_is_asked_must_be_there(ukraine):
    with pytest.raises(RipenessError, match="there is no claim 'C99'"):
        ripeness.claims(ukraine, ids="C99")
    with pytest.raises(RipenessError, match="holds no claims"):
        ripeness.claims("falklands_1982")


def test_no_verdict_is_stored():
    for path in (SOURCE / "cases").glob("*/claims/*.yaml"):
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not WORDS.search(line), f"{path.name}:{at} names a verdict"
    for table in (SOURCE / "cases").glob("*/talks/facts.csv"):
        assert not re.search(r"\b(supported|refuted|contested)\b", table.read_text(encoding="utf-8"))
    code = [
        *SOURCE.glob("api/claim_*.py"),
        SOURCE / "analysis" / "claims.py",
        SOURCE / "report" / "claims.py",
    ]
    assert len(code) >= 5
    for path in code:
        assert not re.search(r"\bC\d\d\b", path.read_text(encoding="utf-8")), f"{path.name} knows a claim"


def test_every_claim_of_the_article_is_encoded_with_its_judgments(ukraine):
    assert list(ukraine.claims) == [f"C{at:02d}" for at in range(1, 47)]
    assert all(claim.source and claim.quality for claim in ukraine.claims.values())


@pytest.mark.slow
def test_the_whole_article_runs_and_its_weak_points_come_out(ukraine):
    document = ripeness.claims(ukraine, members=256, structural_draws=16).document
    found = {each["id"]: each for each in document["claims"]}
    assert len(found) == 46 and sum(document["counts"].values()) == 46
    computed = [each for each in found.values() if {"model", "number"} & set(each["decided_by"])]
    assert len(computed) >= 25
    for each in found.values():
        assert each["reason"] and each["flips_if"] and each["sources"] and each["data_as_of"], each["id"]
    for name in ("C24", "C25", "C26"):
        assert any(said.startswith("pulls apart from C43") for said in found[name]["remarks"])
    assert found["C14"]["verdict"] == "contested" and found["C38"]["verdict"] == "contested"
    path = next(part for part in found["C21"]["parts"] if part["name"] == "path")
    assert path["verdict"] == "contested"
    tension = next(part for part in found["C43"]["parts"] if part["test"] == "tension")
    assert tension["verdict"] == "contested"
    assert tension["inside"]["m1"]["share"] < 0.5 * tension["outside"]["m1"]["share"]
    for each in found.values():
        if each["probability"] is not None:
            assert each["probability"]["low"] <= each["probability"]["high"]


@pytest.mark.slow
def test_the_other_argument_runs():
    document = ripeness.claims("iran_iraq_1980_88", members=128, structural_draws=16).document
    assert len(document["claims"]) == 8 and len(document["counts"]) >= 3


@pytest.mark.slow
def test_a_tension_needs_a_policy_that_does_something(ukraine):
    policy = ukraine.policies["full_enforcement_early"]
    idle = replace(policy, changes=(), triggers=())
    without = replace(ukraine, policies={**ukraine.policies, policy.name: idle})
    claim = ripeness.claims(without, ids="C43", members=64, structural_draws=8).document["claims"][0]
    part = part_of(claim, "with_pressure")
    assert part["test"] == "tension" and part["verdict"] == "unknown"
