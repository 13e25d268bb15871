"""Reading a sound case, and the one clear fault that each kind of slip gives."""

import os
import pickle
from pathlib import Path

import pytest

from ripeness.base import CaseFaults, Month, RipenessError
from ripeness.case import check, load, shipped


def spoil(files, file, old, new):
    """One file with one passage replaced, and the line in which the passage begins."""
    text = files[file]
    assert text.count(old) >= 1, old
    return {file: text.replace(old, new, 1)}, text[: text.index(old)].count("\n") + 1


def test_a_sound_case_loads(write):
    folder = write()
    assert check(folder) == []
    case = load(folder)
    assert (case.name, case.first_month, len(case.months)) == ("tiny", Month(2001, 1), 36)
    assert case.default_start is None
    assert set(case.policies) == {"as_enacted", "package"}
    package = case.policies["package"]
    assert package.base == "as_enacted" and package.start == Month(2002, 7)
    assert [change.operation for change in package.changes] == ["set", "set", "scale"]
    assert package.changes[0].start == "start" and package.changes[0].until == "start+6"
    assert package.changes[1].value == {"turkiye": 0.5}
    assert package.triggers[0].below == 10 and package.triggers[0].then[0].operation == "at_least"
    assert package.mapping_notes == ("one note",)
    (cap,) = case.instruments
    assert [value.kind for value in cap.values] == ["level", "pulse", "level"]
    assert cap.values[2].levers == {"buyer_tariff": {"turkiye": 0.25}}
    assert cap.values[2].date.isoformat() == "2001-10-01"
    assert case.tests[0].must == "fall" and case.tests[0].file == "tests/package.yaml"
    assert case.parameters["fleet_initial.insured"].prior.ppf(0.3) == 1.0


def test_lists_may_stand_under_their_name(write, files):
    rows = "".join(f"  {line}\n" for line in files["parameters.yaml"].splitlines())
    tests = "".join(f"  {line}\n" for line in files["tests/package.yaml"].splitlines())
    case = load(write({"parameters.yaml": f"parameters:\n{rows}", "tests/package.yaml": f"tests:\n{tests}"}))
    assert len(case.tests) == 1 and case.parameters["payload_mb"].unit == "mb"


def test_a_case_travels_between_processes(write):
    case = load(write())
    assert pickle.loads(pickle.dumps(case)) == case


def test_the_hash_follows_what_is_said_not_where_or_how_it_is_stored(write, files):
    case = load(write())
    dos = {name: text.replace("\n", "\r\n").encode() for name, text in files.items()}
    assert load(write(dos, "dos")).content_hash == case.content_hash
    changed, _ = spoil(files, "series/brent.csv", ",60,", ",61,")
    assert load(write(changed, "changed")).content_hash != case.content_hash
    with_notes = {"README.md": "words", "posterior/draws.bin": b"\x00"}
    assert load(write(with_notes, "notes")).content_hash == case.content_hash


