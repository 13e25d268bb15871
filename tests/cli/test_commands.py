from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ripeness import api

Program = Callable[..., Any]
SMALL = ("--members", "40", "--prior")


@pytest.mark.parametrize("command", api.COMMANDS)
def test_every_command_has_help_with_an_example(program: Program, command: str) -> None:
    shown = program(command, "--help")
    assert shown.exit_code == 0
    assert f"Example: ripeness {command}" in shown.stdout
    assert "--json" in shown.stdout
    assert "--quiet" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 100


def test_the_program_lists_its_commands(program: Program) -> None:
    shown = program("--help").stdout
    for command in api.COMMANDS:
        assert f"  {command} " in shown


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ripeness", "--help"], capture_output=True, text=True, check=True
    )
    assert "compare" in done.stdout


def test_compare_says_in_words_what_holds(program: Program) -> None:
    done = program("compare", "two_states", *SMALL)
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""
    assert "What holds: " in done.stdout
    assert "What does not hold: " in done.stdout
    assert "Oil and gas budget revenue, RUB trn, sum of 2003-01 to 2004-12" in done.stdout
    assert "in this model" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_few_metrics_are_shown_unless_all_are_asked_for(program: Program) -> None:
    few = program("compare", "two_states", "--policies", "ratchet", *SMALL).stdout
    every = program("compare", "two_states", "--policies", "ratchet", *SMALL, "--metrics", "all").stdout
    one = program(
        "compare", "two_states", "--policies", "ratchet", *SMALL, "--metrics", "brent_usd_bbl"
    ).stdout
    assert "with --metrics all" in few
    assert "Federal deficit" not in few
    assert "Federal deficit" in every
    assert "Brent price, USD/bbl" in one


@pytest.mark.parametrize(
    "words",
    [
        ("cases",),
        ("schema",),
        ("schema", "policy"),
        ("check", "two_states"),
        ("run", "two_states", "--policy", "ratchet", *SMALL),
        ("compare", "two_states", *SMALL),
        (
            "backcast",
            "two_states",
            "--origins",
            "2002-07",
            "--horizons",
            "1",
            "--members",
            "64",
            "--particles",
            "64",
        ),
    ],
    ids=lambda words: "-".join(words[:2]),
)
def test_json_is_one_document_and_nothing_else(program: Program, words: tuple[str, ...]) -> None:
    done = program(*words, "--json")
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""
    assert isinstance(json.loads(done.stdout), dict)


def test_the_terminal_the_document_and_the_function_say_the_same(program: Program) -> None:
    import ripeness

    said = json.loads(program("compare", "two_states", *SMALL, "--json").stdout)
    assert said == json.loads(ripeness.compare("two_states", members=40, prior=True).to_json())


def test_new_check_compare_and_verify_follow_each_other(program: Program, tmp_path: Path) -> None:
    case, out = tmp_path / "my_war", tmp_path / "out"
    assert program("new", case, "--title", "My war").exit_code == 0
    assert program("check", case).exit_code == 0
    assert program("compare", case, "--policies", "ratchet", *SMALL, "--out", out).exit_code == 0
    assert (out / "report" / "fans_ratchet.png").is_file()
    proof = program("verify", out)
    assert proof.exit_code == 0
    assert "is certified" in proof.stdout


def test_a_finished_run_is_read_again_and_another_question_is_refused(
    program: Program, tmp_path: Path
) -> None:
    words = ("run", "two_states", "--policy", "ratchet", *SMALL, "--out", tmp_path / "out", "--json")
    first, again = program(*words), program(*words)
    assert first.stdout == again.stdout
    other = program(*words, "--seed", "2")
    assert other.exit_code == 2
    said = "seed is 1 there and 2 here"
    assert "holds another run" in other.stderr
    assert said in " ".join(other.stderr.split())


def test_fit_saves_where_it_is_told(program: Program, tmp_path: Path) -> None:
    done = program("fit", "two_states", "--particles", "64", "--repeats", "1", "--out", tmp_path, "--json")
    assert done.exit_code == 0, done.stderr
    assert Path(json.loads(done.stdout)["saved"]).parent == tmp_path


@pytest.mark.parametrize(
    ("out", "says"), [(None, "Nothing was saved"), ("somewhere", "give the same command again")]
)
def test_an_interruption_says_how_to_go_on(
    program: Program, monkeypatch: pytest.MonkeyPatch, out: str | None, says: str
) -> None:
    def interrupted(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "compare", interrupted, raising=False)
    done = program("compare", *(("--out", out) if out else ()))
    assert done.exit_code == 130
    assert says in done.stderr
    assert done.stdout == ""


def test_bench_says_where_it_lives_or_runs_it(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from ripeness.api import judging

    monkeypatch.setattr(judging, "__file__", "/nowhere/src/ripeness/api/judging.py")
    done = program("bench")
    assert done.exit_code == 2
    assert "make bench" in done.stderr
