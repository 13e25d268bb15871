"""Work A in PySD: one run a contact rate, three stocks at 101 points kept. Runs in an environment of its own."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pysd

STOCKS = ["susceptible", "infectious", "recovered"]


def main() -> None:
    """Answer each line, a number of runs, with the check value."""
    print(json.dumps({"version": pysd.__version__}), flush=True)
    model = None
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            if model is None:  # PySD writes its translation beside the model; this is its cold start
                copied = shutil.copy(Path(__file__).with_name("sir.mdl"), folder)
                model = pysd.read_vensim(copied)
            runs = int(line)
            rates = np.concatenate([[2.5], np.linspace(2.0, 3.0, max(runs - 1, 1))])[:runs]
            saved = [model.run(params={"contact rate": rate}, return_columns=STOCKS) for rate in rates]
            assert saved[0].shape == (101, 3)
            print(json.dumps({"check": float(saved[0]["infectious"].max())}), flush=True)


if __name__ == "__main__":
    main()
