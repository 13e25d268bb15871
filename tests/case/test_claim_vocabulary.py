"""The vocabulary of tests of claims: what a file may say, and what is wrong with one that says something else."""

import shutil

import pytest
from jsonschema import Draft202012Validator

from ripeness.case import (
    Bound,
    Compound,
    Measured,
    NotTestable,
    check,
    load,
    locate,
    matching,
    merged,
    schema,
)
from ripeness.case.claim import RowsWanted
from ripeness.case.claim_tables import COLUMNS, fits, rows_of
from ripeness.case.claims_file import bound_from, claim_test_from, period_from

HEAD = """\
title: A made-up article
claims:
  - id: C1
    sentence: Something is so.
    type: figure
    source: an office
    quality: reported
    test:
"""

SOUND = {
    "figure": "{kind: figure, series: brent, month: 2002-01, is: {at_least: 1}, judgment: j}",
    "record": "{kind: record, table: acts, where: {lever: price_cap_usd_bbl}, judgment: j}",
    "count": "{kind: count, table: acts, where: {value: {at_least: 1}}, is: {at_least: 1}, judgment: j}",
    "months": "{kind: count, series: brent, within: {at_least: 1}, is: {at_least: 1}, judgment: j}",
    "before_after": "{kind: before_after, series: brent, date: 2002-01, months: 3, is: {at_least: 1}, judgment: j}",
    "talks_measure": "{kind: talks_measure, measure: progress, is: {at_most: 0}, judgment: j}",
    "not_testable": "{kind: not_testable, reason: a judgement of value, testable_if: it named a date}",
    "all_of": "{kind: all_of, parts: ["
    "{name: a, says: a, test: {kind: figure, series: brent, is: {at_most: 1}, judgment: j}}, "
    "{name: b, says: b, test: {kind: figure, series: brent, is: {at_most: 1}, judgment: j}}]}",
    "readings": "{kind: readings, parts: ["
    "{name: a, says: a, test: {kind: all_of, note: two things, parts: ["
    "{name: c, says: c, test: {kind: figure, series: brent, is: {at_most: 1}, judgment: j}}, "
    "{name: d, says: d, test: {kind: not_testable, reason: no measure, testable_if: there were one}}]}}, "
    "{name: b, says: b, test: {kind: figure, series: brent, is: {at_most: 1}, judgment: j}}]}",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vocabulary") / "two_states"
    shutil.copytree(locate("two_states"), folder)
    (folder / "claims").mkdir(exist_ok=True)
    return folder


def written(place, test):
    (place / "claims" / "article.yaml").write_text(f"{HEAD}      {test}\n", encoding="utf-8")
    return place


@pytest.mark.parametrize("kind", sorted(SOUND))
def test_each_kind_of_test_is_read(place, kind):
    assert check(written(place, SOUND[kind])) == []
    test = load(place).claims["C1"].test
    expected = {"not_testable": NotTestable, "all_of": Compound, "readings": Compound}.get(kind, Measured)
    assert isinstance(test, expected)


@pytest.mark.parametrize(
    ("kind", "old", "new", "key", "problem"),
    [
        ("figure", "series: brent", "series: brant", "claims[1].test.series", "unknown series"),
        (
            "figure",
            "{at_least: 1}",
            "{about: 1, tolerance: -1}",
            "claims[1].test.is.tolerance",
            "out of range",
        ),
        ("figure", "{at_least: 1}", "{at_least: 2, at_most: 1}", "claims[1].test.is", "holds for no number"),
        ("figure", "month: 2002-01", "month: 2002-13", "claims[1].test.month", "is not a month"),
        ("figure", "kind: figure", "kind: figura", "claims[1].test.kind", "unknown kind"),
        ("figure", "judgment: j", "judgement: j", "claims[1].test.judgement", "unknown key"),
        ("record", "table: acts", "table: act", "claims[1].test.table", "unknown table"),
        ("record", "{lever:", "{levr:", "claims[1].test.where.levr", "is no column of acts"),
        ("count", "table: acts, ", "", "claims[1].test", "names both or neither"),
        ("months", "within: {at_least: 1}, ", "", "claims[1].test", "counts months without a bound"),
        ("before_after", "months: 3", "months: 0", "claims[1].test.months", "out of range"),
        ("talks_measure", "measure: progress", "measure: conceded", "claims[1].test.measure", "needs party"),
        ("not_testable", "reason: a judgement of value", "why: so", "claims[1].test.why", "unknown key"),
        ("not_testable", ", testable_if: it named a date", "", "claims[1].test", "testable_if is missing"),
        ("all_of", "name: b", "name: a", "claims[1].test.parts[2].name", "stands twice"),
        ("readings", "name: d", "name: c", "claims[1].test.parts[1].test.parts[2].name", "stands twice"),
    ],
)
def test_a_fault_says_where_and_what_to_do(place, kind, old, new, key, problem):
    assert old in SOUND[kind]
    faults = [fault for fault in check(written(place, SOUND[kind].replace(old, new, 1))) if fault.key == key]
    assert faults, [str(fault) for fault in check(place)]
    assert problem in faults[0].problem and faults[0].remedy and faults[0].line in (8, 9)
    assert faults[0].file == "claims/article.yaml"


def test_a_file_alone_is_checked_like_a_case(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(f"case: two_states\n{HEAD}      {SOUND['figure']}\n", encoding="utf-8")
    assert check(path) == [] and load(path).claims["C1"].sentence == "Something is so."
    path.write_text(f"case: two_stats\n{HEAD}      {SOUND['figure']}\n", encoding="utf-8")
    (fault,) = check(path)
    assert (fault.line, fault.key, fault.value) == (1, "case", "two_stats") and "two_states" in fault.remedy
    path.write_text(
        f"case: two_states\n{HEAD}      {SOUND['figure'].replace('brent', 'brant')}\n", encoding="utf-8"
    )
    (fault,) = check(path)
    assert (fault.line, fault.key) == (10, "claims[1].test.series")


def test_the_schema_is_a_schema_and_knows_every_kind():
    found = schema("claims")
    Draft202012Validator.check_schema(found)
    test = found["properties"]["claims"]["items"]["properties"]["test"]
    kinds = {branch["properties"]["kind"]["const"] for branch in test["oneOf"]}
    assert kinds == {
        "figure", "record", "count", "before_after", "talks_measure", "experiment", "counterfactual", "condition",
        "tension", "all_of", "any_of", "readings", "not_testable",
    }  # fmt: skip


def test_bounds_and_periods():
    assert bound_from({"about": 3, "tolerance": 1}) == Bound(2.0, 4.0)
    assert bound_from({"about": 3}).holds(3.0) and not bound_from({"at_least": 3}).holds(2.9)
    period = period_from({"from": "2026-01", "until": "2026-02"})
    assert (str(period.first), str(period.last)) == ("2026-01-01", "2026-02-28")


def test_an_alternative_says_only_what_differs():
    test = claim_test_from(
        {
            "kind": "count",
            "table": "acts",
            "where": {"lever": "a"},
            "is": {"at_least": 1},
            "judgment": "j",
            "alternatives": [{"name": "two", "relation": "stricter", "is": {"at_least": 2}, "judgment": "k"}],
        }
    )
    first, other = test.takes
    assert (first.name, other.name, other.relation, other.judgment) == ("as_said", "two", "stricter", "k")
    assert other.spec.bound.low == 2.0 and other.spec.rows == first.spec.rows


def test_conditions_on_cells():
    row = {"place": "Abu Dhabi", "hours": 8.0, "class": "process"}
    assert fits(row, {"place": {"contains": "abu"}, "hours": {"at_least": 8}, "class": ["none", "process"]})
    assert not fits(row, {"place": {"lacks": "Dhabi"}})
    assert not fits({"hours": None}, {"hours": {"at_most": 9}})
    assert fits({"direction": -1}, {"direction": -1})


def test_rows_of_every_table_have_their_columns():
    case = load("ukraine")
    for table, columns in COLUMNS.items():
        for row in rows_of(case, table)[:3]:
            assert set(row) <= set(columns) | {"date"}, table
    year = period_from({"from": "2026-01"})
    first = matching(case, RowsWanted("rounds", {"contact": "three_way"}, year))
    assert [row["place"] for row in first] == ["Abu Dhabi", "Abu Dhabi", "Geneva"]
    assert [row["place"] for row in merged(first, 21)] == ["Abu Dhabi", "Geneva"]
    assert len(merged(first, 5)) == 3
