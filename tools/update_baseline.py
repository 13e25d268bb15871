"""Write tests/baseline.json: headline numbers of small comparisons, so that a change of results is seen and said.

Run from the repository root after a change that is meant to move results: `python tools/update_baseline.py`, and say in
CHANGELOG.md what moved and why.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ripeness

BASELINE = Path(__file__).parents[1] / "tests" / "baseline.json"

QUESTIONS: dict[str, dict[str, Any]] = {
    "ukraine": {"policies": ["sequential", "simultaneous", "conditional", "talks_only"]},
    "korea_1951_53": {"policies": ["sequential", "simultaneous"]},
}
"""Cases and policies of the baseline."""

SETTINGS: dict[str, Any] = {"members": 256, "seed": 1, "structural_draws": 8}

MONEY = ("export_revenue_usd_bn", "oil_gas_revenue_rub_trn", "liquid_fund_rub_trn")
ENDS = ("p_settled", "p_durable_settlement", "casualties_a", "casualties_d", "spend_usd_bn")
MODELS = ("m1", "r1", "r2", "n0")


def headlines() -> dict[str, Any]:
    """Means of money and of endings, by case, policy and model."""
    found: dict[str, Any] = {}
    for case, options in QUESTIONS.items():
        document = ripeness.compare(case, **options, **SETTINGS).document
        found[case] = {
            policy: {
                "money": {name: entry["metrics"][name]["mean"] for name in MONEY if name in entry["metrics"]},
                **{
                    model: {name: entry["by_model"][model][name]["mean"] for name in ENDS} for model in MODELS
                },
            }
            for policy, entry in document["policies"].items()
        }
    return found


if __name__ == "__main__":
    BASELINE.write_text(json.dumps(headlines(), indent=1) + "\n")
