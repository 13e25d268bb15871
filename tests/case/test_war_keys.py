"""What only a war says: parties, stakes, effort, how it ended, actors, and the priors that all wars share."""

from __future__ import annotations

import shutil

import pytest

from ripeness.base import Month
from ripeness.case import check, load
from ripeness.case.common import BARGAINING, COMMON, WORLD, common_priors, read_common
from ripeness.case.names import BARGAINING_PARAMETERS
from ripeness.flow import WarParameters, layout_of, records_of

WAR = """\
case: tiny
title: A tiny war
first_month: 2001-01
last_month: 2003-12
war_start: 2001-02
data_until: 2002-06
program: war
blocks: [chest, front, bargaining]
actors:
  - {id: north, name: The North}
  - {id: south, name: The South}
  - {id: league, name: The League}
not_modelled: [everything else]
metrics: [territory_km2]
observations: {territory_km2: area}
observation_error: {territory_km2: {derived: 50}}
month_facts: {truce: {steps: {2002-01: 0.5}, fill: zero}}
note: a note
parties:
  a: {name: The North, actors: [north]}
  d: {name: The South, actors: [south]}
  coalition: {name: The League, actors: [league]}
stakes:
  - {name: land, title: The plain, area_at_0_km2: 0, area_at_1_km2: 1000, land_weight: 1, other_share: 0, source: s, quality: judgement}
  - {name: rule, title: Who governs, area_at_0_km2: 0, area_at_1_km2: 1000, land_weight: 0.5, other_share: 1, source: s, quality: judgement}
effort:
  - {lever: cost_pressure, full: 0.8, weight: 1, price_usd_bn_month: 0.1, source: s, quality: judgement}
  - {lever: price_cap_usd_bbl, zero: 60, full: 30, weight: 0.5, price_usd_bn_month: 0, source: s, quality: judgement}
outcome: {kind: settled, month: 2003-02, terms_share_a: 0.4, source: s}
"""  # noqa: E501

AREA = "month,value,unit,source,quality,vintage\n2001-03,0.4,thousand km2,a map,derived,2001-03\n"

ROW = (
    "- {{name: {name}, label: l, unit: none, prior: {{dist: fixed, value: {value}}}, source: s, quality: judgement,"
    " block: {block}, identification: weakly}}\n"
)

OWN = ROW.format(name="combat_exponent", value=0.7, block="front") + ROW.format(
    name="patience", value=0.99, block="bargaining"
)

ACTORS = """\
actor,side,principal,terms,terms_salience,guarantees,guarantees_salience,capability,source,quality
north,a,yes,1,0.9,0,0.5,2,a paper,judgement
south,d,yes,0,1,1,0.9,1,a paper,judgement
league,coalition,no,0.2,0.4,0.8,0.3,1.5,a paper,judgement
"""

POLICY = """\
policy: package
title: A package
author: an author
base: as_enacted
start: 2002-07
ratchet: {months: 3, steps: 4}
changes:
  - {lever: cost_pressure, from: start, set: 0.5}
triggers:
  - when: {output: territory_km2, above: 500}
    then: [{lever: arms_denial, set: 0.5}]
"""

FILES = {
    "case.yaml": WAR,
    "parameters.yaml": OWN,
    "bargaining/actors.csv": ACTORS,
    "series/area.csv": AREA,
    "policies/as_enacted.yaml": "policy: as_enacted\ntitle: As enacted\nauthor: the authors\n",
    "policies/package.yaml": POLICY,
}


@pytest.fixture
def folder(tmp_path):
    """The tiny war; files changed as asked."""

    def _folder(changed=None):
        for name, text in (FILES | (changed or {})).items():
            place = tmp_path / "tiny" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        return tmp_path / "tiny"

    return _folder


def test_a_sound_war_says_what_it_says(folder):
    case = load(folder())
    assert case.parties["a"].actors == ("north",) and set(case.parties) == {"a", "d", "coalition"}
    assert [stake.name for stake in case.stakes] == ["land", "rule"]
    assert case.stakes[1].other_share == 1.0 and case.stakes[0].area_at_1_km2 == 1000.0
    assert (case.effort[0].zero, case.effort[1].zero, case.effort[1].full) == (0.0, 60.0, 30.0)
    assert case.outcome.month == Month(2003, 2) and case.outcome.terms_share_a == 0.4
    assert [row.actor for row in case.actor_rows if row.principal] == ["north", "south"]
    assert case.actor_rows[2].capability == 1.5
    assert (case.policies["package"].ratchet.months, case.policies["package"].ratchet.steps) == (3, 4)
    assert case.policies["as_enacted"].ratchet is None
    assert case.notes == ("a note",)


