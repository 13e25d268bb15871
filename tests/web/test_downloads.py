"""Files to keep: they open, and hold the numbers of the charts."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from xml.etree import ElementTree

import httpx
import pytest

from ripeness.case import load

TEXT = "n=40&l.waiver=0.5"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def test_the_table_holds_every_number_of_a_chart(site: httpx.Client) -> None:
    money = site.get(f"/api/v1/money?{TEXT}").json()
    answer = site.get(f"/api/v1/run.csv?{TEXT}&chart=brent_usd_bbl")
    assert answer.headers["content-disposition"] == 'attachment; filename="brent_usd_bbl.csv"'
    assert money["run"]["hash"] in answer.text
    rows = rows_of(answer.text)
    for policy in ("as_enacted", "mine"):
        band = money["policies"][policy]["charts"]["brent_usd_bbl"]
        mine = [float(row["value"]) for row in rows if row["policy"] == policy and row["quantile"] == "p95"]
        assert mine == band["p95"]
    record = [row for row in rows if row["policy"] == "record"]
    assert [float(row["value"]) for row in record] == money["history"]["brent_usd_bbl"]["values"]
    assert {row["unit"] for row in rows} == {"USD/bbl"}


def test_all_charts_come_in_one_table(site: httpx.Client) -> None:
    names = {row["indicator"] for row in rows_of(site.get(f"/api/v1/run.csv?{TEXT}").text)}
    assert names == {each["name"] for each in site.get("/api/v1/schema").json()["indicators"]}


def test_pictures_open_and_say_what_they_show(site: httpx.Client) -> None:
    svg = site.get(f"/api/v1/run.svg?{TEXT}&chart=brent_usd_bbl")
    root = ElementTree.fromstring(svg.content)
    assert root.tag.endswith("svg")
    said = " ".join(text for element in root.iter() if (text := element.text))
    assert "Brent price" in said
    assert "l.waiver=0.5" in said
    png = site.get(f"/api/v1/run.png?{TEXT}&chart=brent_usd_bbl").content
    assert png[:8] == b"\x89PNG\r\n\x1a\n"


def test_an_unknown_chart_is_told(site: httpx.Client) -> None:
    for ending in ("csv", "svg", "png"):
        answer = site.get(f"/api/v1/run.{ending}?n=40&chart=brent")
        assert answer.status_code == 422
        assert "there is no chart" in answer.json()["problem"]


def test_the_archive_holds_the_policy_and_the_numbers(site: httpx.Client) -> None:
    with zipfile.ZipFile(io.BytesIO(site.get(f"/api/v1/run.zip?{TEXT}").content)) as packed:
        assert packed.testzip() is None
        names = set(packed.namelist())
        policy = packed.read("mine.yaml").decode()
        about = packed.read("README.txt").decode()
    assert names == {"README.txt", "mine.yaml", "money.json", "months.csv", "totals.csv", "run.py"}
    assert policy == site.get(f"/api/v1/link?{TEXT}").json()["policy"]
    assert "ripeness compare --link 'v=1&n=40&l.waiver=0.5'" in about


def test_the_same_question_gives_the_same_bytes(site: httpx.Client) -> None:
    for ending in ("zip", "csv", "json", "svg"):
        path = f"/api/v1/run.{ending}?{TEXT}&chart=brent_usd_bbl"
        assert site.get(path).content == site.get(path).content


def test_the_case_folder_is_the_case(site: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("taken")
    with zipfile.ZipFile(io.BytesIO(site.get("/api/v1/case.zip?case=two_states").content)) as packed:
        packed.extractall(folder)
    assert load(folder / "two_states").content_hash == load("two_states").content_hash


def test_the_report_is_that_of_the_link(site: httpx.Client) -> None:
    answer = site.get(f"/api/v1/report.html?{TEXT}&draws=0")
    assert answer.headers["content-type"].startswith("text/html")
    assert site.get(f"/api/v1/money?{TEXT}").json()["run"]["hash"][:12] in answer.text
    assert "ripeness compare --link" in answer.text.replace("&#x27;", "'")


def test_the_ledgers_are_told_as_far_as_they_are(site: httpx.Client) -> None:
    offered = site.get("/api/v1/conditions").json()
    assert {each["id"] for each in offered["claims"]} >= {"C21"}
    assert site.get("/api/v1/conditions?claim=C99").status_code == 422
    assert site.get("/api/v1/conditions?better=peace&metric=brent_usd_bbl").status_code == 422
    assert site.get("/api/v1/claims?case=two_states").status_code == 422


def test_talks_and_sources_are_those_of_the_command_line(site: httpx.Client) -> None:
    from ripeness import api

    assert site.get("/api/v1/talks").json() == api.talks().document
    sources = site.get("/api/v1/sources").json()
    case = load("ukraine")
    assert {each["name"] for each in sources["series"]} == set(case.series)
    assert {each["name"] for each in sources["instruments"]} == {each.name for each in case.instruments}
    assert site.get("/api/v1/talks?case=two_states").status_code == 422


def test_simulated_talks_are_those_of_the_command_line(site: httpx.Client) -> None:
    from ripeness import api

    asked = "/api/v1/talks?case=korea_1951_53&policies=as_enacted,talks_only"
    last = time.monotonic() + 120
    while (answer := site.get(asked)).status_code == 202 and time.monotonic() < last:
        assert answer.json()["progress"]
        time.sleep(0.3)
    assert answer.json() == api.talks("korea_1951_53", policies=["as_enacted", "talks_only"]).document
    assert set(answer.json()["simulated"]) == {"as_enacted", "talks_only"}


@pytest.mark.parametrize("policies", ["peace", "../as_enacted", "as_enacted.yaml", "a,b,c,d,e,f"])
def test_talks_are_simulated_under_policies_of_the_case_alone(site: httpx.Client, policies: str) -> None:
    assert site.get(f"/api/v1/talks?policies={policies}").status_code == 422
    assert site.get("/api/v1/talks?case=two_states&policies=as_enacted").status_code == 422
