"""The second pass: walkers, endings, agreement of models, equal budgets, and no foregone conclusion."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ripeness.bargaining import Endings, Kind
from ripeness.case import load
from ripeness.ensemble import bargain as second
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.drivers import Paths
from ripeness.ensemble.endings import END_METRICS, agreement, by_model, outcomes, verdict
from ripeness.ensemble.prior_box import ORDERINGS, SWITCHES, payoffs, sample, shares_best, switched
from ripeness.ensemble.simulate import pose, program_of
from ripeness.policy import compile_policy

REPORT = Path(__file__).parents[2] / "docs" / "validation" / "no_foregone_conclusion.json"


class TestWalkers:
    @pytest.mark.parametrize(("members", "draws"), [(256, 8), (100, 64), (1000, 64), (7, 3)])
    def test_every_draw_and_member_walks(self, members, draws):
        found = second.walkers_of(members, draws)
        assert set(found.member) == set(range(members))
        counts = np.bincount(found.draw, minlength=draws)
        assert counts.min() >= min(second.WALKED, members) - 1
        assert len(set(np.bincount(found.member))) == 1

    def test_a_member_meets_other_draws_in_later_rounds(self):
        found = second.walkers_of(64, 64)
        first, other = found.draw[found.member == 5][:2]
        assert first != other


def found_with(endings: dict[str, Endings], months: int = 6) -> second.Bargained:
    """Three walkers, two policies; flows of one a month, and the second policy loses one thousand more of A."""
    shape = (2, months, 3)
    rows = {name: np.ones(shape) for name in ("losses_a", "losses_d", "civilian_harm")}
    rows["losses_a"][1] = 2.0
    rows |= {name: np.zeros(shape) for name in ("aid_allocated_usd_bn", "coalition_cost_usd_bn")}
    rows["territory_after_km2"] = np.arange(months)[None, :, None] * np.ones(shape)
    efforts = [
        SimpleNamespace(price_usd_bn=np.zeros(months)),
        SimpleNamespace(price_usd_bn=np.full(months, 0.5)),
    ]
    paths = Paths(rows, 0)
    return second.Bargained(
        ("as_enacted", "other"),
        None,
        None,
        None,
        second.Walkers(np.arange(3), np.arange(3)),
        SimpleNamespace(draws=np.linspace(0.0, 1.0, 6).reshape(2, 3)),
        paths,
        SimpleNamespace(efforts=efforts),
        endings,
        {},
    )


def ends(kind, month, terms=None, renewed=None, executed=None) -> Endings:
    return Endings(
        np.array(kind),
        np.array(month, float),
        np.full(np.shape(kind), np.nan) if terms is None else np.array(terms, float),
        np.full(np.shape(kind), np.inf) if renewed is None else np.array(renewed, float),
        executed=executed,
    )


class TestEndings:
    never = [np.inf] * 3

    def test_war_counts_from_the_start_to_its_end_and_again_when_renewed(self):
        # Months 1 to 5 count; a deal in month 3 saves months 3 to 5, renewal in month 4 brings back 4 and 5.
        kind = [[0, 1, 1], [0, 1, 1]]
        month = [[np.inf, 3, 3], [np.inf, 3, 3]]
        renewed = [[np.inf, np.inf, 4], [np.inf, np.inf, 4]]
        found = outcomes(found_with({"m1": ends(kind, month, renewed=renewed)}), "m1")
        assert found["casualties_d"][0].tolist() == [5.0, 2.0, 4.0]
        assert found["casualties_a"][1].tolist() == [10.0, 4.0, 8.0]
        assert found["spend_usd_bn"][1].tolist() == [2.5, 1.0, 2.0]
        assert found["spend_usd_bn"][0].tolist() == [0.0, 0.0, 0.0]
        assert found["territory_km2"][0].tolist() == [5.0, 3.0, 3.0]

    def test_what_lapsed_is_not_counted(self):
        half = np.full((2, 6, 3), 0.5)
        found = outcomes(found_with({"m1": ends([[0] * 3] * 2, [self.never] * 2, executed=half)}), "m1")
        assert found["casualties_a"][1].tolist() == [7.5] * 3
        assert found["spend_usd_bn"][1].tolist() == [1.25] * 3

    def test_kinds(self):
        kind = [[Kind.WAR, Kind.COLLAPSE_A, Kind.COLLAPSE_D], [Kind.SETTLED] * 3]
        month = [[np.inf, 2, 2], [2, 2, 2]]
        renewed = [self.never, [np.inf, 61, 63]]
        found = outcomes(
            found_with({"m1": ends(kind, month, terms=[[np.nan] * 3, [0.2, 0.4, 0.6]], renewed=renewed)}),
            "m1",
        )
        assert found["p_settled"].tolist() == [[0, 0, 0], [1, 1, 1]]
        assert found["p_durable_settlement"][1].tolist() == [1, 0, 1]
        assert found["p_renewed_war"][1].tolist() == [0, 1, 0]
        assert found["p_collapse_a"][0].tolist() == [0, 1, 0]
        assert found["p_collapse_d"][0].tolist() == [0, 0, 1]
        assert found["months_to_settlement"][0].tolist() == [np.inf] * 3

    def test_every_metric_has_its_place_in_the_document(self):
        document = by_model(found_with({"m1": ends([[0] * 3] * 2, [self.never] * 2)}))
        names = {metric.name for metric in END_METRICS} - {"zopa"}
        assert set(document["policies"]["other"]["m1"]) == names
        assert document["policies"]["other"]["m1"]["terms_share_a"]["p50"] is None
        assert document["ranking"]["m1"]["people_lost"][0] == "as_enacted"

    def test_a_model_takes_a_side_only_where_it_is_material(self):
        found = found_with({"m1": ends([[0] * 3] * 2, [self.never] * 2)})
        said = {each["metric"]: each for each in agreement(found, "as_enacted")}
        assert said["people_lost"]["sign"]["m1"] == 1
        found.paths.rows["losses_a"][1] = 1.0 + 1e-6
        said = {each["metric"]: each for each in agreement(found, "as_enacted")}
        assert said["people_lost"]["sign"]["m1"] == 0

    @pytest.mark.parametrize(
        ("sign", "expected"),
        [
            ({"m1": 1, "r1": 1, "r2": 0}, "holds"),
            ({"m1": 1, "r1": 1, "r2": -1}, "model_dependent"),
            ({"m1": 1, "r1": 0, "r2": 0}, "model_dependent"),
            ({"m1": 0, "r1": 1, "r2": 0}, "model_dependent"),
            ({"m1": 0, "r1": 0}, "open"),
            ({"m1": -1, "r1": -1}, "holds"),
        ],
    )
    def test_verdicts(self, sign, expected):
        assert verdict(sign) == expected


@pytest.fixture(scope="module")
def draws():
    return sample(load("ukraine"), 48, seed=3, walkers=16)


class TestNoForegoneConclusion:
    """I13."""

    def test_each_ordering_is_best_somewhere_and_nowhere_everywhere(self, draws):
        found = payoffs(draws)
        best = dict(zip(ORDERINGS, shares_best(found.defender), strict=True))
        for name in ("sequential", "simultaneous", "conditional"):
            assert 0.0 < best[name] < 1.0

    def test_no_effect_no_difference(self, draws):
        """I09: no pressure beyond the base, no relief, and talks that change nothing leave no ordering apart."""
        idle = draws.record._replace(
            chance_base=draws.record.chance_talks,
            progress_cost=np.full(48, 1e6),
            execution_soft=draws.record.execution_firm,
        )
        still = draws.around._replace(relief=np.zeros(48), price=np.zeros(48), drain=np.zeros(48))
        quiet = idle._replace(cost_pressure=np.zeros(48), refusal=np.zeros(48))
        found = payoffs(type(draws)(quiet, still, draws.seed, draws.walkers))
        for values in found:
            assert np.allclose(values, values[:1], atol=1e-5)

    @pytest.mark.parametrize("name", sorted(SWITCHES))
    def test_switches_lie_in_their_priors_and_change_something(self, name, draws):
        case = load("ukraine")
        for key, value in {**SWITCHES[name].off, **SWITCHES[name].on, **SWITCHES[name].besides}.items():
            if key in case.bargaining:
                prior = case.bargaining[key].prior
                assert (
                    prior.ppf(np.array([1e-6]))[0] - 1e-5
                    <= value
                    <= prior.ppf(np.array([1 - 1e-6]))[0] + 1e-5
                )
        few = type(draws)(
            type(draws.record)(*(field[:6] for field in draws.record)),
            type(draws.around)(*(field[:6] for field in draws.around)),
            draws.seed,
            draws.walkers,
        )
        pair = ("sequential", "simultaneous")
        off, on = (payoffs(switched(few, name, state), pair) for state in (False, True))
        assert not np.allclose(off.defender, on.defender)

    def test_the_report_says_so_too(self):
        found = json.loads(REPORT.read_text())
        for name in ("sequential", "simultaneous", "conditional"):
            assert all(0.0 < found["box"][criterion]["best"][name] < 1.0 for criterion in found["box"])
        for name, each in found["switches"].items():
            assert each["shown_in"]["off"][0] < 0.0 < each["shown_in"]["on"][0], name


def asked(members: int = 256):
    case = load("korea_1951_53")
    names = ("as_enacted", "sequential", "simultaneous")
    question = pose(
        case,
        [compile_policy(case, name) for name in names],
        case.default_start,
        min(case.default_start + 24, case.last_month),
        seed=2,
    )
    return question, draw_parameters(case, program_of(case).params, members, 2)


class TestBothPasses:
    def test_parts_threads_and_a_saved_folder_change_nothing(self, tmp_path, monkeypatch):
        question, parameters = asked()
        whole = second.bargain(question, parameters, [0.0] * 3, draws=8)
        monkeypatch.setattr(second, "PART", 3)
        told = []
        parts = second.bargain(
            question, parameters, [0.0] * 3, draws=8, threads=1, folder=tmp_path, done=told.append
        )
        kept = sorted(path.name for path in tmp_path.iterdir())
        again = second.bargain(question, parameters, [0.0] * 3, draws=8, folder=tmp_path)
        assert told == [3, 3, 2] and len(kept) == 3
        for other in (parts, again):
            for field, mine, its in zip(
                Endings._fields, whole.endings["m1"], other.endings["m1"], strict=True
            ):
                if mine is not None:
                    assert np.array_equal(mine, its, equal_nan=True), field

    def test_other_policies_do_not_change_a_policy(self):
        question, parameters = asked()
        from dataclasses import replace

        fewer = replace(question, names=question.names[:2], policies=question.policies[:2])
        both = second.bargain(question, parameters, [0.0] * 3, draws=8).endings["r1"]
        one = second.bargain(fewer, parameters, [0.0] * 2, draws=8).endings["r1"]
        assert np.array_equal(both.kind[:2], one.kind)
