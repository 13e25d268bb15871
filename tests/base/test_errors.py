"""Faults read as sentences and travel between processes."""

import pickle

from ripeness.base import CaseFaults, Fault, RipenessError, closest, shown, suggestion

FAULT = Fault("policies/a.yaml", 4, "changes[1].set", 2, "is out of range", "give a number from 0 to 1")


def test_a_fault_names_place_problem_and_remedy():
    assert str(FAULT) == (
        "policies/a.yaml:4: changes[1].set: is out of range (value: 2). Remedy: give a number from 0 to 1."
    )
    assert str(Fault("x", None, "", None, "is missing", "did you mean 'y'?")) == (
        "x: is missing. Remedy: did you mean 'y'?"
    )
    assert FAULT.as_record()["line"] == 4


def test_faults_are_counted_and_listed():
    error = CaseFaults([FAULT, FAULT])
    assert str(error).splitlines() == ["2 faults found:", f"  {FAULT}", f"  {FAULT}"]
    assert isinstance(error, RipenessError)
    assert pickle.loads(pickle.dumps(error)).faults == error.faults
    again = pickle.loads(pickle.dumps(RipenessError("it broke", "mend it")))
    assert str(again) == "it broke. Remedy: mend it." and again.remedy == "mend it"
    assert str(RipenessError("it broke")) == "it broke"


def test_values_are_shown_short_and_printable():
    assert shown("a\nb") == "a�b" and shown(float("nan")) == "nan" and shown(None) is None
    assert len(shown("x" * 1000)) == 60 and shown([1, 2]) == "[1, 2]"


def test_suggestions():
    assert closest("wavier", ["waiver", "port_ban"]) == "waiver"
    assert closest("qqq", ["waiver"]) is None
    assert suggestion("qqq", ["a", "b"]) == "use one of: a, b"
    assert "such as a, b, c" in suggestion("qqq", list("abcdefghij"), "lever")
    assert "10 known policies" in suggestion("qqq", list("abcdefghij"), "policy")
    assert "no case" in suggestion("x", [], "case")
