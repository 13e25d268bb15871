"""Natural experiments: a known effect is found, nothing done moves nothing, and verdicts follow the record."""

import csv
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness import case as cases
from ripeness.base import Month, RipenessError
from ripeness.case import Change, Predicted, Recorded, as_program, load
from ripeness.ensemble.draws import draw_posterior
from ripeness.ensemble.simulate import simulate
from ripeness.fit.backcast import posed, record_of
from ripeness.fit.experiment_endings import predict_endings, score_endings
from ripeness.fit.experiment_scores import (
    Truth,
    as_expected,
    direction,
    score_levels,
    score_rows,
    truth_of,
    usual_change,
    with_error,
)
from ripeness.fit.experiments import (
    LEVELS,
    WITH,
    WITHOUT,
    ZERO,
    case_of_experiment,
    chosen_experiments,
    committed_forecasts,
    definition_hash,
    effects_of,
    forecasts_of,
    in_order,
    key_of,
    posterior_for,
    predict,
    read_predictions,
    run_experiment,
    write_prediction,
)
from ripeness.fit.placebos import FEWEST_DATES, Uninformed, equalities, exact_failures, surprise
from ripeness.policy import compile_policy

MEMBERS = 256


@pytest.fixture(scope="module")
def ukraine():
    return load("ukraine")


@pytest.fixture(scope="module")
def listing(ukraine):
    return ukraine.experiments["NE6"]


@pytest.fixture(scope="module")
def posterior(ukraine, listing):
    return posterior_for(ukraine, listing)


@pytest.fixture(scope="module")
def run(ukraine, listing, posterior):
    return run_experiment(ukraine, listing, posterior, members=MEMBERS)


def test_experiments_stand_in_the_order_of_their_numbers(ukraine):
    ids = [each.id for each in in_order(ukraine)]
    assert ids == [f"NE{n}" for n in range(1, 9)] + ["NE9a", "NE9b", "NE10a", "NE10b"]
    assert [each.id for each in chosen_experiments(ukraine, ["NE9", "NE1"])] == ["NE9a", "NE9b", "NE1"]


def test_an_unknown_experiment_helps_and_a_case_without_any_says_so(ukraine):
    with pytest.raises(RipenessError, match="no experiment NE66"):
        chosen_experiments(ukraine, ["NE66"])
    with pytest.raises(RipenessError, match="has no experiments"):
        chosen_experiments(replace(ukraine, experiments={}), [])


@pytest.mark.parametrize("name", ["NE1", "NE4", "NE6", "NE7", "NE8", "NE9a", "NE9b"])
def test_an_instrument_of_no_strength_moves_nothing(ukraine, name):
    experiment = ukraine.experiments[name]
    found = equalities(ukraine, experiment, posterior_for(ukraine, experiment), members=64)
    assert found["no_strength"] == {"largest": 0.0, "holds": True}
    assert found["no_foresight"] == {"largest": 0.0, "holds": True}
    assert all(each["largest"] == 0.0 for each in found["wrong_series"] if each["exactly"])
    assert exact_failures(found) == []


def test_an_instrument_with_some_strength_is_seen(ukraine, listing, posterior):
    """The placebo can fail: with a change that does something in the place of nothing, it does."""
    spoilt = replace(
        listing, unmoved=(cases.Unmoved("fob_discount_usd_bbl", "a wrong placebo", exactly=True),)
    )
    found = equalities(ukraine, spoilt, posterior, members=64)
    assert exact_failures(found) == ["wrong series fob_discount_usd_bbl"]
    assert found["wrong_series"][0]["verdict"] == "moved"


LEVERS = (
    "producer_listing",
    "vessels_listed_us",
    "waiver",
    "price_cap_usd_bbl",
    "refinery_strikes",
    "aid_withheld",
)
OPERATIONS = ("set", "scale", "add", "at_least", "at_most")


