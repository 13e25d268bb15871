"""Set published counterfactuals beside ours: with volumes fixed, and with the simulator. Writes the page and a CSV.

Fixed-volume figures repeat the accounting of the publishers on the case's own series; nothing reacts. Equilibrium
figures are policies against `as_enacted` with draws of the shipped posterior. Run from the repository root:
`python tools/validation/published_estimates.py`.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from ripeness import case as cases
from ripeness.base import Month, month_range
from ripeness.case import Case
from ripeness.case.records import policy_from
from ripeness.ensemble.draws import draw_posterior
from ripeness.ensemble.simulate import Question, pose, simulate
from ripeness.fit import posterior_of
from ripeness.fit.backcast import posed
from ripeness.flow import SITES, MonthRow, Parameters, Run, layout_of
from ripeness.policy import compile_policy
from ripeness.world.oil_market import clearing_log_price
from ripeness.world.receipts import fixed_volume_cap_effect

Floats = NDArray[np.float64]
FOLDER = Path(__file__).parents[2] / "docs" / "validation"
MEMBERS = 2048
REACH, WANTED = 0.25, 0.80
"""Relative distance that counts as agreement on a cap row, and the share of rows for which it was wanted."""

NORMAL_DISCOUNT = 4.0
"""Urals discount of a normal month, USD/bbl: mean of 2021-01 to 2022-01 in the case."""
CAP_FROM, CAP_DAYS_LOST = Month(2022, 12), 4
"""The cap began on 5 December 2022."""
METHOD_BREAK = "2025-01"
"""Month of publication from which CREA's percentages jump from about 25 to 40 with no change of market."""
PRODUCT_CAPS = (100.0, 45.0)
"""Caps of February 2023 on products above and below crude, USD/bbl."""
PRODUCT_SPREAD = (1.2, 0.8)
"""Price of the two kinds over the mean product price; half of the volume each. Recalled."""
PRODUCT_RATIO, PRODUCT_PASS = 1.006, 0.326
"""Mean product price: ratio of Brent less this share of the port discount (posterior medians)."""
PRODUCT_SHADOW = 0.70
"""Uncovered share of product cargo over that of crude: 35/47.5, 36/50 and 41/65 in CREA reports of 2023-24."""

PriceBasis = Literal["port", "tax", "web"]
ProductRule = Literal["halved", "less_30", "proportional"]


@dataclass(frozen=True)
class Accounting:
    """How a fixed-volume figure is reckoned; the defaults are what documents say, or the plainest reading.

    price: `tax` the official price, `port` FOB in the west, `web` a quote 7.4 USD above FOB as CREA's in November 2024.
    products: how product caps follow a crude cap of 30 where they do: `halved` as the crude cap is, `less_30` by as
    many dollars, `proportional` the cut of crude. ceiling: whether coalition cargo already sells at 60 at most.
    """

    price: PriceBasis = "tax"
    products: ProductRule = "halved"
    product_shadow: float = PRODUCT_SHADOW
    ceiling: bool = True


@dataclass(frozen=True)
class MonthFacts:
    """One month of trade: EUR mn a day of seaborne crude and products, prices in USD/bbl, uncovered share."""

    crude_eur_mn_day: float
    products_eur_mn_day: float
    crude_price: float
    product_price: float
    shadow: float


def capped_cut(price: float, cap: float) -> float:
    """Share of a price that a cap takes."""
    return -float(fixed_volume_cap_effect(np.float64(1000.0), price, cap, 1.0, np)) / price


def product_cut(price: float, caps: tuple[float, float]) -> float:
    """Share of product receipts that two caps take, half of the volume dear and half cheap."""
    whole = sum(PRODUCT_SPREAD)
    return sum(s / whole * capped_cut(s * price, cap) for s, cap in zip(PRODUCT_SPREAD, caps, strict=True))


def cap_30_cut(facts: MonthFacts, variant: Literal["A", "B"], how: Accounting) -> float:
    """EUR mn a day lost to a cap of 30 USD/bbl on every cargo: A crude alone, B crude and products."""
    paid = facts.crude_price
    if how.ceiling:
        paid = facts.shadow * paid + (1.0 - facts.shadow) * min(paid, 60.0)
    lost = facts.crude_eur_mn_day * capped_cut(paid, 30.0)
    if variant == "A":
        return lost
    if how.products == "proportional":
        return lost + facts.products_eur_mn_day * capped_cut(facts.crude_price, 30.0)
    dear, cheap = PRODUCT_CAPS
    caps = (dear / 2, cheap / 2) if how.products == "halved" else (dear - 30.0, cheap - 30.0)
    return lost + facts.products_eur_mn_day * product_cut(facts.product_price, caps)


