"""The smallest whole case, as text, so that a test can spoil one line of it."""

from types import MappingProxyType

import pytest

from ripeness.case import parameter_names
from ripeness.case.names import units_in_name

PARAMETERS = parameter_names("money_chain")

CASE = """\
case: tiny
title: A tiny case
first_month: 2001-01
last_month: 2003-12
war_start: 2001-02
data_until: 2002-06
program: money_chain
blocks: [oil_market, shipping]
actors:
  - {id: north, name: The North, role: seller}
not_modelled: [everything else]
metrics: [export_volume_mbd]
observations:
  brent_usd_bbl: brent
  key_rate: key_rate
  usd_rub: usd_rub
  urals_tax_usd_bbl: tax_price
  liquid_fund_rub_trn: fund
  cpi_yoy: prices
observation_error:
  brent_usd_bbl: {reported: 0.5, derived: 2}
month_facts:
  budget_rule: 1
  cutoff_usd_bbl: {steps: {2001-01: 40, 2002-01: 45}, known_ahead: true}
  non_oil_plan_rub_trn: {series: plan, known_ahead: true, before: 1.1}
  spending_plan_rub_trn: 2.5
  gdp_rub_trn: {constant: 100, source: an office}
  price_index: 1
  brent_anchor_usd_bbl: {series: brent, before: 55}
  one_off_rub_trn: {steps: {2001-05: 0.5}, fill: zero}
"""

BRENT = """\
month,value,unit,source,url,quality,vintage,sd,note
2000-12,49,USD/bbl,agency,,reported,2001-01,,
2001-01,50,USD/bbl,agency,https://example.org/a,reported,2001-01,,
2001-02,52,USD/bbl,agency,,reported,2001-02,0.25,
2001-02,53,USD/bbl,agency,,reported,2001-04,,revised
2001-04,60,USD/bbl,agency,,derived,2001-04,,"a note, with a comma"
2002-06,61,USD/bbl,agency,,reported,2002-07,,
"""

KEY_RATE = """\
month,value,unit,source,quality,vintage,sd
2000-12,8,percent,bank,reported,2001-01,0.1
2001-01,8,percent,bank,reported,2001-01,0.1
2001-03,9,percent,bank,reported,2001-03,0.1
"""

PLAN = """\
month,value,unit,source,quality,vintage
2001-03,1200,RUB bn,law,reported,2000-12
2002-03,1500,RUB bn,law,reported,2001-12
"""

EVE = """\
month,value,unit,source,quality,vintage,sd
2000-06,{},office,recalled,2000-07,1
"""

INSTRUMENT = """\
instrument: price_cap
title: Price cap
authority: [South]
covers: oil by sea
not_covered: [pipelines]
forecast: hold
values:
  - date: 2001-03-16
    levers: {cap_in_force: 1, price_cap_usd_bbl: 60}
    act: Act 1
    source: gazette
    quality: reported
  - date: 2001-09-01
    levers: {vessels_listed_us: 12}
    source: gazette
    quality: derived
  - date: 2001-10
    levers: {buyer_tariff: {turkiye: 0.25}}
    source: gazette
    quality: judgement
"""

AS_ENACTED = """\
policy: as_enacted
title: As enacted
author: the authors
"""

PACKAGE = """\
policy: package
title: A package
author: an author
question: What if?
base: as_enacted
start: 2002-07
mapping_notes: one note
not_mapped: [a thing]
changes:
  - {lever: waiver, from: start, until: start+6, set: 0.5, ramp_months: 2, reason: relief}
  - {lever: buyer_tariff, set: {turkiye: 0.5}}
  - {lever: price_cap_usd_bbl, from: 2002-08, until: end, scale: 0.9}
triggers:
  - when: {output: fob_discount_usd_bbl, below: 10, for_months: 2}
    then: [{lever: services_ban, at_least: 0.5}]
    after_months: 1
expected:
  - {metric: export_revenue_usd_bn, direction: fall, than: as_enacted}
"""

TESTS = """\
- given: package
  start: 2002-07
  than: as_enacted
  metric: export_volume_mbd
  month: 2003-01
  must: fall
  because: it bites
"""


def parameters() -> str:
    """A fixed prior for everything the model reads, one line each, from line 1."""
    lines = []
    for name in PARAMETERS:
        unit = (*units_in_name(name), "none")[0]
        lines.append(
            f"- {{name: {name}, label: l, unit: {unit}, prior: {{dist: fixed, value: 1}}, source: s,"
            " quality: judgement, block: oil_market, identification: weakly}\n"
        )
    return "".join(lines)


FILES = {
    "case.yaml": CASE,
    "parameters.yaml": parameters(),
    "instruments/price_cap.yaml": INSTRUMENT,
    "policies/as_enacted.yaml": AS_ENACTED,
    "policies/package.yaml": PACKAGE,
    "series/brent.csv": BRENT,
    "series/key_rate.csv": KEY_RATE,
    "series/plan.csv": PLAN,
    "series/usd_rub.csv": EVE.format("30,RUB/USD"),
    "series/tax_price.csv": EVE.format("45,USD/bbl"),
    "series/fund.csv": EVE.format("2,RUB trn"),
    "series/prices.csv": EVE.format("6,percent"),
    "series/late.csv": EVE.format("6,percent").replace("2000-", "2001-"),
    "tests/package.yaml": TESTS,
}


@pytest.fixture
def write(tmp_path):
    """Write the tiny case with some files changed, or left out where None, and return its folder."""

    def _write(changed=None, folder="tiny"):
        root = tmp_path / folder
        for name, text in {**FILES, **(changed or {})}.items():
            if text is None:
                continue
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(text, bytes):
                place.write_bytes(text)
            else:
                place.write_text(text, encoding="utf-8")
        return root

    return _write


@pytest.fixture(scope="session")
def files():
    """The text of every file of the tiny case."""
    return MappingProxyType(FILES)
