"""Measures of talks: worked by hand on the shipped records, and what must hold of any record."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ripeness import case as cases
from ripeness.analysis.sincerity import SIGNALS, Reading, filtered, readings
from ripeness.analysis.talks import (
    WEIGHTINGS,
    Track,
    agreement,
    chained,
    distance,
    fulfilment,
    net_acts,
    overlap,
    per_process,
    process,
    progress,
    rank_gap,
    tracks,
)
from ripeness.base import Month
from ripeness.evidence import Position, Round, months_of

WINTER = Track(dt.date(2025, 10, 24), dt.date(2026, 3, 9))


def record_of(name):
    case = cases.load(name)
    return case.talks, (case.parties["a"].name, case.parties["d"].name)


@pytest.fixture(scope="module")
def ukraine():
    return record_of("ukraine")


def roles(record):
    return {name: issue.role for name, issue in record.issues.items()}


def test_process_of_march_2022_by_hand(ukraine):
    record, _ = ukraine
    months = months_of(record)
    at = months.index(Month(2022, 3))
    # Four meetings of delegations, both enemies in the room, and three foreign ministers in Antalya.
    assert process(record.rounds, months)[at] == pytest.approx(4 * 0.6 * 1.0 + 0.8 * 0.9)
    assert process(record.rounds, months, "equal")[at] == 5
    assert process(record.rounds, months, "enemies_met")[at] == 5


def test_progress_of_the_winter_of_2025_by_hand(ukraine):
    record, sides = ukraine
    found = progress(record.positions, sides, *WINTER, roles=roles(record))
    # Nine issues: caps 0.90-0.00 to 0.90-0.35, alliance 0.2, guarantees 0.2, the south 0.2, Donbas 0.05 apart.
    assert found.total.value == pytest.approx((0.35 + 0.2 + 0.2 + 0.2 - 0.05) / 9)
    assert len(found.by_issue) == 9
    assert found.without["force_limits"] == pytest.approx((0.2 + 0.2 + 0.2 - 0.05) / 8)
    assert found.conceded[sides[0]] == 0.0
    assert found.conceded[sides[1]] > 0.1
    for side in sides:
        band = found.conceded_band[side]
        assert band.low <= band.value == found.conceded[side] <= band.high
    assert found.conceded_band[sides[1]].low < found.conceded_band[sides[1]].high
    assert found.total.low <= found.total.value <= found.total.high


def test_korea_by_hand():
    record, sides = record_of("korea_1951_53")
    months = months_of(record)
    # 10 July to 22 August 1951: seven weeks begun, four of them in July.
    assert process(record.rounds, months, "equal")[:2].tolist() == [4.0, 3.0]
    start = record.positions[0].date
    found = progress(record.positions, sides, start, record.last_day, roles=roles(record))
    # The line went from a whole scale apart to none, and so did the question of foreign forces.
    assert found.by_issue == {"demarcation": 1.0, "foreign_forces": 1.0}
    assert fulfilment(record.promises)[0].value == pytest.approx((2 + 0.5) / 6)
    assert rank_gap(record.delegations, sides) == (0.0, 5)


def test_vietnam_by_hand():
    record, sides = record_of("vietnam_1968_73")
    autumn = progress(
        record.positions, sides, dt.date(1972, 7, 13), dt.date(1972, 10, 12), roles=roles(record)
    )
    # Hanoi gave up removing the government (0.90 to 0.40), Washington went from 0.25 to 0.35.
    assert autumn.by_issue["saigon_government"] == pytest.approx(0.65 - 0.05)
    months = months_of(record)
    secret = [row for row in record.rounds if row.id == "V03"]
    assert process(secret, months, "equal").sum() == pytest.approx(12.0)


def test_the_us_pressed_ukraine_to_talk_while_it_talked_and_the_eu_pressed_russia(ukraine):
    record, sides = ukraine
    months = months_of(record)
    spent = process(record.rounds, months)

    def fell(sender, target, kinds):
        acts = net_acts(record.events, months, target=target, kinds=kinds, sender=sender)
        return overlap(acts, spent, sender=sender, target=target, kinds=kinds)

    us, eu = fell("US", sides[0], ("cost",)), fell("EU", sides[0], ("cost",))
    assert (us.tightened[0], us.eased[0]) == (4, 2)
    assert eu.net_with_talks > us.net_with_talks
    assert fell("US", sides[1], ("to_talk",)).net_with_talks > 0


def test_tracks_end_at_a_break_or_a_silence(ukraine):
    record, _ = ukraine
    found = tracks(record.rounds)
    assert [(str(each.start), str(each.end)) for each in found] == [
        ("2022-02-28", "2022-05-17"),
        ("2025-02-12", "2025-10-22"),
        ("2025-10-24", "2026-03-09"),
        ("2026-07-22", "2026-10-09"),
    ]


def a_round(day: dt.date, contact: str = "direct", level: str = "delegation") -> Round:
    return Round(str(day), day, day, "", level, "session", contact, "", "", "", "none", "s", "reported")


DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2021, 12, 31))
MONTHS = tuple(Month(2020, 1) + k for k in range(24))


@given(st.lists(DAYS, max_size=20), st.randoms())
def test_process_adds_up_and_knows_no_order(days, luck):
    rounds = [a_round(day) for day in days]
    mixed = list(rounds)
    luck.shuffle(mixed)
    for weighting in WEIGHTINGS:
        total = process(rounds, MONTHS, weighting)
        np.testing.assert_allclose(total, process(mixed, MONTHS, weighting), atol=1e-12)
        np.testing.assert_allclose(
            total.sum(), sum(process([row], MONTHS, weighting).sum() for row in rounds), atol=1e-12
        )


def a_position(day: dt.date, actor: str, issue: str, score: float) -> Position:
    return Position(day, actor, issue, "", score, score, score, "s", "reported")


SCORES = st.floats(0, 1)


@settings(deadline=None)
@given(st.lists(st.tuples(DAYS, st.sampled_from("AD"), st.sampled_from("xy"), SCORES), max_size=20))
def test_progress_is_the_same_from_either_end_of_the_scale_and_for_either_side(rows):
    first, last = dt.date(2020, 1, 1), dt.date(2021, 12, 31)
    positions = sorted((a_position(*row) for row in rows), key=lambda row: row.date)
    turned = [replace(row, score=1 - row.score, low=1 - row.high, high=1 - row.low) for row in positions]
    one = progress(positions, ("A", "D"), first, last)
    other = progress(turned, ("D", "A"), first, last)
    np.testing.assert_allclose(one.total.value, other.total.value, atol=1e-12)
    for party in "AD":
        np.testing.assert_allclose(one.conceded[party], other.conceded[party], atol=1e-12)


def test_an_issue_that_enters_late_is_no_movement():
    day = dt.date(2020, 1, 15)
    positions = [a_position(day, "A", "x", 1.0), a_position(day, "D", "x", 0.0)]
    later = [*positions, *(a_position(dt.date(2020, 6, 15), side, "y", 0.5) for side in "AD")]
    apart = distance(later, ("A", "D"), MONTHS)
    assert chained(apart)[-1] == 0.0


def test_per_process_is_unknown_without_process():
    found = progress([], ("A", "D"), dt.date(2020, 1, 1), dt.date(2020, 2, 1)).total
    assert np.isnan(per_process(found, 0.0).value)


def test_overlap_of_together_and_in_sequence():
    talks = np.array([0.0, 1.0] * 12)
    none = np.zeros(24)
    together = overlap((talks, none), talks, sender="s", target="t", kinds=("cost",))
    apart = overlap((1 - talks, none), talks, sender="s", target="t", kinds=("cost",))
    assert together.correlation == pytest.approx(1.0)
    assert apart.correlation == pytest.approx(-1.0)
    assert (together.tightened, apart.tightened) == ((12, 0), (0, 12))


def test_agreement_of_coders():
    day = dt.date(2020, 1, 1)
    first = [
        a_position(day, "A", name, score)
        for name, score in zip("abcde", (0.1, 0.3, 0.5, 0.7, 0.9), strict=True)
    ]
    assert agreement(first, first) == (pytest.approx(1.0), 5)
    turned = [replace(row, score=1 - row.score) for row in first]
    assert agreement(first, turned)[0] == pytest.approx(-1.0)
    assert np.isnan(agreement(first, first[:1])[0])


def test_a_second_coder_is_read_and_compared(tmp_path, ukraine):
    import shutil

    from ripeness.evidence import read_talks

    folder = tmp_path / "talks"
    shutil.copytree(cases.load("ukraine").folder / "talks", folder)
    record, _ = ukraine
    lines = ["date,actor,issue,score"]
    lines += [f"{row.date},{row.actor},{row.issue},{row.score}" for row in record.positions[:20]]
    (folder / "positions_second.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found, faults = read_talks(folder)
    assert not faults
    assert agreement(found.positions, found.coders["second"]) == (pytest.approx(1.0), 20)
    (folder / "positions_second.csv").write_text("date,actor,issue,score\n2022-01-01,Russia,nothing,2\n")
    found, faults = read_talks(folder)
    assert found is None
    assert {fault.key for fault in faults} == {"issue", "score"}


def test_the_prior_decides_and_it_is_said(ukraine):
    record, sides = ukraine
    windows = tracks(record.rounds)
    for party, side, other in ((sides[0], 1.0, sides[1]), (sides[1], 0.0, sides[0])):
        said = filtered(party, [readings(record, party, side, other, window) for window in windows])
        assert said.low < 0.5 < said.high
        assert said.said == "undetermined"
        assert list(said.posteriors.values()) == sorted(said.posteriors.values())


def test_a_signal_repeated_counts_once_and_no_signal_says_nothing():
    seen = Reading(SIGNALS[0], True, 0.0, 0.05)
    once, often = filtered("x", [[seen]]), filtered("x", [[seen]] * 5)
    assert once.posteriors == often.posteriors
    empty = filtered("x", [[Reading(SIGNALS[0], None, float("nan"), 0.05)]])
    assert all(empty.posteriors[prior] == pytest.approx(prior) for prior in empty.posteriors)


def test_all_signals_together_can_give_a_verdict_either_way():
    all_seen = [[Reading(kind, True, 0.0, 0.0) for kind in SIGNALS]]
    none_seen = [[Reading(kind, False, 0.0, 0.0) for kind in SIGNALS]]
    assert filtered("x", all_seen).posteriors[0.5] > 0.9
    assert filtered("x", none_seen).posteriors[0.5] < 0.1
    assert filtered("x", none_seen).said in ("sincere", "undetermined")


@given(st.sampled_from([0.0, 1.0]))
def test_a_mirrored_record_gives_mirrored_readings(side):
    """The same stands at the other end of the scale, under the other name, read the same: no party is special."""
    record, sides = record_of("ukraine")
    swap = {sides[0]: sides[1], sides[1]: sides[0]}
    ends = {"0": "1", "1": "0", "both": "both", "": ""}
    mirrored = replace(
        record,
        positions=tuple(
            replace(
                row,
                actor=swap.get(row.actor, row.actor),
                score=1 - row.score,
                low=1 - row.high,
                high=1 - row.low,
            )
            for row in record.positions
        ),
        issues={name: replace(issue, stand=ends[issue.stand]) for name, issue in record.issues.items()},
        events=tuple(
            replace(row, sender=swap.get(row.sender, row.sender), target=swap.get(row.target, row.target))
            for row in record.events
        ),
        delegations=tuple(replace(row, party=swap[row.party]) for row in record.delegations),
    )
    party, other = (sides[0], sides[1]) if side == 1.0 else (sides[1], sides[0])
    for window in tracks(record.rounds):
        one = readings(record, party, side, other, window)
        two = readings(mirrored, swap[party], 1.0 - side, swap[other], window)
        assert [each.present for each in one] == [each.present for each in two]