def cap_60_cut(facts: MonthFacts, how: Accounting) -> float:
    """EUR mn a day lost if caps of 60, 100 and 45 held for cargo on ships outside the coalition too."""
    paid = facts.crude_price
    if how.ceiling:
        paid = facts.shadow * paid + (1.0 - facts.shadow) * min(paid, 60.0)
    crude = facts.crude_eur_mn_day * facts.shadow * max(facts.crude_price - 60.0, 0.0) / paid
    cut = product_cut(facts.product_price, PRODUCT_CAPS)
    return crude + facts.products_eur_mn_day * facts.shadow * how.product_shadow * cut


class Record:
    """Monthly series of the case and the rate of the euro; gaps are filled on a straight line."""

    def __init__(self, case: Case) -> None:
        self.case = case
        with (FOLDER / "eur_usd.csv").open(encoding="utf-8") as file:
            self.usd_per_eur = {
                Month.parse(r["month"]): float(r["usd_per_eur"]) for r in csv.DictReader(file)
            }

    def exact(self, name: str, month: Month) -> float | None:
        """Value of the month, None where there is none."""
        read = self.case.series[name].to_arrays((month,), None)
        return float(read.value[0]) if read.present[0] else None

    def value(self, name: str, month: Month) -> float:
        """Value of the month, or on the line between its neighbours."""
        months = self.case.months
        read = self.case.series[name].to_arrays(months, None)
        at = np.flatnonzero(read.present)
        return float(np.interp(month - months[0], at, read.value[at]))

    def mean(self, name: str, months: Iterable[Month]) -> float:
        """Mean of months, gaps filled."""
        return float(np.mean([self.value(name, month) for month in months]))

    def facts(self, month: Month, how: Accounting) -> MonthFacts:
        """Trade of a month: CREA's value where there is one, else volumes at prices."""
        brent, discount = self.value("brent_usd_bbl", month), self.value("fob_discount_usd_bbl", month)
        port = brent - discount
        price = {
            "port": port,
            "tax": self.value("urals_tax_usd_bbl", month),
            "web": brent - max(discount - 7.4, 0.0),
        }
        sea, rate = self.value("crude_seaborne_mbd", month), self.usd_per_eur[month]
        product_price = PRODUCT_RATIO * brent - PRODUCT_PASS * discount
        products = self.value("export_volume_mbd", month) - sea - self.value("crude_pipeline_mbd", month)
        crude_eur = self.exact("crea_seaborne_crude_eur_mn_day", month)
        products_eur = self.exact("crea_products_eur_mn_day", month)
        return MonthFacts(
            sea * port / rate if crude_eur is None else crude_eur,
            products * product_price / rate if products_eur is None else products_eur,
            price[how.price],
            product_price,
            self.value("shadow_share_crude", month),
        )


def months_of(period: str) -> list[Month]:
    """Months of `2024-02`, `2022-12 to 2024-02` or `2026-03-01 to 2026-03-12`."""
    parts = [Month.parse(part[:7]) for part in period.split(" to ")]
    return list(month_range(parts[0], parts[-1]))


def days_of(month: Month, months: list[Month]) -> int:
    """Days that count: the first month of a cumulative row begins with the cap."""
    return month.days - (CAP_DAYS_LOST if month == CAP_FROM and len(months) > 1 else 0)


def is_cap_row(row: Mapping[str, str]) -> bool:
    """Whether a row is one of CREA's accounting rows on the level or the enforcement of the cap."""
    return "CF003" <= row["id"] <= "CF030"


def cap_row(row: Mapping[str, str], record: Record, how: Accounting) -> tuple[float, float]:
    """Change in EUR bn and in percent of seaborne oil receipts for a cap row, volumes fixed.

    The variant follows from the month of publication alone.
    """
    months = months_of(row["period"])
    variant: Literal["A", "B"] = "A" if row["published"] < METHOD_BREAK else "B"
    lost = base = 0.0
    for month in months:
        facts, days = record.facts(month, how), days_of(month, months)
        cut = cap_30_cut(facts, variant, how) if row["instrument"] == "lower cap" else cap_60_cut(facts, how)
        lost += cut * days / 1000.0
        base += (facts.crude_eur_mn_day + facts.products_eur_mn_day) * days / 1000.0
    return -lost, -100.0 * lost / base


def agreement(rows: Iterable[Mapping[str, str]], record: Record, how: Accounting) -> dict[str, float]:
    """Ours over published, in value, by id of the cap rows."""
    return {r["id"]: cap_row(r, record, how)[0] / float(r["value"]) for r in rows if is_cap_row(r)}


def share_within(ratios: Mapping[str, float]) -> float:
    """Share of rows within reach."""
    return float(np.mean([abs(ratio - 1.0) <= REACH for ratio in ratios.values()]))


