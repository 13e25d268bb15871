"""Write the predictions of a case's natural experiments, once; a file that exists is never overwritten.

Run from the repository root. Posteriors of the experiments' cut-offs must be in the case
(`ripeness fit --cutoff 2025-01`). Commit what is written before anything is scored
(`ripeness experiments`, tools/validation/natural_experiments_page.py).

    python tools/predict_experiments.py                       predicts what has no file yet
    python tools/predict_experiments.py --again "a reason"    first moves files to docs/validation/earlier_predictions;
                                                              the new ones carry the reason, and the page says so
    python tools/predict_experiments.py --only NE4,NE9        of these alone, with or without --again
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from ripeness import case as cases
from ripeness.case import Case
from ripeness.fit import chosen_experiments, write_prediction
from ripeness.fit.experiment_endings import predict_all
from ripeness.fit.experiments import FOLDER, MEMBERS, posterior_for

ROOT = Path(__file__).parents[1]
EARLIER = ROOT / "docs" / "validation" / "earlier_predictions"


def main(arguments: list[str]) -> int:
    """Predict every experiment whose file is missing; returns the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", nargs="?", default="ukraine")
    parser.add_argument("--again")
    parser.add_argument("--only", default="")
    chosen = parser.parse_args(arguments)
    case = cases.load(chosen.case)
    folder = case.folder / FOLDER
    for experiment in chosen_experiments(case, [name for name in chosen.only.split(",") if name]):
        path = folder / f"{experiment.id}.json"
        posterior = posterior_for(case, experiment)
        more: dict[str, str] = {}
        if path.exists():
            if not chosen.again:
                print(f"{experiment.id}: written already")
                continue
            more = {"because": chosen.again, "replaces": moved_away(case, path)}
        prediction = predict_all(case, experiment, posterior, members=MEMBERS)
        print(write_prediction(prediction | more, folder))
    return 0


def moved_away(case: Case, path: Path) -> str:
    """Move a prediction to the earlier ones, in a folder of its posterior and round; returns where it lies now."""
    posterior = json.loads(path.read_text(encoding="utf-8"))["posterior"][:8]
    rounds = (EARLIER / f"{case.name}_{posterior}_{number}" / path.name for number in range(1, 1000))
    target = next(place for place in rounds if not place.exists())
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, target)
    return str(target.relative_to(ROOT))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
