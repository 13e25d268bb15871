"""The document of a comparison with bargaining, of a war that never was; every number differs from every other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

MODELS = {
    "m1": {"label": "Main model: bargaining while fighting", "kind": "main"},
    "r1": {"label": "Rival 1: hazard of settlement", "kind": "rival"},
    "r2": {"label": "Rival 2: contest of many actors", "kind": "rival"},
    "n0": {"label": "Null: past wars' mean rate", "kind": "null"},
    "n1": {"label": "Null: exhaustion, no bargaining", "kind": "null"},
}

POLICIES = ("as_enacted", "talks_only", "pressure_only", "simultaneous", "tighten_if_discount_narrows")

METRICS = {
    "p_settled": ("Settled by a deal by the end of the run", "share", "share", None),
    "p_durable_settlement": ("Settled by a deal that lasts five years", "share", "share", "higher"),
    "p_collapse_a": ("Attacker driven out of the stake", "share", "share", None),
    "p_collapse_d": ("Defender overrun", "share", "share", None),
    "p_renewed_war": ("Settled, and at war again within five years", "share", "share", None),
    "months_to_settlement": ("Months to a deal", "months", "months", None),
    "terms_share_a": ("Attacker's share of the stake under a deal", "stake", "value", None),
    "zopa": ("Zone of agreement at the start", "stake", "value", None),
    "territory_km2": ("Land held by the attacker at the end", "km2", "value", None),
    "casualties_a": ("Killed, wounded and missing, attacker", "thousand people", "value", None),
    "casualties_d": ("Killed, wounded and missing, defender", "thousand people", "value", None),
    "civilian_harm_index": ("Civilian casualties", "thousand people", "value", None),
    "people_lost": ("Casualties of all sides and civilians", "thousand people", "value", "lower"),
    "aid_usd_bn": ("Aid to the defender", "USD bn", "value", None),
    "coalition_cost_usd_bn": ("Cost to the coalition of dearer oil", "USD bn", "value", None),
    "spend_usd_bn": ("Coalition's spending beyond the base", "USD bn", "value", None),
}

LEVELS = {
    "p_durable_settlement": 0.2,
    "months_to_settlement": 30.0,
    "terms_share_a": 0.3,
    "zopa": -0.1,
    "territory_km2": 116_400.0,
    "casualties_a": 610.0,
    "casualties_d": 402.0,
    "civilian_harm_index": 14.0,
    "people_lost": 1026.0,
    "spend_usd_bn": 88.0,
    "coalition_cost_usd_bn": 36.0,
    "aid_usd_bn": 140.0,
}

AIMS = ("p_durable_settlement", "people_lost")


def stat(middle: float | None, half: float = 0.0, unit: str = "share") -> dict[str, Any]:
    low, high = (None, None) if middle is None else (middle - half, middle + half)
    return {
        "unit": unit,
        "mean": middle,
        "p05": low,
        "p25": middle,
        "p50": middle,
        "p75": middle,
        "p95": high,
        "mc_error": None,
        "prior_driven": None,
    }


def endings(policy: int, model: int) -> dict[str, Any]:
    """One model's statistics for one policy; a null moves with no policy."""
    step = 0 if model > 2 else policy
    found = {}
    for at, (name, (_, unit, _, _)) in enumerate(METRICS.items()):
        level = LEVELS.get(name, 0.1 + 0.01 * at)
        middle = level * (1.0 + 0.0213 * step + 0.0071 * model)
        found[name] = stat(middle, abs(level) * (0.31 + 0.0013 * step + 0.0017 * model), unit)
    if model > 0:
        del found["zopa"]
    if model == 4:
        found["terms_share_a"] = {**stat(None, unit="stake"), "n": 0}
    found["months_to_settlement"]["p95"] = None
    if policy == 0:
        found["months_to_settlement"]["p50"] = None
    return found


def said(metric: str, policy: str, signs: Mapping[str, int], verdict: str) -> dict[str, Any]:
    at = POLICIES.index(policy) + 0.1 * (metric == "people_lost")
    return {
        "metric": metric,
        "policy": policy,
        "than": "as_enacted",
        "sign": dict(signs),
        "share_higher": {
            name: 0.5 + 0.4 * sign + 0.001 * at + 0.0001 * i for i, (name, sign) in enumerate(signs.items())
        },
        "verdict": verdict,
    }


def signs(m1: int, r1: int, r2: int) -> dict[str, int]:
    return {"m1": m1, "r1": r1, "r2": r2, "n0": 0, "n1": 0}


def money(policy: int) -> dict[str, Any]:
    gap = -2.0 * policy
    return {
        "metrics": {"money": stat(60.0 + gap, 3.0 + 0.01 * policy, "RUB trn")},
        "difference": {
            "money": {
                **stat(gap, 1.0 + 0.01 * policy, "RUB trn"),
                "share_lower": 0.0 if policy == 0 else 0.97,
                "share_higher": 0.0 if policy == 0 else 0.03,
            }
        },
        "regret": {"money": stat(1.0 + 0.1 * policy, 1.0, "RUB trn")},
    }


