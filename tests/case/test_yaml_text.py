"""YAML: what each scalar means, where each key stands, and garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.case import KINDS
from ripeness.case.conform import findings
from ripeness.case.schemas import shared_schema
from ripeness.case.yaml_text import parse_yaml


def value_of(text):
    node, faults = parse_yaml(f"x: {text}".encode(), "f")
    assert not faults
    return node.value["x"].value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-2.5", -2.5),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("1e999", "1e999"),
        ("012", "012"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("true", True),
        ("no", "no"),
        ("null", None),
        ("", None),
        ('"1"', "1"),
        ("'null'", "null"),
        ("2022-12-05", "2022-12-05"),
        ("2022-01", "2022-01"),
        (".nan", ".nan"),
    ],
)
def test_scalars_mean_one_thing(text, value):
    assert value_of(text) == value and type(value_of(text)) is type(value)


def test_lines_are_those_of_keys():
    node, _ = parse_yaml(b"a: 1\nb:\n  c:\n    - 1\n    - d: >\n        long\n        text\n", "f")
    assert node.line_at(("a",)) == 1
    assert node.line_at(("b", "c")) == 3
    assert node.line_at(("b", "c", 1)) == 5
    assert node.line_at(("b", "c", 1, "d", "not there")) == 5
    assert node.plain() == {"a": 1, "b": {"c": [1, {"d": "long text\n"}]}}


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\na: 2", 2, "stands twice"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: &x 1\nb: *x", 1, "anchor"),
        ("b: *x", 1, "anchor"),
        ("a: !!int 1", 1, "tag"),
        ("a: 1\n? [1]\n: 2", 2, "as a key"),
        ("a: 1\n  b: 2", 2, "not YAML"),
        ("\ta: 1", 1, "not YAML"),
        ("a: 1\nb: \x07", 2, "unprintable"),
        ("# nothing", 1, "is empty"),
    ],
)
def test_what_is_refused(text, line, problem):
    node, (fault,) = parse_yaml(text.encode(), "f")
    assert node is None and problem in fault.problem and fault.line == line, fault


@given(
    st.binary(max_size=60) | st.text("ab:-[]{}&*!?|>'\"# \n\t1.,%@`", max_size=60).map(str.encode),
    st.sampled_from(KINDS),
)
def test_garbage_gives_faults_and_nothing_else(data, kind):
    node, faults = parse_yaml(data, "f")
    assert (node is None) == bool(faults)
    for fault in faults or [finding.fault for finding in findings(node, shared_schema(kind), "f")]:
        assert fault.problem and fault.remedy and str(fault)
