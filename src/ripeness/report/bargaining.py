"""Tables of how the war ends: deals, people, terms, money and what decides, model beside model.

A chance is never one number: each model has its own, with a band over structural draws. People stand beside deals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from ripeness.report.bargaining_document import DEAL, PEOPLE, BargainingDocument
from ripeness.report.documents import LATER, Document, driver_tables, share, spread
from ripeness.report.numbers import percent
from ripeness.report.scores import score_line
from ripeness.report.tables import Cell, Column, Table

ABSENT = "none"
"""What stands for a number that a model does not have."""

UNKNOWN = "not known"

PARTS = ("disagreement", "commitment", "relief", "indivisibility")
"""What can keep the zone of agreement narrow, in the order of the table."""

UNDECIDED = {"model_dependent": "by model", "open": "open"}
"""Verdicts that take no side, in the words of the table."""

POLICY = Column("policy", "Policy", text=True)

Cells = Callable[[str], Sequence[Cell]]
"""Cells of a policy's row, behind its name."""


def ending_tables(document: Document) -> list[Table]:
    """What comes of the war by policy; the further tables say more of it."""
    told = BargainingDocument.of(document)
    if told is None:
        return []
    tables = [
        _deal_table(told),
        _people_table(told),
        _terms_table(told),
        _endings_table(told),
        _people_by_model_table(told),
        _zone_table(told),
        _money_table(told),
    ]
    return [table for table in tables if table is not None]


def deciding_tables(document: Document) -> list[Table]:
    """Regret by model, where the models part, other maps of the stake, and what decides."""
    told = BargainingDocument.of(document)
    if told is None or len(told.policies) < 2:
        return []
    tables = [_regret_table(told, metric) for metric in told.aims]
    tables += [_agreement_table(told, metric) for metric in told.aims if told.verdicts(metric)]
    if told.told["other_stakes"]:
        tables.append(_stakes_table(told))
    subjects = {metric: told.wording(metric).subject for metric in told.told["metrics"]}
    deciding = driver_tables(told.told["drivers"], subjects, "decides")
    if deciding:
        note = (
            f"Rank correlation of the assumption with the difference, over {told.told['structural_draws']} structural "
            "draws of the main model. Known from prior: no record bears on it, so what rests on it is prior-driven."
        )
        deciding[-1] = replace(deciding[-1], notes=(note,))
    return [*tables, *deciding]


def _table(
    told: BargainingDocument,
    name: str,
    title: str,
    columns: Sequence[Column],
    cells: Cells,
    *notes: str,
    further: bool = False,
) -> Table:
    """A row a policy; one that ends as another does names it in place of the same numbers."""
    rows: list[tuple[Cell, ...]] = []
    for policy in told.policies:
        twin = told.twin(policy)
        blank = [""] * (len(columns) - 1)
        rows.append((policy, *cells(policy)) if twin is None else (policy, f"as {twin}", *blank))
    return Table(name, title, (POLICY, *columns), tuple(rows), notes, further)


def _scored(told: BargainingDocument, *metrics: str) -> list[str]:
    """How such forecasts did in the past: the first of these metrics that has a score, else why the first has none."""
    about = [told.told["metrics"][metric] for metric in metrics if metric in told.told["metrics"]]
    chosen = next((each for each in about if each.get("score")), about[0] if about else {})
    said = score_line(chosen)
    return [] if said is None else [said]


def _verdict_words(told: BargainingDocument, found: Document | None) -> str:
    if found is None:
        return ""
    if found["verdict"] == "holds":
        return "higher" if found["sign"][told.main] > 0 else "lower"
    return UNDECIDED[found["verdict"]]


def _deal_table(told: BargainingDocument) -> Table:
    """Lasting deals: the main model, its rivals and a null side by side, and whether they agree."""
    models = [*told.rivals_and_main, *([] if told.null is None else [told.null])]
    columns = [Column(model, told.short[model], percent=True, missing=ABSENT) for model in models]
    verdicts = told.verdicts(DEAL)
    said = " ".join(f"{told.short[model]}: {told.about(model)}." for model in models)
    notes = [
        f"Median (5 to 95 %) over {told.told['structural_draws']} structural draws: what the priors "
        f"{told.and_no_deal}leave open, so never one chance. {said}"
    ]
    if verdicts:
        columns.append(Column("against", f"Against {told.reference}", text=True))
        notes.append(
            f"Against {told.reference}: higher or lower where the main model and a rival say so and no rival says "
            "otherwise; by model: model-dependent; open: no model takes a side."
        )

    def cells(policy: str) -> list[Cell]:
        found: list[Cell] = [told.spread(policy, model, DEAL) for model in models]
        return [*found, _verdict_words(told, verdicts.get(policy))] if verdicts else found

    notes += _scored(told, DEAL, "p_settled")
    title = f"{told.told['metrics'][DEAL]['label']}, {told.counted_in(DEAL)}, {told.window}"
    return _table(told, "deal", title, columns, cells, *notes)


