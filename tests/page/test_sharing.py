"""Links that hold everything, files that open, one chart elsewhere."""

from __future__ import annotations

import io
import json
import re
import zipfile
from html import unescape
from typing import Any

import pytest


def test_a_link_gives_the_same_page_elsewhere(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1"))
    page.get_by_label("Start from").select_option("sequential")
    hand.set_box(page, "cap_enforcement", "85")
    hand.settled(page, "v=1&from=sequential&l.cap_enforcement=0.85")
    page.locator("summary", has_text="Share").click()
    link = page.get_by_label("Link to these settings").input_value()
    other = hand.drawn(open_page(link.split("?")[1]))
    assert hand.run_hash(other) == hand.run_hash(page)
    assert other.get_by_label("Start from").input_value() == "sequential"
    assert other.locator('[data-lever="cap_enforcement"] input[type=range]').input_value() == "0.85"
    assert other.locator("main h1").inner_text() == page.locator("main h1").inner_text()


def test_a_link_that_asks_too_much_is_mended_and_says_so(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1&n=1000000&l.cap_enforcement=7&l.no_such_lever=1&with=nobody"))
    said = page.locator(".notice").first.inner_text()
    for key in ("n:", "l.cap_enforcement", "l.no_such_lever", "with"):
        assert key in said


def test_a_link_of_another_model_says_so(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1&m=0123456789ab"))
    assert "0123456789ab" in page.locator(".notice").first.inner_text()


KINDS = ("run.csv", "run.json", "run.svg", "run.png", "run.zip", "run.py", "case.zip")


@pytest.mark.parametrize("kind", KINDS)
def test_a_download_opens(open_page: Any, hand: Any, kind: str) -> None:
    page = hand.drawn(open_page("v=1&n=60&l.cap_enforcement=0.8"))
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as started:
        page.locator(f'.menu a[href*="{kind}"]').click()
    check(kind, started.value.path().read_bytes())


def check(kind: str, body: bytes) -> None:
    if kind.endswith(".zip"):
        assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    elif kind == "run.json":
        assert json.loads(body)["schema"].startswith("ripeness/")
    elif kind == "run.png":
        assert body.startswith(b"\x89PNG")
    elif kind == "run.svg":
        assert b"<svg" in body
    elif kind == "run.py":
        compile(body, kind, "exec")
    else:
        assert body.count(b"\n") > 100


def test_the_report_opens_and_can_be_printed(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1&n=60&until=2027-03"))
    page.locator("summary", has_text="Download").click()
    with page.context.expect_page(timeout=120_000) as opened:
        page.locator('.menu a[href*="report.html"]').click()
    report = opened.value
    report.locator("h1").first.wait_for(timeout=120_000)
    assert report.locator("svg").count() > 1


def test_one_chart_stands_in_another_page(open_page: Any) -> None:
    page = open_page("v=1&l.cap_enforcement=0.8", path="/embed/export_revenue_usd_bn", width=600, height=400)
    page.locator("svg.fan .outer[d]").wait_for()
    assert page.locator("input[type=range]").count() == 0
    assert page.locator("a[href*='l.cap_enforcement=0.8']").count() >= 1


def test_page_interface_and_links_agree_on_what_is_asked(open_page: Any, hand: Any, site: Any) -> None:
    moves = "l.port_ban=0.3&l.port_ban.at=2027-01&l.port_ban.over=4"
    query = f"v=1&from=simultaneous&start=2026-11&seed=3&n=60&{moves}"
    page = hand.drawn(open_page(query))
    assert hand.run_hash(page) == site.get(f"/api/v1/money?{query}").json()["run"]["hash"][:12]
    page.wait_for_timeout(400)
    assert page.evaluate("location.search").lstrip("?") == site.get(f"/api/v1/link?{query}").json()["link"]


def test_the_code_to_embed_a_chart_shows_what_the_page_shows(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1&l.cap_enforcement=0.8"))
    page.get_by_role("button", name="Embed").first.click()
    code = page.get_by_label("Code to put into a page").input_value()
    address = unescape(re.search('src="([^"]+)"', code).group(1))  # type: ignore[union-attr]
    page.goto(address)
    page.locator("svg.fan .outer[d]").wait_for()
    assert "l.cap_enforcement=0.8" in page.url