def readings() -> list[Accounting]:
    """Every reading of the accounting that was weighed; the first is the one used."""
    free = itertools.product(
        ("tax", "port", "web"), ("halved", "less_30", "proportional"), (PRODUCT_SHADOW, 1.0), (True, False)
    )
    return [Accounting(p, r, s, c) for p, r, s, c in free]  # type: ignore[arg-type]


def published() -> list[dict[str, str]]:
    """Rows of the table of published figures."""
    with (FOLDER / "counterfactuals.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- equilibrium: the simulator ---


def with_policies(case: Case) -> Case:
    """The case with the policies of this folder beside its own."""
    files = sorted((FOLDER / "policies").glob("*.yaml"))
    extra = [policy_from(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files]
    for policy in extra:
        if policy.start is None:
            raise ValueError(f"policy {policy.name} has no start")
    return replace(case, policies={**case.policies, **{policy.name: policy for policy in extra}})


STARTS = {"cap_30_enforced": "2022-12", "no_easing_2026": "2026-03", "full_services_ban": "2026-02"}
"""Starts of the case's own policies; those of this folder name theirs."""


class Simulated:
    """Runs of all policies, and differences between them on common futures."""

    def __init__(self, case: Case, members: int) -> None:
        self.case = with_policies(case)
        posterior, early = posterior_of(case), posterior_of(case, Month(2025, 1))
        if posterior is None or early is None:
            raise ValueError("the case ships no posterior")
        self.draws = draw_posterior(posterior.draws, members, 1)
        self.early = draw_posterior(early.draws, members, 1)
        self.params = layout_of(Parameters).unpack(self.draws)
        own = [p for p in self.case.policies.values() if p.name not in case.policies]
        named = [*STARTS.items(), *((p.name, str(p.start)) for p in own)]
        compiled = [compile_policy(self.case, "as_enacted", start=case.first_month)]
        compiled += [compile_policy(self.case, name, start=Month.parse(start)) for name, start in named]
        question = pose(self.case, compiled, case.first_month, Month(2026, 12), seed=1)
        self.run = simulate(question, self.draws, keep_paths=members)

    def path(self, policy: str, output: str, months: list[Month]) -> Floats:
        """Output of some months, (months, members)."""
        at = [month - self.case.first_month for month in months]
        return np.asarray(self.run.path(policy, output), float)[at]

    def effect(self, policy: str, months: list[Month], than: str = "as_enacted", scale: Any = 1.0) -> Floats:
        """Sum over months of the difference in export receipts, USD bn over `scale`, by member."""
        name = "export_revenue_usd_bn"
        difference = self.path(policy, name, months) - self.path(than, name, months)
        return np.asarray(
            (difference / np.broadcast_to(np.asarray(scale, float).reshape(-1, 1), (len(months), 1))).sum(
                axis=0
            )
        )

    def level(self, policy: str, months: list[Month]) -> Floats:
        """Receipts over months, USD bn, by member."""
        return np.asarray(self.path(policy, "export_revenue_usd_bn", months).sum(axis=0))

    def two(self, origin: Month, until: Month, edit: Callable[[Question], Question]) -> tuple[Run, Run]:
        """A conditional run from an origin, and the same with edited month rows."""
        question = posed(self.case, origin, until, mode="conditional", seed=1)
        members = self.draws.shape[1]
        return (
            simulate(question, self.draws, keep_paths=members),
            simulate(edit(question), self.draws, keep_paths=members),
        )

    def dearer(self, origin: Month, until: Month, usd: float) -> tuple[Run, Run]:
        """As recorded, and with Brent higher by `usd` in every month from the origin on."""
        at = layout_of(MonthRow)["observed"].start + SITES.index("brent_usd_bbl")

        def edit(question: Question) -> Question:
            months = np.array(question.months)
            months[origin - self.case.first_month :, at] += usd
            return replace(question, months=months)

        return self.two(origin, until, edit)

    def no_closure(self, origin: Month, until: Month) -> tuple[Run, Run]:
        """As recorded, and with no stop of supply, Brent and its anchor staying near the month before."""
        layout = layout_of(MonthRow)
        brent = layout["present"].start + SITES.index("brent_usd_bbl")
        observed = layout["observed"].start + SITES.index("brent_usd_bbl")

        def edit(question: Question) -> Question:
            months = np.array(question.months)
            first = origin - self.case.first_month
            months[first:, layout["chokepoint_loss"].start] = 0.0
            months[first:, brent] = 1.0
            months[first:, observed] = months[first - 1, observed]
            return replace(question, months=months)

        return self.two(origin, until, edit)

    def forecast(self, origin: Month, until: Month, policy: str) -> Run:
        """A forecast with nothing given and draws that had not seen 2025."""
        question = posed(self.case, origin, until, mode="unconditional", seed=1, policies=(policy,))
        return simulate(question, self.early, keep_paths=self.early.shape[1])


@dataclass(frozen=True)
class Ours:
    """Our figures for a row, in its unit: with volumes fixed, in percent, and by member; why, or why not."""

    fixed: float | None = None
    fixed_pct: float | None = None
    members: Floats | None = None
    note: str = ""

    def band(self) -> tuple[float, float, float] | None:
        """Median, 5 % and 95 %, None where the simulator gives nothing."""
        if self.members is None:
            return None
        low, middle, high = np.quantile(self.members, (0.05, 0.5, 0.95))
        return float(middle), float(low), float(high)


def span(first: str, last: str) -> list[Month]:
    """Months from first to last."""
    return list(month_range(Month.parse(first), Month.parse(last)))


def days_in(months: list[Month]) -> int:
    """Days of some months."""
    return sum(month.days for month in months)


def mean_over(run: Run, output: str, months: list[Month], policy: str = "as_enacted") -> Floats:
    """Mean of an output over months, by member."""
    at = [month - run.months[0] for month in months]
    return np.asarray(np.asarray(run.path(policy, output), float)[at].mean(axis=0))


def ours(rows: list[dict[str, str]], record: Record, sim: Simulated) -> dict[str, Ours]:
    """Our figures by id."""
    how = Accounting()
    rate = record.usd_per_eur
    found: dict[str, Ours] = {}
    for row in filter(is_cap_row, rows):
        months = months_of(row["period"])
        policy = "cap_30_enforced" if row["instrument"] == "lower cap" else "cap_enforced"
        fixed, percent = cap_row(row, record, how)
        members = sim.effect(policy, months, scale=[rate[m] for m in months])
        variant = "variant A" if row["published"] < METHOD_BREAK else "variant B"
        note = (
            f"{variant}, {policy}" if row["instrument"] == "lower cap" else f"caps of 60, 100, 45; {policy}"
        )
        found[row["id"]] = Ours(fixed, percent, members, note)

    def price_loss(months: list[Month], volume: Callable[[Month], float]) -> float:
        """EUR bn lost to a discount above normal on a given volume."""
        return sum(
            -m.days
            * volume(m)
            * max(record.value("fob_discount_usd_bbl", m) - NORMAL_DISCOUNT, 0.0)
            / 1000.0
            / rate[m]
            for m in months
        )

    def crude(m: Month) -> float:
        return record.value("crude_seaborne_mbd", m) + record.value("crude_pipeline_mbd", m)

    def west(m: Month) -> float:
        return 0.72 * record.value("crude_seaborne_mbd", m)

    year, half = span("2022-12", "2023-11"), span("2023-01", "2023-06")
    against_none = -sim.effect("no_embargo_no_cap", year, scale=[rate[m] for m in year])
    found["CF031"] = Ours(price_loss(year, crude), None, against_none, "discount above normal on all crude")
    found["CF032"] = Ours(
        price_loss(year, crude), None, None, "as CF031; the simulator does not split price and volume"
    )
    per_day = 1000.0 / days_in(half)
    found["CF034"] = Ours(
        price_loss(half, crude) * per_day, None,
        -sim.effect("no_embargo_no_cap", half, scale=[rate[m] for m in half]) * per_day, "as CF031, per day",
    )  # fmt: skip
    november, december = Month(2022, 11), Month(2022, 12)
    by_day = [
        record.value("export_revenue_usd_bn", m) * 1000.0 / m.days / rate[m] for m in (november, december)
    ]
    first = sim.effect("no_embargo_no_cap", [december], scale=rate[december]) * 1000.0 / 31
    found["CF036"] = Ours(
        by_day[1] - by_day[0], None, -first, "recorded change in oil receipts; gas and coal are not here"
    )
    early = span("2024-01", "2024-06")
    found["CF038"] = Ours(
        price_loss(early, west), None, -sim.effect("no_embargo_no_cap", early, scale=[rate[m] for m in early]),
        "fixed: western crude; equilibrium: all oil",
    )  # fmt: skip
    february = Month(2023, 2)
    facts = record.facts(february, how)
    dear = PRODUCT_SPREAD[0]
    cut = facts.crude_eur_mn_day * capped_cut(facts.crude_price, 30.0)
    cut += (
        facts.products_eur_mn_day * dear / sum(PRODUCT_SPREAD) * capped_cut(dear * facts.product_price, 35.0)
    )
    found["CF039"] = Ours(
        -cut, None, sim.effect("cap_30_enforced", [february], scale=rate[february]) * 1000.0 / 28,
        "the simulator has no product cap",
    )  # fmt: skip
    found["CF041"] = Ours(
        note="not computed: needs the wind-down clauses of every act, fuel by fuel, gas and coal included"
    )
    for identity in ("CF045", "CF047", "CF049", "CF050"):
        found[identity] = Ours(
            note="not computed: gas and coal, marginal costs by fuel, and EU imports that the case does not hold"
        )
    all_2023 = span("2023-01", "2023-12")
    found["CF052"] = Ours(
        sum(record.value("export_revenue_usd_bn", m) for m in all_2023), None, sim.level("cap_enforced", all_2023),
        "a level, oil alone; fixed column: the record",
    )  # fmt: skip
    crude_2023 = float(np.mean([record.value("crude_total_mbd", m) for m in span("2023-03", "2023-07")]))
    year_2025 = span("2025-01", "2025-12")
    base, dearer = sim.dearer(Month(2025, 1), Month(2026, 2), 10.0)
    more = 12.0 * (
        mean_over(dearer, "export_revenue_usd_bn", year_2025)
        - mean_over(base, "export_revenue_usd_bn", year_2025)
    )
    found["CF053"] = Ours(
        crude_2023 * 365 * 10 / 1000.0, None, more, "equilibrium: Brent +10 through 2025, all oil"
    )
    taxed = span("2025-02", "2026-01")
    tax = 12.0 * (
        mean_over(dearer, "oil_gas_revenue_rub_trn", taxed)
        - mean_over(base, "oil_gas_revenue_rub_trn", taxed)
    )
    slope = sim.params.oil_tax_slope * 12.0 + sim.params.profit_tax_slope * 3.0 + sim.params.march_tax_slope
    found["CF065"] = Ours(
        float(np.median(slope)) * 10.0 * record.mean("usd_rub", span("2025-10", "2026-01")) / 1000.0, None, tax,
        "fixed: tax formula at the rate of that winter; equilibrium: Brent +10 through 2025",
    )  # fmt: skip
    spring = span("2026-03", "2026-04")
    found["CF056"] = Ours(
        124.0 * (12.5 + 4.5) / 1000.0, None, -sim.effect("no_easing_2026", spring),
        "fixed: 124 mb at sea times the whole swing of the delivered price",
    )  # fmt: skip
    month_tax = float(np.median(sim.params.oil_tax_slope)) * record.value("usd_rub", Month(2026, 2)) / 1000.0
    fx = record.value("usd_rub", Month(2026, 3))
    daily = month_tax * (75.0 - 52.0) * 1e6 / fx / 31.0
    calm = sim.no_closure(Month(2026, 3), Month(2026, 5))
    paid = [Month(2026, 4)]
    rise = mean_over(calm[0], "oil_gas_revenue_rub_trn", paid) - mean_over(
        calm[1], "oil_gas_revenue_rub_trn", paid
    )
    rise_day = rise * 1e6 / fx / 30.0
    note = "extraction tax alone; paid the month after; equilibrium: against Brent of February"
    found["CF057"] = Ours(daily, None, rise_day, note)
    found["CF058"] = Ours(daily * 12 / 1000.0, None, rise_day * 12 / 1000.0, note)
    found["CF059"] = Ours(daily * 31 / 1000.0, None, rise_day * 31 / 1000.0, note)
    rest = span("2026-02", "2026-12")
    january = record.value("crude_seaborne_mbd", Month(2026, 1))
    western = 0.72 * january
    lost_volume = 0.2 * western
    port = record.value("brent_usd_bbl", Month(2026, 2)) - record.value(
        "fob_discount_usd_bbl", Month(2026, 2)
    )
    found["CF061"] = Ours(
        -lost_volume * days_in(rest) * port / 1000.0, None, sim.effect("full_services_ban", rest),
        "fixed: a fifth of western crude not shipped, at the port price of February 2026",
    )  # fmt: skip
    trip = float(
        np.median(
            sim.draws[
                [
                    i
                    for i, n in enumerate(layout_of(Parameters).row_labels)
                    if n.startswith("round_trip_days.india")
                ]
            ]
        )
    )
    found["CF063"] = Ours(
        lost_volume * trip / 0.85,
        None,
        None,
        "fixed: a fifth of western crude on 0.85 mb ships and the round trip to India",
    )
    found["CF064"] = Ours(
        note="a level, used as an input above; the case counts 14 % of western crude on European-controlled ships"
    )
    outlook = sim.forecast(Month(2025, 8), Month(2026, 12), "cap_enforced")
    found["CF067"] = Ours(
        None,
        None,
        mean_over(outlook, "brent_usd_bbl", span("2026-01", "2026-12"), "cap_enforced"),
        "forecast as of 2025-08, nothing given",
    )
    found["CF069"] = Ours(
        None,
        None,
        mean_over(outlook, "urals_fob_usd_bbl", [Month(2025, 12)]),
        "forecast as of 2025-08, port price",
    )
    p = sim.params
    price_rise = clearing_log_price_of_cut(p, 0.2)
    brent_2022 = record.mean("brent_usd_bbl", span("2022-01", "2022-12"))
    volume_2022 = record.mean("export_volume_mbd", span("2022-01", "2022-12"))
    found["CF071"] = Ours(
        -0.2 * volume_2022 * brent_2022, None,
        volume_2022 * brent_2022 * (0.8 * np.exp(price_rise) - 1.0),
        "receipts, not profit; long-run elasticities in W1",
    )  # fmt: skip
    found["CF072"] = Ours(
        -0.2 * volume_2022 * brent_2022,
        None,
        None,
        "receipts of 2022; the simulator has no lever for a discount",
    )
    later = span("2023-07", "2024-06")
    per = 1000.0 / days_in(later)
    found["CF073"] = Ours(
        -5.0 * record.mean("export_volume_mbd", later), None,
        sim.effect("cap_55_enforced", later, than="cap_enforced") * per,
        "fixed: 5 USD on all oil",
    )  # fmt: skip
    first_year = span("2022-12", "2023-11")
    per = 1000.0 / days_in(first_year)
    scale = [rate[m] for m in first_year]
    found["CF075"] = Ours(
        0.0, None, sim.effect("ban_alone", first_year, than="no_embargo_no_cap", scale=scale) * per,
        "receipts; volumes find other buyers, hence nothing with volumes fixed",
    )  # fmt: skip
    found["CF078"] = Ours(
        None, None, sim.effect("ban_and_tanker_embargo", first_year, than="no_embargo_no_cap", scale=scale) * per,
        "without India, which no lever can make join",
    )  # fmt: skip
    september = Month(2025, 9)
    gross = 1.0 * (record.value("brent_usd_bbl", september) - record.value("fob_discount_usd_bbl", september))
    found["CF080"] = Ours(
        -0.57 * (gross - 15.0), None, sim.effect("port_halted", span("2025-09", "2025-12")) * 1000.0 / 30,
        "fixed: tax on one mb/d; equilibrium: receipts over four months per day halted",
    )  # fmt: skip
    nine = span("2025-01", "2025-09")
    exposed = sum(
        0.13 * f.shadow * (f.crude_eur_mn_day + PRODUCT_SHADOW * f.products_eur_mn_day) * m.days / 1000.0
        for m, f in ((m, record.facts(m, how)) for m in nine)
    )
    found["CF081"] = Ours(
        -exposed, None, None, "13 % of uncovered crude and products; an exposure, hence no equilibrium"
    )
    return found


def clearing_log_price_of_cut(params: Parameters, cut: float) -> Floats:
    """Log rise of the world price when the target's exports fall by a share, long-run elasticities (W1)."""
    none = np.zeros_like(params.world_share)
    rise = clearing_log_price(
        none + 1.0 - cut, params.world_share, none, none, params.demand_elasticity_long,
        params.supply_elasticity_long, none, none, np,
    )  # fmt: skip
    return np.asarray(rise, float)


# --- the page ---

GROUPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "Cap of 30 USD and enforcement of the cap (CREA)",
        tuple(f"CF{i:03d}" for i in range(3, 31)),
        "CREA cuts the price of every cargo and leaves all else as it was. In the simulator a coalition "
        "has no hand on cargo "
        "that uses none of its services: a lower cap drives insured ships out of the trade, the shadow "
        "fleet grows, freight "
        "and delivered discount rise, and if ships run short volume falls and Brent rises, which pays "
        "part back. So the "
        "effect is a fraction of the bound, and it fades as ships are bought. It is a statement about "
        "*means*: the two would "
        "agree only if someone could set the price of uninsured cargo. (That it is worth a few EUR bn at "
        "most is a strong statement of the model, which has no lever for buyers who hold to a cap.)",
    ),
    (
        "Embargo and cap together (CREA)",
        ("CF031", "CF032", "CF034", "CF036", "CF038", "CF039"),
        "The fixed figure takes the discount above its normal level as the whole effect, on all crude. "
        "The simulator takes away "
        "the acts but not the war: without a ban, buyers that had stayed away come back at once, which "
        "is more than "
        "CREA assumes; the difference is greatest in 2024 (CF038, where CREA counts Urals crude only "
        "against an unstated reference). "
        "Our figure for 2024 is probably too large: a year later most coalition buyers would hardly have "
        "come back at no discount. CF036 and CF039 hold gas and coal, which do not move.",
    ),
    (
        "Not computed (CREA)",
        ("CF041", "CF045", "CF047", "CF049", "CF050"),
        "Wind-down clauses, gas, coal, and caps by fuel on imports of July 2022 lie outside the case.",
    ),
    (
        "Slopes in the price (KSE, Financial Times)",
        ("CF052", "CF053", "CF065"),
        "+18.3 USD bn for +10 USD is five million barrels a day of crude times 365; our record gives the "
        "same. With products "
        "and pipelines the simulator's slope is larger, as all of it follows Brent. The tax slope of the "
        "Financial Times (1.5 to 1.8 RUB trn) may rest on the rate of the rouble in the budget, ours "
        "rests on the 77 to 81 of that winter; in the simulator the rouble "
        "also firms as receipts rise. "
        "CF052 is an upper bound for oil and gas, which the record of oil alone exceeded.",
    ),
    (
        "Licences and the Gulf (2026)",
        ("CF056", "CF057", "CF058", "CF059"),
        "All oil at sea when the licences came, times the whole swing of the delivered price, is about 2 "
        "USD bn. A sum of 10 counts the rise "
        "of Brent, which the licences did not cause. In the simulator they pass to the port price in "
        "part only. The estimates for "
        "the Gulf take prices of 70 to 80 as they are. The extraction tax alone gives half of the upper "
        "figure; the simulator, in which the tax price goes "
        "from 45 to 77 and other taxes follow, gives about seven tenths of it, at or just below the "
        "lower ends of the published ranges of CF058 and CF059. The sums are paid a month later.",
    ),
    (
        "Ban on maritime services (2026)",
        ("CF061", "CF063", "CF064"),
        "How the sum of 17 was reached is not published; a fifth of western crude lost for good at the "
        "port price of February 2026 would be 7. In the simulator the ships that leave are replaced in "
        "part: buying ships takes months and dearer freight pays for it. With Brent above 100 insured "
        "ships are few under a cap of 44 in any "
        "case, so that little is left to withdraw.",
    ),
    (
        "Forecasts of 2025 (Oxford Economics)",
        ("CF067", "CF069"),
        "Nothing is given but what was known in August 2025, and draws that had seen nothing of 2025. We "
        "do not expect an enforced "
        "cap to lift Brent to 80: it moves few barrels. The band holds 80 only because Brent itself is "
        "uncertain. Neither forecast knew of the Gulf.",
    ),
    (
        "Equilibrium models (Wachtmeister, Gars and Spiro)",
        ("CF071", "CF072", "CF073", "CF075", "CF078"),
        "Theirs is profit, ours receipts. A cut of a fifth in volume is met by a dearer barrel: with "
        "long-run elasticities a twelfth "
        "of the loss comes back. The discount of 20 % is arithmetic and agrees. Their loss for each 5 USD is "
        "larger than 5 USD on all oil; in the simulator 5 USD off a cap that ships can leave is worth "
        "little. An import ban alone is near "
        "nothing with them, whose buyers change places without friction; ours is a first year of search "
        "for buyers and ships, hence a loss far larger. The tanker embargo adds little to it here, and "
        "most of the loss there.",
    ),
    (
        "Ports and flags",
        ("CF080", "CF081"),
        "CF080: tax on a million barrels a day is about half of the sum, which is near the whole "
        "receipts (55 USD a barrel). The simulator gives receipts, not tax: most of what is "
        "not loaded is not made up within four months. CF081 is an exposure; only seized ships would "
        "make it a loss; ours is higher, as it counts products and takes 13 % of all uncovered value.",
    ),
)  # fmt: skip


