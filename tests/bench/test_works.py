"""The works shared with peers are the same works: known values, and slow loops written from the equations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from bench import work_a, work_c

from ripeness import engine


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-4), ("float64", 1e-7)])
def test_the_epidemic_has_the_peak_that_pysd_finds(dtype: str, tolerance: float) -> None:
    saved = work_a.simulate(work_a.contact_rates(2), dtype)
    assert saved.shape == (101, 3, 2)
    assert work_a.most_infectious(saved) == pytest.approx(work_a.MOST_INFECTIOUS, rel=tolerance)
    assert saved.sum(axis=1) == pytest.approx(work_a.POPULATION, rel=1e-5)


def test_a_run_does_not_depend_on_the_chunk() -> None:
    rates = work_a.contact_rates(600)
    assert np.array_equal(work_a.simulate(rates, chunk=256), work_a.simulate(rates, chunk=512))


def lake(columns: dict[str, float], inflow: np.ndarray) -> tuple[float, float, float, float]:
    """One experiment in plain Python; `inflow` (draws, years - 1) are standard normals."""
    b, q = columns["b"], columns["q"]
    log_mean = math.log(columns["mean"] ** 2 / math.hypot(columns["stdev"], columns["mean"]))
    log_sd = math.sqrt(math.log(1.0 + (columns["stdev"] / columns["mean"]) ** 2))
    grid = np.linspace(0.01, 1.5, 200_001)
    critical = grid[np.argmax(grid**q / (1.0 + grid**q) >= b * grid)]
    draws, years = inflow.shape[0], inflow.shape[1] + 1
    pollution, releases = np.zeros((draws, years)), np.full((draws, years), 0.1)
    for i in range(draws):
        for t in range(1, years):
            x = pollution[i, t - 1]
            wanted = columns["w1"] * (abs(x - columns["c1"]) / columns["r1"]) ** 3
            wanted += (1.0 - columns["w1"]) * (abs(x - columns["c2"]) / columns["r2"]) ** 3
            releases[i, t] = min(max(wanted, 0.01), 0.1)
            natural = math.exp(log_mean + log_sd * inflow[i, t - 1])
            pollution[i, t] = (1.0 - b) * x + x**q / (1.0 + x**q) + releases[i, t] + natural
    weights = 0.4 * columns["delta"] ** np.arange(years)
    return (
        pollution.mean(axis=0).max(),
        (releases * weights).sum(axis=1).mean(),
        (np.diff(releases, axis=1) < 0.02).sum() / (draws * years),
        (pollution < critical).mean(),
    )


def test_the_lake_is_the_lake_of_the_equations() -> None:
    experiments = 3
    columns = work_c.design(experiments)
    inputs = work_c.inputs_of(columns)
    drawn = np.stack(
        [engine.reference.shocks_of(work_c.LAKE, inputs, year)[0] for year in range(work_c.YEARS - 1)], axis=1
    ).astype(float)
    ours = work_c.simulate(columns, "float64")
    for e in range(experiments):
        own = {name: float(values[e]) for name, values in columns.items()}
        expected = lake(own, drawn[e * work_c.DRAWS : (e + 1) * work_c.DRAWS])
        assert ours[:, e] == pytest.approx(expected, rel=1e-6), work_c.OUTCOMES


def test_critical_pollution_is_where_recycling_meets_loss() -> None:
    b, q = np.array([0.42, 0.3]), np.array([2.0, 3.0])
    x = work_c.critical_pollution(b, q)
    assert x**q / (1.0 + x**q) == pytest.approx(b * x, rel=1e-6)


def test_the_parquet_file_holds_every_experiment(tmp_path) -> None:
    import pyarrow.parquet as pq

    columns = work_c.design(70)
    outcomes = work_c.simulate_to(tmp_path / "outcomes.parquet", columns)
    table = pq.read_table(tmp_path / "outcomes.parquet")
    assert table.num_rows == 70
    assert table.column("max_p").to_pylist() == pytest.approx(outcomes[0].tolist())
    assert table.column("b").to_pylist() == pytest.approx(columns["b"].tolist())
