"""What a price cap does where the answer is known in closed form; the simulator must agree where it applies.

Equations (docs/model/closed_forms.md):
    C1  withheld = clip((c_high - cap) / (c_high - c_low), 0, 1)    price-taking fields, costs uniform in between
    C2  P = P0 (1 - s withheld)^(-1 / e)                            rivals rigid, s share of capped barrels in the world
    C3  Q = (a - c) / 2 without a cap, a - cap where the cap binds, 0 where cap <= c;  price = min((a + c) / 2, cap)
Source: Turner and Sappington for C3. The block `shipping` moves no field by its cost: it lets
the cap close or open the insured channel (S4), and shuts fields in at a low port price alone.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array
from ripeness.world.smooth import clip


class CappedSale(NamedTuple):
    """Quantity, price and revenue of a capped seller, in the units of its demand curve."""

    quantity: Array
    price: Array
    revenue: Array


def withheld_share(cap: Array, cost_low: Array, cost_high: Array, xp: Any) -> Array:
    """Share of fields that stop under a cap because their delivered cost is above it (C1)."""
    return clip((cost_high - cap) / (cost_high - cost_low), 0.0, 1.0, xp)


def world_price_under_cap(
    price: Array, capped_share: Array, withheld: Array, demand_elasticity: Array, xp: Any
) -> Array:
    """World price once the withheld barrels are missing (C2), in the unit of `price`."""
    return price * xp.exp(-xp.log(1.0 - capped_share * withheld) / demand_elasticity)


def capped_monopoly(choke_price: Array, marginal_cost: Array, cap: Array, xp: Any) -> CappedSale:
    """What a seller with market power does under a cap at demand `choke_price - Q` (C3).

    A cap between its cost and its own price takes away the reason to withhold, so that output rises and
    revenue may; a cap at or below its cost ends the sale.
    """
    free_price = (choke_price + marginal_cost) / 2.0
    price = xp.minimum(free_price, cap)
    quantity = xp.where(cap > marginal_cost, choke_price - price, 0.0)
    return CappedSale(quantity, price, quantity * price)