@given(
    st.lists(
        st.builds(Change, st.sampled_from(LEVERS), st.sampled_from(OPERATIONS), st.floats(0.0, 1.0)),
        min_size=1,
        max_size=4,
    )
)
def test_changes_of_no_strength_leave_every_lever_as_it_is(ukraine, listing, changes):
    own = case_of_experiment(ukraine, replace(listing, without=tuple(changes)))
    rows = {name: compile_policy(own, name, start=listing.origin).levers for name in (WITH, ZERO)}
    np.testing.assert_array_equal(rows[WITH], rows[ZERO])


def test_permuting_the_members_changes_nothing(ukraine, listing, run):
    order = np.random.default_rng(3).permutation(run.paths.shape[-1])
    other = replace(run, paths=run.paths[..., order])
    for before, after in ((run, other), (other, run)):
        a, b = forecasts_of(listing, before), forecasts_of(listing, after)
        assert a.values.keys() == b.values.keys()
        for key in a.values:
            np.testing.assert_allclose(a.values[key], b.values[key], rtol=0, atol=1e-9)
            assert a.rising[key] == b.rising[key]
    assert score_rows(ukraine, listing, forecasts_of(listing, run)) == score_rows(
        ukraine, listing, forecasts_of(listing, other)
    )
    assert effects_of(listing, run) == effects_of(listing, other)


# A made-up history: what would be on record if one member of the posterior were the world.

MADE_UP_FROM = Month.parse("2025-09")
SCORED = ("fob_discount_usd_bbl", "delivered_discount_usd_bbl", "export_volume_mbd")


def made_up(case, listing, posterior, member, policy):
    """The case with the path of one member in the place of its record, and the effect that is true there."""
    own = case_of_experiment(as_program(case, "money_chain"), listing)
    question = posed(own, MADE_UP_FROM, listing.until, mode="conditional", seed=77, policies=(WITH, WITHOUT))
    truth = simulate(question, draw_posterior(posterior.draws, 64, 77), keep_paths=64)
    series = dict(case.series)
    for output in SCORED:
        path = truth.path(policy, output)[:, member]
        own_series = record_of(case, output)
        kept = [seen for seen in own_series.observations if seen.month < MADE_UP_FROM]
        pattern = own_series.observations[-1]
        new = [
            replace(
                pattern, month=month, vintage=month + 1, value=float(path[month - case.first_month]), sd=0.3
            )
            for month in (MADE_UP_FROM + i for i in range(listing.until - MADE_UP_FROM + 1))
        ]
        for name in {output, case.observations.get(output, output)}:
            series[name] = replace(own_series, name=name, observations=(*kept, *new))
    at = listing.after - case.first_month
    effect = {
        output: float((truth.path(WITH, output) - truth.path(WITHOUT, output))[at, member])
        for output in SCORED
    }
    return replace(case, series=series), effect


@pytest.mark.parametrize("member", [3, 11, 40])
def test_a_known_effect_is_recovered_from_a_made_up_history(ukraine, listing, posterior, member):
    asked = replace(
        listing,
        predictions=(
            Predicted("fob_discount_usd_bbl", "rise", "change", listing.before, listing.after),
            Predicted("fob_discount_usd_bbl", "rise", "effect", listing.before, listing.after),
        ),
    )
    case, effect = made_up(ukraine, asked, posterior, member, WITH)
    true = effect["fob_discount_usd_bbl"]
    known = replace(asked.predictions[1], recorded=Recorded(true, 0.01, "made up", "derived"))
    asked = replace(asked, predictions=(asked.predictions[0], known))
    found = score_rows(case, asked, forecasts_of(asked, run_experiment(case, asked, posterior, members=512)))
    assert true > 1.0
    assert [row["direction"] for row in found] == ["right", "right"]
    assert abs(found[1]["median"] - true) < 1.5 * (found[1]["high80"] - found[1]["low80"])
    assert found[1]["skill"] > 0


