"""Builders of the smallest case that a policy can be compiled against."""

import datetime as dt
from types import SimpleNamespace

import pytest

from ripeness.base import Month


def _value(date, levers, kind=None):
    return SimpleNamespace(date=dt.date.fromisoformat(date), levers=levers, kind=kind, line=None)


def _instrument(name, values, forecast="hold", adds=False):
    return SimpleNamespace(
        name=name,
        title=name,
        forecast=forecast,
        adds=adds,
        values=tuple(_value(*value) for value in values),
        file=f"instruments/{name}.yaml",
        line=1,
    )


def _change(lever, operation, value, start=None, until=None, ramp_months=0):
    return SimpleNamespace(
        lever=lever, operation=operation, value=value, start=start, until=until, ramp_months=ramp_months
    )


def _trigger(output, then, above=None, below=None, for_months=1, after_months=0):
    return SimpleNamespace(
        output=output,
        above=above,
        below=below,
        for_months=for_months,
        after_months=after_months,
        then=tuple(then),
    )


def _policy(name, changes=(), triggers=(), base="as_enacted", start=None):
    return SimpleNamespace(
        name=name,
        title=name.replace("_", " "),
        base=base,
        start=None if start is None else Month.parse(start),
        changes=tuple(changes),
        triggers=tuple(triggers),
        file=f"policies/{name}.yaml",
        line=1,
    )


def _case(instruments=(), policies=(), default_start="2024-06"):
    policies = (_policy("as_enacted", base=None), *policies)
    return SimpleNamespace(
        name="tiny",
        first_month=Month(2023, 1),
        last_month=Month(2026, 12),
        data_until=Month(2025, 6),
        default_start=None if default_start is None else Month.parse(default_start),
        instruments=tuple(instruments),
        policies={policy.name: policy for policy in policies},
    )


@pytest.fixture
def make():
    """Constructors of case, instrument, policy, change and trigger."""
    return SimpleNamespace(
        case=_case, instrument=_instrument, policy=_policy, change=_change, trigger=_trigger
    )
