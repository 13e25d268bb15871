"""Levers moved: numbers of the interface, undo, stale answers, a server that goes away."""

from __future__ import annotations

import contextlib
from typing import Any

LEVER = '[data-lever="cap_enforcement"]'


def test_a_slider_moves_the_charts_to_the_numbers_of_the_interface(
    open_page: Any, hand: Any, site: Any
) -> None:
    page = hand.drawn(open_page("v=1&view=money"))
    slider = page.locator(f"{LEVER} input[type=range]")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    value = float(slider.input_value())
    assert value > 0.5
    hand.settled(page, f"v=1&l.cap_enforcement={value:g}")
    page.get_by_role("button", name="Show as table").first.click()
    shown = page.locator(".stepdetail table tbody tr").last.locator("td").last.inner_text()
    bands = site.get(f"/api/v1/money?v=1&l.cap_enforcement={value:g}").json()
    last = bands["policies"]["mine"]["charts"]["export_revenue_usd_bn"]
    for name in ("p05", "p50", "p95"):
        assert f"{float(f'{last[name][-1]:.2g}'):g}" in shown


def test_undo_and_redo_go_through_the_moves(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1&view=money"))
    hand.set_box(page, "cap_enforcement", "90")
    hand.settled(page, "v=1&l.cap_enforcement=0.9")
    hand.set_box(page, "port_ban", "40")
    hand.settled(page, "v=1&l.cap_enforcement=0.9&l.port_ban=0.4")
    page.get_by_role("button", name="Undo").click()
    hand.settled(page, "v=1&l.cap_enforcement=0.9")
    page.keyboard.press("Control+Shift+z")
    hand.settled(page, "v=1&l.cap_enforcement=0.9&l.port_ban=0.4")
    page.get_by_role("button", name="Reset all").click()
    hand.settled(page, "v=1")


def test_a_late_answer_to_an_older_question_is_never_drawn(open_page: Any, hand: Any, site: Any) -> None:
    page = hand.drawn(open_page("v=1&view=money"))
    old = site.get("/api/v1/money?v=1&l.cap_enforcement=0.6").json()["run"]["hash"][:12]

    held: list[Any] = []
    page.route("**/api/v1/money?*cap_enforcement=0.6*", lambda route: held.append(route))
    page.evaluate(
        """() => { window.seen = [];
        new MutationObserver(() => window.seen.push(document.querySelector('.foot code')?.textContent))
            .observe(document.querySelector('.foot'), { childList: true, subtree: true }); }"""
    )
    hand.set_box(page, "cap_enforcement", "60")
    hand.set_box(page, "cap_enforcement", "90")
    hand.settled(page, "v=1&l.cap_enforcement=0.9")
    for route in held:
        with contextlib.suppress(Exception):  # the page has given the question up
            route.continue_()
    page.wait_for_timeout(1_000)
    assert old not in page.evaluate("window.seen")
    assert hand.run_hash(page) != old


def test_a_lever_without_effect_says_so_beside_it(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1&view=money"))
    page.locator(f"{LEVER} input[type=number]").fill("50.0")
    page.locator(f"{LEVER} input[type=number]").press("Enter")
    page.locator(f"{LEVER} .still:not([hidden])").wait_for()


def test_settings_stay_while_the_network_is_gone(open_page: Any, hand: Any, heard: Any) -> None:
    heard.expected = ("ERR_INTERNET_DISCONNECTED",)
    page = hand.drawn(open_page("v=1&view=money"))
    before = hand.run_hash(page)
    page.context.set_offline(True)
    hand.set_box(page, "cap_enforcement", "80")
    page.locator(".notice", has_text="does not answer").wait_for()
    assert hand.run_hash(page) == before
    assert page.locator(f"{LEVER} input[type=number]").input_value() == "80"
    page.context.set_offline(False)
    hand.settled(page, "v=1&l.cap_enforcement=0.8")
    page.locator(".notice", has_text="does not answer").wait_for(state="detached")


def test_a_server_that_is_started_again_is_found_again(
    open_page: Any, hand: Any, heard: Any, serving: Any
) -> None:
    heard.expected = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")
    page = hand.drawn(open_page("v=1&view=money"))
    serving.stop()
    try:
        hand.set_box(page, "cap_enforcement", "70")
        page.locator(".notice", has_text="does not answer").wait_for()
    finally:
        serving.start()
    hand.settled(page, "v=1&l.cap_enforcement=0.7")


def test_agreement_of_models_is_said_once_all_draws_are_in(open_page: Any) -> None:
    page = open_page("v=1&view=strategies&from=simultaneous&n=60")
    later = page.get_by_text("said once all 64 structural draws are in").first
    later.wait_for(timeout=60_000)
    page.get_by_text("64 of 64 structural draws are in").first.wait_for(timeout=120_000)
    page.get_by_role("heading", name="Where the models agree").first.wait_for()
    assert page.get_by_text("said once all 64").count() == 0


def test_a_policy_for_another_month_can_be_run_from_it(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1&from=no_easing_2026&n=60"))
    assert "no difference" in page.locator("main h1").inner_text()
    page.get_by_role("link", name="Run it from March 2026").first.click()
    hand.until(page, "location.search.includes('start=2026-03')")
    hand.until(page, "!document.querySelector('main h1').textContent.includes('no difference')")


def test_each_series_shows_where_its_own_record_ends(open_page: Any, hand: Any, site: Any) -> None:
    page = hand.drawn(open_page("v=1&view=money"))
    document = site.get("/api/v1/money").json()
    assert document["history"]["export_revenue_usd_bn"]["months"][-1] < document["data_until"]
    words = page.locator(".stepdetail svg.fan .marks text").all_text_contents()
    assert words == ["record ends", "data end"]


def test_talks_are_simulated_under_policies_put_beside(open_page: Any, hand: Any) -> None:
    page = open_page("v=1&case=korea_1951_53&view=talks&with=talks_only")
    page.get_by_role("button", name="Simulate talks under these").click()
    table = page.get_by_role("table", name="Simulated talks beside the record")
    table.wait_for(timeout=120_000)
    rows = table.locator("tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in rows] == ["Record", "Status quo", "Talks with relief"]
    page.get_by_role("button", name="Take away: Talks with relief").click()
    hand.until(page, "!location.search.includes('with=')")
