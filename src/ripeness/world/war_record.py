"""How the war's blocks read their record: flows in logs, shares in log odds, so that no bound is crossed.

Equations (docs/model/assimilation.md):
    A7  flow: y becomes ln max(y / k, floor), r becomes r / (k max(y / k, floor))      k known factor of the month
    A8  share: y, held within [0.005, 0.995], becomes ln(y / (1 - y)), r becomes r / (y (1 - y))
"""

from __future__ import annotations

from typing import Any

from ripeness.flow import Array
from ripeness.flow.axes import WAR_SITES
from ripeness.flow.war import WarMonth
from ripeness.world.assimilation import Assimilated, Observation, Reader, assimilate
from ripeness.world.smooth import clip

LEAST_SHARE = 0.005
"""Shares nearer to 0 or 1 than this are read as this."""

LEAST_SPREAD = 1e-4
"""Spread of an error in logs that counts as none: a block that is not in use has no noise."""

LOG_RANGE = 8.0
"""Logs of ratios are held within plus and minus this, three thousand to one."""


def war_observation(month: WarMonth, reader: Reader, site: str) -> Observation:
    """The month's observation of `site`; silent for every run but the reference and while there is no war."""
    i = WAR_SITES.index(site)
    present = month.war_present[i] * reader.is_reference * month.war_on
    return Observation(month.war_observed[i], month.war_observed_sd[i], present)


def in_logs(seen: Observation, factor: Array, floor: float, xp: Any) -> Observation:
    """Observation of `factor` times a flow, as one of the log of the flow (A7); `floor` in the flow's unit."""
    value = xp.maximum(seen.value / factor, floor)
    return Observation(xp.log(value), seen.sd / (factor * value), seen.present)


def in_log_odds(seen: Observation, xp: Any) -> Observation:
    """Observation of a share as one of its log odds (A8)."""
    value = clip(seen.value, LEAST_SHARE, 1.0 - LEAST_SHARE, xp)
    return Observation(log_odds(value, xp), seen.sd / (value * (1.0 - value)), seen.present)


def log_odds(share: Array, xp: Any) -> Array:
    """Log odds of a share strictly between 0 and 1."""
    return xp.log(share / (1.0 - share))


def take_in(
    predicted: Array,
    spread: Array,
    shock: Array,
    seen: Observation,
    reader: Reader,
    xp: Any,
    carried_variance: Array,
) -> Assimilated:
    """`assimilate` with a spread that may be zero."""
    return assimilate(predicted, xp.maximum(spread, LEAST_SPREAD), shock, seen, reader, xp, carried_variance)
