"""Sentences and tables from a small invented document."""

from __future__ import annotations

import copy

import pytest

from ripeness.report import comparison_summary, comparison_tables, shown_rows


def stat(middle: float, half: float, **more: object) -> dict:
    return {
        "unit": "RUB trn",
        "mean": middle,
        "p05": middle - half,
        "p25": middle,
        "p50": middle,
        "p75": middle,
        "p95": middle + half,
        "mc_error": 0.1,
        "prior_driven": None,
        **more,
    }


def policy(middle: float, half: float, lower: float, twin: str | None = None, needs: tuple = ()) -> dict:
    return {
        "title": "",
        "acts_from": None,
        "identical_to": twin,
        "needs": list(needs),
        "metrics": {"money": stat(10 + middle, 3)},
        "difference": {"money": stat(middle, half, share_lower=lower, share_higher=1 - lower)},
        "regret": {"money": stat(1, 1)},
        "by_model": {},
        "spend_usd_bn": None,
    }


@pytest.fixture
def document() -> dict:
    return {
        "title": "An invented war",
        "run": {
            "start": "2003-01",
            "until": "2004-12",
            "members": 1000,
            "seed": 1,
            "data_as_of": "2002-12",
            "model_version": "0",
            "hash": "abc" * 20,
        },
        "reference": "as_enacted",
        "draws": {"from": "prior", "in_words": "From the priors."},
        "metrics": {"money": {"label": "Money", "unit": "RUB trn", "reduction": "sum"}},
        "policies": {
            "as_enacted": policy(0, 0, 0.0),
            "press": policy(-2, 1, 1.0),
            "press_and_talk": policy(-2, 1, 1.0, "press", ("bargaining",)),
            "wobble": policy(0.1, 2, 0.4),
        },
        "ranking": {"money": ["press", "press_and_talk", "as_enacted", "wobble"]},
        "share_best": {"money": {"as_enacted": 0.0, "press": 0.35, "press_and_talk": 0.35, "wobble": 0.3}},
        "drivers": [],
        "objectives": [{"metric": "money", "sense": "lower", "judgment": "those who press"}],
        "identical": [["press", "press_and_talk"]],
        "not_modelled": ["the fighting"],
        "notes": [],
    }


def test_what_holds_names_direction_size_and_band(document: dict) -> None:
    *_, holds, does_not = comparison_summary(document)["below"]
    assert "is, against as_enacted and in at least 95 of 100 futures, lower under press:" in holds
    assert "−2.0 (−3.0 to −1.0) RUB trn" in holds
    assert "in this model" in holds
    assert "whether wobble lowers it (lower than as_enacted in 40 of 100 futures)" in does_not
    assert "press in 70 of 100 futures, wobble in 30" in does_not
    assert "nothing here says what either side would accept" in does_not


def test_nothing_holds_where_no_sign_is_settled(document: dict) -> None:
    for name in ("press", "press_and_talk"):
        document["policies"][name]["difference"]["money"] |= {"share_lower": 0.6, "share_higher": 0.4}
    holds = comparison_summary(document)["below"][-2]
    assert holds.startswith("What holds: nothing about money")


def test_policies_that_differ_in_talks_only_are_said_to(document: dict) -> None:
    below = comparison_summary(document)["below"]
    assert any(
        "press and press_and_talk do the same in every month: they differ in talks only" in line
        for line in below
    )
    assert "Not modelled: the fighting." in below
    assert any("prior-driven" in line for line in below)


def test_twins_share_their_row_and_their_futures(document: dict) -> None:
    rows = {row[0]: row for row in shown_rows(comparison_tables(document)[0])}
    assert rows["press_and_talk"][1] == "as press"
    assert rows["press"][-1].startswith("70")


def test_tables_fit_a_page_of_100_columns(document: dict) -> None:
    wide = copy.deepcopy(document)
    name = "tighten_if_discount_narrows"
    wide["policies"][name] = policy(-250.123, 500.5, 0.5)
    wide["share_best"]["money"][name] = 0.5
    table = comparison_tables(wide)[0]
    rows = [[column.heading for column in table.columns], *shown_rows(table)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    assert sum(widths) + 2 * len(widths) <= 100


def test_one_policy_alone_is_not_compared(document: dict) -> None:
    document["policies"] = {"as_enacted": document["policies"]["as_enacted"]}
    document["identical"] = []
    document["share_best"]["money"] = {"as_enacted": 1.0}
    tables = comparison_tables(document)
    assert [column.key for column in tables[0].columns] == ["policy", "level"]
    assert "no second policy" in comparison_summary(document)["below"][-2]
