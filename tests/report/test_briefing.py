"""The page of a report: what stands on it, what it leaves out, and that nothing on it comes from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ripeness
from ripeness.report.briefing import answer_of, briefing_page
from ripeness.report.briefing.grids import grid
from ripeness.report.briefing.marks import Mark, mark
from ripeness.report.briefing.scales import round_scale, tick_text
from ripeness.report.tables import Column, Spread, Table

Read = Callable[[str], Any]

ARGUMENT = """\
title: A made-up article
case: two_states
claims:
  - id: C1
    sentence: Revenue <fell> & stayed low.
    type: counterfactual
    source: a ministry, 2003
    quality: recalled
    test:
      kind: all_of
      parts:
        - name: falls
          says: it falls
          test:
            kind: counterfactual
            question: Does it?
            policy: pressure_first
            metric: export_revenue_usd_bn
            holds: {ratio_at_most: 0.995}
            judgment: any less
            models: [world]
        - name: price
          says: the price was low
          test:
            kind: figure
            series: brent
            statistic: max
            is: {at_most: 10}
            judgment: low is 10 or less
  - id: C2
    sentence: It was wise.
    type: normative
    source: a newspaper
    quality: claimed
    test: {kind: not_testable, reason: a judgement, testable_if: it said what came of it}
"""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made = ripeness.report("two_states", members=60, prior=True).document
    return json.loads(json.dumps(made, allow_nan=False))


def test_sections_come_in_the_order_of_reading(document: dict[str, Any], read_page: Read) -> None:
    headings = [each for each in read_page(briefing_page(document)).headings if each]
    wanted = [
        "Two invented states",
        "The question",
        "The answer in five sentences",
        "Policies side by side",
        "Money",
        "How such forecasts did in the past",
        "Quality of the data",
        "What is not modelled",
        "Further tables",
        "The run, and how to repeat it",
    ]
    assert [each for each in headings if each in wanted] == wanted


def test_what_a_case_has_not_is_left_out(document: dict[str, Any], read_page: Read) -> None:
    headings = read_page(briefing_page(document)).headings
    assert not {"War", "People on every side", "The record of talks", "Claims"} & set(headings)
    assert "What would have to be true" not in headings


def test_nothing_comes_from_outside(document: dict[str, Any], read_page: Read) -> None:
    html = briefing_page(document)
    page = read_page(html)
    assert not {"script", "img", "link", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert "url(" not in html
    assert "@import" not in html
    for _, attributes in page.elements:
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
        assert not any(name.startswith("on") for name in attributes)


def test_every_link_on_the_page_leads_to_a_heading(document: dict[str, Any], read_page: Read) -> None:
    page = read_page(briefing_page(document))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"][1:] for tag, attributes in page.elements if tag == "a"]
    assert links
    assert set(links) <= set(ids)


def test_every_header_cell_has_a_scope_and_every_table_a_caption(
    document: dict[str, Any], read_page: Read
) -> None:
    page = read_page(briefing_page(document))
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in page.elements if tag == "th")
    assert "" not in page.tables


def test_every_drawing_has_words(document: dict[str, Any]) -> None:
    html = briefing_page(document)
    drawings = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)
    assert drawings
    for drawing in drawings:
        assert re.search(r"<title>[^<]+</title>", drawing), drawing[:200]
        assert 'role="img"' in drawing or 'aria-hidden="true"' in drawing


def test_a_forecast_is_never_a_bare_line(document: dict[str, Any]) -> None:
    html = briefing_page(document)
    panels = re.findall(r'<svg[^>]*role="img".*?</svg>', html, flags=re.DOTALL)
    assert panels
    assert all(panel.count('opacity="') >= 2 for panel in panels)


def test_a_ledger_stands_where_there_is_one(
    document: dict[str, Any], read_page: Read, tmp_path: Path
) -> None:
    file = tmp_path / "argument.yaml"
    file.write_text(ARGUMENT, encoding="utf-8")
    ledger = ripeness.claims(file, members=60, prior=True).document
    page = read_page(briefing_page({**document, "claims": ledger}))
    assert "Claims" in page.headings
    rows = page.tables["Claims, in our own words, and what came of testing them"]
    assert rows[1][0].startswith("C1 Revenue <fell> & stayed low.")
    assert "refuted" in rows[1][1] and "data to" in rows[1][1]
    assert "it falls: ●\u00a0supported in this model" in rows[1][2]
    assert "of 100 in the world" in rows[1][2]
    assert "at most 10.0 USD/bbl" in rows[1][3]
    assert "not testable" in rows[2][1]
    assert rows[2][2] == "a judgement"
    assert rows[2][3] == "it said what came of it"


def test_the_answer_is_made_from_the_numbers(document: dict[str, Any]) -> None:
    before = answer_of(document)
    assert len(before) == 5
    assert all(each["sentence"].endswith(".") and each["uncertain"].endswith(".") for each in before)
    changed = json.loads(json.dumps(document))
    aim = changed["compare"]["objectives"][0]["metric"]
    for entry in changed["compare"]["policies"].values():
        gap = entry["difference"][aim]
        gap |= {key: -(gap[key] or 0.0) for key in ("p05", "p50", "p95")}
        gap["share_lower"], gap["share_higher"] = gap["share_higher"], gap["share_lower"]
    after = answer_of(changed)
    assert after[2] != before[2]
    assert "lower under" in before[2]["sentence"]
    assert "higher under" in after[2]["sentence"]


def test_policies_have_their_titles(document: dict[str, Any], read_page: Read) -> None:
    text = " ".join(read_page(briefing_page(document)).text)
    assert "“As enacted”" in text
    above = text[: text.index("The run, and how to repeat it", text.index("Further tables"))]
    assert "as_enacted" not in above


def test_paper_leaves_out_what_a_screen_folds_away(document: dict[str, Any]) -> None:
    screen, paper = briefing_page(document), briefing_page(document, paper=True)
    assert "<details" in screen
    assert "<details" not in paper
    assert document["run"]["hash"][:12] in paper


def test_text_is_escaped_once() -> None:
    assert mark("p", "a < b", Mark("<b>c</b>"), title='"') == '<p title="&quot;">a &lt; b<b>c</b></p>'


def test_bands_of_shares_share_a_scale_and_stand_beside_their_numbers() -> None:
    columns = (
        Column("policy", "Policy", text=True),
        Column("a", "A", percent=True),
        Column("b", "B", percent=True),
    )
    table = Table("t", "T", columns, (("one", Spread(0.5, 0.0, 1.0), Spread(0.25, 0.0, 0.5)),))
    html = grid(table)
    assert "50 (0 to 100)" in html
    ends = re.findall(r'<line x1="([0-9.]+)" x2="([0-9.]+)"', html)
    assert [float(high) - float(low) for low, high in ends] == [88.0, 44.0]


def test_scales_hold_their_values_between_round_ends() -> None:
    scale, ticks = round_scale([3.0, 97.0, None], 100.0, 0.0)
    assert ticks == (0.0, 25.0, 50.0, 75.0, 100.0)
    assert scale(50.0) == 50.0
    assert tick_text((0.0, 0.5, 1.0)) == ["0.0", "0.5", "1.0"]
