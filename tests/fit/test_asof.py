"""Nothing dated or released at or after an origin is read: perturbing later rows changes no forecast."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from ripeness import case as cases
from ripeness.base import Month
from ripeness.fit import forecast_run, posterior_of, target
from ripeness.fit.backcast import posed
from ripeness.fit.posterior import Posterior
from ripeness.flow import Parameters, layout_of

ORIGIN = Month.parse("2024-11")
UNTIL = Month.parse("2025-04")


@pytest.fixture(scope="module")
def ukraine():
    return cases.load("ukraine")


def perturbed(folder: Path, target_folder: Path) -> Path:
    """A copy of the case in which every row dated or released from the origin on holds another value."""
    shutil.copytree(folder, target_folder)
    for path in sorted((target_folder / "series").glob("*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        header = lines[0].split(",")
        month_at, value_at, vintage_at = (header.index(name) for name in ("month", "value", "vintage"))
        changed = [lines[0]]
        for line in lines[1:]:
            cells = _cells(line)
            late = cells[month_at] >= str(ORIGIN) or cells[vintage_at] >= str(ORIGIN)
            # Law that is known ahead is dated later but released before: it may be read.
            if late and cells[vintage_at] >= str(ORIGIN):
                cells[value_at] = str(round(float(cells[value_at]) * 0.5 + 0.013, 6))
            changed.append(",".join(_quoted(cell) for cell in cells))
        path.write_text("\n".join(changed) + "\n", encoding="utf-8")
    return target_folder


def _cells(line: str) -> list[str]:
    import csv

    return next(csv.reader([line]))


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"') else cell


@pytest.fixture(scope="module")
def changed(ukraine, tmp_path_factory):
    folder = perturbed(ukraine.folder, tmp_path_factory.mktemp("later") / "ukraine")
    return cases.load(folder)


def few(case) -> Posterior:
    """Sixty-four posterior draws that have read nothing after the origin."""
    draws = posterior_of(case, Month.parse("2025-01")).draws[:, :64]
    return Posterior(case.name, ORIGIN, draws, {}, {})


def test_the_copy_really_differs(ukraine, changed):
    assert changed.content_hash != ukraine.content_hash
    later = [row.value for row in changed.series["oil_gas_revenue_rub_trn"].observations if row.month > UNTIL]
    before = [
        row.value for row in ukraine.series["oil_gas_revenue_rub_trn"].observations if row.month > UNTIL
    ]
    assert later != before


def test_rows_of_an_unconditional_forecast_do_not_move(ukraine, changed):
    own = posed(ukraine, ORIGIN, UNTIL, mode="unconditional")
    other = posed(changed, ORIGIN, UNTIL, mode="unconditional")
    np.testing.assert_array_equal(own.months, other.months)
    np.testing.assert_array_equal(own.policies, other.policies)


def test_an_unconditional_forecast_does_not_move(ukraine, changed):
    options = {"until": UNTIL, "mode": "unconditional", "members": 64, "backend": "reference"}
    own = forecast_run(ukraine, ORIGIN, few(ukraine), **options)
    other = forecast_run(changed, ORIGIN, few(ukraine), **options)
    np.testing.assert_array_equal(own.paths, other.paths)


def test_a_conditional_forecast_moves_by_what_is_given_alone(ukraine, changed):
    """Brent is given, so it may move; before the origin nothing does."""
    options = {"until": UNTIL, "mode": "conditional", "members": 64, "backend": "reference"}
    own = forecast_run(ukraine, ORIGIN, few(ukraine), **options)
    other = forecast_run(changed, ORIGIN, few(ukraine), **options)
    known = ORIGIN - ukraine.first_month
    np.testing.assert_array_equal(own.paths[:, :known], other.paths[:, :known])
    assert not np.array_equal(own.paths[:, known:], other.paths[:, known:])


def test_the_likelihood_of_a_fit_does_not_move(ukraine, changed):
    own = target(ukraine, ORIGIN, backend="reference", threads=1)
    other = target(changed, ORIGIN, backend="reference", threads=1)
    points = np.random.default_rng(0).standard_normal((own.dimension, 16))
    np.testing.assert_array_equal(own(points), other(points))
    assert len(own.free) < layout_of(Parameters).size


def test_a_posterior_that_has_read_beyond_the_origin_is_refused(ukraine):
    from ripeness.base import RipenessError

    with pytest.raises(RipenessError, match="beyond the origin"):
        forecast_run(ukraine, ORIGIN, posterior_of(ukraine), until=UNTIL)
