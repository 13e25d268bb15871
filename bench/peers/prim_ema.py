"""PRIM in the EMA Workbench on made-up futures. Runs in an environment of its own."""

from __future__ import annotations

import json
import sys
import warnings

import ema_workbench
import numpy as np
import pandas as pd
from ema_workbench.analysis import prim


def futures(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """The futures of bench.prim, from the same seeded numbers."""
    random = np.random.default_rng(seed)
    inputs = random.random((20, rows))
    corner = (inputs[0] < 0.4) & (inputs[1] > 0.6) & (inputs[2] < 0.8)
    cases = corner | (random.random(rows) < 0.02)
    return pd.DataFrame({f"x{j:02d}": row for j, row in enumerate(inputs)}), cases.astype(int)


def main() -> None:
    """Answer each line, `{rows, seed}`, with the density and the limits of the first box."""
    warnings.filterwarnings("ignore")
    print(json.dumps({"version": ema_workbench.__version__}), flush=True)
    known: dict[tuple[int, int], tuple[pd.DataFrame, np.ndarray]] = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = (request["rows"], request["seed"])
        if key not in known:
            known[key] = futures(*key)
        box = prim.Prim(*known[key], threshold=0.5).find_box()
        limits = [[float(low), float(high)] for low, high in box.box_lim.to_numpy().T]
        print(json.dumps({"check": float(box.density), "limits": limits}), flush=True)


if __name__ == "__main__":
    main()