# Each row: file, passage, what replaces it, words of the fault, words of its remedy.
SLIPS = [
    ("case.yaml", "metrics:", "metrix:", "unknown key", "did you mean 'metrics'"),
    ("case.yaml", "title: A tiny case", "title:", "is empty", "write text"),
    ("case.yaml", "title: A tiny case", "title: 2001", "is not text", "in quotes"),
    ("case.yaml", "first_month: 2001-01", "first_month: 2001-13", "is not a month", "YYYY-MM"),
    ("case.yaml", "first_month: 2001-01", 'first_month: "2001-01\\n"', "is not a month", "YYYY-MM"),
    ("case.yaml", "last_month: 2003-12", "last_month: 2001-11", "lies before data_until", "in the order"),
    ("case.yaml", "  brent_usd_bbl: brent", "  brent_usd_bl: brent", "unknown key", "brent_usd_bbl"),
    ("case.yaml", "  brent_usd_bbl: brent", "  brent_usd_bbl: brend", "unknown series", "'brent'"),
    ("case.yaml", "  key_rate: key_rate", "  key_rate: brent", "does not fit", "share"),
    ("case.yaml", "  cpi_yoy: prices\n", "", "the site cpi_yoy is missing", "add cpi_yoy"),
    ("case.yaml", "cpi_yoy: prices", "cpi_yoy: late", "in the year before", "add a row"),
    ("case.yaml", "budget_rule: 1", "budget_rule: true", "has the wrong form", "a number"),
    ("case.yaml", "{steps: {2001-01: 40", "{steps: {2001-02: 40", "begins after the first month", "2001-01"),
    ("case.yaml", "{constant: 100,", "{constant: 100, series: plan,", "as well as", "keep one"),
    ("case.yaml", "oil_market, shipping", "oil_market, shiping", "unknown block", "'shipping'"),
    ("case.yaml", "[export_volume_mbd]", "[export_volume]", "unknown metric", "export_volume_mbd"),
    ("case.yaml", "reported: 0.5", "reported: -1", "out of range", "above 0"),
    ("case.yaml", "role: seller", "side: seller", "unknown key", "id"),
    ("parameters.yaml", "dist: fixed, value: 1", "dist: fixt, value: 1", "unknown dist", "'fixed'"),
    ("parameters.yaml", "value: 1", "value: .nan", "is not a number", "a number"),
    (
        "parameters.yaml",
        "dist: fixed, value: 1",
        "dist: beta, mean: 0.5, low: 0.6, high: 0.9",
        "drawn",
        "order",
    ),
    ("parameters.yaml", "dist: fixed, value: 1", "dist: beta, mean: 0.5", "lacks", "a and b"),
    (
        "parameters.yaml",
        "dist: fixed, value: 1",
        "dist: uniform, low: 2, high: 1",
        "cannot be drawn",
        "order",
    ),
    (
        "parameters.yaml",
        "dist: fixed, value: 1",
        "dist: lognormal, median: 1, low: 0, high: 2",
        "drawn",
        "above 0",
    ),
    ("parameters.yaml", "value: 1}", "value: 1, bounds: [2, 3]}", "outside its bounds", "change"),
    ("parameters.yaml", "value: 1}", "value: 1, bounds: [2]}", "holds 1 entries", "at least 2"),
    ("parameters.yaml", "unit: none", "unit: 1/yr", "unknown unit", "1/year"),
    ("parameters.yaml", "source: s, ", "", "the key source is missing", "add source"),
    ("parameters.yaml", "name: payload_mb,", "name: payload_mbb,", "unknown parameter", "payload_mb"),
    ("parameters.yaml", "unit: mb,", "unit: mb/d,", "is not the unit", "give it in mb"),
    ("parameters.yaml", "identification: weakly", "identification: weak", "unknown identification", "weakly"),
    (
        "instruments/price_cap.yaml",
        "price_cap_usd_bbl: 60",
        "price_cap_usd_bbl: -5",
        "out of range",
        "0 to 500",
    ),
    (
        "instruments/price_cap.yaml",
        "price_cap_usd_bbl: 60",
        "price_cap_usd_bbl: 501",
        "out of range",
        "0 to 500",
    ),
    ("instruments/price_cap.yaml", "cap_in_force: 1", "cap_in_force: 1.2", "out of range", "0 to 1"),
    ("instruments/price_cap.yaml", "cap_in_force: 1", "cap_inforce: 1", "unknown key", "'cap_in_force'"),
    ("instruments/price_cap.yaml", "turkiye: 0.25", "turkey: 0.25", "unknown key", "turkiye"),
    ("instruments/price_cap.yaml", "date: 2001-03-16", "date: 2001-01-16", "before the war began", "2001-02"),
    ("instruments/price_cap.yaml", "date: 2001-03-16", "date: 2001-02-30", "not a day", "correct"),
    (
        "instruments/price_cap.yaml",
        "date: 2001-09-01",
        "date: 2001-03-01",
        "lies before the value above",
        "order",
    ),
    ("instruments/price_cap.yaml", "date: 2001-10", "date: 2004-01-01", "after the last month", "last_month"),
    (
        "instruments/price_cap.yaml",
        "    act: Act 1\n    source: gazette\n",
        "    act: Act 1\n",
        "source",
        "add",
    ),
    (
        "instruments/price_cap.yaml",
        "{vessels_listed_us: 12}",
        "{vessels_listed_us: 12, waiver: 1}",
        "at once",
        "kind",
    ),
    ("instruments/price_cap.yaml", "instrument: price_cap", "instrument: cap", "name of the file", "rename"),
    ("instruments/price_cap.yaml", "forecast: hold", "forecast: held", "unknown forecast", "hold"),
    (
        "instruments/price_cap.yaml",
        "forecast: hold",
        "forecast: hold\nforecast: zero",
        "stands twice",
        "keep one",
    ),
    ("policies/package.yaml", "lever: waiver", "lever: wavier", "unknown lever", "'waiver'"),
    ("policies/package.yaml", "set: 0.5, ", "", "lacks", "set, or scale"),
    ("policies/package.yaml", "set: 0.5, ", "set: 0.5, add: 1, ", "as well as", "keep one"),
    ("policies/package.yaml", "set: 0.5, ", "set: 1.5, ", "out of range", "0 to 1"),
    ("policies/package.yaml", "until: start+6", "until: start-6", "is not start", "start+6"),
    ("policies/package.yaml", "from: 2002-08", "from: 2000-08", "before the war began", "2001-02"),
    ("policies/package.yaml", "start: 2002-07", "start: 2000-07", "before the war began", "2001-02"),
    (
        "policies/package.yaml",
        "from: 2002-08, until: end",
        "from: 2002-08, until: 2002-07",
        "before from",
        "put from",
    ),
    ("policies/package.yaml", "base: as_enacted", "base: as_enactd", "unknown policy", "'as_enacted'"),
    ("policies/package.yaml", "base: as_enacted", "base: package", "in a circle", "break"),
    ("policies/package.yaml", "than: as_enacted", "than: as_enactd", "unknown policy", "'as_enacted'"),
    (
        "policies/package.yaml",
        "output: fob_discount_usd_bbl",
        "output: fob_discount",
        "unknown output",
        "fob_discount_",
    ),
    ("policies/package.yaml", "output: fob_discount_usd_bbl", "output: cpi_yoy", "unknown output", "such as"),
    ("policies/package.yaml", "author: an author\n", "", "the key author is missing", "add author"),
    ("policies/package.yaml", "lever: waiver", "lever: &a waiver", "anchor", "write values out"),
    ("policies/package.yaml", "lever: waiver", "lever: !!python/name:os.system x", "tag", "remove"),
    ("tests/package.yaml", "given: package", "given: packages", "unknown policy", "'package'"),
    ("tests/package.yaml", "must: fall", "must: drop", "unknown must", "rise, fall, stay"),
    ("tests/package.yaml", "month: 2003-01", "month: 2010-01", "after the last month", "2003-12"),
    ("series/brent.csv", ",note\n", ",nota\n", "unknown column", "'note'"),
    ("series/brent.csv", "2001-04,60,", "2001-04,nan,", "not a finite number", "delete the row"),
    ("series/brent.csv", "2001-04,60,", "2001-04,inf,", "not a finite number", "delete the row"),
    ("series/brent.csv", "2001-04,60,", "2001-04,,", "is empty", "number"),
    ("series/brent.csv", "2001-04,60,", "2001-4,60,", "not a month", "YYYY-MM"),
    ("series/brent.csv", "2001-04,60,USD/bbl", "2001-04,60,$/bbl", "unknown unit", "USD/bbl"),
    ("series/brent.csv", "2001-04,60,USD/bbl", "2001-04,60,mb/d", "two units", "USD/bbl"),
    ("series/brent.csv", "60,USD/bbl,agency", "60,USD/bbl,", "no source", "publication"),
    ("series/brent.csv", "derived", "rumoured", "unknown quality", "use one of"),
    ("series/brent.csv", "2001-02,0.25", "2001-02,-0.25", "above 0", "positive"),
    ("series/brent.csv", "derived,2001-04", "derived,2001-03", "released before its month", "known_ahead"),
    (
        "series/brent.csv",
        "reported,2001-04,,revised",
        "reported,2001-02,,revised",
        "stands twice",
        "keep one row",
    ),
    (
        "series/brent.csv",
        "2001-04,60,USD/bbl,agency,,derived,2001-04,",
        "2001-04,60,USD",
        "has 4 cells",
        "complete",
    ),
    ("series/brent.csv", '"a note, with a comma"\n', '"a note\n', "not a CSV row", "close every quote"),
]