def _people_table(told: BargainingDocument) -> Table:
    """Casualties of both sides and of civilians, next to deals."""
    attacker, defender = told.parties
    columns = [
        Column("casualties_a", attacker, missing=UNKNOWN, decimals=0),
        Column("casualties_d", defender, missing=UNKNOWN, decimals=0),
        Column("civilian_harm_index", "Civilians", missing=UNKNOWN),
    ]
    shown = [column.key for column in columns]
    verdicts = told.verdicts(PEOPLE)
    notes = [
        "Main model's median; in brackets the lowest 5 % and the highest 95 % of it and its rivals. Months of war only."
    ]
    if verdicts:
        columns.append(Column("against", f"Together, against {told.reference}", text=True))

    def cells(policy: str) -> list[Cell]:
        found: list[Cell] = [told.widest(policy, metric) for metric in shown]
        return [*found, _verdict_words(told, verdicts.get(policy))] if verdicts else found

    notes += _scored(told, "casualties_a")
    unit = told.counted_in(PEOPLE)
    title = f"Killed, wounded and missing, {unit}, {told.window}"
    return _table(told, "people", title, columns, cells, *notes)


def _terms_table(told: BargainingDocument) -> Table:
    """When a deal comes, on what terms, and who holds the land."""
    attacker, _ = told.parties
    columns = [
        Column("months_to_settlement", "Months to a deal", missing=LATER, decimals=0),
        Column("terms_share_a", f"Of 100 parts of the stake to {attacker}", missing="no deal", percent=True),
        Column("territory_km2", f"Land held by {attacker}, km2", missing=UNKNOWN, decimals=0),
    ]

    def cells(policy: str) -> list[Cell]:
        return [
            told.spread(policy, told.main, "months_to_settlement"),
            told.spread(policy, told.main, "terms_share_a"),
            told.widest(policy, "territory_km2"),
        ]

    return _table(
        told,
        "terms",
        "Terms of a deal, and land",
        columns,
        cells,
        f"Main model, median (5 to 95 %) over futures; {LATER}: after {told.told['until']} or never. Terms: of the "
        f"futures that end in a deal, the share of the stake ({told.told['stake']['title']}) that {attacker} has.",
        "Land: at the deal, or at the end of the run; the band is that of the main model and its rivals.",
        *(f"Land: {line[0].lower()}{line[1:]}" for line in _scored(told, "territory_km2")),
    )


def _endings_table(told: BargainingDocument) -> Table:
    """Every way in which the war ends under the main model."""
    attacker, defender = told.parties
    headers = {
        "p_settled": "Any deal",
        "p_renewed_war": "Deal, then war in five years",
        "p_collapse_a": f"{attacker} driven out of the stake",
        "p_collapse_d": f"{defender} overrun",
    }
    return _table(
        told,
        "endings",
        f"How the war ends under the main model, of 100 futures, {told.window}",
        [Column(metric, header, missing=ABSENT, percent=True) for metric, header in headers.items()],
        lambda policy: [told.spread(policy, told.main, metric) for metric in headers],
        f"Median (5 to 95 %) over {told.told['structural_draws']} structural draws; medians need not add up.",
        further=True,
    )


def _people_by_model_table(told: BargainingDocument) -> Table:
    """Casualties together, the main model beside its rivals."""
    models = told.rivals_and_main
    return _table(
        told,
        "people_by_model",
        f"{told.told['metrics'][PEOPLE]['label']}, {told.counted_in(PEOPLE)}, {told.window}",
        [Column(model, told.short[model], missing=ABSENT, decimals=0) for model in models],
        lambda policy: [told.spread(policy, model, PEOPLE) for model in models],
        f"Median (5 to 95 %) over {told.told['walkers']:,} futures, months of war only.",
        further=True,
    )


def _zone_table(told: BargainingDocument) -> Table | None:
    """What each side would accept at the start, and what keeps the zone of agreement narrow."""
    ripe = told.told["ripeness"]
    columns = [Column("zopa", "Zone of agreement", missing=UNKNOWN, percent=True)]
    if ripe:
        columns += [Column(part, part.capitalize(), missing="–", percent=True) for part in PARTS]

    def cells(policy: str) -> list[Cell]:
        zone = told.spread(policy, told.main, "zopa")
        parts = ripe[policy]["parts"] if ripe and policy in ripe else {}
        return [
            zone,
            *(None if (part := parts.get(name)) is None else spread(part) for name in PARTS if ripe),
        ]

    if all(cell is None for policy in told.policies for cell in cells(policy)):
        return None
    attacker, defender = told.parties
    notes = [
        f"Zone: the most that {defender} would concede less the least that {attacker} would accept; above 0 there are "
        "terms that both prefer to war."
    ]
    if ripe:
        notes.append(
            "Parts: how much wider the zone would be if both sides judged the war alike (disagreement), if a deal "
            "were sure to last (commitment), without relief during talks, and if the stake could be shared freely. "
            f"Under {told.reference} only, in a few draws on a coarser grid."
        )
    return _table(
        told,
        "zone",
        f"What each side would accept on the eve of {told.told['start']}, of 100 parts of the stake, main model",
        columns,
        cells,
        *notes,
        further=True,
    )


