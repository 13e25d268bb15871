"""State of a war on the eve of a case's first month: what its parameters say, and nothing on the way yet."""

from __future__ import annotations

from typing import Any

import numpy as np

from ripeness.flow import layout_of
from ripeness.flow.war import WarParameters, WarState


def initial_war_state(params: WarParameters) -> WarState:
    """State on the eve of the first month, arrays (..., members), float64.

    Aid has not begun, money to D's budget is as needed, errors are zero and known.
    """
    members = np.shape(params.area_initial_km2)[-1]
    zero = {f.name: np.zeros((*f.shape, members)) for f in layout_of(WarState).fields}

    def own(value: Any) -> np.ndarray:
        return np.array(value, float)

    support = own(params.support_initial)
    return WarState(**zero)._replace(
        chest_months=own(params.chest_initial_months),
        manpower_a=own(params.manpower_a_initial),
        manpower_d=own(params.manpower_d_initial),
        bonus=own(params.bonus_initial),
        materiel_a=np.ones(members),
        money_d=own(params.finance_need_usd_bn),
        drones_growth=own(params.drones_growth_month),
        area_km2=own(params.area_initial_km2),
        area_before=own(params.area_initial_km2),
        support=np.log(support / (1.0 - support)),
    )
