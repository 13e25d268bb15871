"""One link, one set of numbers: on HTTP, on the command line, in Python, and in whole runs beside branches."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from typer.testing import CliRunner

from ripeness import api
from ripeness.api.chart_data import monthly_fans
from ripeness.api.lab import Lab
from ripeness.api.lab_futures import shown_from
from ripeness.api.progress import Silent
from ripeness.api.report_parts import band_document
from ripeness.api.simulation import Options, ask, simulated, with_paths
from ripeness.cli import app

LINKS = (
    "n=40&l.waiver=0.5",
    "n=300&seed=7&l.interdiction=0.02&l.waiver=0.2&l.waiver.at=2027-01&l.waiver.over=4&with=sequential",
    "n=40&from=conditional&l.talks=1&until=2028-01",
    "n=40&from=ease_if_brent_spikes&l.cap_enforcement=0.9",
    "n=40&start=2025-02&from=full_enforcement_early",
)


def command(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("text", LINKS)
def test_a_branch_gives_the_bits_of_a_whole_run(lab: Lab, text: str) -> None:
    link = lab.link(text)
    warm = lab.warm(link.case)
    answered = warm.answered(link)
    others = ["mine", *link.beside]
    whole = ask(
        answered.asked.case,
        others,
        start=link.start,
        until=link.until,
        options=Options(link.members, link.seed),
    )
    run = simulated(whole, None, Silent())
    assert run.record["hash"] == answered.run.record["hash"]
    np.testing.assert_array_equal(run.finals, answered.run.finals)
    fans = monthly_fans(with_paths(whole, others, link.members))
    first = shown_from(warm.case, link.start)
    for place, policy in enumerate(run.policies):
        for chart, band in fans[policy].items():
            np.testing.assert_array_equal(band[:, first:], answered.futures[place].fans[chart])


@pytest.mark.parametrize("text", LINKS)
def test_http_and_the_policy_file_on_the_command_line_agree(
    site: httpx.Client, lab: Lab, tmp_path: Path, text: str
) -> None:
    money = site.get(f"/api/v1/money?{text}").json()
    link = lab.link(text)
    file = tmp_path / "mine.yaml"
    file.write_text(site.get(f"/api/v1/link?{text}").json()["policy"])
    compared = command(
        "compare",
        "--policies",
        ",".join([str(file), *link.beside]),
        *("--start", str(link.start), "--until", str(link.until), "--seed", str(link.seed)),
        *("--members", str(link.members), "--structural-draws", "0"),
    )
    assert compared["run"] == money["run"]
    for policy, entry in compared["policies"].items():
        assert entry["metrics"] == money["policies"][policy]["totals"]
    gaps = compared["policies"]["mine"]["difference"]
    for metric, gap in money["differences"].items():
        assert {**gaps[metric], "prior_driven": None} == {**gap, "prior_driven": None}


def test_the_link_itself_gives_the_same_on_every_door(site: httpx.Client, lab: Lab) -> None:
    text = "n=40&l.waiver=0.5&a.brent_volatility=2"
    over_http = site.get(f"/api/v1/compare?{text}&draws=0").json()
    assert command("compare", "--link", text, "--structural-draws", "0") == over_http
    assert api.compare(link=text, structural_draws=0).document == over_http
    money = site.get(f"/api/v1/money?{text}").json()
    assert money["run"] == over_http["run"]
    assert money["policies"]["mine"]["totals"] == over_http["policies"]["mine"]["metrics"]


def test_an_assumption_moves_the_status_quo_too(site: httpx.Client) -> None:
    plain = site.get("/api/v1/money?n=40").json()
    fixed = site.get("/api/v1/money?n=40&a.brent_volatility=2").json()
    assert fixed["assumptions"] == {"brent_volatility": 2.0}
    totals = [each["policies"]["as_enacted"]["totals"]["brent_usd_bbl"] for each in (plain, fixed)]
    assert totals[0]["p50"] != totals[1]["p50"]
    assert plain["run"]["hash"] != fixed["run"]["hash"]


def test_endings_of_the_lab_are_those_of_a_comparison(site: httpx.Client) -> None:
    text = "n=40&until=2027-06&l.talks=1&l.waiver=0.4"
    endings = site.get(f"/api/v1/bargain?{text}&draws=8").json()
    compared = site.get(f"/api/v1/compare?{text}&draws=8").json()
    assert endings["run"] == compared["run"]
    for policy, entry in compared["policies"].items():
        assert endings["bargaining"]["policies"][policy] == entry["by_model"]
    assert endings["bargaining"]["agreement"] == compared["bargaining"]["agreement"]
    assert len(endings["dots"]["policies"]["mine"]) == 20


def test_a_moved_lever_sends_the_same_numbers_as_the_whole_document(site: httpx.Client) -> None:
    whole = site.get("/api/v1/money?n=40&l.waiver=0.3").json()
    moved = site.get("/api/v1/money?n=40&l.waiver=0.3&part=moved").json()
    assert moved["policies"] == {"mine": whole["policies"]["mine"]}
    for key in ("run", "differences", "sentence", "no_effect", "months"):
        assert moved[key] == whole[key]


def test_some_charts_are_those_of_the_whole_document(site: httpx.Client) -> None:
    text, names = "n=40&l.waiver=0.3&with=sequential", ("brent_usd_bbl", "territory_km2")
    whole = site.get(f"/api/v1/money?{text}").json()
    part = site.get(f"/api/v1/money?{text}&charts={','.join(names)}").json()
    moved = site.get(f"/api/v1/money?{text}&part=moved&charts={','.join(names)}").json()
    for policy, entry in part["policies"].items():
        assert entry["charts"] == {name: whole["policies"][policy]["charts"][name] for name in names}
        assert entry["totals"] == whole["policies"][policy]["totals"]
    assert moved["policies"]["mine"] == part["policies"]["mine"]
    assert moved["differences"] == part["differences"] == whole["differences"]
    assert set(part["history"]) == set(whole["history"]) & set(names)


def test_a_chart_that_is_none_is_told(site: httpx.Client) -> None:
    answer = site.get("/api/v1/money?n=40&charts=brent_usd_bbl,brent_usd")
    assert answer.status_code == 422
    assert "brent_usd_bbl" in answer.json()["remedy"]


def test_the_status_quo_is_its_own_policy(site: httpx.Client) -> None:
    document = site.get("/api/v1/money?n=40").json()
    assert not document["moved"]
    assert document["sentence"]["key"] == "sentence.status_quo"
    charts = [document["policies"][name]["charts"] for name in ("mine", "as_enacted")]
    for name, band in charts[0].items():
        assert band["p50"] == pytest.approx(charts[1][name]["p50"], rel=1e-4)
    assert all(gap["p05"] == gap["p95"] == 0.0 for gap in document["differences"].values())
    assert all(gap["share_lower"] == gap["share_higher"] == 0.0 for gap in document["differences"].values())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("l.waiver=0", "same_as_before"),
        ("l.pressure_to_talk=1", "talks_only"),
        ("l.price_cap_usd_bbl=400&l.waiver=0.2", None),
    ],
)
def test_levers_that_move_nothing_are_named(
    site: httpx.Client, lab: Lab, text: str, reason: str | None
) -> None:
    levers = {each["name"]: each["now"] for each in lab.schema()["levers"]}
    if reason == "same_as_before":
        text = f"l.waiver={levers['waiver']:g}"
    found = site.get(f"/api/v1/money?n=40&{text}").json()["no_effect"]
    expected = [] if reason is None else [{"lever": text[2:].split("=")[0], "reason": f"no_effect.{reason}"}]
    assert found == expected


def test_the_sentence_says_what_the_difference_says(site: httpx.Client) -> None:
    document = site.get("/api/v1/money?n=40&l.waiver=0.8").json()
    said = document["sentence"]["values"]
    gap = document["differences"][said["metric"]]
    assert document["sentence"]["key"] == "sentence.higher"
    assert all(said[key] == gap[key] for key in ("p05", "p50", "p95", "share_higher"))


def test_charts_carry_the_numbers_of_fans(site: httpx.Client, lab: Lab) -> None:
    link = lab.link("n=40&l.waiver=0.6")
    fans = lab.warm("ukraine").answered(link).futures[1].fans
    charts = site.get("/api/v1/money?n=40&l.waiver=0.6").json()["policies"]["mine"]["charts"]
    for name, band in fans.items():
        assert {key: charts[name][key] for key in ("p05", "p25", "p50", "p75", "p95")} == band_document(band)


def test_the_snippet_runs_and_gives_the_same_numbers(
    site: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "n=40&l.waiver=0.5&l.interdiction=0.01"
    code = site.get(f"/api/v1/run.py?{text}").text
    names: dict[str, Any] = {}
    run: Callable[..., None] = exec
    run(compile(code, "run.py", "exec"), names)
    totals = site.get(f"/api/v1/money?{text}").json()["policies"]["mine"]["totals"]
    assert names["result"].document["policies"]["mine"]["metrics"] == totals
    assert str(totals["brent_usd_bbl"]["p50"]) in capsys.readouterr().out


def test_levers_are_those_that_the_case_has_a_use_for(lab: Lab) -> None:
    of_war = {each["name"]: each["group"] for each in lab.schema("korea_1951_53")["levers"]}
    assert of_war["cost_pressure"] == "economic_pressure"
    assert not {"price_cap_usd_bbl", "refinery_strikes", "port_ban"} & set(of_war)
    of_both = {each["name"] for each in lab.schema("ukraine")["levers"]}
    assert set(of_war) - {"cost_pressure"} < of_both
