"""Write the predictions of the case's natural experiments, once; a file that exists is never overwritten.

Run from the repository root: `python tools/predict_experiments.py`. The posterior of the cut-off must be in
the case (`ripeness fit --cutoff 2025-01`). Scores are computed later by `ripeness.fit.score_prediction`.
"""

from __future__ import annotations

import sys

from ripeness import case as cases
from ripeness.fit import experiments, posterior_of, predict, write_prediction
from ripeness.fit.experiments import FOLDER


def main(name: str = "ukraine") -> int:
    """Predict every experiment whose file is missing; returns the exit code."""
    case = cases.as_program(cases.load(name), "money_chain")
    for experiment in experiments(case):
        if (case.folder / FOLDER / f"{experiment.id}.json").exists():
            print(f"{experiment.id}: written already")
            continue
        posterior = posterior_of(case, experiment.cutoff)
        if posterior is None:
            print(
                f"{experiment.id}: no posterior of {experiment.cutoff} in the case; fit it first",
                file=sys.stderr,
            )
            return 1
        print(write_prediction(predict(case, experiment, posterior), case.folder / FOLDER))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
