"""Priors against SciPy's own distributions, and what their files promise."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ripeness.base import Month, RipenessError
from ripeness.case import prior_from
from ripeness.case.records import parameter_from

Z95 = stats.norm.ppf(0.95)
U = np.linspace(0.001, 0.999, 41)

KNOWN = [
    ({"dist": "normal", "mean": 2, "sd": 0.5}, stats.norm(2, 0.5)),
    ({"dist": "normal", "mean": 2, "low": 1, "high": 3.4}, stats.norm(2, 2.4 / (2 * Z95))),
    (
        {"dist": "lognormal", "median": 0.2, "low": 0.1, "high": 0.4},
        stats.lognorm(np.log(4) / (2 * Z95), scale=0.2),
    ),
    ({"dist": "uniform", "low": -1, "high": 3}, stats.uniform(-1, 4)),
    ({"dist": "halfnormal", "scale": 1.5}, stats.halfnorm(scale=1.5)),
    ({"dist": "triangular", "low": 1, "mode": 2, "high": 5}, stats.triang(0.25, 1, 4)),
    ({"dist": "triangular", "low": 1, "mode": 1, "high": 5}, stats.triang(0, 1, 4)),
    ({"dist": "triangular", "low": 1, "mode": 5, "high": 5}, stats.triang(1, 1, 4)),
    ({"dist": "beta", "a": 2, "b": 5}, stats.beta(2, 5)),
    ({"dist": "normal", "mean": 2, "sd": 1, "bounds": [1, 2.5]}, stats.truncnorm(-1, 0.5, 2, 1)),
]


@pytest.mark.parametrize(("spec", "known"), KNOWN)
def test_against_scipy(spec, known):
    prior = prior_from(spec)
    x = known.ppf(U)
    assert np.allclose(prior.ppf(U), x, rtol=1e-9, atol=1e-12)
    assert np.allclose(prior.logpdf(x), known.logpdf(x), rtol=1e-9, atol=1e-9)
    assert prior.sd == pytest.approx(known.std(), rel=1e-9 if "bounds" not in spec else 2e-3)
    assert prior.logpdf(-1e6) < -1e6
    assert isinstance(float(prior.ppf(0.5)), float) and np.shape(prior.ppf(0.5)) == ()
    assert prior.ppf(np.full((2, 3), 0.5)).shape == (2, 3)
    assert spec["dist"][:4] in prior.describe()


@pytest.mark.parametrize(
    ("mean", "low", "high"), [(0.75, 0.5, 0.95), (0.3, 0.05, 0.5), (0.08, 0.02, 0.16), (0.94, 0.86, 0.99)]
)
def test_a_beta_by_its_interval_keeps_mean_and_width(mean, low, high):
    prior = prior_from({"dist": "beta", "mean": mean, "low": low, "high": high})
    assert prior.shape.a / (prior.shape.a + prior.shape.b) == pytest.approx(mean, rel=1e-9)
    assert prior.ppf(0.95) - prior.ppf(0.05) == pytest.approx(high - low, rel=1e-6)


def test_fixed():
    prior = prior_from({"dist": "fixed", "value": 3, "bounds": [2, 4]})
    assert prior.is_fixed and prior.sd == 0
    assert prior.ppf(U).tolist() == [3.0] * len(U)
    assert prior.logpdf([3, 3.1]).tolist() == [0, -np.inf]


@given(st.sampled_from([spec for spec, _ in KNOWN]), st.floats(0.1, 0.6), st.floats(0.3, 0.4))
def test_bounds_cut_and_renormalise(spec, at, width):
    whole = prior_from({key: value for key, value in spec.items() if key != "bounds"})
    bounds = [float(whole.ppf(at)), float(whole.ppf(at + width))]
    cut = prior_from({**whole_spec(spec), "bounds": bounds})
    drawn = cut.ppf(U)
    assert np.all(np.diff(drawn) >= 0) and bounds[0] <= drawn[0] and drawn[-1] <= bounds[1]
    # The density integrates to one between the bounds.
    edges = np.linspace(*bounds, 4001)
    density = np.exp(cut.logpdf(0.5 * (edges[1:] + edges[:-1])))
    assert np.sum(density * np.diff(edges)) == pytest.approx(1, rel=1e-3)
    assert np.isneginf(cut.logpdf([bounds[0] - 1e-6, bounds[1] + 1e-6])).all()
    assert cut.sd <= whole.sd


def whole_spec(spec):
    return {key: value for key, value in spec.items() if key != "bounds"}


@pytest.mark.parametrize(
    "spec",
    [
        {"dist": "normal", "mean": 1, "sd": 0},
        {"dist": "normal", "mean": 1, "low": 2, "high": 3},
        {"dist": "lognormal", "median": 1, "low": -1, "high": 3},
        {"dist": "lognormal", "median": 1, "low": 1e-300, "high": 1e300},
        {"dist": "uniform", "low": 1, "high": 1},
        {"dist": "uniform", "low": -1.7e308, "high": 1.7e308},
        {"dist": "triangular", "low": 1, "mode": 3, "high": 2},
        {"dist": "halfnormal", "scale": -1},
        {"dist": "beta", "a": 0, "b": 1},
        {"dist": "beta", "mean": 0.5, "low": 0.0, "high": 1.0},
        {"dist": "beta", "mean": 0.5, "low": 0.49999999, "high": 0.50000001},
        {"dist": "normal", "mean": 0, "sd": 1, "bounds": [40, 50]},
        {"dist": "normal", "mean": 0, "sd": 1, "bounds": [1, 1]},
        {"dist": "fixed", "value": 1, "bounds": [2, 3]},
    ],
)
def test_what_cannot_be_drawn_is_refused(spec):
    with pytest.raises(RipenessError) as caught:
        prior_from(spec)
    assert caught.value.remedy


def test_the_prior_of_an_earlier_cut_off():
    said = {
        "name": "x",
        "label": "l",
        "unit": "none",
        "source": "s",
        "quality": "derived",
        "block": "shipping",
        "identification": "weakly",
    }
    fixed = [{"dist": "fixed", "value": value} for value in (0, 1, 2)]
    parameter = parameter_from(
        {
            **said,
            "prior": fixed[0],
            "as_of": [
                {"before": "2025-01", "prior": fixed[1], "source": "s"},
                {"before": "2024-01", "prior": fixed[2], "source": "s"},
            ],
        }
    )
    at = {
        text: parameter.prior_at(Month.parse(text)).ppf(0.5)
        for text in ("2023-06", "2024-01", "2024-02", "2025-01", "2025-02")
    }
    assert at == {"2023-06": 2, "2024-01": 2, "2024-02": 1, "2025-01": 1, "2025-02": 0}
    assert parameter.prior_at(None).ppf(0.5) == 0


def test_scipy_is_loaded_only_when_a_number_is_asked_for():
    code = "import ripeness.case, sys; print({name.split('.')[0] for name in sys.modules} & set(sys.argv))"
    done = subprocess.run(
        [sys.executable, "-c", code, "scipy", "numba", "jax", "pandas", "pydantic"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"