@pytest.mark.parametrize(("file", "old", "new", "problem", "remedy"), SLIPS)
def test_a_slip_gives_one_clear_fault(write, files, file, old, new, problem, remedy):
    changed, line = spoil(files, file, old, new)
    faults = check(write(changed))
    assert len(faults) == 1, [str(fault) for fault in faults]
    (fault,) = faults
    assert fault.file == file
    assert problem in fault.problem, str(fault)
    assert remedy in fault.remedy, str(fault)
    added = new.count("\n") if new.startswith(old + "\n") else 0
    missing = "is missing" in fault.problem and not file.startswith("parameters")
    if not missing:
        assert fault.line == line + added, str(fault)
    assert set(fault.as_record()) == {"file", "line", "key", "value", "problem", "remedy"}


def test_all_faults_are_listed_at_once(write, files):
    changed = {}
    for file, old, new in [
        ("case.yaml", "title: A tiny case", "title:"),
        ("parameters.yaml", "value: 1}", "value: x}"),
        ("instruments/price_cap.yaml", "price_cap_usd_bbl: 60", "price_cap_usd_bbl: 600"),
        ("instruments/price_cap.yaml", "date: 2001-09-01", "date: 2000-09-01"),
        ("policies/package.yaml", "lever: waiver", "lever: wavier"),
        ("policies/package.yaml", "at_least: 0.5", "at_least: 5"),
        ("series/brent.csv", "2001-04,60,", "2001-04,nan,"),
        ("series/plan.csv", "law,reported", ",reported"),
        ("tests/package.yaml", "given: package", "given: pakage"),
    ]:
        text = changed.get(file, files[file])
        changed[file] = text.replace(old, new, 1)
    with pytest.raises(CaseFaults) as caught:
        load(write(changed))
    faults = caught.value.faults
    # The date before the war also lies before the value above it.
    assert len(faults) == 10
    assert list(faults) == sorted(faults, key=lambda fault: (fault.file, fault.line or 0, fault.key))
    assert str(caught.value).count("\n") == 10 and "10 faults found" in str(caught.value)
    assert pickle.loads(pickle.dumps(caught.value)).faults == faults


