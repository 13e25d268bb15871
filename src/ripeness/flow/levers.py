"""Policy -> world: what is done to the target, one row a month. The only arrow by which policy acts."""

from __future__ import annotations

from typing import NamedTuple

from ripeness.flow.layout import PerBuyer, PerTrigger, PerTriggerWatched, Scalar


class Levers(NamedTuple):
    """Instruments in force in one month. Shares are 0..1 unless said otherwise."""

    crude_import_ban: Scalar  # share of the EU and G7 crude market closed
    product_import_ban: Scalar  # share of the EU and G7 product market closed
    cap_in_force: Scalar  # share of the month in which a price cap binds coalition services
    price_cap_usd_bbl: Scalar  # statutory level, USD/bbl
    cap_dynamic: Scalar  # 1 where the level follows the dynamic rule in place of the statutory path
    cap_enforcement: Scalar  # attestation checks: 0 none, 1 no false attestation passes
    services_ban: Scalar  # share of coalition services withdrawn at any price
    vessels_listed_us: Scalar  # tankers newly listed this month
    vessels_listed_eu: Scalar  # tankers newly listed this month
    vessels_listed_uk: Scalar  # tankers newly listed this month
    listing_enforcement: Scalar  # how far listings are followed up at ports and banks
    producer_listing: Scalar  # share of crude exports whose producers are under US blocking sanctions
    secondary_sanctions: Scalar  # credibility of penalties on buyers and their banks
    buyer_tariff: PerBuyer  # additional tariff on a buyer's exports, ad valorem share
    waiver: Scalar  # share of listed producers' oil that a general licence frees
    insurance_checks: Scalar  # share of voyages checked for valid cover
    port_ban: Scalar  # share of receiving ports that refuse listed or uninsured ships
    transit_inspection: Scalar  # share of Baltic voyages inspected in the straits
    interdiction: Scalar  # share of shadow ships seized or detained this month
    refinery_strikes: Scalar  # share of refining capacity newly hit this month
    port_strikes: Scalar  # share of western port days lost this month
    stock_release_mbd: Scalar  # coalition release from strategic stocks, mb/d
    pressure_relief: Scalar  # share of enforcement suspended while talks last
    cost_pressure: Scalar  # economic pressure where no money chain runs, share of full effort
    arms_denial: Scalar  # share of A's imports of arms and parts stopped
    extra_military_aid_usd_bn: Scalar  # allocations a month beyond donors' habit
    aid_withheld: Scalar  # share of donors' usual military aid withheld
    extra_financial_aid_usd_bn: Scalar  # money to D's budget beyond what is needed and usual
    financial_aid_withheld: Scalar  # share of the usual money to D's budget withheld
    extra_interceptors: Scalar  # interceptor flow beyond the usual one, as a share of it
    air_shield: Scalar  # share of launches over which an outside air shield stands
    talks: Scalar  # 1 while a track of talks is open, share of the month
    pressure_to_talk: Scalar  # outside pressure to meet, whatever it costs either side to go on
    guarantee_deterrence: Scalar  # share of renewed war that guarantees offered with a deal deter
    guarantee_denial: Scalar  # share of its gain and loss that they deny
    narrative: Scalar  # effort to shift the perceived balance, positive toward A


class Triggers(NamedTuple):
    """Rules of a policy that the loop itself evaluates: when a watched output holds, levers change.

    `watch` picks one output of the month before; the rule counts months in which
    `sign * (output - threshold) > 0` and fires for good once `for_months` have run.
    `then_*` of a slot is the lever row used from `after_months` later on.
    """

    armed: PerTrigger  # 1 from the month in which the rule may start to count
    watch: PerTriggerWatched  # one-hot over `axes.WATCHED`
    sign: PerTrigger  # +1 above the threshold, -1 below
    threshold: PerTrigger  # in the unit of the watched output
    for_months: PerTrigger
    after_months: PerTrigger