def test_months_of_a_war_have_its_own_facts_and_record(folder):
    case = load(folder())
    layout = layout_of(records_of("war").month)
    rows = layout.unpack(case.month_rows(case.months).T)
    assert rows.war_on.all() and not rows.season.any()
    assert rows.truce.tolist() == [0.5 if month == Month(2002, 1) else 0.0 for month in case.months]
    assert rows.drawing.sum() == 18
    seen = rows.war_present.any(axis=1)
    assert rows.war_observed[0, 2] == pytest.approx(400.0) and seen.tolist() == [True] + [False] * 11
    assert rows.war_observed_sd[0, 2] == pytest.approx(50.0)


def test_what_a_case_does_not_say_the_common_priors_do(folder):
    case = load(folder())
    common = common_priors()
    assert set(case.parameters) == set(layout_of(WarParameters).row_labels)
    assert set(case.bargaining) == set(BARGAINING_PARAMETERS)
    own = case.parameters["combat_exponent"]
    assert own.origin == "case" and own.prior.ppf(0.5) == 0.7
    assert case.parameters["chest_initial_months"] == common.world["chest_initial_months"]
    assert case.parameters["chest_initial_months"].origin == "common"
    unused = case.parameters["losses_a_month"]
    assert unused.origin == "neutral" and unused.prior.is_fixed
    assert case.bargaining["patience"].prior.ppf(0.1) == 0.99
    assert case.bargaining["firm"] == common.bargaining["firm"]


def test_common_priors_are_no_case_and_belong_to_the_hash_of_every_war(folder, monkeypatch):
    from dataclasses import replace

    from ripeness.case import reading, shipped

    assert "common" not in shipped()
    case = load(folder())
    changed = replace(common_priors(), content_hash="another")
    monkeypatch.setattr(reading, "common_priors", lambda: changed)
    assert load(folder()).content_hash != case.content_hash


# Each row: file, passage, what replaces it, words of the fault, words of its remedy.
SLIPS = [
    ("case.yaml", "program: war", "program: wars", "unknown program", "'war'"),
    ("case.yaml", "blocks: [chest,", "blocks: [treasury,", "is no block of the program war", "chest"),
    ("case.yaml", "territory_km2: area", "brent_usd_bbl: area", "does not have the site", "such as"),
    ("case.yaml", "territory_km2: area", "support_d: area", "does not fit", "share"),
    ("case.yaml", "month_facts: {", "month_facts: {budget_rule: 1, ", "does not read the fact", "take it out"),
    ("case.yaml", "actors: [north]", "actors: [nroth]", "unknown actor", "'north'"),
    ("case.yaml", "actors: [south]", "actors: [south, north]", "in the party a too", "one"),
    ("case.yaml", "  d: {name: The South, actors: [south]}\n", "", "the key d is missing", "add d"),
    ("case.yaml", "name: rule,", "name: land,", "stands twice", "rename"),
    ("case.yaml", "area_at_0_km2: 0, area_at_1_km2: 1000, land_weight: 1", "area_at_0_km2: 2000, "
     "area_at_1_km2: 1000, land_weight: 1", "does not lie below", "all of the stake"),
    ("case.yaml", "land_weight: 0.5", "land_weight: 1.5", "out of range", "0 to 1"),
    ("case.yaml", "lever: cost_pressure", "lever: cost_presure", "unknown lever", "'cost_pressure'"),
    ("case.yaml", "full: 0.8", "full: 1.8", "cost_pressure is out of range", "0 to 1"),
    ("case.yaml", "zero: 60, full: 30", "zero: 30, full: 30", "is the value at no effort", "zero"),
    ("case.yaml", "lever: price_cap_usd_bbl, zero: 60", "lever: cost_pressure, zero: 0", "stands twice", "join"),
    ("case.yaml", "weight: 1, price", "weight: 0, price", "out of range", "above 0"),
    ("case.yaml", "kind: settled, month: 2003-02", "kind: settled", "has no month", "add month"),
    ("case.yaml", "kind: settled", "kind: none", "terms without a deal", "settled"),
    ("case.yaml", "month: 2003-02", "month: 2013-02", "after the last month", "2003-12"),
    ("parameters.yaml", "block: front", "block: forces", "not in use", "list forces"),
    ("parameters.yaml", "combat_exponent", "combat_exponnt", "unknown parameter", "'combat_exponent'"),
    ("parameters.yaml", "block: front", "block: treasury", "is no block of the program", "take the row out"),
    ("parameters.yaml", "name: patience", "name: patienc", "unknown parameter", "'patience'"),
    ("policies/package.yaml", "months: 3", "months: 0", "out of range", "1 to 60"),
    ("bargaining/actors.csv", "north,a,yes", "north,b,yes", "unknown side", "coalition"),
    ("bargaining/actors.csv", "north,a,yes", "north,a,ja", "unknown principal", "yes, no"),
    ("bargaining/actors.csv", "north,a,yes,1,", "north,a,yes,x,", "is not a number", "0.4"),
    ("bargaining/actors.csv", "north,a,yes,1,", "north,a,yes,1.5,", "out of range", "0 to 1"),
    ("bargaining/actors.csv", "south,d,yes", "south,d,no", "without both sides", "principal"),
    ("bargaining/actors.csv", "league,coalition", "north,coalition", "stands twice", "one of the two"),
    ("bargaining/actors.csv", "capability,source", "capabilty,source", "unknown column", "'capability'"),
    ("bargaining/actors.csv", "1.5,a paper", "1.5,", "source", "write the source"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "passage", "slip", "problem", "remedy"), SLIPS)