def test_missing_parts(write):
    (fault,) = check(write({"parameters.yaml": None}))
    assert fault.file == "parameters.yaml" and fault.problem == "is missing"
    (fault,) = check(
        write(
            {"policies/as_enacted.yaml": None, "policies/package.yaml": None, "tests/package.yaml": None}, "b"
        )
    )
    assert fault.problem == "the reference policy is missing"


def test_a_missing_parameter_is_named(write, files):
    rows = [
        line for line in files["parameters.yaml"].splitlines(keepends=True) if "name: payload_mb," not in line
    ]
    (fault,) = check(write({"parameters.yaml": "".join(rows)}))
    assert fault.key == "payload_mb" and "missing" in fault.problem


def test_a_parameter_stands_once(write, files):
    text = files["parameters.yaml"]
    (fault,) = check(write({"parameters.yaml": text + text.splitlines(keepends=True)[0]}))
    assert "stands twice, first in line 1" in fault.problem
    assert fault.line == text.count("\n") + 1


def test_two_instruments_may_set_a_lever_only_if_both_add(write, files):
    other = files["instruments/price_cap.yaml"].replace("instrument: price_cap", "instrument: listings")
    faults = check(write({"instruments/listings.yaml": other}))
    assert {fault.value for fault in faults} == {
        "cap_in_force", "price_cap_usd_bbl", "vessels_listed_us", "buyer_tariff"
    }  # fmt: skip
    both = {
        "instruments/listings.yaml": other + "adds: true\n",
        "instruments/price_cap.yaml": files["instruments/price_cap.yaml"] + "adds: true\n",
    }
    assert check(write(both, "both")) == []


