"""Records of past wars: what they say, what is made of it, and every slip of the pen explained."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ripeness.base import CaseFaults, Month
from ripeness.case import check, load, new_case
from ripeness.case import war_coding as coding
from ripeness.case.war_case import HELD_BACK_MONTHS, NOMINAL_KM2, case_of, files_of
from ripeness.case.war_record import Phase, Pressure, Talks, WarRecord, read_war_record
from ripeness.policy import compile_policy

MADE_UP = Path(__file__).with_name("made_up_war.yaml")
CASES = Path(coding.__file__).parents[1] / "cases"
SHIPPED = sorted(path.parent.name for path in CASES.glob("*/record.yaml"))
ORDERINGS = {
    "as_enacted",
    "sequential",
    "pressure_first",
    "simultaneous",
    "conditional",
    "pressure_only",
    "talks_only",
}


def record_of(path):
    found, faults = read_war_record(path)
    assert faults == [] and found is not None
    return found


def test_five_past_wars_are_shipped():
    assert SHIPPED == [
        "falklands_1982",
        "iran_iraq_1980_88",
        "iran_sanctions_2006_15",
        "korea_1951_53",
        "vietnam_1968_73",
    ]


@pytest.mark.parametrize("path", [*(CASES / name / "record.yaml" for name in SHIPPED), MADE_UP], ids=str)
def test_a_record_and_the_folder_written_from_it_are_one_case(path, tmp_path):
    record = record_of(path)
    folder = tmp_path / record.id
    for name, text in files_of(record, path.read_text(encoding="utf-8")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    assert check(folder) == []
    written, made = load(folder), case_of(record, path)
    assert replace(written, folder=made.folder, content_hash=made.content_hash) == made


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_war_agrees_with_its_own_record(name):
    case, record = load(name), record_of(CASES / name / "record.yaml")
    assert record.id == case.name and set(case.policies) == ORDERINGS
    pressed, _ = coding.pressed_side(record)
    assert coding.end_kind(record, pressed) == case.outcome.kind
    assert record.ending.date is not None and Month.of(record.ending.date) == case.outcome.month
    assert record.ending.terms_share_pressed == case.outcome.terms_share_a
    # What lies after the last month that may be read is the answer, not the question.
    assert case.data_until < case.outcome.month <= case.last_month
    assert all(case.series[series].months[-1] <= case.data_until for series in case.observations.values())
    assert 6 <= len(case.actor_rows) <= 10 and len(case.stakes) >= 2


def test_a_case_without_a_war_has_no_front():
    case = load("iran_sanctions_2006_15")
    assert case.blocks == ("chest", "bargaining")
    assert all(stake.land_weight == 0 for stake in case.stakes)


def test_a_sixth_war_needs_no_code(tmp_path):
    alone = tmp_path / "sixth"
    alone.mkdir()
    (alone / "record.yaml").write_text(MADE_UP.read_text(encoding="utf-8"), encoding="utf-8")
    assert check(MADE_UP) == check(alone) == []
    case = load(MADE_UP)
    assert case.content_hash == load(alone).content_hash
    assert (case.parties["a"].name, case.parties["d"].name) == ("Eastmark", "Westmark (and the Islands)")
    assert any("Eastmark" in note and "2 acts of pressure" in note for note in case.notes)
    assert any("mud everywhere" in note for note in case.notes)
    assert any("shelling" in note for note in case.notes)
    assert any("Songs written" in note for note in case.notes)
    assert (case.first_month, case.war_start) == (Month(1901, 2), Month(1901, 3))
    assert case.data_until == Month(1903, 6) - HELD_BACK_MONTHS and case.default_start == Month(1902, 7)
    assert case.outcome.kind == "settled" and case.outcome.month == Month(1903, 6)
    assert [row.value for row in case.series["grain_exports_of_eastmark"].observations] == [410, 90.5]
    assert set(case.policies) == ORDERINGS and "gap in the record: losses of both sides" in case.not_modelled
    for name in case.policies:
        compile_policy(case, name)


def test_the_least_that_a_record_can_say(tmp_path):
    path = tmp_path / "least.yaml"
    path.write_text("{id: least, title: Least, parties: {side_a: X, side_b: Y}, war_start: '1950-01'}\n")
    assert check(path) == []
    case = load(path)
    assert case.observations == {} and case.instruments == () and case.outcome is None
    assert case.data_until < case.default_start <= case.last_month


def test_a_record_can_be_begun_as_a_folder(tmp_path):
    case = load(new_case(tmp_path / "rivers", "Two rivers", template=MADE_UP))
    assert (case.name, case.title) == ("rivers", "Two rivers")
    assert case.month_facts == load(MADE_UP).month_facts and case.policies == load(MADE_UP).policies
    slip = tmp_path / "slip.yaml"
    slip.write_text("id: slip\n")
    with pytest.raises(CaseFaults, match="parties"):
        new_case(tmp_path / "none", "None", template=slip)
    assert not (tmp_path / "none").exists()


def test_words_on_the_front_become_levels():
    record = record_of(MADE_UP)
    assert coding.pressed_side(record)[0] == "side_a"
    levels = coding.front_levels(record, "side_a")
    said = list(dict.fromkeys((level.words, level.share, level.sd) for level in levels))
    assert said == [
        ("Eastmark ahead", 0.65, coding.CODED_SD),
        ("pushed back", 0.4, coding.CODED_SD),
        ("stalemate", 0.4, coding.CODED_SD),
        ("mud everywhere", 0.4, coding.GUESSED_SD),
        ("Westmark far ahead", pytest.approx(0.15), coding.CODED_SD),
    ]
    turned = coding.front_levels(record, "side_b")
    assert [level.share for level in turned[:4:2]] == pytest.approx([0.35, 0.6])


def test_pressure_accumulates_and_relief_halves_it():
    steps = coding.pressure_steps(record_of(MADE_UP), "side_a")
    assert [step.value for step in steps["arms_denial"]] == [0.3]
    assert [step.value for step in steps["cost_pressure"]] == [0.15, 0.075]


def test_tracks_of_talks_that_overlap_are_one():
    steps = coding.talks_steps(record_of(MADE_UP).talks)
    assert [(str(step.day), step.value) for step in steps] == [
        ("1902-02-01", 1.0),
        ("1902-04-14", 0.0),
        ("1903-05-01", 1.0),
        ("1903-07-20", 0.0),
    ]


@pytest.mark.parametrize(
    ("kind", "ended", "expected"),
    [
        ("surrender of the last army", None, "collapse_a"),
        ("ceasefire after a surrender", None, "settled"),
        ("it went on", None, "none"),
        ("surrender", ("collapse", "side_b"), "collapse_d"),
        ("words", ("none", None), "none"),
    ],
)
def test_how_a_war_ended(kind, ended, expected):
    record = record_of(MADE_UP)
    said, loser = ended or (None, None)
    ending = replace(record.ending, type=kind, kind=said, loser=loser)
    assert coding.end_kind(replace(record, ending=ending), "side_a") == expected


SLIPS = {
    "war_end: '1903-06-20'": ("war_end: '1900-06-20'", "war_end", "before war_start"),
    "war_start: '1901-03-10'": ("war_start: '1901-02-30'", "war_start", "calendar"),
    "pressure:": ("presure:", "presure", "unknown key"),
    "  end: '1901-08-31'": ("  end: '1901-02-01'", "phases[1].end", "before start"),
    "- start: '1901-09-01'": ("- start: '1901-02-01'", "phases[2].start", "phase above"),
    "  direction: -1": ("  direction: 2", "pressure[3].direction", "unknown direction"),
    "  target: the Islands": ("  target: Westmrk", "pressure[4].target", "names no party"),
    "  side_b:\n  - Westmark (and the Islands)\n": ("", "parties", "side_b is missing"),
    "- date: '1902-01'": ("- date: '1802-01'", "pressure[1].date", "five years"),
    "id: river_war_1901_03": ("id: River War", "id", "is not a name"),
    "  type: peace treaty": ("  type: rout\n  kind: collapse", "outcome.kind", "which side lost"),
    "  terms:\n": ("  kind: none\n  terms_share_pressed: 0.4\n  terms:\n", "terms_share", "without a deal"),
    "  quality: reported": ("  quality: reportd", "talks[2].quality", "unknown quality"),
}


@pytest.mark.parametrize("text", SLIPS, ids=[slip[1] for slip in SLIPS.values()])
def test_a_slip_is_one_fault_with_its_place_and_remedy(text, tmp_path):
    wrong, key, problem = SLIPS[text]
    path = tmp_path / "slip.yaml"
    whole = MADE_UP.read_text(encoding="utf-8")
    assert whole.count(text) == 1
    path.write_text(whole.replace(text, wrong), encoding="utf-8")
    (fault,) = check(path)
    assert fault.file == "slip.yaml" and key in fault.key and problem in fault.problem
    assert fault.remedy and (fault.line is not None and fault.line >= 1)
    if wrong.strip():
        line = path.read_text(encoding="utf-8").splitlines()[fault.line - 1]
        assert line.strip() in wrong or fault.key in ("parties", "outcome.terms_share_pressed")


def test_a_record_with_nothing_dated_says_so(tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text("{id: empty, title: Empty, parties: {side_a: X, side_b: Y}}\n")
    (fault,) = check(path)
    assert "nothing in the record is dated" in fault.problem


@settings(max_examples=60)
@given(st.data())
def test_a_record_cut_or_garbled_anywhere_never_crashes(tmp_path_factory, data):
    text = MADE_UP.read_bytes()
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 60))
    path = tmp_path_factory.mktemp("garbled") / "war.yaml"
    path.write_bytes(text[:start] + data.draw(st.binary(max_size=8)) + text[start + length :])
    for fault in check(path):
        assert fault.problem and fault.remedy and str(fault)


DAYS = st.dates(dt.date(1960, 1, 1), dt.date(1969, 12, 31))
WORDS = ["X ahead", "Y far ahead", "X holds it", "stalemate", "n/a", "", "X ahead then pushed back, mud"]


@st.composite
def wars(draw):
    """Records with any number of phases in order, acts and rounds."""
    cuts = sorted(draw(st.lists(DAYS, min_size=2, max_size=7, unique=True)))
    phases = tuple(
        Phase(first, last, "phase", draw(st.sampled_from(WORDS))) for first, last in pairwise(cuts)
    )
    acts = draw(
        st.lists(
            st.tuples(
                DAYS,
                st.sampled_from(["X", "Y", "X and Y"]),
                st.sampled_from(["arms embargo", "oil embargo", "threat", "raid"]),
                st.sampled_from([1, -1]),
            ),
            max_size=12,
        )
    )
    rounds = draw(st.lists(st.tuples(DAYS, st.integers(0, 400), st.sampled_from(["none", "Z"])), max_size=6))
    return WarRecord(
        "war.yaml",
        "war",
        "War",
        {"side_a": ("X",), "side_b": ("Y",)},
        draw(st.sampled_from([None, "side_a", "side_b"])),
        cuts[0],
        cuts[-1],
        None,
        phases,
        tuple(
            Talks(day, day + dt.timedelta(days=length), "", mediator, "", "s", "recalled")
            for day, length, mediator in rounds
        ),
        tuple(
            Pressure(day, "Z", target, instrument, direction, "", "s", "recalled")
            for day, target, instrument, direction in acts
        ),
        (),
        None,
        (),
    )


@settings(max_examples=30, deadline=None)
@given(wars())
def test_whatever_the_phases_and_acts_the_case_is_sound(tmp_path_factory, record):
    folder = tmp_path_factory.mktemp("wars") / "war"
    for name, text in files_of(record, MADE_UP.read_text(encoding="utf-8")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    assert check(folder) == []
    case = load(folder)
    pressed, _ = coding.pressed_side(record)
    assert all(0.0 <= level.share <= 1.0 for level in coding.front_levels(record, pressed))
    for series in case.observations.values():
        assert all(0 <= row.value <= NOMINAL_KM2 for row in case.series[series].observations)
    for name in case.policies:
        rows = compile_policy(case, name).levers
        assert (rows >= 0).all() and rows[0].max() == 0.0
