"""`ripeness search` as a program: documents, words within a page's width, and what to do after bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Program = Callable[..., Any]

SPACE = """\
search: small
title: A small space
author: a test
parameters:
  - {name: level, title: Sanctions, unit: share, low: 0, high: 1, step: 0.25}
  - {name: cap, title: Low cap, unit: share, low: 0, high: 1, step: 0.5}
changes:
  - {lever: secondary_sanctions, from: start, at_least: {by: level, at_0: 0, at_1: 0.9}}
  - {lever: cap_enforcement, from: start, at_least: {by: cap, at_0: 0, at_1: 0.9}}
objectives:
  - {metric: export_revenue_usd_bn, sense: lower, judgment: of those who press}
  - {metric: coalition_cost_usd_bn, sense: lower, judgment: of those who press}
"""

SMALL = ("--members", "40", "--held-out", "40", "--generations", "2", "--population", "6", "--prior")


@pytest.fixture
def space(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(SPACE, encoding="utf-8")
    return str(path)


def test_search_says_in_words_what_it_found(program: Program, space: str, tmp_path: Path) -> None:
    out = tmp_path / "found"
    done = program("search", "two_states", "--space", space, *SMALL, "--out", str(out))
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""
    assert "Trade-offs, on unseen futures" in done.stdout
    assert "What is lost on unseen futures" in done.stdout
    assert f"{out}/policies/FILE.yaml".replace("\n", "")[:20] in done.stdout.replace("\n", "")
    again = program("search", "two_states", "--space", space, *SMALL, "--out", str(out), "--resume", "--json")
    assert json.loads(again.stdout)["schema"] == "ripeness/search/1"


def test_what_is_wrong_ends_with_2(program: Program, space: str, tmp_path: Path) -> None:
    for words in (
        ("--resume",),
        ("--resume", "--out", str(tmp_path / "none")),
        ("--objective", "export_revenue_usd_bn"),
        ("--signposts",),
    ):
        done = program("search", "two_states", "--space", space, *SMALL, *words)
        assert done.exit_code == 2, words
        assert "Traceback" not in done.stderr
    assert program("search", "two_states", "--space", str(tmp_path / "none.yaml"), *SMALL).exit_code == 2


def test_a_policy_file_with_faults_is_named(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "policy: mine\ntitle: Mine\nauthor: me\nchanges: [{lever: waivers, set: 1}]\n", encoding="utf-8"
    )
    done = program("compare", "two_states", "--policies", str(path), "--members", "40", "--prior")
    assert done.exit_code == 2
    assert "waiver" in done.stderr