def test_the_date_stands_out_only_where_the_history_holds_the_instrument(ukraine, listing, posterior):
    predicted = Predicted("fob_discount_usd_bbl", "rise", "change", listing.before, listing.after)
    found = {}
    for policy in (WITH, WITHOUT):
        case, _ = made_up(ukraine, listing, posterior, 11, policy)
        asked = Uninformed(as_program(case, "money_chain"), posterior, members=128)
        found[policy] = surprise(case, listing, predicted, asked)
    assert found[WITH].dates >= FEWEST_DATES
    assert found[WITH].value > found[WITHOUT].value + 0.5
    assert found[WITH].rank < found[WITHOUT].rank


def changed_series(case, folder, name, month, value):
    """A copy of the case in which one month of a series has another value."""
    shutil.copytree(case.folder, folder)
    path = folder / "series" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["month"] == month:
            row["value"] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return load(folder)


def test_a_verdict_flips_when_the_record_is_changed(ukraine, listing, run, tmp_path):
    forecasts = forecasts_of(listing, run)

    def verdict(case):
        rows = score_rows(case, listing, forecasts)
        return next(
            row for row in rows if row["output"] == "fob_discount_usd_bbl" and row["measure"] == "change"
        )

    # Discounts as they were, and a fall in the place of the rise.
    fallen = changed_series(ukraine, tmp_path / "ukraine", "fob_discount_usd_bbl", "2025-12", "4.0")
    before, after = verdict(ukraine), verdict(fallen)
    assert (before["direction"], before["inside80"]) == ("right", True)
    assert (after["direction"], after["inside80"]) == ("wrong", False)
    assert after["skill"] < 0 < before["skill"]
    assert before["median"] == after["median"]


@pytest.mark.parametrize(
    ("sense", "within", "median", "recorded", "said"),
    [
        ("rise", None, 2.0, 3.0, "right"),
        ("rise", None, -2.0, 3.0, "wrong"),
        ("rise", None, 2.0, 0.4, "unclear"),
        ("fall", None, 2.0, -3.0, "wrong"),
        ("stay", 1.0, 0.5, 0.9, "right"),
        ("stay", 1.0, 1.5, 0.9, "wrong"),
        ("stay", 1.0, 0.5, 1.3, "unclear"),
        ("stay", 1.0, 0.5, 2.0, "wrong"),
        ("stay", 1.0, 1.5, 2.0, "right"),
        ("stay", 1.0, -1.5, 2.0, "wrong"),
    ],
)
def test_directions_in_words(sense, within, median, recorded, said):
    month = Month.parse("2025-01")
    predicted = Predicted("freight_usd_bbl", sense, "change", month, month + 1, within=within)
    assert direction(predicted, median, Truth(recorded, 0.5, "")) == said
    assert direction(predicted, median, None) == "no record"


def test_an_author_may_expect_otherwise():
    month = Month.parse("2025-01")
    predicted = Predicted("freight_usd_bbl", "fall", "change", month, month + 1)
    assert as_expected(predicted, -1.0)
    assert not as_expected(predicted, 1.0)


def test_observation_error_widens_as_normal_noise_does():
    noisy = with_error(np.zeros(LEVELS.size), 2.0)
    assert np.isclose(noisy.std(), 2.0, rtol=0.03)
    assert np.isclose(np.quantile(noisy, 0.9), 2.0 * 1.2816, rtol=0.02)


def test_the_usual_change_reads_nothing_from_the_origin_on(ukraine, listing):
    output = "fob_discount_usd_bbl"
    series = ukraine.series[output]
    later = tuple(
        replace(seen, value=seen.value + 50.0) if seen.month >= listing.origin else seen
        for seen in series.observations
    )
    changed = replace(ukraine, series=ukraine.series | {output: replace(series, observations=later)})
    assert usual_change(ukraine, output, 3, listing.origin) == usual_change(
        changed, output, 3, listing.origin
    )
    assert usual_change(ukraine, "effective_fleet_ships", 3, listing.origin) is None