def shown(value: float | None) -> str:
    """Three figures; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def page(rows: list[dict[str, str]], found: Mapping[str, Ours], record: Record) -> str:
    """The page in Markdown."""
    by_id = {row["id"]: row for row in rows}
    ratios = agreement(rows, record, Accounting())
    misses = {name: ratio for name, ratio in ratios.items() if abs(ratio - 1.0) > REACH}
    lines = [
        "# Published estimates",
        "",
        "Written by `tools/validation/published_estimates.py`; numbers in "
        "[published_estimates.csv](published_estimates.csv), the "
        "published figures with their sources in [counterfactuals.csv](counterfactuals.csv), policies in "
        "[policies](policies).",
        "",
        "Two figures of ours stand beside each one. **Fixed volumes**: the publisher's accounting on our "
        "record, with nothing that reacts. "
        "**Equilibrium**: a policy against `as_enacted` in the simulator, on the same futures, "
        f"{MEMBERS} draws of the posterior, median and 5 to 95 %. Policies stay in force from their date "
        "on; the replay to August 2026 "
        "keeps the shocks that the record implies. Monthly rates of the euro are [recalled](eur_usd.csv). "
        f"Case {record.case.content_hash[:12]}.",
        "",
        "## Fixed volumes: the rule",
        "",
        "- **Variant A** (published before 2025): crude alone is cut to 30, measured against crude and products. "
        "**Variant B** (published from 2025): products too. The percentages jump from about 25 to 40 "
        "between November 2024 and "
        "March 2025 with no change in the market, so this is a break of method. The month of publication "
        "alone decides.",
        "- Cap of 60: cargo on coalition ships is taken to comply already; the other share pays no more "
        "than 60, and products "
        "no more than 100 and 45.",
        "- Price: the official tax price, the one series that has every month. CREA uses quotes of its "
        "own, known to us for one month only.",
        "- Products under a cap of 30 are *scaled*: read as caps of 50 and 22.5. Uncovered share of "
        "products: 0.7 of that of crude.",
        "",
        f"**{len(ratios) - len(misses)} of {len(ratios)} rows ({share_within(ratios):.0%}) lie within "
        f"{REACH:.0%} of the "
        f"published sum. The aim was {WANTED:.0%}; it is not met.** Misses: "
        + ", ".join(f"{name} ({ratio:.2f} times)" for name, ratio in misses.items())
        + ".",
        "",
        "The misses have two sources. Rows on a cap of 60 come out low because what counts there is the "
        "price less 60, a small difference "
        "of large numbers: CREA's quote of November 2024 was 5 USD above the tax price and 7 above FOB, "
        "and we do not "
        "have its other months. Rows of variant B come out high because halved product caps cut products "
        "by half where the "
        "published totals imply about a fifth to a third; what CREA did is not documented. October 2024 "
        "is 30 % high for a reason we do not know. CF030 jumps by 14 EUR bn on CF029 within five months "
        "of about 0.9 each: "
        "the break of method reaches the cap of 60 too, in a way that is not documented.",
        "",
        "Other readings of the same documents change the count. All that were weighed are below, so that "
        "the one above is not mistaken for "
        "the only one; none was chosen by row. The best of them was not made the rule, since it was found by "
        "looking at the answer. The rule itself was settled after a first sketch of the numbers, by the "
        "wording of the documents. A premium for Pacific crude, and crude alone in the rows of 2024 on a "
        "cap of 60, "
        "were tried as well in a sketch; no combination went beyond 15 of 19.",
        "",
        "| Price | Product caps | Uncovered products / crude | Coalition cargo at 60 at most | rows within 25 % |",
        "| --- | --- | --- | --- | --- |",
    ]
    for how in readings():
        count = sum(abs(ratio - 1.0) <= REACH for ratio in agreement(rows, record, how).values())
        lines.append(
            f"| {how.price} | {how.products} | {how.product_shadow:g} | {'yes' if how.ceiling else 'no'} "
            f"| {count} of {len(ratios)} |"
        )
    lines += ["", "## All rows", ""]
    for title, ids, explained in GROUPS:
        lines += [f"### {title}", "", HEAD, RULE]
        for row in (by_id[i] for i in ids if i in by_id):
            own = found[row["id"]]
            band = own.band()
            percent = (
                f" ({row['pct']} %)" if row["pct"] and row["value"] else row["pct"] and f"{row['pct']} %"
            )
            fixed = shown(own.fixed) + (f" ({own.fixed_pct:.0f} %)" if own.fixed_pct is not None else "")
            middle = "–" if band is None else f"{shown(band[0])} ({shown(band[1])} to {shown(band[2])})"
            cells = (
                row["id"], row["publisher"], f"{row['assumption']}; {row['outcome']}", row["period"],
                f"{row['value']}{percent} {row['unit']}", fixed, middle, own.note,
            )  # fmt: skip
            lines.append("| " + " | ".join(cells) + " |")
        lines += ["", f"**Differences explained.** {explained}", ""]
    return "\n".join(lines).rstrip() + "\n"


HEAD = "| Id | Publisher | Assumption and outcome | Period | Published | Fixed volumes | Equilibrium | Note |"
RULE = "| --- | --- | --- | --- | --- | --- | --- | --- |"


def main() -> None:
    """Compute, and write the page and the numbers."""
    case = cases.as_program(cases.load("ukraine"), "money_chain")
    record, rows = Record(case), published()
    found = ours(rows, record, Simulated(case, MEMBERS))
    with (FOLDER / "published_estimates.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ("id", "published", "unit", "published_pct", "fixed", "fixed_pct", "median", "q05", "q95", "note")
        )
        for row in rows:
            own = found[row["id"]]
            numbers = (own.fixed, own.fixed_pct, *(own.band() or (None, None, None)))
            said = ("" if n is None else f"{n:.4g}" for n in numbers)
            writer.writerow((row["id"], row["value"], row["unit"], row["pct"], *said, own.note))
    (FOLDER / "published_estimates.md").write_text(page(rows, found, record), encoding="utf-8")


if __name__ == "__main__":
    main()
