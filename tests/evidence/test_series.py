"""Series: the vintage rule, arrays, and garbage that never does more than report faults."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.base import CaseFaults, Month, RipenessError, month_range
from ripeness.evidence import Observation, Series, quality_shares, read_series

TABLE = """\
month,value,unit,source,url,quality,vintage,sd,note
2001-03,30,percent,s,,derived,2001-05,,
2001-01,10,percent,s,,reported,2001-01,1,
2001-02,20,percent,s,,reported,2001-02,,
2001-02,21,percent,s,,reported,2001-06,2,revised
"""


@pytest.fixture
def series(tmp_path):
    place = tmp_path / "rate.csv"
    place.write_text(TABLE)
    return Series.read(place)


def test_reading(series):
    assert (series.name, series.unit) == ("rate", "percent")
    assert [row.value for row in series.observations] == [10, 20, 21, 30]
    assert series.months == month_range(Month(2001, 1), Month(2001, 3))
    assert quality_shares(series) == {"reported": 2 / 3, "derived": 1 / 3, "recalled": 0, "claimed": 0}


@pytest.mark.parametrize(
    ("origin", "values"),
    [
        (None, [10, 21, 30]),
        ("2001-01", []),
        ("2001-02", [10]),
        ("2001-03", [10, 20]),
        ("2001-05", [10, 20]),
        ("2001-06", [10, 20, 30]),
        ("2001-07", [10, 21, 30]),
    ],
)
def test_only_what_had_been_released_is_read(series, origin, values):
    known = series.as_of(None if origin is None else Month.parse(origin))
    assert [row.value for row in known.observations] == values


def test_what_is_known_ahead_needs_only_its_vintage(series):
    law = Series(
        "law", "index", (Observation(Month(2005, 1), 2.0, "index", "s", "reported", Month(2004, 6)),)
    )
    assert law.as_of(Month(2004, 7)).observations == ()
    assert law.as_of(Month(2004, 7), known_ahead=True).observations == law.observations
    assert law.as_of(Month(2004, 6), known_ahead=True).observations == ()


def test_arrays(series):
    months = month_range(Month(2000, 12), Month(2001, 4))
    value, sd, present = series.to_arrays(months, default_sd={"derived": 3.0})
    assert present.tolist() == [False, True, True, True, False]
    assert np.array_equal(value, [np.nan, 10, 21, 30, np.nan], equal_nan=True)
    assert np.array_equal(sd, [np.nan, 1, 2, 3, np.nan], equal_nan=True)
    assert np.array_equal(series.to_arrays(months, Month(2001, 3)).sd[1:3], [1, np.nan], equal_nan=True)
    assert [len(part) for part in series.to_arrays(())] == [0, 0, 0]


def test_units(series):
    share = series.in_unit("share")
    assert [row.value for row in share.observations] == pytest.approx([0.1, 0.2, 0.21, 0.3])
    assert share.observations[2].sd == pytest.approx(0.02)
    assert series.in_unit("percent") is series
    with pytest.raises(RipenessError):
        series.in_unit("mb/d")


def test_every_fault_of_a_file_at_once(tmp_path):
    place = tmp_path / "bad.csv"
    place.write_text(
        TABLE.replace("10,", "ten,").replace("2001-05", "2001-02").replace("21,percent", "21,prcent")
    )
    with pytest.raises(CaseFaults) as caught:
        Series.read(place)
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [
        (2, "vintage"),
        (3, "value"),
        (5, "unit"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("month,value,unit,source,quality\n", "a column is missing"),
        ("month,value,unit,source,quality,vintage\n", "has no rows"),
        ("month,value,unit,source,quality,vintage,month\n", "stands twice"),
        (TABLE[:100], "cells"),
        (b"month,value\xff", "UTF-8"),
        ("month,value,unit,source,quality,vintage\n\x00", "cells"),
    ],
)
def test_files_that_are_no_series(tmp_path, text, problem):
    place = tmp_path / "bad.csv"
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    series, faults = read_series(place)
    assert series is None and len(faults) == 1
    assert problem in faults[0].problem


def test_a_missing_file_is_a_fault(tmp_path):
    _, faults = read_series(tmp_path / "none.csv", file="series/none.csv")
    assert faults[0].file == "series/none.csv" and "cannot be read" in faults[0].problem


cells = st.sampled_from(
    [
        "2001-01",
        "2001-02",
        "0000-01",
        "5",
        "-1e999",
        "nan",
        "USD/bbl",
        "mb/d",
        "s",
        "",
        "reported",
        '"',
        "\n",
        "é",
    ]
) | st.text(max_size=4)
rows = st.lists(st.lists(cells, min_size=6, max_size=6), max_size=5)


@given(st.binary(max_size=200) | rows)
def test_garbage_gives_faults_and_nothing_else(tmp_path_factory, data):
    place = tmp_path_factory.mktemp("garbage") / "x.csv"
    if isinstance(data, list):
        out = io.StringIO()
        csv.writer(out).writerows([["month", "value", "unit", "source", "quality", "vintage"], *data])
        data = out.getvalue().encode("utf-8", "surrogatepass")
    place.write_bytes(data)
    series, faults = read_series(place)
    assert (series is None) == bool(faults)
    for fault in faults:
        assert fault.problem and fault.remedy and str(fault)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), st.floats(-1e3, 1e3)), min_size=1, max_size=40)
)
def test_no_origin_sees_what_came_later(entries):
    first = Month(2001, 1)
    kept = {(first + at, first + at + lag): value for at, lag, value in entries}
    rows = tuple(
        Observation(month, value, "index", "s", "reported", vintage)
        for (month, vintage), value in sorted(kept.items())
    )
    series = Series("x", "index", rows)
    origin = first + 15
    poisoned = tuple(
        row if row.vintage < origin else Observation(row.month, 9e9, *list(vars(row).values())[2:])
        for row in rows
    )
    assert Series("x", "index", poisoned).as_of(origin) == series.as_of(origin)
