"""Words of the page by language: what a view is sent, and what stands in for a gap."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from ripeness.web.page import Page
from ripeness.web.words import languages, words


@pytest.fixture
def page(tmp_path: Path) -> Page:
    folder = tmp_path / "strings"
    folder.mkdir()
    texts = {
        "en": {
            "language.name": "English",
            "close": "Close",
            "n.one": "one",
            "n.other": "{n}",
            "talks.round": "Round",
        },
        "pl": {"language.name": "polski", "n.one": "jeden", "n.few": "{n}", "n.many": "{n}"},
    }
    for code, said in texts.items():
        (folder / f"{code}.json").write_text(json.dumps(said), "utf-8")
    return Page(tmp_path)


def test_a_language_is_one_more_file(page: Page) -> None:
    assert languages(page) == [{"code": "en", "name": "English"}, {"code": "pl", "name": "polski"}]


def test_english_stands_in_for_what_a_language_lacks_and_for_nothing_else(page: Page) -> None:
    found = words(page, "pl", ["shared"])
    assert found is not None
    document = json.loads(found.body)
    assert document["words"]["n.few"] == "{n}"
    assert document["english"] == {"close": "Close"}


def test_a_part_holds_its_own_words_only(page: Page) -> None:
    found = words(page, "en", ["talks"])
    assert found is not None
    assert json.loads(found.body) == {"words": {"talks.round": "Round"}, "english": {}}


@pytest.mark.parametrize(
    ("code", "parts"), [("xx", ["shared"]), ("../en", ["shared"]), ("en", ["no"]), ("en", [""])]
)
def test_what_is_not_there_is_not_answered(page: Page, code: str, parts: list[str]) -> None:
    assert words(page, code, parts) is None


def test_parts_together_are_the_whole_file(site: httpx.Client) -> None:
    from ripeness.web.words import PARTS

    for code in ("en", "uk"):
        whole = site.get(f"/page/strings/{code}.json").json()
        sent = site.get(f"/words/{code}?parts={','.join(PARTS)}").json()
        assert sent == {"words": whole, "english": {}}
    assert site.get("/words/en?parts=none").status_code == 404


def test_the_page_knows_its_languages_and_asks_for_assumptions_apart(site: httpx.Client) -> None:
    schema = site.get("/api/v1/schema").json()
    assert {"code": "uk", "name": "Українська"} in schema["languages"]
    told = site.get("/api/v1/assumptions").json()["assumptions"]
    assert [{key: each[key] for key in ("name", "min", "max")} for each in told] == schema["assumptions"]
    assert all(each["p05"] <= each["p50"] <= each["p95"] and each["source"] for each in told)
