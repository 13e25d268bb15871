"""Write docs/validation/no_foregone_conclusion.md and .json: is the conclusion built in?

Run from the repository root: `python tools/validation/no_foregone_conclusion.py`. About five minutes on two cores.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ripeness.case import load
from ripeness.ensemble.prior_box import (
    BOX,
    MONTHS,
    ORDERINGS,
    SWITCHES,
    Draws,
    payoffs,
    sample,
    shares_best,
    single,
    switched,
)

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "validation" / "no_foregone_conclusion.md"

DRAWS, SWITCH_DRAWS, SEED = 256, 96, 1
CANDIDATES, MANY_WALKERS = 4, 2000
"""Draws looked at closely for each switch, and walkers of such a look."""

CRITERIA = {
    "defender": ("higher", "D's value less what the coalition pays"),
    "attacker": ("higher", "A's value"),
    "months": ("lower", "months to a deal that lasts five years"),
    "durable": ("higher", "share of futures with such a deal"),
}
PAIR = ("sequential", "simultaneous")


def whole_box(draws: Draws) -> dict[str, Any]:
    """Share of draws in which each ordering is best, and its mean, by criterion."""
    found = payoffs(draws)
    return {
        name: {
            "best": dict(
                zip(ORDERINGS, shares_best(getattr(found, name), sense).round(4).tolist(), strict=True)
            ),
            "mean": dict(
                zip(ORDERINGS, getattr(found, name).mean(axis=(1, 2)).round(4).tolist(), strict=True)
            ),
        }
        for name, (sense, _) in CRITERIA.items()
    }


def gap(draws: Draws, criterion: str) -> tuple[Any, Any]:
    """By draw: how much better talking first is than both at once, and the standard error of that."""
    values = getattr(payoffs(draws, PAIR), criterion)
    sign = 1.0 if CRITERIA[criterion][0] == "higher" else -1.0
    difference = sign * (values[0] - values[1])
    return difference.mean(axis=1), difference.std(axis=1) / np.sqrt(draws.walkers) + 1e-9


def one_switch(draws: Draws, name: str) -> dict[str, Any]:
    """What a switch does over the box, and in the one draw in which it turns the ranking most clearly."""
    report: dict[str, Any] = {"words": SWITCHES[name].words}
    best = None
    for criterion in ("defender", "months"):
        off, off_error = gap(switched(draws, name, False), criterion)
        on, on_error = gap(switched(draws, name, True), criterion)
        report[criterion] = {
            "sequential_better_off": round(float((off > 0).mean()), 4),
            "sequential_better_on": round(float((on > 0).mean()), 4),
            "turned": round(float(((off < 0) & (on > 0)).mean()), 4),
        }
        clear = np.minimum(-off / off_error, on / on_error)
        for draw in np.argsort(-clear, kind="stable")[:CANDIDATES]:
            look = one_draw(draws, int(draw), name, criterion)
            if best is None or look["least_errors"] > best["least_errors"]:
                best = look
    return {**report, "shown_in": best}


def one_draw(draws: Draws, draw: int, name: str, criterion: str) -> dict[str, Any]:
    """The same switch in one draw with many walkers."""
    close = single(draws, draw, MANY_WALKERS)
    (off,), (off_error,) = gap(switched(close, name, False), criterion)
    (on,), (on_error,) = gap(switched(close, name, True), criterion)
    return {
        "draw": draw,
        "criterion": criterion,
        "off": [round(float(off), 4), round(float(off_error), 4)],
        "on": [round(float(on), 4), round(float(on_error), 4)],
        "least_errors": round(float(min(-off / off_error, on / on_error)), 2),
    }


TEMPLATE = """# No foregone conclusion

A laboratory whose model makes one ordering of talks and pressure best in every draw of its priors has assumed its
answer. Here is how often each ordering is best over the whole box of priors, with no data and no case: a random
front, a chest, and every structural constant of the bargaining game drawn from its prior.
{draws} draws, {months} months, common luck for all orderings. Written by
`python tools/validation/no_foregone_conclusion.py`; a test repeats it with fewer draws.

## How often each ordering is best, of 100 draws

{best}

## What each is worth on average

{mean}

Values are in stake-months. The criteria disagree, and which one counts is a judgment of the reader.

## Eight switches that can turn the ranking

Each is a way in which talking first, and pressing later, may be right. Off and on, all else as drawn: how often
*sequential* does better than *simultaneous* (of {switch_draws} draws, in percent), and the one draw in which the switch
alone turns the ranking most clearly: the advantage of *sequential* there, with its standard error
over {walkers} futures.

{switches}

Every switch has no effect inside its prior. Where it moves the share of draws the other way, or hardly, it can still
turn single draws; that is what the last columns show.

## The box

Structural constants have the priors of `src/ripeness/cases/common/bargaining.yaml`. The small world around them is
uniform between:

{box}

## Weak points

- Priors are judgements; a share of the box is no probability.
- The small world has no oil market: the tight market is a factor on price and drain.
- *sequential* breaks off talks for a month and then talks under pressure; ending talks for good does worse.
- One draw of many that turns clearly was looked for, so its error says that it is no luck, not that it is typical.
"""


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def page(found: dict[str, Any]) -> str:
    """The report as Markdown."""
    header = ["Criterion", *ORDERINGS]
    best, mean = [], []
    for name, (sense, words) in CRITERIA.items():
        box, digits = found["box"][name], 2 if name == "durable" else 1
        best.append([f"{words} ({sense})", *(f"{100 * box['best'][o]:.0f}" for o in ORDERINGS)])
        mean.append([words, *(f"{box['mean'][o]:.{digits}f}" for o in ORDERINGS)])
    return TEMPLATE.format(
        draws=found["draws"],
        months=MONTHS - 1,
        switch_draws=found["switch_draws"],
        walkers=f"{MANY_WALKERS:,}",
        best=table(header, best),
        mean=table(header, mean),
        switches=table(
            ["Switch", "Value to D less cost, off to on", "Months, off to on", "Shown in draw", "Off", "On"],
            [_switch_row(name, each) for name, each in found["switches"].items()],
        ),
        box=table(["", "from", "to"], [[name, f"{low:g}", f"{high:g}"] for name, (low, high) in BOX.items()]),
    )


def _switch_row(name: str, found: dict[str, Any]) -> list[str]:
    shown = found["shown_in"]
    shares = (
        f"{100 * found[criterion]['sequential_better_off']:.0f} to "
        f"{100 * found[criterion]['sequential_better_on']:.0f}"
        for criterion in ("defender", "months")
    )
    by = "value" if shown["criterion"] == "defender" else "months"
    ends = (f"{shown[end][0]:+.2f} ± {shown[end][1]:.2f}" for end in ("off", "on"))
    return [f"{name}: {found['words']}", *shares, f"{shown['draw']} ({by})", *ends]


def main() -> None:
    """Run and write both files."""
    case = load("ukraine")
    found = {
        "draws": DRAWS,
        "switch_draws": SWITCH_DRAWS,
        "seed": SEED,
        "box": whole_box(sample(case, DRAWS, SEED)),
        "switches": {name: one_switch(sample(case, SWITCH_DRAWS, SEED), name) for name in SWITCHES},
    }
    PAGE.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    PAGE.write_text(page(found))


if __name__ == "__main__":
    main()
