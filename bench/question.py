"""What is simulated when the loop is timed: the shipped case, or made-up months that move every part of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import yaml
from numpy.typing import NDArray

import ripeness
from ripeness.base import Month, month_range
from ripeness.case import Case, as_program, load, prior_from
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.simulate import Question, pose
from ripeness.ensemble.start import StartFacts
from ripeness.flow import SITES, WATCHED, Levers, MonthRow, Parameters, PolicyRow, Triggers, layout_of
from ripeness.policy import compile_policy

Floats = NDArray[np.float64]

CASE = "ukraine"
FIRST, LAST = Month(2022, 1), Month(2028, 12)
POLICIES = 9
SEED = 20
RECORD_MONTHS = 56
"""Months of the made-up question that have a record; shocks are drawn from then on."""

PARAMETERS, MONTH, POLICY, LEVERS = (layout_of(r) for r in (Parameters, MonthRow, PolicyRow, Levers))
PRIORS = Path(ripeness.__file__).parent / "cases" / CASE / "parameters.yaml"

FACTS = StartFacts(
    brent_usd_bbl=75.0,
    usd_rub=75.0,
    taxable_price=np.linspace(4.2, 3.6, 12),
    liquid_fund_rub_trn=8.0,
    cpi_yoy=0.08,
    key_rate=0.09,
    spending_month_rub_trn=2.6,
    urals_discount_usd_bbl=1.5,
)

AFTER_EMBARGO: dict[str, Any] = {
    "crude_import_ban": 0.9,
    "product_import_ban": 0.9,
    "cap_in_force": 1.0,
    "price_cap_usd_bbl": 60.0,
    "cap_enforcement": 0.4,
    "listing_enforcement": 0.6,
    "producer_listing": 0.4,
    "secondary_sanctions": 0.3,
    "vessels_listed_us": 3.0,
    "vessels_listed_eu": 5.0,
    "vessels_listed_uk": 3.0,
    "buyer_tariff": [0.0, 0.1, 0.1, 0.0, 0.0, 0.0, 0.0],
    "waiver": 0.1,
    "insurance_checks": 0.2,
    "port_ban": 0.2,
    "transit_inspection": 0.1,
    "interdiction": 0.005,
    "refinery_strikes": 0.04,
    "port_strikes": 0.03,
    "stock_release_mbd": 0.3,
    "pressure_relief": 0.05,
}
"""Levers of the made-up question from its second year on."""


@dataclass(frozen=True)
class Asked:
    """A question and what it is called in the tables."""

    name: str
    question: Question
    case: Case | None

    def parameters(self, members: int) -> Floats:
        """Prior draws (P, members)."""
        return (
            prior_draws(members)
            if self.case is None
            else draw_parameters(self.case, PARAMETERS, members, SEED)
        )


def asked() -> Asked:
    """The money chain of the shipped case under nine policies, the enacted one first, over all its months."""
    case = as_program(load(CASE), "money_chain")
    others = [name for name in case.policies if name != "as_enacted"]
    policies = [compile_policy(case, name) for name in ["as_enacted", *others[: POLICIES - 1]]]
    return Asked(f"case {CASE}", pose(case, policies, case.default_start or FIRST, LAST, SEED), case)


def made_up() -> Asked:
    """The made-up question, whatever the shipped case holds."""
    return Asked("made-up months", made_up_question(), None)


def prior_draws(members: int, seed: int = SEED) -> Floats:
    """Parameters (P, members) from the priors of the shipped case, which need no other file of it."""
    priors = {
        spec["name"]: prior_from(spec["prior"])
        for spec in yaml.safe_load(PRIORS.read_text())["parameters"]
        if spec["block"] != "bargaining"
    }
    by_name = {
        name: SimpleNamespace(prior_at=lambda cutoff, prior=prior: prior) for name, prior in priors.items()
    }
    return draw_parameters(
        cast(Case, SimpleNamespace(name=CASE, parameters=by_name, pools=())), PARAMETERS, members, seed
    )


def made_up_question(policies: int = POLICIES, months: int = 84, record: int = RECORD_MONTHS) -> Question:
    """Months in which every fact, lever, observation and trigger differs from its neutral value at some time."""
    span = list(month_range(FIRST, FIRST + (months - 1)))
    return Question(
        case=cast(Case, SimpleNamespace(name="made-up months", program="money_chain", first_month=FIRST)),
        names=("as_enacted", *(f"policy {p}" for p in range(1, policies))),
        policies=np.stack([_policy_rows(p, months) for p in range(policies)]),
        months=_month_rows(months, record),
        start=span[months // 2],
        until=span[-1],
        facts=FACTS,
        seed=SEED,
    )


def _fill(rows: Floats, layout: Any, values: Mapping[str, Any], at: slice = slice(None)) -> None:
    for name, value in values.items():
        field = layout[name]
        rows[at, field.start : field.start + field.rows] = (
            np.reshape(value, (-1, field.rows)) if np.size(value) > 1 else value
        )


def _month_rows(months: int, record: int) -> Floats:
    rows = np.zeros((months, MONTH.size))
    t = np.arange(months)
    calendar, year = t % 12 + 1, t // 12
    facts: dict[str, Any] = {
        "days": 30.4,
        "drawing": t >= record,
        "counting": t >= months // 2,
        "quarter_tax": np.isin(calendar, (4, 7, 10)),
        "march_tax": calendar == 3,
        "december": calendar == 12,
        "cap_reset": calendar % 6 == 2,
        "tax_price_since_2025": year >= 3,
        "tax_price_cif": t < 15,
        "tax_discount_limit_usd_bbl": np.where((t >= 15) & (t < 36), 25.0, 999.0),
        "gas_windfall": year == 0,
        "one_off_rub_trn": np.where(t == 21, 0.17, 0.0),
        "budget_rule": year > 0,
        "cutoff_usd_bbl": 60.0,
        "base_revenue_rub_trn": np.where(year == 1, 8.0 / 12.0, 0.0),
        "non_oil_plan_rub_trn": 1.5 * 1.12 ** (t / 12) * np.where(calendar == 12, 1.4, 0.96),
        "spending_plan_rub_trn": 2.6 * 1.09 ** (t / 12) * np.where(calendar == 12, 1.6, 0.95),
        "gdp_rub_trn": 155.0 * 1.09**year,
        "price_index": 1.07 ** (t / 12),
        "brent_anchor_usd_bbl": 75.0,
        "chokepoint_loss": np.where((t >= 50) & (t < 54), 0.1, 0.0),
        "chokepoint_months": 3.0,
        "product_disruption": np.where(t == 20, 0.2, 0.0),
    }
    for name, value in facts.items():
        rows[:, MONTH[name].start] = value
    around = {
        "brent_usd_bbl": (75.0, 0.0),
        "usd_rub": (85.0, 0.05),
        "refinery_throughput_mbd": (5.3, 0.1),
        "crude_seaborne_mbd": (3.5, 0.25),
        "export_volume_mbd": (7.4, 0.2),
        "shadow_share_crude": (0.6, 0.04),
        "delivered_discount_usd_bbl": (6.0, 1.0),
        "fob_discount_usd_bbl": (14.0, 1.0),
        "oil_afloat_mb": (110.0, 10.0),
        "urals_tax_usd_bbl": (62.0, 0.3),
        "export_revenue_usd_bn": (15.0, 0.5),
        "oil_gas_revenue_rub_trn": (0.75, 0.01),
        "non_oil_revenue_rub_trn": (2.0, 0.05),
        "spending_rub_trn": (3.2, 0.05),
        "liquid_fund_rub_trn": (5.0, 0.05),
        "cpi_yoy": (0.09, 0.0005),
        "key_rate": (0.14, 0.0003),
    }
    for site, (value, sd) in around.items():
        i = SITES.index(site)
        rows[:, MONTH["observed"].start + i] = value * (1.0 + 0.05 * np.sin(0.4 * t + i))
        rows[:, MONTH["observed_sd"].start + i] = sd
        # Each site has its own rhythm of months that are seen, as a real record has.
        rows[:, MONTH["present"].start + i] = (t < record) & (t % (1 + i % 4) == 0)
    return rows


def _policy_rows(policy: int, months: int) -> Floats:
    levers = np.zeros((months, LEVERS.size))
    _fill(levers, LEVERS, AFTER_EMBARGO, slice(min(12, months // 4), None))
    harder = slice(months // 2, None)
    changes: list[dict[str, Any]] = [
        {},
        {"secondary_sanctions": 0.9},
        {"cap_dynamic": 1.0, "cap_enforcement": 0.9},
        {"vessels_listed_us": 12.0, "vessels_listed_eu": 12.0},
        {"refinery_strikes": 0.12, "port_strikes": 0.1},
        {"services_ban": 0.8, "producer_listing": 0.9},
        {"waiver": 0.8, "pressure_relief": 0.6},
        {"buyer_tariff": [0.0, 0.5, 0.5, 0.3, 0.3, 0.2, 0.1], "crude_import_ban": 0.99},
        {"port_ban": 0.8, "insurance_checks": 0.9, "interdiction": 0.03, "transit_inspection": 0.5},
    ]
    _fill(levers, LEVERS, changes[policy % len(changes)], harder)
    rows = np.zeros((months, POLICY.size))
    _fill(rows, POLICY, {"levers": levers, "then_levers": np.tile(levers, 3)})
    rows[:, POLICY["is_reference"].start] = float(policy == 0)
    if policy == POLICIES - 1:
        _arm(rows, levers, harder)
    return rows


def _arm(rows: Floats, levers: Floats, since: slice) -> None:
    """Two rules: full secondary pressure where the discount is small, no strikes where Brent is dear."""
    rules, triggers = np.zeros((len(rows), layout_of(Triggers).size)), layout_of(Triggers)
    watch = np.zeros((3, len(WATCHED)))
    watch[0, WATCHED.index("fob_discount_usd_bbl")] = watch[1, WATCHED.index("brent_usd_bbl")] = 1.0
    rows_of_rules = {
        "armed": [1.0, 1.0, 0.0],
        "watch": watch.ravel(),
        "sign": [-1.0, 1.0, 0.0],
        "threshold": [18.0, 85.0, 0.0],
        "for_months": [3.0, 2.0, 0.0],
        "after_months": [1.0, 0.0, 0.0],
    }
    _fill(rules, triggers, rows_of_rules, since)
    then = np.tile(levers, 3).reshape(len(rows), 3, LEVERS.size)
    then[:, 0, LEVERS["secondary_sanctions"].start] = 1.0
    then[:, 1, LEVERS["refinery_strikes"].start] = 0.0
    _fill(rows, POLICY, {"triggers": rules, "then_levers": then.reshape(len(rows), -1)})
