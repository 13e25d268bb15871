"""What a comparison says of bargaining: deals, people and spending by model, and what decides them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness.api.progress import Progress
from ripeness.api.score_lines import Scores
from ripeness.api.simulation import Asked
from ripeness.bargaining import Grid
from ripeness.base import RipenessError
from ripeness.case import REFERENCE
from ripeness.ensemble.bargain import DRAWS, GRID, SEARCH_GRID, Bargained, bargain
from ripeness.ensemble.budgets import EqualBudget, equal_budgets
from ripeness.ensemble.endings import END_METRICS, agreement, by_model, decisive
from ripeness.ensemble.metrics import statistic

if TYPE_CHECKING:
    from ripeness.case import Case, Policy

MODELS = {
    "m1": ("Main model: bargaining while fighting", "main"),
    "r1": ("Rival 1: hazard of settlement", "rival"),
    "r2": ("Rival 2: contest of many actors", "rival"),
    "n0": ("Null: past wars' mean rate", "null"),
    "n1": ("Null: exhaustion, no bargaining", "null"),
}
"""Labels and kinds of the models."""

MOST_WALKED = 2048
"""Futures whose endings are walked; more would cost memory and say nothing more about tens of structural draws."""

FEWEST_DRAWS, MOST_DRAWS = 8, 4096
"""Structural draws of which a band can be said, and more than anybody can wait for."""

PARTS = "bargaining"
"""Folder of a saved run in which solved parts are kept."""

PARTS_DRAWS = 8
"""Structural draws in which the gap between the sides is split into its parts; each takes 16 games."""

ORDERS = ("simultaneous", "sequential")
"""The two orders of talks and pressure whose difference is always explained, where both are compared."""

BUDGET_DRAWS = 16
"""Structural draws in each round of the search for equal budgets."""

OTHER_MAPS_SHARE = 4
"""Under the other maps of the stake one structural draw in so many is solved."""


@dataclass(frozen=True)
class Bargaining:
    """What is asked of the second pass: structural draws (0 leaves it out), and whether policies spend alike."""

    draws: int = DRAWS
    equal_budget: bool = False

    def __post_init__(self) -> None:
        if self.draws and not FEWEST_DRAWS <= self.draws <= MOST_DRAWS:
            raise RipenessError(
                f"structural_draws is {self.draws}",
                f"ask for {FEWEST_DRAWS} to {MOST_DRAWS}, or 0 to leave bargaining out",
            )
        if self.equal_budget and not self.draws:
            raise RipenessError("equal budgets need the bargaining models", "leave structural_draws above 0")


@dataclass(frozen=True)
class Endgame:
    """Endings of a comparison: under the default map of the stake, under the others, and what was equalised."""

    found: Bargained
    others: tuple[Bargained, ...]
    equal: EqualBudget | None


def ends_of(asked: Asked, bargaining: Bargaining, folder: Path | None, progress: Progress) -> Endgame | None:
    """The second pass of a comparison; None where the case has no war or it was left out."""
    case, draws = asked.case, bargaining.draws
    if not case.stakes or not draws:
        return None
    folder_of_parts = None if folder is None else folder / PARTS
    count = min(asked.options.members, MOST_WALKED)
    parameters = asked.draws.draw(0, count)
    ratchets = [ratchet_months(case.policies.get(name)) for name in asked.names]
    question, budget = asked.question, None

    def solve(
        posed: Any,
        draws: int,
        stake: Any = None,
        told: Any = None,
        keep: Path | None = None,
        parts: int = 0,
        grid: Grid = SEARCH_GRID,
    ) -> Bargained:
        return bargain(
            posed,
            parameters,
            ratchets,
            draws=draws,
            stake=stake,
            prior=asked.options.prior,
            parts_draws=parts,
            grid=grid,
            dtype=asked.options.dtype,
            threads=asked.options.threads,
            folder=keep,
            done=told,
        )

    if bargaining.equal_budget:
        progress.stage("finding equal budgets", 0)
        budget = equal_budgets(question, lambda posed: solve(posed, BUDGET_DRAWS))
        question = budget.question
    progress.stage(f"solving the game for {draws} structural draws under {len(asked.names)} policies", draws)
    found = solve(question, draws, told=progress.advance, keep=folder_of_parts, parts=PARTS_DRAWS, grid=GRID)
    few = max(draws // OTHER_MAPS_SHARE, 2)
    others = tuple(solve(question, few, stake=stake, keep=folder_of_parts) for stake in case.stakes[1:])
    return Endgame(found, others, budget)


def ratchet_months(policy: Policy | None) -> float:
    """Months between half and full effort of a ratchet; 0 for a dated policy."""
    if policy is None or policy.ratchet is None:
        return 0.0
    return policy.ratchet.months * policy.ratchet.steps / 2.0


def endings_document(case: Case, endgame: Endgame, policies: Sequence[str], scores: Scores) -> dict[str, Any]:
    """The `bargaining` part of a comparison's document, with `policies` for each policy's own entry."""
    found = endgame.found
    parts = by_model(found)
    said = agreement(found, REFERENCE) if len(policies) > 1 else []
    return {
        "models": {name: {"label": MODELS[name][0], "kind": MODELS[name][1]} for name in found.endings},
        "metrics": {
            metric.name: {
                "label": metric.label,
                "unit": metric.unit,
                "kind": metric.kind,
                "sense": metric.sense,
                "judgment": metric.judgment,
                **scores.of_ending(metric.name),
            }
            for metric in END_METRICS
        },
        "structural_draws": found.draws,
        "no_deal_so_far": {
            "months": found.structural.months,
            "went_on": dict(found.structural.went_on),
            "effective_draws": dict(found.structural.effective),
        },
        "walkers": int(found.walkers.member.size),
        "start": str(found.start),
        "until": str(found.until),
        "parties": {side: case.parties[side].name for side in ("a", "d")},
        "stake": {"name": found.stake.name, "title": found.stake.title},
        "other_stakes": {
            other.stake.name: {
                "title": other.stake.title,
                "structural_draws": other.draws,
                "first": {name: order[0] for name, order in by_model(other)["ranking"]["m1"].items()},
            }
            for other in endgame.others
        },
        "policies": parts["policies"],
        "regret": parts["regret"],
        "share_best": parts["share_best"],
        "ranking": parts["ranking"],
        "agreement": said,
        "ripeness": _ripeness(found),
        "drivers": _drivers(case, found, parts["ranking"]),
        "equal_budget": None if endgame.equal is None else _budget(endgame.equal),
    }


def _drivers(case: Case, found: Bargained, ranking: dict[str, Any]) -> list[dict[str, Any]]:
    if len(found.policies) < 2:
        return []
    said = []
    for metric in END_METRICS:
        if metric.sense is None:
            continue
        pairs = [tuple(ranking["m1"][metric.name][:2])]
        if set(ORDERS) <= set(found.policies) and set(pairs[0]) != set(ORDERS):
            pairs.append(ORDERS)
        for each in (row for pair in pairs for row in decisive(found, metric, *pair)):
            about = case.bargaining[each["parameter"]]
            said.append({**each, "label": about.label, "identification": about.identification})
    return said


def _ripeness(found: Bargained) -> dict[str, Any] | None:
    """The zone of agreement on the eve and what keeps it from being wider, in shares of the stake."""
    return {
        policy: {
            "zopa": statistic(-parts.gap, "stake"),
            "parts": {name: statistic(part, "stake") for name, part in parts._asdict().items()},
        }
        for policy, parts in found.parts.items()
    } or None


def _budget(equal: EqualBudget) -> dict[str, Any]:
    return {
        "budget_usd_bn": equal.budget_usd_bn,
        "scale": equal.scale,
        "spend_usd_bn": equal.spend_usd_bn,
        "worst": equal.worst,
        "rounds": equal.rounds,
    }
