"""Work C in the EMA Workbench: a Python function of draws and years. Runs in an environment of its own."""

from __future__ import annotations

import json
import math
import sys

import ema_workbench
import numpy as np
from ema_workbench import (
    Constant,
    Model,
    MultiprocessingEvaluator,
    Policy,
    RealParameter,
    ScalarOutcome,
    Scenario,
    SequentialEvaluator,
)
from scipy.optimize import brentq

UNCERTAINTIES = {
    "b": (0.1, 0.45),
    "q": (2.0, 4.5),
    "mean": (0.01, 0.05),
    "stdev": (0.001, 0.005),
    "delta": (0.93, 0.99),
}
LEVERS = {"c1": (-2.0, 2.0), "c2": (-2.0, 2.0), "r1": (0.01, 2.0), "r2": (0.01, 2.0), "w1": (0.0, 1.0)}
OUTCOMES = ("max_p", "utility", "inertia", "reliability")


def release_of(x: float, c1: float, c2: float, r1: float, r2: float, w1: float) -> float:
    """Release that the rule allows at pollution x."""
    wanted = w1 * (abs(x - c1) / r1) ** 3 + (1.0 - w1) * (abs(x - c2) / r2) ** 3
    return min(max(wanted, 0.01), 0.1)


def lake(
    b: float, q: float, mean: float, stdev: float, delta: float,
    c1: float, c2: float, r1: float, r2: float, w1: float,
    alpha: float = 0.4, draws: int = 100, years: int = 100,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Outcomes of one experiment; every experiment meets the same seeded inflows."""
    critical = brentq(lambda x: x**q / (1.0 + x**q) - b * x, 0.01, 1.5)
    log_mean = math.log(mean**2 / math.sqrt(stdev**2 + mean**2))
    log_sd = math.sqrt(math.log(1.0 + stdev**2 / mean**2))
    random = np.random.default_rng(42)
    by_year = np.zeros(years)
    weights = alpha * np.power(delta, np.arange(years))
    reliability = utility = inertia = 0.0
    for _ in range(draws):
        inflows = random.lognormal(log_mean, log_sd, size=years)
        pollution, releases = np.zeros(years), np.zeros(years)
        releases[0] = 0.1
        for t in range(1, years):
            x = pollution[t - 1]
            releases[t] = release_of(x, c1, c2, r1, r2, w1)
            pollution[t] = (1.0 - b) * x + x**q / (1.0 + x**q) + releases[t] + inflows[t - 1]
            by_year[t] += pollution[t] / draws
        reliability += np.sum(pollution < critical) / (draws * years)
        inertia += np.sum(np.diff(releases) < 0.02) / (draws * years)
        utility += np.sum(weights * releases) / draws
    return float(by_year.max()), utility, inertia, reliability


def model_of() -> Model:
    """The lake as EMA describes a model."""
    model = Model("lake", function=lake)
    model.uncertainties = [RealParameter(name, *bounds) for name, bounds in UNCERTAINTIES.items()]
    model.levers = [RealParameter(name, *bounds) for name, bounds in LEVERS.items()]
    model.constants = [Constant("alpha", 0.4), Constant("draws", 100), Constant("years", 100)]
    model.outcomes = [ScalarOutcome(name) for name in OUTCOMES]
    return model


def main() -> None:
    """Answer each line, `{processes, design}`, with the outcome max_p of every experiment."""
    print(json.dumps({"version": ema_workbench.__version__}), flush=True)
    model = model_of()
    evaluators = {1: SequentialEvaluator(model)}
    for line in sys.stdin:
        request = json.loads(line)
        design, processes = request["design"], request["processes"]
        if processes not in evaluators:
            evaluators[processes] = MultiprocessingEvaluator(model, n_processes=processes).__enter__()
        count = len(design["b"])
        scenarios = [
            Scenario(f"s{i}", **{name: design[name][i] for name in UNCERTAINTIES}) for i in range(count)
        ]
        policies = [Policy(f"p{i}", **{name: design[name][i] for name in LEVERS}) for i in range(count)]
        _, outcomes = evaluators[processes].perform_experiments(scenarios, policies, combine="sample")
        max_p = np.asarray(outcomes["max_p"])
        print(json.dumps({"check": float(max_p.mean()), "max_p": max_p.tolist()}), flush=True)


if __name__ == "__main__":
    main()
