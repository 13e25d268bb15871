"""Names of the model axes: what the leading entries of a vector field stand for."""

BUYERS = (
    "eu_g7",
    "india_state",
    "india_private",
    "china_state",
    "china_independent",
    "turkiye",
    "other",
)
"""Buyers of seaborne crude; `eu_g7` is the market that an import ban closes."""

FLEET = ("insured", "unlisted", "eu_uk_listed", "us_listed")
"""Fleet classes: G7-insured, shadow unlisted, listed by EU or UK only, listed by the US."""

TRIGGERS = ("first", "second", "third")
"""Trigger slots of a policy; their number is a shape, never data."""

WATCHED = (
    "brent_usd_bbl",
    "fob_discount_usd_bbl",
    "delivered_discount_usd_bbl",
    "export_volume_mbd",
    "export_revenue_usd_bn",
    "oil_gas_revenue_rub_trn",
    "liquid_fund_rub_trn",
    "oil_afloat_mb",
    "shadow_share_crude",
    "deficit_rub_trn",
    "territory_km2",
    "territory_change_km2",
    "drones_launched",
    "power_damage_share",
    "chest_months",
    "losses_a",
    "support_d",
)
"""Outputs of the month before that a trigger may watch, where its program has them; money first."""

SITES = (
    "brent_usd_bbl",
    "usd_rub",
    "refinery_throughput_mbd",
    "crude_seaborne_mbd",
    "export_volume_mbd",
    "shadow_share_crude",
    "delivered_discount_usd_bbl",
    "fob_discount_usd_bbl",
    "oil_afloat_mb",
    "urals_tax_usd_bbl",
    "export_revenue_usd_bn",
    "oil_gas_revenue_rub_trn",
    "non_oil_revenue_rub_trn",
    "spending_rub_trn",
    "liquid_fund_rub_trn",
    "cpi_yoy",
    "key_rate",
)
"""Quantities that are observed and so can be assimilated, in the order in which a month meets them."""

WEAPONS = ("drones", "missiles")
"""Classes of long-range weapons, by what stops them."""

STAGES = ("allocated", "in_delivery")
"""Stages of aid between allocation and use."""

PUBLICS = ("a", "d", "coalition", "patron")
"""Publics whose opinion is followed: of A, of D, of the coalition's nearer members, of its farther patron."""

WAR_SITES = (
    "territory_km2",
    "territory_change_second_km2",
    "drones_launched",
    "drones_stopped_share",
    "missiles_launched",
    "missiles_stopped_share",
    "claimed_losses_a",
    "aid_allocated_usd_bn",
    "support_a",
    "support_d",
    "support_coalition",
    "support_patron",
)
"""Observed quantities of the war that can be assimilated."""

LAG_12 = tuple(f"m{i}" for i in range(1, 13))
"""The last twelve months, newest first."""

LABELS: dict[object, tuple[str, ...]] = {
    "buyer": BUYERS,
    "fleet": FLEET,
    "trigger": TRIGGERS,
    "watched": WATCHED,
    "site": SITES,
    "weapon": WEAPONS,
    "stage": STAGES,
    "public": PUBLICS,
    "war_site": WAR_SITES,
    "lag": LAG_12,
}
"""Labels of each named axis."""

LENGTH = {axis: len(labels) for axis, labels in LABELS.items()}
"""Length of each named axis."""
