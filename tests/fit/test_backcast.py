"""Plans, vectors, events and endings of a backcast, and the sheet that it leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ripeness import case as cases
from ripeness.base import Month, RipenessError
from ripeness.case import ScoredEvent, read_scores
from ripeness.fit import EndingForecast, backcast, ending_table, posterior_of, score_sheet
from ripeness.fit.baselines import TooShortError
from ripeness.fit.ending_odds import brier_of_odds, ending_event, ending_forecasts, happened_by, origin_of
from ripeness.fit.plans import plan_forecast, plan_value, plans_when_begun
from ripeness.fit.posterior import Posterior

UKRAINE = cases.load("ukraine")
ORIGINS = (Month.parse("2025-01"), Month.parse("2025-03"))
ORACLE = {
    entry["id"]: entry for entry in json.loads((Path(__file__).parents[1] / "oracles.json").read_text())
}["S05"]


@pytest.fixture(scope="module")
def posteriors():
    known = posterior_of(UKRAINE, Month.parse("2025-01"))
    return {o: Posterior(UKRAINE.name, o, known.draws[:, :64], {}, {}, known.names) for o in ORIGINS}


@pytest.fixture(scope="module")
def scored(posteriors):
    return backcast(UKRAINE, posteriors, horizons=(1, 3), members=64, backend="reference", threads=1)


def test_intervals_nest_and_scores_stand_beside_every_baseline(scored):
    for each in scored.forecasts:
        (low50, high50), (low80, high80), (low90, high90) = (each.intervals[n] for n in (50, 80, 90))
        assert low90 <= low80 <= low50 <= high50 <= high80 <= high90
        assert set(each.marks.interval_score) == {50, 80, 90}
        assert np.isfinite(each.marks.log_score)
        assert each.baselines == {name: marks.crps for name, marks in each.rivals.items()}


def test_the_table_keeps_its_contract_and_counts_windows_apart(scored):
    row = scored.table()["fob_discount_usd_bbl"]["h3"]
    assert {"n", "crps", "baselines", "skill", "coverage80", "pit_p"} <= set(row)
    assert (row["n"], row["independent"]) == (2, 1)
    assert row["coverage"]["80"]["share"] == row["coverage80"]
    assert sum(row["pit_counts"]) == 2
    assert json.loads(json.dumps(row)) == row
    assert scored.table()["fob_discount_usd_bbl"]["h1"]["independent"] == 2


def test_vectors_and_events_of_the_case_are_scored(scored):
    vectors, events = scored.vector_table(), scored.event_table()
    assert {"budget", "air_war", "discount_price_rate"} <= set(vectors)
    assert vectors["budget"]["h1"]["energy"] > 0
    named = {event.name for event in UKRAINE.scoring.events if event.ending is None}
    assert named <= set(events)
    for by in events.values():
        for row in by.values():
            assert 0.0 <= row["brier"] <= 1.0
            assert set(row["baselines"]) >= {"climatology"}
    assert "budget_plan" in events["oil_gas_below_0_7"]["h1"]["baselines"]


def test_one_origin_more_moves_no_forecast_of_another(scored, posteriors):
    alone = backcast(
        UKRAINE,
        {ORIGINS[1]: posteriors[ORIGINS[1]]},
        horizons=(3,),
        members=64,
        backend="reference",
        threads=1,
    )
    wanted = [f for f in scored.forecasts if (f.origin, f.horizon) == (ORIGINS[1], 3)]
    assert list(alone.forecasts) == wanted


def test_plans_are_read_as_they_stood():
    plan = UKRAINE.scoring.plan_of("oil_gas_revenue_rub_trn")
    assert plan is not None

    def said(month, origin):
        return plan_value(UKRAINE, plan, Month.parse(month), Month.parse(origin), "RUB trn")

    assert said("2025-08", "2025-03") == pytest.approx(10.94 / 12)
    assert said("2025-08", "2025-07") == pytest.approx(8.317 / 12)
    assert said("2025-02", "2024-11") == pytest.approx(11.5 / 12), "the law of November is not out yet"
    deficit = UKRAINE.scoring.plan_of("deficit_rub_trn")
    parts = [
        UKRAINE.scoring.plan_of(name)
        for name in ("spending_rub_trn", "non_oil_revenue_rub_trn", "oil_gas_revenue_rub_trn")
    ]
    month, origin = Month.parse("2025-04"), Month.parse("2025-03")
    spending, other, oil = (plan_value(UKRAINE, each, month, origin, "RUB trn") for each in parts)
    assert plan_value(UKRAINE, deficit, month, origin, "RUB trn") == pytest.approx(spending - other - oil)


def test_a_plan_errs_as_plans_did():
    months = [Month.parse("2024-01") + i for i in range(12)]
    planned = dict.fromkeys(months, 1.0)
    past = {month: 1.0 + (0.3 if i % 2 else -0.3) for i, month in enumerate(months)}
    draws = plan_forecast(2.0, planned, past, members=20_000, seed=3)
    assert draws.mean() == pytest.approx(2.0, abs=0.01)
    assert draws.std() == pytest.approx(0.3, rel=0.02)
    with pytest.raises(TooShortError, match="6 are needed"):
        plan_forecast(2.0, planned, dict(list(past.items())[:5]), members=8, seed=3)
    with pytest.raises(TooShortError, match="no plan"):
        plan_forecast(None, planned, past, members=8, seed=3)


def test_a_month_before_any_law_has_no_plan():
    plan = UKRAINE.scoring.plan_of("spending_rub_trn")
    months = [Month.parse("2021-11"), Month.parse("2023-02")]
    assert list(plans_when_begun(UKRAINE, plan, months, "RUB trn")) == months[1:]


def test_shipped_odds_have_the_known_scores():
    event = ending_event(UKRAINE)
    short = {
        "RAND Forecasting Initiative": "RFI",
        **{who: who for who in ORACLE["expected"] if who != "RFI"},
    }
    seen = {}
    for odds in UKRAINE.scoring.odds:
        if str(odds.asked) == "2025-03-31":
            assert str(origin_of(odds)) == "2025-04"
            assert list(odds.chances) == ORACLE["inputs"]["forecasts"][short[odds.who]]
            seen[short[odds.who]] = brier_of_odds(event, odds.until, odds.chances)
    assert seen == pytest.approx(ORACLE["expected"], abs=ORACLE["tol"])


def test_what_the_record_does_not_reach_is_not_scored():
    event = ending_event(UKRAINE)
    assert happened_by(event, event.until) is False
    assert happened_by(event, event.until + 1) is None
    ended = replace(event, happened=Month.parse("2025-05"))
    assert happened_by(ended, Month.parse("2025-04")) is False
    assert happened_by(ended, Month.parse("2025-05")) is True
    assert brier_of_odds(
        ended, (Month.parse("2025-04"), Month.parse("2025-06")), (0.2, 0.5, 0.3)
    ) == pytest.approx(0.04 + 0.25 + 0.09)
    assert brier_of_odds(event, (event.until + 1,), (0.2, 0.8)) is None


def test_the_table_of_endings_leaves_out_what_is_not_known():
    month = Month.parse("2025-01")
    rows = [
        EndingForecast("e", month, model, (month + 2,), (chance,), (0.0,), (1.0,), (came,))
        for model, chance, came in (("n0", 0.4, False), ("m1", 0.2, False), ("r1", 0.9, None))
    ]
    table = ending_table(rows)
    assert set(table) == {"n0", "m1"}
    assert table["m1"]["h3"]["brier"] == pytest.approx(0.04)
    assert table["m1"]["h3"]["skill_against_n0"] == pytest.approx(1 - 0.04 / 0.16)


def test_an_ending_needs_to_be_declared_and_a_posterior_that_has_not_seen_it(posteriors):
    without = replace(UKRAINE, scoring=replace(UKRAINE.scoring, events=()))
    with pytest.raises(RipenessError, match="no ending"):
        ending_forecasts(without, [ORIGINS[0]], posteriors)
    with pytest.raises(RipenessError, match="no posterior"):
        ending_forecasts(UKRAINE, [Month.parse("2024-01")], posteriors)


@pytest.mark.slow
def test_chances_of_an_ending_grow_with_the_window_and_stand_beside_odds(posteriors):
    found, odds = ending_forecasts(UKRAINE, [ORIGINS[1]], posteriors, members=64, draws=8)
    assert {each.model for each in found} == {"m1", "r1", "r2", "n0", "n1"}
    for each in found:
        assert list(each.chance) == sorted(each.chance)
        assert all(low <= high for low, high in zip(each.low, each.high, strict=True))
    # The first month asked is the origin itself: a mean rate gives each of so many months its chance.
    first, second = (sum(each.chance[at] for each in found if each.model == "n0") for at in (0, 1))
    near, far = (found[0].by[at] - found[0].origin + 1 for at in (0, 1))
    assert near / far - 0.04 < first / second < near / far + 0.12
    known = [each for each in odds if each.brier is not None]
    assert {each.who for each in known} >= {"Metaculus", "m1", "n0"}
    for each in known:
        assert sum(each.chances) == pytest.approx(1.0, abs=0.02)


def test_the_sheet_says_again_what_was_scored(scored, tmp_path):
    copy = replace(UKRAINE, folder=tmp_path)
    assert read_scores(copy) is None
    month = Month.parse("2025-01")
    ends = [EndingForecast("e", month, "n0", (month + 2,), (0.4,), (0.0,), (1.0,), (False,))]
    sheet = score_sheet(UKRAINE, {"conditional": scored}, ends)
    (tmp_path / "scores.json").write_text(sheet.to_text("ukraine"))
    again = read_scores(copy)
    assert again is not None
    assert again.model_version == sheet.model_version
    assert again.origins == ORIGINS
    row = scored.table()["fob_discount_usd_bbl"]["h3"]
    kept = again.series["fob_discount_usd_bbl"]["conditional"][3]
    assert (kept.n, kept.independent) == (row["n"], row["independent"])
    assert kept.skill == pytest.approx(row["skill"], abs=5e-4)
    assert again.endings["n0"][3]["mean_chance"] == 0.4
    (tmp_path / "scores.json").write_text("{}")
    with pytest.raises(RipenessError, match="no sheet of scores"):
        read_scores(copy)


def test_events_compare_with_their_number():
    above = ScoredEvent("a", "", series="s", above=2.0)
    assert list(above.holds(np.array([1.0, 2.0, 3.0]))) == [False, False, True]
    below = ScoredEvent("b", "", series="s", below=2.0)
    assert list(below.holds(np.array([1.0, 2.0, 3.0]))) == [True, False, False]
