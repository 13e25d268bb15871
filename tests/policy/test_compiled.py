"""Policies compile to rows of one shape, never act early, and say what is wrong with them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ripeness.base import CaseFaults, Month, RipenessError
from ripeness.flow import TRIGGERS, WATCHED, Levers, PolicyRow, Triggers, layout_of
from ripeness.policy import (
    compile_policy,
    identical_policies,
    lever_catalogue,
    policy_faults,
    rows_of_lever,
    stack_policies,
)

FIRST = Month(2023, 1)
START = Month(2024, 6) - FIRST


@pytest.fixture(scope="session")
def enacted(make):
    """Instruments with a share, a level and pulses."""
    return [
        make.instrument("bans", [("2023-03-01", {"services_ban": 0.2, "port_ban": 0.5})]),
        make.instrument("cap", [("2023-01-01", {"price_cap_usd_bbl": 60, "cap_in_force": 1})]),
        make.instrument("lists", [("2024-10-02", {"vessels_listed_eu": 12})], forecast="mean_12"),
    ]


def _compiled(make, enacted, changes=(), triggers=(), **options):
    case = make.case(enacted, [make.policy("p", changes, triggers)])
    return compile_policy(case, "p", **options)


def _lever(compiled, name):
    return compiled.levers[:, rows_of_lever(name)[0]]


def _record(compiled):
    return layout_of(PolicyRow).unpack(compiled.rows.T)


def _rules(compiled):
    return layout_of(Triggers).unpack(np.asarray(_record(compiled).triggers))


def test_no_change_is_as_enacted(make, enacted):
    case = make.case(enacted, [make.policy("p")])
    enacted_rows, rows = compile_policy(case, "as_enacted"), compile_policy(case, "p")
    assert rows.rows.shape == (48, layout_of(PolicyRow).size)
    np.testing.assert_array_equal(rows.rows, enacted_rows.rows)
    assert _record(rows).is_reference.sum() == 0
    assert rows.rows.dtype == np.float64


def test_rows_cannot_be_written(make, enacted):
    compiled = _compiled(make, enacted)
    with pytest.raises(ValueError, match="read-only"):
        compiled.levers[0, 0] = 1.0


@pytest.mark.parametrize(
    ("operation", "value", "expected"),
    [
        ("set", 0.9, 0.9),
        ("scale", 0.5, 0.1),
        ("add", 0.3, 0.5),
        ("at_least", 0.1, 0.2),
        ("at_most", 0.1, 0.1),
    ],
)
def test_operations(make, enacted, operation, value, expected):
    compiled = _compiled(make, enacted, [make.change("services_ban", operation, value)])
    ban = _lever(compiled, "services_ban")
    assert ban[START - 1] == pytest.approx(0.2)
    assert ban[START:] == pytest.approx(expected)


def test_adding_and_scaling_are_cut_to_the_range(make, enacted):
    changes = [make.change("services_ban", "add", 0.95), make.change("port_ban", "scale", 9)]
    compiled = _compiled(make, enacted, [*changes, make.change("insurance_checks", "add", -0.5)])
    assert _lever(compiled, "services_ban")[-1] == 1
    assert _lever(compiled, "port_ban")[-1] == 1
    assert _lever(compiled, "insurance_checks")[-1] == 0


def test_changes_act_in_their_order(make, enacted):
    compiled = _compiled(
        make, enacted, [make.change("services_ban", "set", 0.4), make.change("services_ban", "scale", 2)]
    )
    assert _lever(compiled, "services_ban")[-1] == pytest.approx(0.8)


def test_from_and_until(make, enacted):
    changes = [
        make.change("services_ban", "set", 1.0, start="start+2", until="start+5"),
        make.change("port_ban", "set", 1.0, start="2025-01", until="end"),
        make.change("insurance_checks", "set", 1.0, start="2023-05", until="2024-08"),
    ]
    compiled = _compiled(make, enacted, changes)
    ban = _lever(compiled, "services_ban")
    assert np.flatnonzero(ban == 1.0).tolist() == [START + 2, START + 3, START + 4]
    assert np.flatnonzero(_lever(compiled, "port_ban") == 1.0)[0] == 24
    assert _lever(compiled, "port_ban")[-1] == 1.0
    assert np.flatnonzero(_lever(compiled, "insurance_checks")).tolist() == [START, START + 1]


def test_ramp_reaches_full_effect_after_its_months(make, enacted):
    compiled = _compiled(make, enacted, [make.change("services_ban", "set", 1.0, ramp_months=3)])
    ban = _lever(compiled, "services_ban")
    assert ban[START - 1 : START + 5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0])


def test_vector_change(make, enacted):
    compiled = _compiled(
        make,
        enacted,
        [
            make.change("buyer_tariff", "set", {"turkiye": 0.5}),
            make.change("buyer_tariff.india_state", "set", 0.25),
        ],
    )
    tariff = compiled.levers[-1, list(rows_of_lever("buyer_tariff"))]
    assert tariff.tolist() == [0, 0.25, 0, 0, 0, 0.5, 0]


def test_start_is_argument_then_policy_then_case(make, enacted):
    changes = [make.change("services_ban", "set", 1.0)]
    own = make.case(enacted, [make.policy("p", changes, start="2025-02")])
    default = make.case(enacted, [make.policy("p", changes)])
    none = make.case(enacted, [make.policy("p", changes)], default_start=None)
    assert compile_policy(own, "p", start=Month(2023, 9)).start == Month(2023, 9)
    assert compile_policy(own, "p").start == Month(2025, 2)
    assert compile_policy(default, "p").start == Month(2024, 6)
    assert compile_policy(none, "as_enacted").start is None
    with pytest.raises(RipenessError, match="no start"):
        compile_policy(none, "p")


def test_until_ends_the_policy(make, enacted):
    compiled = _compiled(make, enacted, [make.change("services_ban", "set", 1.0)], until=Month(2025, 3))
    assert np.flatnonzero(_lever(compiled, "services_ban") == 1.0)[-1] == Month(2025, 3) - FIRST


def test_base_is_applied_first_with_the_same_start(make, enacted):
    ancestor = make.policy(
        "ancestor",
        [make.change("services_ban", "set", 0.5), make.change("port_ban", "set", 1.0)],
        [make.trigger("brent_usd_bbl", [make.change("services_ban", "set", 0.0)], above=120)],
        start="2023-02",
    )
    child = make.policy("child", [make.change("services_ban", "add", 0.1)], base="ancestor")
    compiled = compile_policy(make.case(enacted, [ancestor, child]), "child")
    assert _lever(compiled, "services_ban")[START:] == pytest.approx(0.6)
    assert _lever(compiled, "port_ban")[START - 1] == 0.5
    assert _lever(compiled, "port_ban")[START] == 1.0
    assert _rules(compiled).armed[0].sum() == 48 - START


def test_triggers_fill_the_slots(make, enacted):
    changes = [make.change("services_ban", "set", 0.5)]
    triggers = [
        make.trigger(
            "fob_discount_usd_bbl",
            [make.change("services_ban", "add", 0.2), make.change("waiver", "set", 0.0, start="start+3")],
            below=10,
            for_months=2,
            after_months=1,
        ),
        make.trigger("export_volume_mbd", [make.change("port_ban", "set", 1.0)], above=7.5),
    ]
    compiled = _compiled(make, enacted, changes, triggers)
    rules, record = _rules(compiled), _record(compiled)
    assert rules.armed[:, START - 1].tolist() == [0, 0, 0]
    assert rules.armed[:, START].tolist() == [1, 1, 0]
    assert rules.watch.sum(axis=1)[:, -1].tolist() == [1, 1, 0]
    assert rules.watch[0, WATCHED.index("fob_discount_usd_bbl"), 0] == 1
    assert rules.sign[:, 0].tolist() == [-1, 1, 1]
    assert rules.threshold[:, 0].tolist() == [10, 7.5, 0]
    assert rules.for_months[:, 0].tolist() == [2, 1, 1]
    assert rules.after_months[:, 0].tolist() == [1, 0, 0]
    then = np.asarray(record.then_levers)
    ban = rows_of_lever("services_ban")[0]
    assert then[0, ban, START:] == pytest.approx(0.7)
    assert then[0, ban, START - 1] == pytest.approx(0.2)
    assert then[1, ban, START:] == pytest.approx(0.5)
    assert then[1, rows_of_lever("port_ban")[0], -1] == 1.0
    np.testing.assert_array_equal(then[2].T, compiled.levers)


def test_shape_is_the_same_whatever_the_policy_says(make, enacted):
    full = [
        make.trigger(name, [make.change("services_ban", "set", 1.0)], above=1.0)
        for name in WATCHED[: len(TRIGGERS)]
    ]
    plain, rich = _compiled(make, enacted), _compiled(make, enacted, triggers=full)
    assert plain.rows.shape == rich.rows.shape
    assert _rules(rich).armed[:, -1].tolist() == [1, 1, 1]


def test_origin_hides_later_instruments(make, enacted):
    full, as_of = (_compiled(make, enacted, origin=origin) for origin in (None, Month(2024, 10)))
    assert _lever(full, "vessels_listed_eu").max() == 12
    assert _lever(as_of, "vessels_listed_eu").max() == 0


LEVER_NAMES = st.sampled_from([name for name, lever in lever_catalogue().items() if lever.axis is None])


@st.composite
def changes(draw, make):
    lever = draw(LEVER_NAMES)
    high = lever_catalogue()[lever].high
    operation = draw(st.sampled_from(["set", "scale", "add", "at_least", "at_most"]))
    value = draw(st.floats(0, high) if operation != "add" else st.floats(-high, high))
    when = st.sampled_from([None, "start", "start+4", "2023-01", "2024-02", "2026-12", "end"])
    return make.change(lever, operation, value, draw(when), draw(when), draw(st.integers(0, 6)))


@settings(max_examples=60)
@given(data=st.data(), start=st.integers(0, 47))
def test_no_policy_acts_before_its_start_or_leaves_the_ranges(make, enacted, data, start):
    own = data.draw(st.lists(changes(make), max_size=5))
    then = [make.change("waiver", "set", 1.0)]
    case = make.case(enacted, [make.policy("p", own, [make.trigger("brent_usd_bbl", then, above=90)])])
    base = compile_policy(case, "as_enacted", start=FIRST + start)
    compiled = compile_policy(case, "p", start=FIRST + start)
    np.testing.assert_array_equal(compiled.levers[:start], base.levers[:start])
    fired = np.asarray(_record(compiled).then_levers)
    np.testing.assert_array_equal(fired[0].T[:start], base.levers[:start])
    assert _rules(compiled).armed[:, :start].sum() == 0
    for lever in lever_catalogue().values():
        path = compiled.levers[:, list(rows_of_lever(lever.name))]
        assert path.min() >= lever.low, lever.name
        assert path.max() <= lever.high, lever.name


def test_identical_policies_are_named(make, enacted):
    policies = [
        make.policy("ban", [make.change("services_ban", "set", 1.0)]),
        make.policy("ban_again", [make.change("services_ban", "scale", 5)]),
        make.policy("idle", [make.change("waiver", "scale", 0.5)]),
        make.policy("other", [make.change("services_ban", "set", 0.9)]),
    ]
    case = make.case(enacted, policies)
    compiled = [compile_policy(case, name) for name in case.policies]
    assert identical_policies(compiled) == [("as_enacted", "idle"), ("ban", "ban_again")]


def test_hash_is_of_what_is_done_and_when(make, enacted):
    change = make.change("services_ban", "set", 1.0, start="2025-01")
    one, same = _compiled(make, enacted, [change]), _compiled(make, enacted, [change])
    later = _compiled(make, enacted, [change], start=Month(2024, 7))
    other = _compiled(make, enacted, [make.change("services_ban", "set", 0.99, start="2025-01")])
    assert one.hash == same.hash
    assert len({one.hash, later.hash, other.hash}) == 3


def test_stack_marks_the_first_as_reference(make, enacted):
    case = make.case(enacted, [make.policy("p", [make.change("services_ban", "set", 1.0)])])
    policies = [compile_policy(case, name) for name in ("as_enacted", "p")]
    rows = stack_policies(policies)
    at = layout_of(PolicyRow)["is_reference"].start
    assert rows[:, 0, at].tolist() == [1, 0]
    assert policies[0].rows[0, at] == 0
    assert rows.shape == (2, *policies[0].rows.shape)


@pytest.mark.parametrize(
    ("change", "key", "remedy"),
    [
        (("service_ban", "set", 1.0), "changes[0].set", "services_ban"),
        (("services_ban", "set", 1.2), "changes[0].set", "0 to 1"),
        (("services_ban", "at_least", -0.1), "changes[0].at_least", "0 to 1"),
        (("services_ban", "scale", -1.0), "changes[0].scale", "0 or more"),
        (("buyer_tariff.india", "set", 0.1), "changes[0].set", "india_state"),
        (("services_ban", "set", 1.0, "begin+3"), "changes[0].from", "start+6"),
        (("services_ban", "set", 1.0, None, "2024-13"), "changes[0].until", "start+6"),
    ],
)
def test_faulty_changes_are_refused(make, enacted, change, key, remedy):
    policy = make.policy("p", [make.change(*change)])
    case = make.case(enacted, [policy])
    (fault,) = policy_faults(case, policy)
    assert fault.file == "policies/p.yaml"
    assert fault.key == key
    assert remedy in fault.remedy
    with pytest.raises(CaseFaults):
        compile_policy(case, "p")


def test_all_faults_of_a_policy_are_told_at_once(make, enacted):
    then = [make.change("services_ban", "set", 2.0, ramp_months=3)]
    triggers = [make.trigger("brent_usd", then, above=1.0)] * 4
    policy = make.policy("p", [make.change("nothing", "set", 1.0)], triggers)
    faults = policy_faults(make.case(enacted, [policy]), policy)
    keys = [fault.key for fault in faults]
    assert keys.count("triggers") == 1
    assert "at most 3 triggers" in str(faults[keys.index("triggers")])
    assert "triggers[3].then[0].ramp_months" in keys
    assert "triggers[0].when.output" in keys
    assert "triggers[0].then[0].set" in keys
    assert "changes[0].set" in keys


def test_bases_in_a_circle_are_refused(make, enacted):
    policies = [make.policy("a", base="b"), make.policy("b", base="a"), make.policy("c", base="nowhere")]
    case = make.case(enacted, policies)
    for name, problem in (("a", "circle: a -> b -> a"), ("c", "no policy")):
        (fault,) = policy_faults(case, case.policies[name])
        assert fault.key == "base"
        assert problem in fault.problem


def test_unknown_policy_and_start_outside_the_case(make, enacted):
    case = make.case(enacted, [make.policy("sequential")])
    with pytest.raises(RipenessError, match="did you mean 'sequential'"):
        compile_policy(case, "sequental")
    with pytest.raises(RipenessError, match="cannot start in 2022-12"):
        compile_policy(case, "sequential", start=Month(2022, 12))


def test_levers_are_a_view_of_the_rows(make, enacted):
    compiled = _compiled(make, enacted)
    assert compiled.levers.base is not None
    assert compiled.levers.shape == (48, layout_of(Levers).size)
