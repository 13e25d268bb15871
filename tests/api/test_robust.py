"""Criteria side by side: what `analysis.decision` says, with ties in view, and in every comparison."""

from __future__ import annotations

import numpy as np
import pytest

from ripeness.analysis.decision import decide
from ripeness.api import Comparison
from ripeness.api.robust import Payoff, robustness


def test_criteria_are_those_of_the_decision_table_and_may_disagree() -> None:
    values = np.array([[5.0, 5.0, 5.0], [1.0, 9.0, 4.9], [4.0, 4.0, 8.0]])
    entry = robustness([Payoff("loss", "lower", values)], ["as_enacted", "bold", "mixed"])["loss"]
    table = decide(values, 5.0, "lower")
    assert entry["enough"] == 5.0
    for at, policy in enumerate(["as_enacted", "bold", "mixed"]):
        row = entry["policies"][policy]
        assert row["mean"] == pytest.approx(table.mean[at])
        assert row["max_regret"] == pytest.approx(table.max_regret[at])
        assert row["satisficing"] == pytest.approx(table.satisficing[at])
    assert entry["choices"]["laplace"] == ["bold"]
    assert entry["choices"]["maximin"] == ["as_enacted"]
    assert entry["choices"]["satisficing"] == ["as_enacted"]


def test_equally_good_policies_are_all_named() -> None:
    values = np.array([[1.0, 2.0], [1.0, 2.0]])
    entry = robustness([Payoff("gain", "higher", values, 1.5, "judged")], ["a", "b"])["gain"]
    assert all(policies == ["a", "b"] for policies in entry["choices"].values())
    assert (entry["enough"], entry["enough_because"]) == (1.5, "judged")


def test_a_comparison_has_them_for_the_second_look(comparison: Comparison) -> None:
    document = comparison.document
    for aim in document["objectives"]:
        entry = document["robustness"][aim["metric"]]
        assert set(entry["policies"]) == set(document["policies"])
        assert entry["sense"] == aim["sense"]
    shown = {table.name: table for table in comparison.tables()}
    assert shown["robustness_oil_gas_revenue_rub_trn"].further
    assert not any(table.name.startswith("robustness_") for table in comparison.headlines())
