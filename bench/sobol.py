"""Sobol indices end to end: 40 inputs, 1,024 base rows, two policies of the money chain, runs included; against SALib.

Ours: the design with luck and all other parameters as two more factors, 44 matrices under three policies (the
reference is always stepped), and indices with intervals of five metrics in three views. Theirs: SALib's sample and
analysis around our runs, 42 matrices, the other parameters fixed. Check: the same values give the same indices to
1e-6 in both.

    python -m bench.sobol [--runs 1024] [--rounds 5]
"""

from __future__ import annotations

from importlib.metadata import version
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.timing import ROUNDS, Record, emit, record, run_from_command_line, take_turns
from ripeness.analysis import sobol_indices
from ripeness.case import as_program, load
from ripeness.ensemble.designs import design_of, run_design
from ripeness.ensemble.draws import parameter_values
from ripeness.ensemble.metrics import metric_named
from ripeness.ensemble.simulate import Question, over_blocks, pose, run_chunk
from ripeness.flow import records_of
from ripeness.policy import compile_policy

Floats = NDArray[np.float64]

WORK = "Sobol end to end, 40 inputs, two policies"
INPUTS, ROWS, SEED = 40, 1024, 1
POLICIES = ("as_enacted", "simultaneous", "sequential")
METRICS = (
    "fob_discount_usd_bbl",
    "export_revenue_usd_bn",
    "oil_gas_revenue_rub_trn",
    "liquid_fund_rub_trn",
    "coalition_cost_usd_bn",
)
RESAMPLES = 100


def asked() -> tuple[Question, list[str]]:
    """The question, and the first 40 parameters that vary."""
    case = as_program(load("ukraine"), "money_chain")
    start = case.default_start or case.data_until + 1
    policies = [compile_policy(case, name, start) for name in POLICIES]
    labels = records_of("money_chain").parameter_names
    free = [name for name in labels if not case.parameters[name].prior.is_fixed]
    return pose(case, policies, start, case.last_month, SEED), free[:INPUTS]


def views(values: Floats) -> Floats:
    """Both levels and their difference, (3, ...), from values (..., NP, N)."""
    one, other = values[..., 1, :], values[..., 2, :]
    return np.stack([one, other, one - other])


def ours(question: Question, names: list[str], rows: int) -> dict[str, Any]:
    """Indices by metric, of three views each."""
    design = design_of(question, names, rows)
    values = run_design(question, design, [metric_named(name) for name in METRICS])
    found = {}
    for name, on in values.items():
        a, b, ab = (views(each) for each in (on.a, on.b, on.ab))
        found[name] = [
            sobol_indices(a[i], b[i], ab[i], resamples=RESAMPLES, seed=SEED) for i in range(len(a))
        ]
    return found


def theirs(question: Question, names: list[str], rows: int) -> dict[str, Any]:
    """The same with SALib's sample and analysis; the runs are ours."""
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    problem = {"num_vars": len(names), "names": names, "bounds": [[1e-9, 1.0 - 1e-9]] * len(names)}
    points = sample.sample(problem, rows, calc_second_order=False, seed=SEED).T
    layout = records_of(question.program).parameters
    whole = np.full((layout.size, points.shape[1]), 0.5)
    whole[[layout.row_labels.index(name) for name in names]] = points
    parameters = parameter_values(question.case, layout, whole)
    outputs = records_of(question.program).output_rows
    wanted = [outputs.index(metric_named(name).output) for name in METRICS]

    def finals(first: int, part: Floats) -> Floats:
        return run_chunk(question, part, first, 0).finals[:, wanted]

    values = np.concatenate(over_blocks(finals, parameters, rows), axis=2)
    return {
        name: [
            analyze.analyze(problem, each, calc_second_order=False, num_resamples=RESAMPLES, seed=SEED)
            for each in views(values[:, i].astype(np.float64))
        ]
        for i, name in enumerate(METRICS)
    }


def run(rows: int = ROWS, rounds: int = ROUNDS) -> list[Record]:
    """Our line and SALib's, turn by turn, where SALib is installed."""
    question, names = asked()
    check = ours(question, names, rows)["oil_gas_revenue_rub_trn"][2].total.value.max()
    tasks: dict[str, Any] = {"ours": lambda: ours(question, names, rows)}
    try:
        import SALib  # noqa: F401
    except ImportError:
        pass
    else:
        tasks["salib"] = lambda: theirs(question, names, rows)
        tasks["salib"]()
        _require_same_indices()
    timings = take_turns(tasks, rounds)
    runs = (len(names) + 4) * rows
    lines = [
        record(WORK, "ripeness", version("ripeness"), runs, "futures", runs, timings["ours"], float(check))
    ]
    if "salib" in timings:
        fewer = (len(names) + 2) * rows
        lines.append(
            record(
                WORK,
                "SALib around our runs",
                version("SALib"),
                fewer,
                "futures",
                fewer,
                timings["salib"],
                None,
            )
        )
        ratio = median(timings["salib"].wall) / median(timings["ours"].wall)
        lines[0]["note"] = f"{ratio:.2f} times as fast as with SALib, luck and other parameters besides"
    return [emit(line) for line in lines]


def _require_same_indices() -> None:
    from SALib.analyze import sobol as analyze

    values = np.random.default_rng(SEED).normal(size=(INPUTS + 2, 256)).cumsum(axis=0)
    problem = {"num_vars": INPUTS, "names": [str(i) for i in range(INPUTS)], "bounds": [[0, 1]] * INPUTS}
    peer = analyze.analyze(problem, values.T.ravel(), calc_second_order=False, seed=SEED)
    own = sobol_indices(values[0], values[-1], values[1:-1])
    gap = max(np.abs(own.first.value - peer["S1"]).max(), np.abs(own.total.value - peer["ST"]).max())
    if gap > 1e-6:
        raise AssertionError(f"Sobol: indices of the same values differ from SALib's by {gap:.1e}")


if __name__ == "__main__":
    raise SystemExit(run_from_command_line("Sobol indices", run, runs=ROWS))