def test_a_slip_is_one_fault_with_its_file_and_remedy(folder, file, passage, slip, problem, remedy):
    assert passage in FILES[file]
    faults = check(folder({file: FILES[file].replace(passage, slip, 1)}))
    (fault,) = [fault for fault in faults if problem in f"{fault.problem} {fault.key}"]
    assert fault.file == file and remedy in fault.remedy
    assert len(faults) <= 2, [str(fault) for fault in faults]


def test_a_block_that_is_not_in_use_reads_nothing(folder):
    row = ROW.format(name="losses_a_month", value=2, block="forces")
    (fault,) = check(folder({"parameters.yaml": OWN + row}))
    assert "not in use" in fault.problem and fault.line == 3


def test_a_war_without_parties_or_stakes_is_at_fault(folder):
    text = WAR[: WAR.index("parties:")] + WAR[WAR.index("outcome:") :]
    found = check(folder({"case.yaml": text}))
    assert {fault.problem for fault in found} == {
        "the key parties is missing",
        "the key stakes is missing",
    }


def test_the_money_chain_has_no_parties(write, files):
    said = files["case.yaml"] + WAR[WAR.index("parties:") : WAR.index("stakes:")]
    (fault,) = check(write({"case.yaml": said}))
    assert "needs a war" in fault.problem and fault.key == "parties"


COMMON_SLIPS = [
    (WORLD, ", neutral: 120", "", "has no neutral value", "add"),
    (WORLD, "name: chest_initial_months", "name: chest_initial_month", "unknown parameter", "chest_initial"),
    (WORLD, "dist: uniform, low: 2, high: 9", "dist: uniform, low: 9, high: 2", "cannot be drawn", "order"),
    (BARGAINING, "block: bargaining", "block: bargaining, neutral: 1", "which no program reads", "out"),
    (BARGAINING, "- {name: patience", "- {name: patience, label: l, unit: none, prior: {dist: fixed, value: 1}, "
     "source: s, quality: judgement, block: bargaining, identification: weakly}\n  - {name: patience",
     "stands twice", "one of the two"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "passage", "slip", "problem", "remedy"), COMMON_SLIPS)
def test_a_slip_in_the_common_priors_is_found(tmp_path, file, passage, slip, problem, remedy):
    for name in (WORLD, BARGAINING):
        shutil.copyfile(COMMON / name, tmp_path / name)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert passage in text
    (tmp_path / file).write_text(text.replace(passage, slip, 1), encoding="utf-8")
    found, faults = read_common(tmp_path)
    assert found is None
    assert any(problem in fault.problem and remedy in fault.remedy for fault in faults), faults


def test_the_shipped_common_priors_are_sound():
    found, faults = read_common(COMMON)
    assert faults == [] and found is not None
    assert all(found.neutral[name].prior.is_fixed for name in found.world)
