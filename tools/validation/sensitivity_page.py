"""Write docs/validation/sensitivity.md and .json: what decides between two orders, and whether to wait.

Run from the repository root: `python tools/validation/sensitivity_page.py`, about three minutes on two cores. With
`--from-json` the page is written again from the numbers that are kept.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import ripeness
from ripeness.report.sensitivity import order_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "validation" / "sensitivity.md"

CASE, POLICY, THAN = "ukraine", "simultaneous", "sequential"
MONEY = [
    "oil_gas_revenue_rub_trn",
    "export_revenue_usd_bn",
    "fob_discount_usd_bbl",
    "liquid_fund_rub_trn",
    "coalition_cost_usd_bn",
]
ENDINGS = ["p_durable_settlement", "people_lost"]
SHOWN = 8
KEPT = ("label", "unit", "identification", "spread_left", "driven_by_prior")


def numbers() -> dict[str, Any]:
    """Both answers, cut down to what the page says."""
    found = {}
    for name, metrics in (("money", MONEY), ("endings", ENDINGS)):
        document = ripeness.sensitivity(CASE, POLICY, THAN, metrics=metrics, start="2026-09").document
        document["inputs"] = {
            each: {key: about[key] for key in KEPT} for each, about in document["inputs"].items()
        }
        document["metric"] = {
            metric: {key: entry[key] for key in ("label", "unit", "sense", "judgment", "difference")}
            for metric, entry in document["metric"].items()
        }
        for entry in document["metric"].values():
            about = entry["difference"]
            kept = {*order_of(about)[:SHOWN], "others", "luck", "rest"}
            for kind in ("first", "total", "shapley"):
                about[kind] = {factor: share for factor, share in about[kind].items() if factor in kept}
        told = {factor for entry in document["metric"].values() for factor in entry["difference"]["shapley"]}
        document["inputs"] = {each: about for each, about in document["inputs"].items() if each in told}
        found[name] = _rounded({key: document[key] for key in PARTS} | {"start": document["run"]["start"]})
    return found


PARTS = ("draws", "inputs", "metric", "value_of_information")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def page(found: dict[str, Any]) -> str:
    """The page, from the numbers alone."""
    lines = [
        "# What decides between talks with pressure and talks first",
        "",
        f"`{POLICY}` less `{THAN}` in the Ukraine case, from {found['money']['start']}. Written by "
        "`tools/validation/sensitivity_page.py`; method: [model/sensitivity.md](../model/sensitivity.md). "
        f"{found['money']['draws']['in_words']} Everything here is about this model.",
        "",
        "Shares of the variance of the difference, intervals of 90 %. *Alone* and *in all*: Sobol indices of first and "
        "total order, inputs through their posterior margins as if independent. *Shapley*: draws of the posterior as "
        "they are. *prior*: the record has left more than 80 % of the input's prior spread, or the case calls it "
        "prior-driven.",
        "",
    ]
    for part in ("money", "endings"):
        document = found[part]
        for name, entry in document["metric"].items():
            lines += [*_metric(document, entry), *_worth(document["value_of_information"].get(name)), ""]
    lines += [
        "## How to read this",
        "",
        "- A large share of a small difference is still small: the mean and standard deviation stand above each table.",
        "- Luck is what no study can tell before. Where it has most of the variance, better parameters change little.",
        "- Inputs marked *prior* are assumptions. Where they lead a table, so is the conclusion.",
        "- A worth of 0 means that no answer would turn the choice often enough for a rule learnt from these futures "
        "to gain by it. It does not mean that the question is unimportant for other choices or other aims.",
        "- The best signpost is the best of all that were watched, and so flattered by chance.",
        "- Endings: the parties know from the start which policy comes and when, a late one too; rivals are not asked.",
        "",
    ]
    return "\n".join(lines)


def _metric(document: dict[str, Any], entry: dict[str, Any]) -> list[str]:
    about = entry["difference"]
    unit = entry["unit"]
    lines = [
        f"## {entry['label']}",
        "",
        f"Difference: {about['mean']:.3g} {unit} on average, standard deviation {about['sd']:.2g}."
        + (
            ""
            if about["spread_ratio"] is None
            else f" Spread with independent margins over that of the posterior: {about['spread_ratio']:.2f}."
        )
        + ("" if about["noise_share"] is None else _noise(about["noise_share"]))
        + ("" if about["prior_driven"] is None else f" Prior-driven: {about['prior_driven']:.2f}."),
        "",
    ]
    if about["sd"] == 0.0:
        return lines
    designed = bool(about["total"])
    heads = ["Input", *(["Alone", "In all"] if designed else []), "Shapley", "From"]
    lines += [_row(heads), _row(["---"] * len(heads))]
    beside = [
        each for each in ("others", "luck", "rest") if each in about["total"] or each in about["shapley"]
    ]
    for factor in [*order_of(about)[:SHOWN], *beside]:
        known = document["inputs"].get(factor)
        kinds = ("first", "total", "shapley") if designed else ("shapley",)
        words = f"*{factor}*" if known is None else f"`{factor}`: {known['label']}"
        source = "" if known is None else "prior" if known["driven_by_prior"] else "record"
        lines.append(_row([words, *(_interval(about[kind].get(factor)) for kind in kinds), source]))
    return [*lines, ""]


def _noise(share: float) -> str:
    return (
        f" Of this spread between structural draws, {100 * share:.0f} % is luck of the few futures of a draw."
    )


def _worth(known: dict[str, Any] | None) -> list[str]:
    if known is None:
        return []
    best = sorted(known["by_input"], key=lambda each: -known["by_input"][each]["value"])[:3]
    told = [
        f"`{each}` {_interval(known['by_input'][each])}"
        for each in best
        if known["by_input"][each]["low"] > 0.0
    ]
    lines = [
        f"What knowing more is worth, {known['unit']}, aim {known['sense']} ({known['judgment']}): the future with "
        f"its luck {_interval(known['perfect'])}; all inputs named {_interval(known['named_inputs'])}"
        + (f"; single inputs {', '.join(told)}" if told else "; no single input anything for certain")
        + f". Without knowing more, {known['without']['choice']} is better on average.",
        "",
        _row(["Wait, months", "Best signpost", "Gain of seeing it", "Cost of delay", "Net"]),
        _row(["---"] * 5),
    ]
    for months, wait in known["waiting"].items():
        name, each = max(wait["signposts"].items(), key=lambda pair: pair[1]["net"]["value"])
        words = "none turns the choice" if each["gain"]["value"] == 0.0 else name
        lines.append(
            _row([months, words, *(_interval(part) for part in (each["gain"], wait["cost"], each["net"]))])
        )
    return [*lines, ""]


def _interval(about: dict[str, Any] | None) -> str:
    if about is None or about["value"] is None:
        return ""
    low, value, high = (_number(about[key]) for key in ("low", "value", "high"))
    return f"{value} ({low} to {high})"


def _number(value: float) -> str:
    text = f"{value:.2f}" if abs(value) < 10.0 else f"{value:.1f}"
    if abs(value) < 0.1 and value != 0.0:
        text = f"{value:.3f}"
    return "0" if float(text) == 0.0 else text.replace("-", "\u2212")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page, and the numbers unless they are read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--from-json", action="store_true", help="write the page from the numbers that are kept"
    )
    kept = PAGE.with_suffix(".json")
    if not parser.parse_args().from_json:
        kept.write_text(json.dumps(numbers(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(json.loads(kept.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
