"""Metrics where the answer is known: tiny runs whose numbers can be worked out by hand."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import spearmanr

from ripeness.base import RipenessError, unit
from ripeness.ensemble.metrics import (
    METRICS,
    OBJECTIVES,
    Objective,
    ParameterRanks,
    comparison,
    drivers,
    metric_named,
    metrics_of,
    prior_driven,
    ranking,
    ranks,
    regret,
    restricted,
    shares_best,
    statistic,
    values_of,
)
from ripeness.ensemble.plan import outcome_rows
from ripeness.flow import NEVER, PROGRAMS, Parameters, layout_of

FUND = metric_named("liquid_fund_rub_trn")
STRESSED = metric_named("months_to_stressed")
NAMES = layout_of(Parameters).row_labels
MONEY_METRICS = metrics_of("money_chain")
VALUES = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 5), st.integers(1, 40)), elements=st.integers(-50, 50).map(float)
)


def test_every_metric_is_kept_by_a_saved_run_and_has_a_known_unit():
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        rows = [records for records in PROGRAMS.values() if metric.output in records.output_rows]
        assert rows and all(metric.output in outcome_rows(records) for records in rows)
        assert metric.is_censored == metric.name.startswith("months_to_")
        unit(metric.unit)


def test_an_unknown_metric_is_answered_with_the_nearest():
    with pytest.raises(RipenessError, match="did you mean 'brent_usd_bbl'"):
        metric_named("brent_usd_bb")


def test_an_objective_needs_a_metric_and_a_direction():
    with pytest.raises(RipenessError, match="lower or higher"):
        Objective("brent_usd_bbl", "less", "nobody's")
    with pytest.raises(RipenessError, match="no metric"):
        Objective("happiness", "higher", "everybody's")
    assert all(objective.judgment for objective in OBJECTIVES)


# --- statistics ------------------------------------------------------------------------------------


def test_a_statistic_of_known_numbers():
    found = statistic(np.arange(101.0), "USD bn")
    assert {key: found[key] for key in ("unit", "mean", "p05", "p25", "p50", "p75", "p95")} == {
        "unit": "USD bn",
        "mean": 50,
        "p05": 5,
        "p25": 25,
        "p50": 50,
        "p75": 75,
        "p95": 95,
    }
    assert found["mc_error"] == pytest.approx(np.arange(101).std(ddof=1) / np.sqrt(101))
    assert found["prior_driven"] is None
    assert "share_reached" not in found


def test_one_member_has_no_error():
    assert statistic(np.array([4.0]), "USD bn")["mc_error"] is None


def test_errors_are_those_of_independent_members():
    draw = np.random.default_rng(1).standard_normal((200, 4096))
    found = [statistic(row, "none") for row in draw]
    means = draw.mean(axis=1)
    assert np.mean([each["mc_error"] for each in found]) == pytest.approx(means.std(), rel=0.15)
    for name, level in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
        spread = np.quantile(draw, level, axis=1).std()
        assert np.mean([each["mc_errors"][name] for each in found]) == pytest.approx(spread, rel=0.2)


def test_a_first_passage_is_a_share_and_quantiles_of_those_who_got_there(small):
    months = np.array([[2.0] * 30 + [5.0] * 30 + [NEVER] * 40])
    run = small.run({"months_to_stressed": months})
    values = values_of(run, STRESSED)
    assert np.isinf(values[0, 60:]).all()
    found = statistic(values[0], "months", censored=True)
    assert found["share_reached"] == 0.6
    assert (found["p05"], found["p25"], found["p50"]) == (2, 2, 5)
    assert found["p75"] is found["p95"] is found["mean"] is found["mc_error"] is None
    assert found["share_reached_mc_error"] == pytest.approx(np.sqrt(0.6 * 0.4 / 99))
    assert restricted(values, STRESSED, run).max() == 6  # five counted months, and one
    everyone = statistic(np.full(10, 3.0), "months", censored=True)
    assert (everyone["mean"], everyone["share_reached"]) == (3, 1)
    nobody = statistic(np.full(10, np.inf), "months", censored=True)
    assert [nobody[name] for name in ("mean", "p05", "p95", "share_reached")] == [None, None, None, 0]


def test_what_a_run_did_not_keep_is_refused(small):
    with pytest.raises(RipenessError, match="brent_usd_bbl is not a number for 30 members"):
        values_of(small.run({"liquid_fund_rub_trn": np.ones((3, 10))}), metric_named("brent_usd_bbl"))


# --- regret and rankings ---------------------------------------------------------------------------


def test_regret_shares_and_ranking_by_hand():
    values = np.array([[1.0, 5.0, 3.0, 4.0], [2.0, 4.0, 3.0, 0.0]])
    assert regret(values, "lower").tolist() == [[0, 1, 0, 4], [1, 0, 0, 0]]
    assert regret(values, "higher").tolist() == [[1, 0, 0, 0], [0, 1, 0, 4]]
    assert shares_best(values, "lower").tolist() == [1.5 / 4, 2.5 / 4]
    assert ranking(values) == [1, 0]
    assert ranking(values, "higher") == [0, 1]


def test_policies_that_tie_keep_their_order():
    assert ranking(np.ones((3, 4))) == ranking(np.ones((3, 4)), "higher") == [0, 1, 2]


@given(VALUES, st.sampled_from(["lower", "higher"]))
def test_regret_is_never_negative_and_someone_is_best_in_every_future(values, sense):
    lost = regret(values, sense)
    assert (lost >= 0).all()
    assert (lost.min(axis=0) == 0).all()
    shares = shares_best(values, sense)
    assert shares.sum() == pytest.approx(1)
    assert (shares >= 0).all()


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_members_changes_nothing(values, shuffler):
    order = list(range(values.shape[1]))
    shuffler.shuffle(order)
    mixed = values[:, order]
    assert ranking(mixed) == ranking(values)
    np.testing.assert_allclose(shares_best(mixed, "lower"), shares_best(values, "lower"))


# --- drivers ---------------------------------------------------------------------------------------


@given(arrays.arrays(np.float64, (2, 30), elements=st.integers(-5, 5).map(float)))
def test_ranks_give_spearmans_correlation(rows):
    one, other = ranks(rows)
    if np.ptp(rows, axis=1).all():
        assert one @ other == pytest.approx(spearmanr(*rows).statistic, abs=1e-12)
    else:
        assert one @ other == 0


def drawn(members, seed=3):
    """All parameters vary and are independent."""
    return np.random.default_rng(seed).random((len(NAMES), members))


def test_the_parameter_that_makes_the_difference_is_named(small):
    members = 2000
    parameters = drawn(members)
    base = parameters[4] * 10
    finals = np.stack([base, base + parameters[7] - 2 * parameters[9]])
    run = small.run({"liquid_fund_rub_trn": finals}, parameters)
    found = drivers(run, FUND.name, "harder", "as_enacted")
    assert [each["parameter"] for each in found[:2]] == [NAMES[9], NAMES[7]]
    assert found[0]["effect"] < -0.7
    assert 0.3 < found[1]["effect"] < 0.6
    assert NAMES[4] not in [each["parameter"] for each in found]
    assert (found[0]["better"], found[0]["than"], found[0]["metric"]) == ("harder", "as_enacted", FUND.name)


def test_chance_is_no_driver(small):
    parameters = drawn(2000)
    noise = np.random.default_rng(9).standard_normal((2, 2000))
    assert (
        len(drivers(small.run({"liquid_fund_rub_trn": noise}, parameters), FUND.name, "harder", "as_enacted"))
        <= 2
    )


def test_parameters_that_are_known_are_no_drivers(small):
    run = small.run(
        {"liquid_fund_rub_trn": np.random.default_rng(0).random((2, 50))}, np.ones((len(NAMES), 50))
    )
    assert drivers(run, FUND.name, "harder", "as_enacted") == []


def test_prior_driven_is_the_posterior_over_the_prior_spread_of_what_drives():
    parameters = drawn(4000)
    ranked = ParameterRanks.of(parameters, NAMES)
    sd = parameters.std(axis=1)
    wide = sd.copy()
    wide[3] *= 4  # the prior of this one was four times as wide
    assert prior_driven(parameters[3], ranked, parameters, sd) == pytest.approx(1, abs=0.01)
    assert prior_driven(parameters[3], ranked, parameters, wide) == pytest.approx(0.25, abs=0.01)
    both = prior_driven(parameters[3] + parameters[5], ranked, parameters, wide)
    assert both == pytest.approx((0.25 + 1) / 2, abs=0.05)
    assert prior_driven(parameters[3], ranked, parameters, None) is None
    assert prior_driven(np.ones(4000), ranked, parameters, sd) is None


# --- the whole document ----------------------------------------------------------------------------


def full_run(small, members=3000):
    parameters = drawn(members)
    finals = {}
    for i, metric in enumerate(MONEY_METRICS):
        base = parameters[i] + 1.0
        if metric.is_censored:
            base = np.where(parameters[i] < 0.4, np.ceil(parameters[i] * 10), NEVER)
        finals[metric.output] = np.stack([base, base, base])
    revenue = finals["cum_oil_gas_revenue_rub_trn"]
    revenue[1] -= parameters[30] - 0.2
    finals["cum_coalition_cost_usd_bn"][1] += 1.0
    return small.run(finals, parameters)


def test_a_comparison_is_complete_neutral_and_plain(small):
    run = full_run(small)
    found = comparison(run)
    json.dumps(found, allow_nan=False)
    assert list(found["policies"]) == ["as_enacted", "harder", "softer"]
    assert set(found["policies"]["harder"]["metrics"]) == {metric.name for metric in MONEY_METRICS}
    aims = {objective.metric for objective in OBJECTIVES}
    assert set(found["policies"]["harder"]["regret"]) == set(found["share_best"]) == aims
    assert set(found["ranking"]) == {metric.name for metric in MONEY_METRICS}
    assert found["ranking"]["oil_gas_revenue_rub_trn"] == ["harder", "as_enacted", "softer"]
    assert found["ranking"]["coalition_cost_usd_bn"] == ["as_enacted", "softer", "harder"]
    shares = found["share_best"]["oil_gas_revenue_rub_trn"]
    assert shares["harder"] == pytest.approx(0.8, abs=0.03)
    assert shares["as_enacted"] == shares["softer"] == pytest.approx((1 - shares["harder"]) / 2)
    assert found["policies"]["harder"]["regret"]["coalition_cost_usd_bn"]["p50"] == pytest.approx(1)
    assert found["drivers"][0] == pytest.approx(
        {
            "parameter": NAMES[30],
            "metric": "oil_gas_revenue_rub_trn",
            "effect": -1.0,
            "better": "harder",
            "than": "as_enacted",
        }
    )
    assert [each["metric"] for each in found["objectives"]] == [each.metric for each in OBJECTIVES]


def test_a_direction_comes_only_from_an_objective(small):
    run = full_run(small, 500)
    aim = Objective("oil_gas_revenue_rub_trn", "higher", "those pressed mean to keep it")
    found = comparison(run, objectives=[aim])
    assert found["ranking"]["oil_gas_revenue_rub_trn"][-1] == "harder"
    assert list(found["share_best"]) == ["oil_gas_revenue_rub_trn"]
    assert comparison(run, objectives=[])["share_best"] == {}


def test_an_aim_at_a_first_passage_counts_never_as_later_than_the_run(small):
    never = np.full(40, NEVER)
    run = small.run({"months_to_stressed": np.stack([never, np.where(np.arange(40) < 10, 2.0, NEVER)])})
    aim = Objective("months_to_stressed", "lower", "those who press mean to reach it soon")
    found = comparison(run, metrics=[STRESSED], objectives=[aim])
    assert found["share_best"]["months_to_stressed"] == {"as_enacted": 0.375, "harder": 0.625}
    assert found["policies"]["as_enacted"]["regret"]["months_to_stressed"]["mean"] == 1.0
