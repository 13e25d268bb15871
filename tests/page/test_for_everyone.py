"""Keys alone, words for every chart, two languages, both themes, small and large screens."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ripeness.api.share_link import VIEWS

NAMES = {
    "Brent",
    "Enter",
    "check",  # the name of a command
    "Escape",
    "Urals",
    "ESPO",
    "USD",
    "RUB",
    "CSV",
    "SVG",
    "PNG",
    "PDF",
    "ZIP",
    "JSON",
    "Python",
    "Ripeness",
    "HTML",
    "YAML",
    "AUC",
    "English",
    "ripeness",
    "bash",
    "curl",
    "CREA",
    "Apache",
}


def test_keys_alone_reach_a_result(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator(".skip").focus()
    reached = tab_to(page, "document.activeElement.dataset.view === 'money'")
    assert reached
    page.keyboard.press("Enter")
    hand.until(page, "location.search.includes('view=money') && document.activeElement.id === 'main'")
    page.locator(".skip").focus()
    assert tab_to(page, "document.activeElement.type === 'range' && document.activeElement.closest('.lever')")
    before = page.locator(".foot code").inner_text()
    page.keyboard.press("ArrowLeft")
    hand.until(page, f"document.querySelector('.foot code').textContent !== '{before}'")
    page.locator(".stepdetail svg.fan").focus()
    page.keyboard.press("End")
    assert "2028" in page.locator(".stepdetail .readout").inner_text()
    page.keyboard.press("Control+z")
    hand.until(page, f"document.querySelector('.foot code').textContent === '{before}'")


def tab_to(page: Any, test: str) -> bool:
    """Press Tab until a test holds; the focus must be seen all the way."""
    for _ in range(80):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const style = getComputedStyle(document.activeElement);
            return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 }"""
        )
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate(f"Boolean({test})"):
            return True
    return False


def test_every_chart_has_a_sentence_and_a_table(open_page: Any, hand: Any) -> None:
    page = hand.all_in(open_page("v=1&l.cap_enforcement=0.8"))
    hand.until(page, "document.querySelectorAll('svg[role=img]').length > 3")
    for label in page.locator("svg[role=img]").evaluate_all(
        "all => all.filter(each => each.checkVisibility()).map(each => each.getAttribute('aria-label'))"
    ):
        assert label
        assert len(label.split()) > 4
    tables = page.get_by_role("button", name="Show as table")
    for _ in range(tables.count()):
        page.get_by_role("button", name="Show as table").first.click()
    assert page.locator("article table tbody tr").count() > 30


OPEN_ALL = """() => [...document.querySelectorAll("main [aria-expanded=false], main details:not([open]) > summary")]
    .filter((each) => each.checkVisibility()).slice(0, 60).forEach((each) => each.click())"""


@pytest.mark.parametrize("view", VIEWS)
def test_ukrainian_is_complete(open_page: Any, hand: Any, view: str) -> None:
    page = hand.all_in(open_page(f"v=1&view={view}&lang=uk&l.cap_enforcement=0.8"))
    page.wait_for_timeout(2_500)
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.lang") == "uk"
    words = page.evaluate(
        """() => {
        const found = [];
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            const { data, parentElement } = walk.currentNode;
            const left_out = "[lang=en], code, pre, script, noscript, option[lang], textarea, a[rel~=noreferrer]";
            if (!parentElement.closest(left_out)) found.push(data);
        }
        return found; }"""
    )
    english = {word for text in words for word in re.findall(r"\b[A-Za-z_.]{4,}\b", text)} - NAMES
    assert sorted(english) == []


def test_numbers_and_dates_are_those_of_the_language(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1&view=money&lang=uk"))
    page.locator(".sums table").wait_for()
    assert re.search(r"\d,\d", page.locator(".sums table").inner_text())
    assert "серп" in page.locator(".foot").inner_text()


def test_motion_is_left_out_where_it_is_not_wanted(open_page: Any, hand: Any) -> None:
    page = hand.drawn(open_page("v=1", reduced_motion="reduce"))
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].map(getComputedStyle).filter((style) =>
            parseFloat(style.transitionDuration) > 0 || style.animationName !== "none").length"""
    )
    assert moving == 0


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_spills_sideways_at_320_pixels(open_page: Any, hand: Any, view: str) -> None:
    page = hand.all_in(open_page(f"v=1&view={view}&lang=uk", width=320, height=700))
    page.wait_for_timeout(1_500)
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("view", ["overview", "money", "war_and_people"])
def test_text_of_twice_the_size_takes_the_charts_along(open_page: Any, hand: Any, view: str) -> None:
    page = hand.drawn(open_page(f"v=1&view={view}"))
    chart = ".chart:not(.small):not(.minichart .chart) svg.fan"
    size = (
        f"Math.max(...[...document.querySelectorAll('{chart} text')].map("
        "(text) => text.getBoundingClientRect().height))"
    )
    hand.until(page, f"document.querySelector('{chart} text')")
    before = page.evaluate(size)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    hand.until(page, f"{size} > {1.8 * before}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("width", [320, 1280])
def test_one_menu_is_open_and_within_the_screen(open_page: Any, hand: Any, width: int) -> None:
    page = hand.drawn(open_page("v=1&lang=uk", width=width, height=700))
    for place in range(2):
        page.locator("details.menu > summary").nth(place).click()
        page.locator("details.menu[open] > div").wait_for()
        hand.until(page, "document.querySelectorAll('details.menu[open]').length === 1")
        box = page.locator("details.menu[open] > div").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
    page.mouse.click(width / 2, 690)
    hand.until(page, "!document.querySelector('details.menu[open]')")


@pytest.mark.parametrize("lang", ["en", "uk"])
@pytest.mark.parametrize("view", VIEWS)
def test_an_automated_check_finds_nothing(open_page: Any, hand: Any, view: str, lang: str, axe: str) -> None:
    """With every draw in and every table and detail shown, on a desktop and a phone, in light and dark."""
    page = hand.all_in(open_page(f"v=1&view={view}&lang={lang}&l.cap_enforcement=0.8"))
    page.wait_for_timeout(2_500)
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(500)
    page.evaluate(axe)
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(250)
            faults = page.evaluate(
                """() => axe.run(document).then((found) => found.violations.map((each) =>
                    [each.id, each.nodes.length, each.nodes[0].html.slice(0, 160)]))"""
            )
            found += [json.dumps([width, theme, *fault]) for fault in faults]
    assert found == []


def test_an_answered_condition_is_for_everyone_too(open_page: Any, hand: Any, axe: str) -> None:
    page = open_page("v=1&view=conditions&n=120&lang=uk", width=320, height=700)
    page.locator(".questions button").first.click()
    hand.until(page, "document.querySelectorAll('main table.ranges tbody tr').length >= 3", 120)
    assert page.locator(".questions button[aria-pressed=true]").count() == 1
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.evaluate(axe)
    assert page.evaluate("axe.run(document).then((found) => found.violations.map((each) => each.id))") == []
