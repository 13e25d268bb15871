"""The published schemas: valid themselves, and of one mind with `check`."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ripeness.base import RipenessError
from ripeness.case import KINDS, schema
from ripeness.case.conform import findings
from ripeness.case.yaml_text import Node, parse_yaml
from ripeness.evidence import COLUMNS

KIND_OF = {
    "case.yaml": "case",
    "parameters.yaml": "parameters",
    "instruments/price_cap.yaml": "instrument",
    "policies/as_enacted.yaml": "policy",
    "policies/package.yaml": "policy",
    "tests/package.yaml": "tests",
}


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_schemas(kind):
    said = schema(kind)
    Draft202012Validator.check_schema(said)
    assert said["title"]
    said.clear()
    assert schema(kind), "a caller's change must not reach the next one"


def test_an_unknown_kind_helps():
    with pytest.raises(RipenessError, match="did you mean 'policy'"):
        schema("policies")


@pytest.mark.parametrize("file", KIND_OF)
def test_sound_files_conform(files, file):
    node, faults = parse_yaml(files[file].encode(), file)
    assert not faults and list(findings(node, schema(KIND_OF[file]), file)) == []
    assert list(Draft202012Validator(schema(KIND_OF[file])).iter_errors(node.plain())) == []


def test_rows_of_a_series_conform(files):
    assert set(schema("series")["properties"]) == set(COLUMNS)
    for cells in csv.DictReader(io.StringIO(files["series/brent.csv"])):
        row = {key: float(cell) if key in ("value", "sd") else cell for key, cell in cells.items() if cell}
        assert list(Draft202012Validator(schema("series")).iter_errors(row)) == []


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-5, 600)
    | st.floats(-2, 2)
    | st.text("a1:{}[]-\n'\"#&*! ", max_size=6)
)
junk = st.recursive(
    scalars,
    lambda inside: (
        st.lists(inside, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inside, max_size=2)
    ),
    max_leaves=4,
)


def spots(value, path=()):
    """Every place inside a nested value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from spots(inner, (*path, key))


def replaced(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def as_node(value, line=1):
    if isinstance(value, dict):
        return Node({key: as_node(inner) for key, inner in value.items()}, line)
    return Node([as_node(inner) for inner in value] if isinstance(value, list) else value, line)


@pytest.mark.parametrize("file", [file for file in KIND_OF if file != "parameters.yaml"])
@given(data=st.data())
def test_one_mind_with_a_standard_validator(files, file, data):
    """Wherever a standard validator sees a fault in a spoilt file, `check` does, and the other way round."""
    node, _ = parse_yaml(files[file].encode(), file)
    said = node.plain()
    path = data.draw(st.sampled_from(list(spots(said))))
    spoilt = replaced(said, path, data.draw(junk))
    ours = list(findings(as_node(spoilt), schema(KIND_OF[file]), file))
    theirs = list(Draft202012Validator(schema(KIND_OF[file])).iter_errors(spoilt))
    assert bool(ours) == bool(theirs), (spoilt, ours, theirs)
