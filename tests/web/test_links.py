"""Links: one order, nothing lost on the way, and every fault told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ripeness import api
from ripeness.api.lab import Lab
from ripeness.api.share_link import (
    LANGUAGES,
    MOST_RAMP,
    THEMES,
    VIEWS,
    Link,
    Move,
    assumption_range,
    lever_names,
    link_text,
    policy_of,
    read_link,
)
from ripeness.base import CaseFaults, Month
from ripeness.case import Case, lever_range
from ripeness.flow import records_of


@pytest.fixture(scope="module")
def case(lab: Lab) -> Case:
    return lab.case("two_states")


def faults_of(lab: Lab, text: str) -> dict[str, str]:
    with pytest.raises(CaseFaults) as caught:
        lab.link(text)
    return {fault.key: fault.problem for fault in caught.value.faults}


def test_the_status_quo_says_nothing_but_its_version(lab: Lab) -> None:
    link = lab.link("")
    assert lab.link_text(link) == "v=1"
    assert not link.moved


def test_keys_stand_in_one_order_whatever_order_they_came_in(lab: Lab) -> None:
    text = (
        "view=money&with=talks_only,sequential&l.waiver.over=6&seed=2&l.waiver=0.50&l.crude_import_ban=1&v=1"
    )
    assert lab.link_text(lab.link(text)) == (
        "v=1&seed=2&l.crude_import_ban=1&l.waiver=0.5&l.waiver.over=6&with=talks_only,sequential&view=money"
    )


def test_a_whole_address_is_a_link(lab: Lab) -> None:
    assert lab.link("http://127.0.0.1:8765/?v=1&l.waiver=0.5") == lab.link("l.waiver=0.5")


def test_a_month_that_is_the_start_is_not_said(lab: Lab) -> None:
    assert "at" not in lab.link_text(lab.link("start=2026-10&l.waiver=0.5&l.waiver.at=2026-10"))


@settings(max_examples=60)
@given(data=st.data())
def test_what_is_printed_is_read_back(lab: Lab, case: Case, data: st.DataObject) -> None:
    months = case.months
    begin = data.draw(st.integers(0, len(months) - 1))
    end = data.draw(st.integers(begin, len(months) - 1))
    names = sorted(
        data.draw(st.sets(st.sampled_from(lever_names(case)), max_size=4)), key=lever_names(case).index
    )
    moves = []
    for name in names:
        low, high = lever_range(name)
        value = float(f"{data.draw(st.floats(low, high)):.9g}")
        at = data.draw(st.none() | st.sampled_from(months[begin + 1 : end + 1] or [None]))
        moves.append(Move(name, min(max(value, low), high), at, data.draw(st.integers(0, MOST_RAMP))))
    fixed = {}
    for name in data.draw(st.sets(st.sampled_from(records_of(case.program).parameter_names), max_size=3)):
        low, high = assumption_range(case, name)
        fixed[name] = float(f"{(low + high) / 2:.9g}")
    link = Link(
        case.name,
        data.draw(st.sampled_from(sorted(case.policies))),
        months[begin],
        months[end],
        data.draw(st.integers(0, 2**32 - 1)),
        data.draw(st.integers(20, 4096)),
        tuple(moves),
        tuple(
            sorted(
                (k, v)
                for k, v in fixed.items()
                if assumption_range(case, k)[0] <= v <= assumption_range(case, k)[1]
            )
        ),
        view=data.draw(st.none() | st.sampled_from(VIEWS)),
        theme=data.draw(st.none() | st.sampled_from(THEMES)),
    )
    assert read_link(link_text(link, case), lambda _: case) == link


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("l.waver=1", "l.waver", "no such lever"),
        ("l.waiver=2", "l.waiver", "outside the range"),
        ("l.waiver=nan", "l.waiver", "no number"),
        ("l.waiver=1e999", "l.waiver", "no number"),
        ("l.waiver.at=2026-12", "l.waiver", "no value"),
        ("l.waiver=1&l.waiver.at=1999-01", "l.waiver.at", "outside the months"),
        ("l.waiver=1&l.waiver.over=-1", "l.waiver.over", "no number of months"),
        ("l.cost_pressure=1", "l.cost_pressure", "no such lever"),
        ("a.nothing=1", "a.nothing", "no such assumption"),
        ("a.brent_volatility=900", "a.brent_volatility", "outside what its prior allows"),
        ("from=peace", "from", "no such policy"),
        ("with=a,b", "with", "no such policy"),
        ("with=sequential,simultaneous,talks_only,pressure_only", "with", "more than 3"),
        ("start=2026-13", "start", "month"),
        ("start=2031-08", "start", "outside the months"),
        ("start=2027-05&until=2027-04", "until", "before the start"),
        ("n=5", "n", "no whole number in range"),
        ("n=100000", "n", "no whole number in range"),
        ("seed=-1", "seed", "no whole number in range"),
        ("seed=١", "seed", "no whole number in range"),
        ("v=2", "v", "another version"),
        ("m=xyz", "m", "no hash"),
        ("view=heaven", "view", "not known"),
        ("lang=<script>", "lang", "no language"),
        ("theme=red", "theme", "not known"),
        ("frm=sequential", "frm", "no key of a link"),
        ("seed=1&seed=2", "seed", "twice"),
        ("case=../../etc", "case", "no case"),
        ("case=/etc/passwd", "case", "no case"),
        ("noequals", "", "no query string"),
        ("l.waiver=0." + "0" * 5000, "", "longer than"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(lab: Lab, text: str, key: str, said: str) -> None:
    found = faults_of(lab, text)
    assert said in found[key], found


def test_every_fault_is_told_at_once(lab: Lab) -> None:
    assert set(faults_of(lab, "l.waver=1&n=1&from=peace&x=1")) == {"l.waver", "n", "from", "x"}


def test_a_link_is_an_ordinary_policy(lab: Lab) -> None:
    link = lab.link("from=sequential&l.waiver=0.25&l.waiver.at=2026-12&l.waiver.over=3")
    policy = policy_of(link, lab.case("ukraine"))
    (change,) = policy.changes
    assert (policy.name, policy.base) == ("mine", "sequential")
    assert (change.lever, change.operation, change.value) == ("waiver", "set", 0.25)
    assert (change.start, change.ramp_months) == ("2026-12", 3)


def test_how_a_link_is_looked_at_moves_no_number(lab: Lab) -> None:
    plain = lab.link("l.waiver=0.5")
    dressed = replace(plain, view="money", lang="uk", theme="dark", model="abcdef")
    assert plain.question == dressed.question
    assert lab.tag(plain) == lab.tag(dressed)
    assert lab.tag(plain) != lab.tag(replace(plain, seed=2))
    assert LANGUAGES.fullmatch("uk")


def test_the_command_prints_a_link_and_says_whether_it_fits() -> None:
    made = api.link(policy="sequential", levers={"waiver": 0.3, "waiver.at": "2026-12"}, beside="talks_only")
    query = made.document["link"]
    assert query == "v=1&from=sequential&l.waiver=0.3&l.waiver.at=2026-12&with=talks_only"
    again = api.link(query, start="2026-11")
    assert again.document["link"] == query.replace("&l.", "&start=2026-11&l.", 1)
    assert again.document["fits"]
    old = api.link("m=abcdef123&l.waiver=0.3")
    assert not old.document["fits"]
    assert any("Numbers may differ" in line for line in old.lines)
    assert Month.parse(again.document["run"]["start"]) == Month(2026, 11)