def test_a_stated_record_counts_before_a_series(ukraine, listing):
    said = replace(listing.predictions[0], recorded=Recorded(1.0, 0.5, "said", "reported"))
    assert truth_of(ukraine, said).value == 1.0
    assert truth_of(ukraine, listing.predictions[0]).value > 10.0


# What is committed


def test_every_committed_prediction_belongs_to_an_experiment_as_it_stands(ukraine):
    kept = {each["id"]: each for each in read_predictions(ukraine)}
    assert kept.keys() == ukraine.experiments.keys()
    for name, prediction in kept.items():
        experiment = ukraine.experiments[name]
        if "definition" in prediction:
            assert prediction["definition"] == definition_hash(experiment), name
            assert committed_forecasts(experiment, prediction).values.keys() == {
                key_of(predicted) for predicted in experiment.predictions
            }
        assert prediction["cutoff"] == str(experiment.cutoff)
        assert score_levels(ukraine, prediction) or not experiment.predictions


def test_first_predictions_are_read_from_their_quantiles(ukraine, listing):
    kept = read_predictions(ukraine, ["NE6"])[0]
    if "predictions" in kept:
        kept = json.loads(json.dumps({key: kept[key] for key in kept if key != "predictions"}))
        kept["change"] = {"fob_discount_usd_bbl": {f"q{p}": float(p) for p in ("05", 10, 25, 50, 75, 90, 95)}}
    found = committed_forecasts(listing, kept)
    key = key_of(listing.predictions[0])
    q = kept["change"]["fob_discount_usd_bbl"]
    assert np.isclose(np.interp(0.5, LEVELS, found.values[key]), q["q50"], atol=0.01)
    assert np.isclose(np.interp(0.9, LEVELS, found.values[key]), q["q90"], atol=0.2)


def test_a_prediction_is_written_once_and_read_as_it_was(ukraine, listing, posterior, tmp_path):
    prediction = predict(ukraine, listing, posterior, members=64)
    path = write_prediction(prediction, tmp_path)
    with pytest.raises(RipenessError, match="written already"):
        write_prediction(prediction, tmp_path)
    again = json.loads(path.read_text(encoding="utf-8"))
    assert again == json.loads(json.dumps(prediction))
    values = committed_forecasts(listing, again).values
    straight = forecasts_of(listing, run_experiment(ukraine, listing, posterior, members=64)).values
    for key in straight:
        np.testing.assert_allclose(values[key], straight[key], rtol=1e-4, atol=1e-9)


def test_a_prediction_refuses_parameters_that_have_read_on(ukraine, listing, posterior):
    with pytest.raises(RipenessError, match="the posterior has read to 2026-09"):
        predict(ukraine, listing, replace(posterior, cutoff=Month.parse("2026-09")), members=64)


def test_a_cut_off_without_a_posterior_says_how_to_get_one(ukraine, listing):
    with pytest.raises(RipenessError, match="ripeness fit ukraine --cutoff 2024-03"):
        posterior_for(ukraine, listing, Month.parse("2024-03"))


def test_endings_are_chances_and_changes_by_model(ukraine):
    experiment = ukraine.experiments["NE10a"]
    found = predict_endings(
        ukraine, experiment, posterior_for(ukraine, experiment), draws=8, members=64, threads=1
    )
    deal, demand = score_endings(experiment, found)
    assert deal["happened"] is False
    for model in deal["models"].values():
        assert 0.0 <= model["low90"] <= model["high90"] <= 1.0
        assert np.isclose(model["brier"], model["chance"] ** 2)
    assert [round(other["brier"], 4) for other in deal["others"]] == [0.1444, 0.5329, 0.1849]
    assert set(demand["models"]) >= {"m1"}
    assert demand["models"]["m1"]["direction"] in ("right", "wrong", "unclear")