def test_rows_without_an_error_need_a_default_for_their_quality(write, files):
    changed, _ = spoil(files, "case.yaml", ", derived: 2", "")
    (fault,) = check(write(changed))
    assert fault.problem == "derived rows of the series have no sd"
    assert fault.key == "observations.brent_usd_bbl"


def test_an_observed_series_ends_with_the_data(write, files):
    changed, _ = spoil(files, "case.yaml", "data_until: 2002-06", "data_until: 2002-05")
    (fault,) = check(write(changed))
    assert "past data_until" in fault.problem


def test_a_longer_circle_of_bases_is_one_fault(write, files):
    changed, _ = spoil(files, "policies/package.yaml", "base: as_enacted", "base: other")
    changed["policies/other.yaml"] = "policy: other\ntitle: t\nauthor: a\nbase: package\n"
    (fault,) = check(write(changed))
    assert "other -> package -> other" in fault.problem


def test_links_are_refused(write, tmp_path):
    folder = write()
    (tmp_path / "outside.csv").write_text("month,value\n")
    os.symlink(tmp_path / "outside.csv", folder / "series" / "outside.csv")
    os.symlink(tmp_path, folder / "talks")
    faults = check(folder)
    assert [(fault.file, "link" in fault.problem) for fault in faults] == [
        ("series/outside.csv", True),
        ("talks", True),
    ]


def test_names_cannot_reach_outside(write, files):
    changed, line = spoil(files, "case.yaml", "brent_usd_bbl: brent", "brent_usd_bbl: ../../secrets")
    (fault,) = check(write(changed))
    assert fault.line == line and "is not a name" in fault.problem


def test_huge_and_deep_and_foreign_files_are_refused(write):
    huge = "# " + "x" * (3 * 1024 * 1024)
    (fault,) = check(write({"tests/package.yaml": huge}, "a"))
    assert "larger than" in fault.problem
    (fault,) = check(write({"series/plan.csv": "x" * (5 * 1024 * 1024)}, "b"))
    assert "larger than" in fault.problem
    (fault,) = check(write({"tests/package.yaml": "[" * 100_000}, "c"))
    assert "deeper" in fault.problem
    (fault,) = check(write({"tests/package.yaml": b"\xff\xfe\x00"}, "d"))
    assert "UTF-8" in fault.problem
    (fault,) = check(write({"tests/package.yaml": "a: &x [1]\nb: *x\n"}, "e"))
    assert "anchor" in fault.problem
    (fault,) = check(write({"tests/package.yaml": ""}, "f"))
    assert fault.problem == "is empty"
    (fault,) = check(write({"tests/package.yaml": "- given: 'open\n"}, "g"))
    assert "is not YAML" in fault.problem


def test_folders_and_files_that_nothing_reads_are_faults(write):
    changed = {"polices/x.yaml": "a: 1", "series/x.tsv": "", "notes.txt": "", "README.md": "", ".hidden": ""}
    faults = {fault.file: fault.remedy for fault in check(write(changed))}
    assert set(faults) == {"polices", "series/x.tsv", "notes.txt"}
    assert "'policies'" in faults["polices"]


def test_names_that_lead_nowhere(tmp_path):
    with pytest.raises(RipenessError, match="no case 'nowhere_at_all'"):
        load("nowhere_at_all")
    with pytest.raises(RipenessError, match="no case folder"):
        load(tmp_path / "nowhere")
    assert all(isinstance(name, str) for name in shipped())


def test_a_folder_with_nothing_in_it(tmp_path):
    assert [fault.file for fault in check(Path(tmp_path))] == [
        "case.yaml", "parameters.yaml", "policies/as_enacted.yaml"
    ]  # fmt: skip
