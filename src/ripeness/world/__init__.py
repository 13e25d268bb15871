"""What pressure does: one file a block, pure functions of state, parameters, levers and shocks."""

from ripeness.world.discount import Discount, discount
from ripeness.world.oil_market import OilMarket, oil_market
from ripeness.world.receipts import Receipts, receipts
from ripeness.world.refining import Refining, refining
from ripeness.world.shipping import Fleet, fleet, purchases
from ripeness.world.treasury import Treasury, treasury

__all__ = [
    "Discount",
    "Fleet",
    "OilMarket",
    "Receipts",
    "Refining",
    "Treasury",
    "discount",
    "fleet",
    "oil_market",
    "purchases",
    "receipts",
    "refining",
    "treasury",
]