def _money_table(told: BargainingDocument) -> Table:
    """What a policy costs its authors under the main model, and how it was scaled to the same budget."""
    equal = told.told["equal_budget"]
    columns = [
        Column("spend_usd_bn", "Spending beyond the base", missing=UNKNOWN),
        Column("coalition_cost_usd_bn", "Dearer oil", missing=UNKNOWN),
        Column("aid_usd_bn", f"Aid to {told.parties[1]}", missing=UNKNOWN),
    ]
    notes = [
        "Main model, months of war only, median (5 to 95 %). Beyond the base: price of the effort, dearer oil and aid, "
        f"less those under {told.reference}. A policy that ends the war early spends less."
    ]
    if equal:
        columns += [Column("scale", "Scale", decimals=2), Column("discounted", "Discounted")]
        notes.append(
            f"Scale: share of its effort that a policy keeps so that all spend the same, {equal['budget_usd_bn']:,.1f} "
            f"USD bn discounted; the furthest is {percent(equal['worst'])} % off."
        )

    def cells(policy: str) -> list[Cell]:
        spent = told.policies[policy]["spend_usd_bn"]
        found: list[Cell] = [
            None if spent is None else spread(spent),
            told.spread(policy, told.main, "coalition_cost_usd_bn"),
            told.spread(policy, told.main, "aid_usd_bn"),
        ]
        return [*found, equal["scale"].get(policy), equal["spend_usd_bn"].get(policy)] if equal else found

    title = f"What the coalition spends, USD bn, {told.window}"
    return _table(told, "spending", title, columns, cells, *notes, further=not equal)


def _regret_table(told: BargainingDocument, metric: str) -> Table:
    """How far a policy falls short of the best, and how often it is the best, model beside model."""
    regret, best = told.told["regret"], told.told["share_best"]
    models = [model for model in told.rivals_and_main if metric in regret.get(model, {})]
    shown = told.is_share(metric)
    columns = [POLICY]
    for model in models:
        columns.append(
            Column(f"regret_{model}", f"{told.short[model]}: regret", percent=shown, missing=UNKNOWN)
        )
        columns.append(Column(f"best_{model}", "best", percent=True))
    rows = []
    for policy in told.policies:
        if told.twin(policy) is not None:
            continue
        same = [policy, *(name for name in told.policies if told.twin(name) == policy)]
        row: list[Cell] = [policy]
        for model in models:
            lost = regret[model][metric].get(policy)
            together = min(sum(best[model][metric].get(name, 0.0) for name in same), 1.0)
            row += [None if lost is None else spread(lost), together]
        rows.append(tuple(row))
    about = told.told["metrics"][metric]
    chance = math.ceil(100 * share(0.5, told.told["structural_draws"]).error)
    return Table(
        f"ending_regret_{metric}",
        f"Regret, {told.wording(metric).subject}, {told.counted_in(metric)}: how far short of the best policy",
        tuple(columns),
        tuple(rows),
        (
            f"Aim {about['sense']}: {about['judgment']}.",
            f"Best: of 100, how often the policy is the best; ties are shared. Give or take {chance} for so few draws.",
        ),
    )


def _agreement_table(told: BargainingDocument, metric: str) -> Table:
    """In how many structural draws a metric is higher than under the reference, by model."""
    models = list(told.told["models"])
    columns = (
        POLICY,
        *(Column(model, told.short[model], percent=True, missing=UNKNOWN) for model in models),
        Column("verdict", "Verdict", text=True),
    )
    rows = tuple(
        (policy, *(found["share_higher"].get(model) for model in models), _verdict_words(told, found))
        for policy, found in told.verdicts(metric).items()
    )
    return Table(
        f"agreement_{metric}",
        f"Where models agree: of 100 structural draws, those with {told.wording(metric).subject} "
        f"{told.wording(metric).more} than under {told.reference}",
        columns,
        rows,
        ("A model takes a side where at least 80 of 100 draws do; nulls have no say in the verdict.",),
        further=True,
    )


def _stakes_table(told: BargainingDocument) -> Table:
    """Which policy comes first where the stake is mapped otherwise."""
    ranking = told.told["ranking"].get(told.main, {})
    aims = [metric for metric in told.aims if ranking.get(metric)]
    columns = (
        Column("stake", "Map of the stake", text=True),
        *(Column(metric, f"First for {told.wording(metric).subject}", text=True) for metric in aims),
    )
    rows = (
        (told.told["stake"]["title"], *(ranking[metric][0] for metric in aims)),
        *(
            (other["title"], *(other["first"].get(metric) for metric in aims))
            for other in told.told["other_stakes"].values()
        ),
    )
    return Table("stakes", "First policy by map of the stake, main model", columns, rows, further=True)
