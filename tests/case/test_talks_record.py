"""The dated values of talks follow from the table of rounds by the rule that the folder states."""

import csv
import datetime as dt

import pytest

from ripeness import case as cases

SILENCE = dt.timedelta(days=60)


@pytest.fixture(scope="module")
def case():
    return cases.load("ukraine")


@pytest.fixture(scope="module")
def rounds(case):
    with (case.folder / "talks" / "rounds.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text if len(text) > len("2026-03") else f"{text}-15")


def turns(rounds) -> list[tuple[dt.date, int]]:
    """Dates on which a track opens (1) or closes (0): at a break, or 60 days after its last session."""
    found: list[tuple[dt.date, int]] = []
    first: dt.date | None = None
    last, sessions = dt.date.min, 0
    marked = sorted((day(r["date_start"]), day(r["date_end"]), r["track"]) for r in rounds if r["track"])
    for begin, end, kind in marked:
        if first is not None and begin - last > SILENCE:
            if sessions > 1:
                found += [(first, 1), (last + SILENCE, 0)]
            first = None
        if kind == "session":
            if first is None:
                first, last, sessions = begin, end, 0
            last, sessions = max(last, end), sessions + 1
        elif first is not None:
            found += [(first, 1), (end, 0)]
            first = None
    return [*found, (first, 1)] if first is not None else found


def test_marks_are_known(rounds):
    assert {row["track"] for row in rounds} == {"", "session", "break"}


def test_dated_values_are_those_of_the_rule(case, rounds):
    talks = next(each for each in case.instruments if each.name == "talks")
    dated = [(value.date, int(value.levers["talks"])) for value in talks.values]
    assert dated == turns(rounds)


def test_scores_lie_in_their_bands(case):
    with (case.folder / "talks" / "positions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            low, score, high = (float(row[key]) for key in ("score_low", "score", "score_high"))
            assert 0.0 <= low <= score <= high <= 1.0


def test_every_position_is_on_a_known_issue(case):
    def column(name, key):
        with (case.folder / "talks" / name).open(encoding="utf-8", newline="") as file:
            return {row[key] for row in csv.DictReader(file)}

    assert column("positions.csv", "issue") <= column("issues.csv", "issue")
