"""Every kind of bad input: exit code 2, the fault in words with place and remedy, no traceback, no number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Program = Callable[..., Any]


def in_case(old: str, new: str) -> Callable[[Path], None]:
    return in_file("case.yaml", old, new)


def in_file(file: str, old: str, new: str, every: bool = False) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / file
        text = path.read_text()
        assert re.search(old, text, re.MULTILINE), f"{file} has no {old}"
        path.write_text(re.sub(old, new, text, count=0 if every else 1, flags=re.MULTILINE))

    return spoil


def cut(file: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / file
        data = path.read_bytes().rstrip()
        path.write_bytes(data[: data.rindex(b",") - 12])

    return spoil


def drop(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


SPOILT = {
    "unknown key": (in_case("^title:", "titel: x\ntitle:"), r"case\.yaml:\d+: titel: unknown key.*title"),
    "unit that does not exist": (
        in_file("series/brent.csv", "USD/bbl", "USD/barrel"),
        r"series/brent\.csv:2: unit: ",
    ),
    "unit of another kind": (
        in_file("series/brent.csv", "USD/bbl", "mb/d", every=True),
        r"case\.yaml:\d+: .*brent",
    ),
    "date before the war": (
        in_file("instruments/price_cap.yaml", r"date: \d{4}", "date: 1914"),
        r"instruments/price_cap\.yaml:\d+: .*date",
    ),
    "impossible cap": (
        in_file("instruments/price_cap.yaml", r"price_cap_usd_bbl: \d+", "price_cap_usd_bbl: 60000"),
        r"instruments/price_cap\.yaml:\d+: .*price_cap_usd_bbl.*60000",
    ),
    "missing source": (
        in_file("instruments/price_cap.yaml", r",? *source: [^,}\n]+", ""),
        r"price_cap\.yaml:\d+: .*source",
    ),
    "number that is none": (
        in_file("series/brent.csv", r"^(\d{4}-\d\d),[^,]+", r"\1,nan"),
        r"series/brent\.csv:2: value: is not a finite number",
    ),
    "truncated table": (cut("series/brent.csv"), r"series/brent\.csv:\d+: "),
    "missing file": (drop("series/brent.csv"), r"brent"),
    "text that is no YAML": (in_case("^title: .*", "title: [one"), r"case\.yaml:\d+: is not YAML"),
    "unknown base": (
        in_file("policies/ratchet.yaml", "base: as_enacted", "base: as_enactd"),
        r"ratchet\.yaml:\d+: base: .*as_enacted",
    ),
    "unknown lever": (
        in_file("policies/sequential.yaml", "lever: pressure_relief", "lever: presure_relief"),
        r"sequential\.yaml:\d+: .*pressure_relief",
    ),
    "prior that cannot be drawn": (
        in_file("parameters.yaml", r"dist: lognormal, median: [\d.]+", "dist: lognormal, median: -1"),
        r"parameters\.yaml:\d+: ",
    ),
}


@pytest.mark.parametrize("command", ["check", "compare"])
@pytest.mark.parametrize("kind", SPOILT)
def test_a_spoilt_case_is_refused_in_words(
    program: Program, case_copy: Path, kind: str, command: str
) -> None:
    spoil, says = SPOILT[kind]
    spoil(case_copy)
    done = program(command, case_copy)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.exit_code == 2, said
    assert re.search(says, said), said
    assert "Remedy: " in said
    assert "Traceback" not in said
    assert "Median" not in said, "no number stands beside a fault"


def test_as_json_every_fault_is_a_record_and_there_is_no_number(program: Program, case_copy: Path) -> None:
    SPOILT["unknown key"][0](case_copy)
    SPOILT["number that is none"][0](case_copy)
    done = program("compare", case_copy, "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 2
    assert document["ok"] is False
    assert {fault["file"] for fault in document["faults"]} == {"case.yaml", "series/brent.csv"}
    assert all(fault["remedy"] for fault in document["faults"])
    assert "policies" not in document
    checked = json.loads(program("check", case_copy, "--json").stdout)
    assert checked["faults"] == document["faults"]


def test_a_run_folder_that_was_cut_off_is_refused(program: Program, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("run", "two_states", "--policy", "ratchet", "--members", "40", "--prior", "--out", out)
    assert program(*words).exit_code == 0
    outcomes = out / "outcomes.parquet"
    outcomes.write_bytes(outcomes.read_bytes()[:-200])
    for command in (("verify", out), words):
        done = program(*command)
        said = " ".join((done.stdout + done.stderr).split())
        assert done.exit_code == 2, said
        assert "outcomes.parquet" in said
        assert "Traceback" not in said
        assert "Median" not in said


def test_a_changed_run_folder_does_not_hold(program: Program, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert program("run", "two_states", "--members", "40", "--prior", "--out", out).exit_code == 0
    data = bytearray((out / "fans.parquet").read_bytes())
    data[len(data) // 2] ^= 1
    (out / "fans.parquet").write_bytes(data)
    done = program("verify", out)
    assert done.exit_code == 1
    assert "was changed after the run" in " ".join(done.stdout.split())


def test_a_lever_that_moves_nothing_does_not_hold(program: Program, case_copy: Path) -> None:
    (case_copy / "policies" / "idle.yaml").write_text(
        "policy: idle\ntitle: A cap that nobody has to keep\nauthor: a test\nbase: as_enacted\nchanges:\n"
        "  - {lever: cap_in_force, from: start, set: 0}\n  - {lever: price_cap_usd_bbl, from: start, set: 20}\n"
    )
    done = program("check", case_copy)
    assert done.exit_code == 1
    assert "policies/idle.yaml:7: price_cap_usd_bbl: the lever moves nothing" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("compare", "two_state"), "did you mean 'two_states'?"),
        (("compare", "./nowhere"), "there is no case folder"),
        (("compare", "two_states", "--policies", "sequental"), "did you mean 'sequential'?"),
        (("run", "two_states", "--policy", "ratched"), "did you mean 'ratchet'?"),
        (("run", "two_states", "--policy", "ratchet,sequential"), "use compare"),
        (("compare", "two_states", "--metrics", "brent"), "did you mean 'brent_usd_bbl'?"),
        (("compare", "two_states", "--start", "Jan 2003"), "YYYY-MM"),
        (("compare", "two_states", "--start", "1999-01"), "2001-01 to 2004-12"),
        (("compare", "two_states", "--members", "many"), "--members"),
        (("compare", "two_states", "--members", "-5"), "20 or more"),
        (("compare", "two_states", "--dtype", "float8"), "float"),
        (("compare", "two_states", "--cluster", "tcp://nowhere:1"), "--out"),
        (("compare", "two_states", "--colour", "red"), "--colour"),
        (("comprae",), "compare"),
        (("schema", "polcy"), "did you mean 'policy'?"),
        (("new", "Bad Name"), "lower-case"),
        (("verify", "nowhere"), "no saved run"),
        (("backcast", "two_states", "--origins", "1990-01:1991-01"), "do not lie in the record"),
        (("fit", "two_states", "--cutoff", "2030-01"), "cut-off"),
    ],
    ids=lambda words: " ".join(words[:4]) if isinstance(words, tuple) else None,
)
def test_a_wrong_word_is_refused_with_what_to_write(
    program: Program, words: tuple[str, ...], says: str
) -> None:
    done = program(*words)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.exit_code == 2, said
    assert says in said
    assert "Traceback" not in said


def test_a_folder_that_cannot_be_written_is_said_so(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = program("run", "two_states", "--members", "40", "--prior", "--out", tmp_path / "file" / "run")
    assert done.exit_code == 2
    assert "cannot make the folder" in " ".join(done.stderr.split())
