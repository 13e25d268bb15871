"""The catalogue says what the levers of the model are, no more and no less."""

import pytest

from ripeness.base import RipenessError
from ripeness.flow import PROGRAMS, Levers, layout_of
from ripeness.flow.axes import LABELS
from ripeness.policy import lever_catalogue, lever_of_row, rows_of_lever


def test_catalogue_names_every_lever_in_order():
    assert tuple(lever_catalogue()) == Levers._fields


def test_catalogue_names_rows_that_exist():
    outputs = {name for records in PROGRAMS.values() for name in records.outputs.__annotations__}
    states = {name for records in PROGRAMS.values() for name in records.state.__annotations__}
    for lever in lever_catalogue().values():
        assert lever.moves or lever.in_bargaining
        assert set(lever.moves) <= states | outputs, lever.name
        assert set(lever.not_directly) <= outputs, lever.name
        assert not set(lever.moves) & set(lever.not_directly), lever.name


def test_ranges_fit_the_unit_and_the_shape():
    for lever in lever_catalogue().values():
        assert lever.low == (-1 if lever.name == "narrative" else 0) < lever.high
        assert lever.meaning.endswith(".")
        if lever.unit == "share" and lever.axis is None:
            assert lever.high == 1, lever.name
        shape = layout_of(Levers)[lever.name].shape
        assert shape == (() if lever.axis is None else (len(LABELS[lever.axis]),))


def test_rows_and_levers_lead_to_each_other():
    layout = layout_of(Levers)
    for row, label in enumerate(layout.row_labels):
        assert rows_of_lever(label) == (row,)
        assert row in rows_of_lever(lever_of_row(row).name)
    assert len(rows_of_lever("buyer_tariff")) == len(LABELS["buyer"])


def test_unknown_lever_is_refused_with_the_nearest():
    with pytest.raises(RipenessError, match="did you mean 'services_ban'"):
        rows_of_lever("service_ban")
    with pytest.raises(RipenessError, match="india"):
        rows_of_lever("buyer_tariff.india")