def bargaining() -> dict[str, Any]:
    by_aim = {"p_durable_settlement": 0.023, "people_lost": 41.7}
    order = ["simultaneous", "pressure_only", "tighten_if_discount_narrows", "talks_only", "as_enacted"]
    return {
        "models": MODELS,
        "metrics": {
            name: {
                "label": label,
                "unit": unit,
                "kind": kind,
                "sense": sense,
                "judgment": "" if sense is None else f"those who care for {name}",
            }
            for name, (label, unit, kind, sense) in METRICS.items()
        },
        "structural_draws": 64,
        "walkers": 3072,
        "start": "2003-01",
        "until": "2004-12",
        "parties": {"a": "Ruritania", "d": "Graustark"},
        "stake": {"name": "land", "title": "The border province"},
        "other_stakes": {
            "order": {
                "title": "Whom Graustark may ally with",
                "first": {"p_durable_settlement": "talks_only", "people_lost": "simultaneous"},
            }
        },
        "regret": {
            model: {
                name: {
                    policy: stat(by_aim[name] * (1 + p) + 0.0001 * m, by_aim[name] * (0.9 + 0.01 * p))
                    for p, policy in enumerate(POLICIES)
                }
                for name in AIMS
            }
            for m, model in enumerate(MODELS)
        },
        "share_best": {
            model: {
                name: {policy: 0.1 + 0.05 * p + 0.0001 * m + 0.003 * at for p, policy in enumerate(POLICIES)}
                for at, name in enumerate(AIMS)
            }
            for m, model in enumerate(MODELS)
        },
        "ranking": {model: {name: list(order) for name in AIMS} for model in MODELS},
        "agreement": [
            said("p_durable_settlement", "talks_only", signs(0, 0, 0), "open"),
            said("p_durable_settlement", "pressure_only", signs(1, -1, 0), "model_dependent"),
            said("p_durable_settlement", "simultaneous", signs(1, 1, 0), "holds"),
            said("p_durable_settlement", "tighten_if_discount_narrows", signs(1, 0, 1), "holds"),
            said("people_lost", "talks_only", signs(1, 1, 1), "holds"),
            said("people_lost", "pressure_only", signs(0, 1, 0), "model_dependent"),
            said("people_lost", "simultaneous", signs(-1, -1, 0), "holds"),
            said("people_lost", "tighten_if_discount_narrows", signs(0, 0, 0), "open"),
        ],
        "ripeness": {
            policy: {
                "zopa": stat(-0.12 + 0.011 * p, 0.2 + 0.001 * p, "stake"),
                "parts": {
                    part: stat(0.02 * (i + 1) + 0.0011 * p, 0.03 + 0.0001 * i, "stake")
                    for i, part in enumerate(("disagreement", "commitment", "relief", "indivisibility"))
                },
            }
            for p, policy in enumerate(POLICIES)
        },
        "drivers": [
            {
                "parameter": name,
                "label": label,
                "metric": "p_durable_settlement",
                "effect": effect,
                "better": "simultaneous",
                "than": "pressure_only",
                "identification": known,
            }
            for name, label, effect, known in (
                ("guarantee_weight", "Share of an offered guarantee that is believed", 0.61, "prior-driven"),
                ("refusal", "Refusal to talk under pressure", -0.42, "prior-driven"),
                ("patience", "Patience", 0.38, "weakly"),
            )
        ],
        "equal_budget": None,
    }


def invented_document() -> dict[str, Any]:
    """A fresh document; change what a test is about."""
    return {
        "title": "An invented war",
        "run": {
            "start": "2003-01",
            "until": "2004-12",
            "members": 1000,
            "seed": 1,
            "data_as_of": "2002-12",
            "model_version": "0",
            "hash": "abc" * 20,
        },
        "reference": "as_enacted",
        "draws": {"from": "prior", "in_words": "From the priors."},
        "metrics": {"money": {"label": "Money", "unit": "RUB trn", "reduction": "sum"}},
        "policies": {
            policy: {
                "title": "",
                "acts_from": None,
                "identical_to": None,
                "needs": ["bargaining"],
                **money(p),
                "by_model": {model: endings(p, m) for m, model in enumerate(MODELS)},
                "spend_usd_bn": stat(88.5 + p, 21.0 + 0.1 * p, "USD bn"),
            }
            for p, policy in enumerate(POLICIES)
        },
        "ranking": {"money": list(POLICIES)},
        "share_best": {"money": {policy: 0.15 + 0.025 * p for p, policy in enumerate(POLICIES)}},
        "drivers": [],
        "objectives": [{"metric": "money", "sense": "lower", "judgment": "those who press"}],
        "identical": [],
        "bargaining": bargaining(),
        "not_modelled": ["the weather"],
        "notes": [],
    }


@pytest.fixture(scope="session")
def invented() -> Callable[[], dict[str, Any]]:
    """Gives a fresh document at every call, so that a test may change its own."""
    return invented_document
