"""The words of the page: every language says the same keys, with the same values put in, in every plural form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ripeness.api.lab_charts import lab_charts
from ripeness.ensemble.metrics import metrics_of
from ripeness.policy import lever_catalogue

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "src" / "ripeness" / "web" / "page"
CASES = ROOT / "src" / "ripeness" / "cases"
WORDS: dict[str, dict[str, str]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((PAGE / "strings").glob("*.json"))
}
ENGLISH = WORDS["en"]
MODULES = sorted(PAGE.rglob("*.js"))

PLURAL_FORMS = {
    "en": {"one", "other"},
    "uk": {"one", "few", "many", "other"},
    "ru": {"one", "few", "many", "other"},
}
"""Forms that CLDR asks for, by language; a language that comes new adds its line."""

PLURAL_STEMS = {key.removesuffix(".one") for key in ENGLISH if key.endswith(".one")}
CASE_PROGRAM = "money_and_war"

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LITERAL = re.compile(r'\b(?:t|named|said)\(\s*"([^"]+)"')
CHOICE = re.compile(r'\b(?:t|named|said)\([^()`]*\?\s*"([^"]+)"\s*:\s*"([^"]+)"')
TEMPLATE = re.compile(r"\b(?:t|named|said)\(\s*`([^`]*)`")
PART = re.compile(r"\$\{[^}]*\}")

CYRILLIC_WORD_WITH_LATIN = re.compile(r"[A-Za-z][а-яіїєґё]|[а-яіїєґё][A-Za-z]", re.IGNORECASE)


def stem(key: str) -> tuple[str, str | None]:
    """A key without its plural form, and the form."""
    head, _, form = key.rpartition(".")
    return (head, form) if head in PLURAL_STEMS else (key, None)


def keys_of(words: dict[str, str]) -> set[str]:
    return {stem(key)[0] for key in words}


def has_words(key: str) -> bool:
    return key in ENGLISH or f"{key}.other" in ENGLISH


def in_modules(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for path in MODULES:
        for match in pattern.finditer(path.read_text("utf-8")):
            for found in match.groups():
                yield path.relative_to(PAGE).as_posix(), found


def test_each_language_says_its_name_and_its_plural_forms_are_known() -> None:
    assert {"en", "uk"} <= set(WORDS) <= set(PLURAL_FORMS)
    names = [words["language.name"] for words in WORDS.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", WORDS)
def test_each_language_has_the_same_keys(language: str) -> None:
    assert sorted(keys_of(WORDS[language]) ^ keys_of(ENGLISH)) == []


@pytest.mark.parametrize("language", WORDS)
def test_each_plural_has_every_form_of_its_language_and_no_other(language: str) -> None:
    found: dict[str, set[str]] = {}
    for key in WORDS[language]:
        head, form = stem(key)
        if form is not None:
            found.setdefault(head, set()).add(form)
    assert {key: forms for key, forms in found.items() if forms != PLURAL_FORMS[language]} == {}


@pytest.mark.parametrize("language", WORDS)
def test_the_same_values_are_put_into_the_same_words(language: str) -> None:
    wanted: dict[str, set[str]] = {}
    for key, words in ENGLISH.items():
        wanted.setdefault(stem(key)[0], set()).update(PLACEHOLDER.findall(words))
    other = {}
    for key, words in WORDS[language].items():
        head, form = stem(key)
        put_in = set(PLACEHOLDER.findall(words))
        missing = wanted.get(head, set()) - put_in - ({"n"} if form == "one" else set())
        if missing or put_in - wanted.get(head, set()):
            other[key] = (sorted(wanted.get(head, set())), sorted(put_in))
    assert other == {}


@pytest.mark.parametrize("language", WORDS)
def test_no_words_are_empty_or_padded(language: str) -> None:
    assert [key for key, words in WORDS[language].items() if not words or words != words.strip()] == []


@pytest.mark.parametrize("language", sorted(set(WORDS) - {"en"}))
def test_no_word_mixes_two_alphabets(language: str) -> None:
    mixed = [
        key
        for key, words in WORDS[language].items()
        if CYRILLIC_WORD_WITH_LATIN.search(PLACEHOLDER.sub(" ", words))
    ]
    assert mixed == []


def test_every_key_that_a_module_names_has_words() -> None:
    named = [*in_modules(LITERAL), *in_modules(CHOICE)]
    assert len(named) > 100
    assert sorted({f"{path}: {key}" for path, key in named if not has_words(key)}) == []


def test_every_key_that_a_module_makes_has_some_words() -> None:
    keys = keys_of(ENGLISH)
    missing = set()
    for path, template in in_modules(TEMPLATE):
        made = re.compile(".+".join(map(re.escape, PART.split(template))))
        if not any(made.fullmatch(key) for key in keys):
            missing.add(f"{path}: {template}")
    assert sorted(missing) == []


def test_what_the_model_names_has_words() -> None:
    wanted = {f"lever.{name}" for name in lever_catalogue()}
    wanted |= {f"{key}.help" for key in wanted}
    wanted |= {f"indicator.{chart.name}" for chart in lab_charts(CASE_PROGRAM)}
    wanted |= {f"metric.{metric.name}" for metric in metrics_of(CASE_PROGRAM)}
    wanted |= {f"unit.{chart.unit}" for chart in lab_charts(CASE_PROGRAM)}
    wanted |= {f"unit.{metric.unit}" for metric in metrics_of(CASE_PROGRAM)}
    assert sorted(wanted - set(ENGLISH)) == []


def test_policies_that_come_with_the_package_have_words() -> None:
    names = {path.stem for path in CASES.glob("*/policies/*.yaml")}
    wanted = {f"preset.{name}" for name in names} | {f"preset.{name}.help" for name in names}
    assert sorted(wanted - set(ENGLISH)) == []


def test_assumptions_are_titled_as_in_their_case() -> None:
    rows = [
        row
        for case in ("common", "ukraine")
        for row in yaml.safe_load((CASES / case / "parameters.yaml").read_text("utf-8"))["parameters"]
    ]
    labels = {row["name"]: row["label"] for row in rows}
    free = {row["name"] for row in rows if row["prior"]["dist"] != "fixed"}
    titled = {
        key.removeprefix("assumption."): words
        for key, words in ENGLISH.items()
        if key.startswith("assumption.")
    }
    assert {name: words for name, words in titled.items() if labels.get(name) != words} == {}
    assert sorted(free - set(titled)) == []
