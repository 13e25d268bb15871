"""Builders of the smallest case that a policy can be compiled against."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from ripeness.base import Month
from ripeness.case import PULSE_LEVERS, Case, Change, DatedValue, Instrument, Policy, Trigger


def _value(date, levers, kind=None):
    usual = "pulse" if set(levers) <= set(PULSE_LEVERS) else "level"
    return DatedValue(dt.date.fromisoformat(date), levers, "an act", "reported", kind or usual)


def _instrument(name, values, forecast="hold", adds=False):
    dated = tuple(_value(*value) for value in values)
    return Instrument(name, name, ("EU",), ("oil",), (), forecast, dated, adds)


def _change(lever, operation, value, start=None, until=None, ramp_months=0):
    return Change(lever, operation, value, start, until, ramp_months)


def _trigger(output, then, above=None, below=None, for_months=1, after_months=0):
    return Trigger(output, above, below, for_months, after_months, tuple(then))


def _policy(name, changes=(), triggers=(), base="as_enacted", start=None):
    return Policy(
        name=name,
        title=name.replace("_", " "),
        author="the tests",
        question="",
        base=base,
        needs=(),
        start=None if start is None else Month.parse(start),
        changes=tuple(changes),
        triggers=tuple(triggers),
        expected=(),
    )


def _case(instruments=(), policies=(), default_start="2024-06"):
    policies = (_policy("as_enacted", base=None), *policies)
    return Case(
        name="tiny",
        title="A tiny case",
        folder=Path("tiny"),
        first_month=Month(2023, 1),
        last_month=Month(2026, 12),
        war_start=Month(2023, 1),
        data_until=Month(2025, 6),
        default_start=None if default_start is None else Month.parse(default_start),
        program="money_chain",
        blocks=(),
        actors=(),
        not_modelled=(),
        metrics=(),
        parameters={},
        series={},
        observations={},
        observation_error={},
        month_facts={},
        instruments=tuple(instruments),
        policies={policy.name: policy for policy in policies},
        tests=(),
        content_hash="",
    )


@pytest.fixture(scope="session")
def make():
    """Constructors of case, instrument, policy, change and trigger."""
    return SimpleNamespace(
        case=_case, instrument=_instrument, policy=_policy, change=_change, trigger=_trigger
    )
