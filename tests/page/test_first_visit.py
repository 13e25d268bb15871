"""What a first visitor finds: the status quo, drawn; the worked story; every view from its link."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ripeness.api.share_link import VIEWS

PRELOADED = r'modulepreload" href="([^"]+)"'


def test_it_opens_on_the_status_quo_and_favours_no_strategy(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page())
    assert page.get_by_label("Start from").input_value() == "as_enacted"
    assert page.locator(".lever.moved").count() == 0
    assert page.locator("svg.fan .outer[d]").count() >= 2
    rows = page.locator("table.ranges").last.locator("tbody th")
    page.locator("text=Put beside").first.wait_for()
    names = [name.split("Put beside")[0].strip() for name in rows.all_inner_texts()]
    assert names[0] == "Status quo"
    assert names[1:] == sorted(names[1:], key=str.casefold)


def test_the_worked_story_and_the_case_against_it_are_one_click_away(
    open_page: Any, hand: Any, site: Any
) -> None:
    steps = site.get("/api/v1/schema").json()["worked_story"]["steps"]
    for place in range(len(steps)):
        page = hand.drawn(open_page())
        page.locator(".starts a").nth(place).click()
        hand.until(page, f"new URLSearchParams(location.search).get('view') === '{view_of(steps[place])}'")
        page.locator("main h1").wait_for()
        chosen = page.evaluate("new URLSearchParams(location.search).get('from')")
        assert (chosen or "as_enacted") in steps[place]["query"] + " as_enacted"


def view_of(step: dict[str, str]) -> str:
    return step["query"].split("view=")[1].split("&")[0]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_from_its_link(open_page: Any, view: str) -> None:
    page = open_page(f"v=1&view={view}")
    heading = page.locator("main h1")
    heading.wait_for()
    assert heading.count() == 1
    assert page.locator('nav a[aria-current="page"]').get_attribute("data-view") == view
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("case", ["korea_1951_53", "two_states"])
def test_another_case_opens_in_every_view(open_page: Any, case: str) -> None:
    for view in VIEWS:
        page = open_page(f"v=1&case={case}&view={view}&n=60")
        page.locator("main h1").wait_for()
        page.wait_for_timeout(800)
        assert page.locator("main h1").count() == 1
        page.close()


def test_every_lever_has_a_name_and_a_value_in_words(open_page: Any, hand: Any, site: Any) -> None:
    page = hand.drawn(open_page())
    levers = site.get("/api/v1/schema").json()["levers"]
    words = site.get("/page/strings/en.json").json()
    for group in page.locator("details.more").all():
        group.evaluate("node => node.open = true")
    for lever in levers:
        slider = page.get_by_role("slider", name=words[f"lever.{lever['name']}"], exact=True)
        assert slider.count() == 1, lever["name"]
        assert slider.get_attribute("aria-valuetext")


@pytest.mark.parametrize("view", ["overview", "money", "talks"])
def test_every_module_of_a_view_is_named_in_the_page_and_no_other(
    open_page: Any, site: Any, view: str
) -> None:
    named = set(re.findall(PRELOADED, site.get(f"/?view={view}").text))
    page = open_page(f"v=1&view={view}")

    def without_names(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(PRELOADED, 'none="', answer.text()))

    page.route(re.compile(r"/\?v=1"), without_names)
    page.reload()
    page.locator("main h1").wait_for()
    page.wait_for_timeout(1_500)
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(each => new URL(each.name).pathname)"
    )
    assert {path for path in loaded if path.endswith(".js")} == named


def test_paint_comes_before_any_answer(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page())
    first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert first < 5_000  # the reach of one second is measured in bench/, on a quiet machine


@pytest.mark.parametrize("lang", ["en", "uk"])
def test_the_first_view_weighs_under_100_kb(browser: Any, serving: Any, hand: Any, lang: str) -> None:
    """All that is not an answer of the interface: heads and compressed bodies, as they came over the wire."""
    came: list[int] = []

    def weigh(request: Any) -> None:
        if "/api/" not in request.url:
            sizes = request.sizes()
            came.append(sizes["responseHeadersSize"] + sizes["responseBodySize"])

    page = browser.new_page()
    page.on("requestfinished", weigh)
    page.goto(f"{serving.address}/?lang={lang}")
    hand.drawn(page)
    page.wait_for_timeout(500)
    page.close()
    assert 50_000 < sum(came) < 100_000
