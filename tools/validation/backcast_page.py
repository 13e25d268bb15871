"""Write the backcast pages of docs/validation, their numbers and PIT charts, and the scores that the case ships.

Run from the repository root after a change of the model, the record or the priors:

    python tools/validation/backcast_page.py            (some minutes on two cores)
    python tools/validation/backcast_page.py --from-json   writes pages and charts again from the committed numbers

Writes docs/validation/backcast.json, backcast.md, backcast_unconditional.md, backcast_pit_*.svg and the case's
scores.json, which stands beside every forecast of the case.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np

from ripeness import case as cases
from ripeness.api.backcasting import scores_document
from ripeness.base import Month, month_range
from ripeness.case import Case
from ripeness.fit import Backcast, backcast, ending_forecasts, fit_origins, score_sheet
from ripeness.fit.backcast import Mode
from ripeness.flow.war import WarOutputs
from ripeness.report.pit_charts import save_pit_charts

FOLDER = Path(__file__).parents[2] / "docs" / "validation"

FIRST, LAST, EVERY = "2023-01", "2026-05", 2
PARTICLES, MEMBERS = 512, 1024
BAND = 0.9

ENDING_ORIGINS = ("2023-01", "2024-01", "2025-01", "2026-01")
"""Months as of which the models of an ending are asked, beside those in which others gave odds."""

ENDING_MEMBERS, ENDING_DRAWS = 512, 64

FRONT_SINCE = Month.parse("2024-10")
"""First origin at which two monthly areas of the front are known."""

ORIGINS_APART = ("2023-01",)
"""Origin one month after the embargo, also left out of the skill to show what it does."""

PASS_LINE = {
    "fob_discount_usd_bbl": "discount",
    "oil_gas_revenue_rub_trn": "tax",
    "shadow_share_crude": "fleet",
}
"""Series for which a line was drawn before: better than the walk at 3 and 6 months, 68 to 90 % inside 80 % bands."""

FEW = 5
"""Forecasts below which a coverage is not called a miss."""

PASS_MONTHS, PASS_COVERAGE = ("h3", "h6"), (0.68, 0.90)

REASONS = {
    "export_volume_mbd": (
        "Below the random walk at 1 and 3 months and even with it at 6, mostly because of one origin. In "
        "January 2023, a month after the embargo, the "
        "fit knew no buyer who had taken the place of the coalition: it let exports fall to 5.1 mb/d "
        "where 8.0 were "
        "shipped. Without that origin the skill is in the last column. Even so there is little to win: "
        "the series is "
        "rounded to 0.1 mb/d, moves by 0.2 to 0.5 and carries an error of 0.15 to 0.25."
    ),
    "fob_discount_usd_bbl": (
        "Three kinds of miss. From the first three origins of 2023 the discount was forecast to stay at "
        "30 to 40 when it "
        "fell to 11 to 22: the speed at which new buyers and ships came was not known. In 2024 the "
        "forecast lies 3 to 7 "
        "too wide. From 2026 it closes too fast: the record stays at 24 to 27 through the Gulf closure, the model "
        "expects 14 to 19. A first-order autoregression does a little better at 6 and 12 months."
    ),
    "urals_tax_usd_bbl": "Follows the discount: the misses are those of the row above, in months when Brent is given.",
    "liquid_fund_rub_trn": (
        "Sales and transfers of the fund are decided, not caused: the largest misses at one month are "
        "January 2023, January 2024 and January 2026 (what the treasury sold in December) and July 2025 "
        "(the yearly transfer). "
        "The model spreads "
        "them by rule."
    ),
    "key_rate": (
        "The random walk is hard to beat for a rate that is set eight times a year; the band is too wide (every "
        "value inside) because one shock size must serve 2022 and 2025."
    ),
    "spending_rub_trn": (
        "At 12 months the record lies above the forecast: spending outran the first law of 2023, 2024 and 2025, by "
        "more than the drift that earlier years had shown. December 2025 is the one large miss on the other side."
    ),
    "non_oil_revenue_rub_trn": (
        "At 12 months the record lies above the forecast: tax rises of 2024 and 2025 and nominal growth "
        "beyond the plan "
        "that was known. The interval does not hold this risk; half of the values fall out of it."
    ),
    "oil_gas_revenue_rub_trn": (
        "Origins of early 2023 expect too little, as they expect too wide a discount; October 2023 (1.64 trn) also "
        "holds a back payment to refiners that the formula does not."
    ),
    "export_revenue_usd_bn": "Too low from the origins of 2023, by the discount; within the band since.",
    "delivered_discount_usd_bbl": "Five to seven quotes: no conclusion, though 2024 was forecast too wide.",
    "crude_seaborne_mbd": (
        "Better than the random walk, whose weekly starts are noisy, but no better than a mean with "
        "memory: the series "
        "hardly moves but for noise."
    ),
    "oil_afloat_mb": (
        "One value: inside at 1 and 3 months only because its error was widened to 40 mb, and missed at "
        "6 and 12; the level of the model is far too low (see [natural experiments](natural_experiments.md))."
    ),
    "freight_usd_bbl": "Three quotes: no conclusion. Shown because nothing is left out.",
    "cpi_yoy": "No better than an autoregression beyond three months; intervals are too wide.",
    "aid_allocated_usd_bn": (
        "Months are lumpy around a habit, so that the walk from the last month is a weak rival. Shares withheld are "
        "given as dated; the dry months of 2026 were not foreseen, though the veto behind them is given."
    ),
    "claimed_losses_a": (
        "A slow wave: the last month is as good a guess as any. The rises of late 2023 and of May 2024 were missed by "
        "both; nothing in the model knows of an offensive to come."
    ),
    "drones_launched": (
        "Not better than the walk at 3 and 6 months, and too low from mid-2024 on: the tenfold rise of a year came out "
        "of a year with none, and the fade of growth was not in the record. At 12 months half the values are outside."
    ),
    "drones_stopped_share": "Better than the walk, no better than an autoregression: a level with noise.",
    "missiles_launched": "The same.",
    "missiles_stopped_share": "The same; what is fired decides it, and that is not known.",
    "support_d": (
        "Three to eight polls, as good as the walk at 6 and 12 months and no better before. A term in the level of "
        "losses was taken out after it had carried the rise to 2025 on and overshot; so this is no blind test."
    ),
    "support_a": "Three to five polls: no conclusion.",
    "support_patron": "Four polls or fewer: no conclusion. The turn of August 2025 was missed.",
    "support_coalition": "One or two polls: no conclusion.",
    "territory_change_km2": (
        "A month's advance is mostly noise: worse than the walk at 1 month, hardly better at 3 and 6. The rise of "
        "November 2024 and the standstill of May 2026 were both missed."
    ),
    "territory_km2": (
        "The walk of a level is an easy rival for a line that moves one way; see the table of the front below. The "
        "interval is too narrow at 1 month. Six months ahead the standstill of 2026 was missed by 1300 to 1800 km2."
    ),
    "usd_rub": "A little better than the random walk, as theory says of exchange rates; intervals are too wide.",
}


READING = [
    "- Tax price, port price and export revenue lose most: they follow Brent, of which nobody knew 2025 and 2026. "
    "Oil and gas revenue, which follows much else, keeps four fifths of its lead.",
    "- `refinery_throughput_mbd` falls below the walk: strikes are acts, and unforeseen ones all lie on one side.",
    "- The discounts lose a third to two thirds of what little lead they had at three and six months: the stop of "
    "supply in the Gulf was given, and it moved them.",
    "- The fleet keeps its lead up to six months and loses most of it at twelve, when later listings count.",
    "- Of the war, aid loses a fifth to a quarter, since what was withheld was given; support in Russia loses all, "
    "from three to five polls. Nothing else of battle is given in either mode.",
]
"""What the difference of the modes means, written by hand after a look: read again when the numbers change."""


def origins() -> list[Month]:
    """Forecast origins, every second month."""
    return list(month_range(Month.parse(FIRST), Month.parse(LAST)))[::EVERY]


def skill_without(result: Backcast, series: str, horizon: int, left_out: tuple[str, ...]) -> float | None:
    """Skill against the random walk over the origins that are not left out, None where nothing is left."""
    pairs = [
        (f.crps, f.baselines["random_walk"])
        for f in result.forecasts
        if (f.series, f.horizon) == (series, horizon)
        and str(f.origin) not in left_out
        and "random_walk" in f.baselines
    ]
    if not pairs:
        return None
    own, other = np.mean(pairs, axis=0)
    return float(1.0 - own / other)


def front_errors(case: Case, result: Backcast) -> dict[str, dict[str, float]]:
    """Mean absolute error of the area, km2, by horizon: the model's median, the last month's advance going on, no move.

    Over origins from `FRONT_SINCE` on, by when areas of every month were known.
    """
    series = case.series["territory_km2"]
    found = {}
    for horizon in (1, 3, 6, 12):
        rows = []
        for f in result.forecasts:
            if (f.series, f.horizon) != ("territory_km2", horizon) or f.origin < FRONT_SINCE:
                continue
            known = series.to_arrays((f.origin - 2, f.origin - 1), f.origin).value
            guesses = (f.median, known[1] + horizon * (known[1] - known[0]), known[1])
            rows.append([abs(guess - f.observed) for guess in guesses])
        model, pace, still = np.mean(rows, axis=0)
        found[f"h{horizon}"] = {
            "n": len(rows),
            "model": float(model),
            "same_advance": float(pace),
            "no_move": float(still),
        }
    return found


def document(case: Case, found: Mapping[Mode, Backcast], ends: Any, odds: Any) -> dict[str, Any]:
    """Scores of both modes and of endings, and how they were made, as plain values."""
    modes: dict[str, Any] = {}
    for mode, result in found.items():
        scores = scores_document(case, result)
        for series, by_horizon in scores["series"].items():
            for name, row in by_horizon.items():
                row["skill_without_2023_01"] = skill_without(result, series, int(name[1:]), ORIGINS_APART)
        modes[mode] = {**scores, "front": front_errors(case, result)}
    first = found["conditional"]
    return rounded(
        {
            "case": first.case,
            "origins": [str(origin) for origin in first.origins],
            "particles": PARTICLES,
            "members": MEMBERS,
            "ending_draws": ENDING_DRAWS,
            "modes": modes,
            "endings": scores_document(case, first, ends, odds)["endings"],
        }
    )


def rounded(value: Any) -> Any:
    """Numbers to four digits after the point, as committed."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def text_of(value: Any, depth: int = 5, inside: int = 0) -> str:
    """JSON with one line for what lies `depth` levels down, so that a change of a number changes one line."""
    if not isinstance(value, dict) or not depth:
        return json.dumps(value, ensure_ascii=False)
    space = " " * (inside + 1)
    rows = (
        f"{space}{json.dumps(key)}: {text_of(item, depth - 1, inside + 1)}" for key, item in value.items()
    )
    return "{\n" + ",\n".join(rows) + "\n" + " " * inside + "}"


def shown(value: float | None, digits: int = 2) -> str:
    """A number for a table; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table in Markdown."""
    heads = list(head)
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def cells(scores: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, horizon and row of each cell, horizons in order."""
    for name, by in scores.items():
        for horizon, row in sorted(by.items(), key=lambda item: int(item[0][1:])):
            yield name, horizon, row


def counted(row: Mapping[str, Any]) -> str:
    """Forecasts, and how many of them share no month."""
    return f"{row['n']} ({row['independent']})"


def held(found: Mapping[str, float]) -> str:
    """Share inside an interval and its band."""
    return f"{found['share']:.2f} ({found['low']:.2f}–{found['high']:.2f})"


def inside_band(row: Mapping[str, Any], level: str = "80") -> bool:
    """Whether a coverage lies in its band."""
    found = row["coverage"][level]
    return bool(found["low"] <= found["share"] <= found["high"])


MODE_WORDS = {
    "conditional": (
        "- **Conditional mode.** Given after the origin: instruments as enacted, Brent, the stop of supply in the "
        "Gulf, and law and published plans. Everything else is forecast. This tests mechanisms, not foresight: nobody "
        "knew the Brent price or the acts of the coming year. What they would have done without is on the page of the "
        "[unconditional mode](backcast_unconditional.md), and that score stands beside every forecast."
    ),
    "unconditional": (
        "- **Unconditional mode.** Nothing dated or released at or after the origin is known. Brent is drawn; acts are "
        "not: each instrument goes on by its own rule (as it stood, at nought, or at the mean of a year), so an act "
        "nobody could know of is a miss. This is what a forecast of the case is worth, and what is shown beside it. "
        "The same with Brent and acts given: [conditional mode](backcast.md). No futures strip of the time was found "
        "for Brent, so it has none to be held against; the walk and the AR(1) stand in."
    ),
}


def opening(found: dict[str, Any], mode: str) -> list[str]:
    """What was done, and how to read it."""
    return [
        "# Backcast" if mode == "conditional" else "# Backcast, unconditional",
        "",
        "Written by `tools/validation/backcast_page.py`; numbers in [backcast.json](backcast.json).",
        "",
        "What would the model have said at the time? "
        f"There are {len(found['origins'])} origins, every second month from {found['origins'][0]} to "
        f"{found['origins'][-1]}. At each one the parameters are fitted anew to what was known "
        f"({found['particles']} particles), the record is filtered to the month before, and "
        f"{found['members']} members go on from there. Horizon h1 is the month of the origin itself.",
        "",
        MODE_WORDS[mode],
        "- **Vintage.** A row of the record is read at an origin only if its month and its month of "
        "release both lie before the origin. Priors dated to a cut-off are used up to it. But the *structure* of the "
        "model was written with the whole record in view, so this is a test of parameters and states, not of "
        "structure.",
        "- **Skill** is 1 - CRPS / CRPS of a baseline on the same forecasts; above 0 beats it. RW random walk, AR "
        "first-order autoregression, mean climatology, last year the same month a year before, plan the published "
        "budget law. **Log lead** is by how many nats the model's density of what happened (a normal with its mean "
        "and spread) beats that of the walk.",
        "- **n (apart)** counts forecasts, and in brackets the most of them whose windows share no month. "
        f"**Coverage** is the share inside a central interval; its band holds {BAND:.0%} of the shares that chance "
        "gives to so many outcomes as are apart. All series share the same few shocks, so true bands are wider still. "
        "**PIT p** (Cramer-von Mises) takes all forecasts as independent: read it as a ranking of shape, not as a "
        "test. A dash: fewer than five values, or no baseline.",
        "",
    ]


def pass_lines(scores: Mapping[str, Any]) -> list[str]:
    """The line drawn before the numbers were known, and which series stand above it."""
    low, high = PASS_COVERAGE
    rows = []
    for series in PASS_LINE:
        for months in PASS_MONTHS:
            row = scores[series][months]
            better = row["skill"] is not None and row["skill"] > 0
            honest = low <= row["coverage80"] <= high
            verdict = (
                "yes"
                if better and honest
                else "no: "
                + " and ".join(
                    word
                    for word, fine in (
                        ("not better than the walk", better),
                        (f"{'too sure' if row['coverage80'] < low else 'too wide'}", honest),
                    )
                    if not fine
                )
            )
            rows.append(
                (f"`{series}`", months, str(row["n"]), shown(row["skill"]), shown(row["coverage80"]), verdict)
            )
    return [
        "The line drawn beforehand: better than the random walk at 3 and 6 months, and 68 to 90 % inside the 80 % "
        "interval, for the discount, the tax and the fleet.",
        "",
        *table(("Series", "Horizon", "n", "Skill", "80 % covers", "Met"), rows),
        "",
    ]


def war_words(mode: str) -> list[str]:
    """What is given in the war's part, and what its priors knew."""
    given = "Given are talks, aid withheld and truces as dated. " if mode == "conditional" else ""
    return [
        f"{given}Released rows only: areas of before July 2024 became known in 2025. Priors of thirteen parameters "
        "that were set on 2025 and 2026 have an older form for cut-offs to 2025-01 (`as_of` in parameters.yaml); for "
        "later origins, and for the rest, they were written with the whole record in view.",
        "",
    ]


def front_table(front: dict[str, dict[str, float]]) -> list[str]:
    """The front against two plain rules."""
    return [
        "### The front against plain rules",
        "",
        f"Mean absolute error of the area, km2, from origins since {FRONT_SINCE}. A line that creeps forward is "
        "guessed well by the advance of the month before going on, so this is the rival that counts.",
        "",
        *table(
            ("Horizon", "n", "model", "same advance", "no move"),
            (
                (horizon, str(row["n"]), *(f"{row[key]:.0f}" for key in ("model", "same_advance", "no_move")))
                for horizon, row in front.items()
            ),
        ),
    ]


def section(scores: dict[str, Any], reasons: bool) -> list[str]:
    """Summary, table and reasons of some series."""
    rows = list(cells(scores))
    tested = [(s, h, r) for s, h, r in rows if r["skill"] is not None]
    beaten = [r for _, _, r in tested if r["skill"] > 0]
    within = {level: sum(inside_band(r, level) for _, _, r in rows) for level in ("50", "80", "90")}
    open_ended = sum(r["coverage"]["80"]["high"] >= 1.0 for _, _, r in rows)
    below = ", ".join(f"`{s}` {h}" for s, h, r in tested if r["skill"] <= 0) or "none"
    outside = (
        ", ".join(
            f"`{s}` {h} ({r['coverage80']:.2f})"
            for s, h, r in rows
            if r["coverage80"] < r["coverage"]["80"]["low"]
        )
        or "none"
    )
    missed = (
        ", ".join(
            f"`{s}` {h} ({r['coverage80']:.2f})"
            for s, h, r in rows
            if r["n"] >= FEW and r["coverage80"] < PASS_COVERAGE[0]
        )
        or "none"
    )
    planned = [
        (s, h, r["skill_against"]["budget_plan"]) for s, h, r in rows if "budget_plan" in r["skill_against"]
    ]
    lines = [
        f"The random walk is beaten in {len(beaten)} of {len(tested)} cells where it exists; coverage of the 50, 80 "
        f"and 90 % intervals lies inside its band in {within['50']}, {within['80']} and {within['90']} of {len(rows)}; "
        f"the band of the 80 % interval ends at 1 in {open_ended} of them, where too wide an interval cannot "
        "show. "
        f"Not better than the random walk: {below}. Below the band of 80 %, hence too sure: {outside}. "
        f"Fewer than {100 * PASS_COVERAGE[0]:.0f} of 100 inside, though so few forecasts are apart that chance may do "
        f"it: {missed}.",
        "",
    ]
    if planned:
        worse = ", ".join(f"`{s}` {h} ({skill:.2f})" for s, h, skill in planned if skill <= 0) or "none"
        lines += [
            f"The published budget plan is beaten in {sum(skill > 0 for _, _, skill in planned)} of {len(planned)} "
            f"cells; not in: {worse}.",
            "",
        ]
    names = ("random_walk", "autoregression", "climatology", "seasonal_random_walk", "budget_plan")
    lines += table(
        (
            *("Series", "Horizon", "n (apart)", "CRPS", "RW", "AR", "mean", "last year", "plan", "Log lead"),
            *("50 % covers", "80 % covers", "90 % covers", "PIT p", "RW without 2023-01"),
        ),
        (
            (
                f"`{series}`",
                horizon,
                counted(row),
                shown(row["crps"], 3),
                *(shown(row["skill_against"].get(name)) for name in names),
                shown(row["log_lead"].get("random_walk")),
                *(held(row["coverage"][level]) for level in ("50", "80", "90")),
                shown(row["pit_p"]),
                shown(row["skill_without_2023_01"]),
            )
            for series, horizon, row in rows
        ),
    )
    if reasons:
        lines += ["", "### Why the weak rows are weak", ""]
        lines += [f"- `{series}`: {REASONS[series]}" for series in scores if series in REASONS]
    return lines


def joint_section(found: dict[str, Any]) -> list[str]:
    """Vectors and events."""
    vectors = {name: about["scores"] for name, about in found["vectors"].items()}
    events = {name: about["scores"] for name, about in found["events"].items()}
    labels = ("climatology", "random_walk", "autoregression", "budget_plan")
    return [
        "## Several series at once",
        "",
        "The energy score is the CRPS of a vector, each component over its scale in the case's `scoring.yaml`. Skill "
        "against independent random walks, and against the model's own margins with each component shuffled by itself: "
        "above 0 in the last column means that what moves together was foreseen to.",
        "",
        *(f"- `{name}`: {about['title']}." for name, about in found["vectors"].items()),
        "",
        *table(
            (
                "Vector",
                "Horizon",
                "n (apart)",
                "Energy score",
                "Skill against walks",
                "against margins alone",
            ),
            (
                (
                    f"`{name}`",
                    horizon,
                    counted(row),
                    shown(row["energy"]),
                    shown(row["skill"]),
                    shown(row["skill_against_margins"]),
                )
                for name, horizon, row in cells(vectors)
            ),
        ),
        "",
        "## Events",
        "",
        "Brier scores of a yes or no in the month so far ahead. Thresholds were chosen with the record in view, so "
        "that most events came in some months and not in others: compare columns, not rows.",
        "",
        *(f"- `{name}`: {about['title']}." for name, about in found["events"].items()),
        "",
        *table(
            ("Event", "Horizon", "n (apart)", "came", "mean chance", "Brier", "mean", "RW", "AR", "plan"),
            (
                (
                    f"`{name}`",
                    horizon,
                    counted(row),
                    shown(row["happened"]),
                    shown(row["mean_chance"]),
                    shown(row["brier"], 3),
                    *(shown(row["baselines"].get(label), 3) for label in labels),
                )
                for name, horizon, row in cells(events)
            ),
        ),
        "",
    ]


def ending_section(ends: dict[str, Any], draws: int) -> list[str]:
    """What the models of an ending would have said, beside others' odds."""
    return [
        "## Does the war end?",
        "",
        f"{ends['title']}: chances as of past months, with no act and no battle after them known, {draws} structural "
        "draws, and draws under which the war would have ended before left out. In brackets the 5th and 95th "
        "percentile over structural draws.",
        "",
        "- **No answer here tells the models apart.** The war went on, so the least chance scores best, and a model "
        "that says *never* (N1 nearly does) scores 0, which is perfect. Wars that did end are on the page of "
        "[past wars](past_wars.md).",
        "- **The comparison with others is not a fair one.** They were asked for a ceasefire, the models for a "
        "settlement, which is rarer. They did not know how 2025 went; the priors of the models were written by people "
        "who did.",
        "- N0 is the mean rate of past wars, the climatology of this question. A dash: it is not yet known.",
        "",
        *table(
            ("As of", "Model", "by month (chance)", "came"),
            (
                (
                    each["origin"],
                    each["model"].upper(),
                    "; ".join(
                        f"{by['month']}: {by['chance']:.2f} ({by['low']:.2f}–{by['high']:.2f})"
                        for by in each["by"]
                    ),
                    ", ".join({True: "yes", False: "no", None: "–"}[by["happened"]] for by in each["by"]),
                )
                for each in ends["forecasts"]
            ),
        ),
        "",
        *table(
            ("Model", "within", "n", "mean chance", "Brier", "skill against N0"),
            (
                (
                    model.upper(),
                    f"{horizon[1:]} months",
                    str(row["n"]),
                    shown(row["mean_chance"], 3),
                    shown(row["brier"], 4),
                    shown(row["skill_against_n0"]),
                )
                for model, horizon, row in cells(ends["models"])
            ),
        ),
        "",
        "Beside dated odds of others, with the same periods (sources in the case's `scoring.yaml`). The Brier score is "
        "summed over the periods and *none of them*; 0 is perfect, 2 the worst.",
        "",
        *table(
            ("As of", "Who", "Chances by period; last: none of them", "Brier"),
            (
                (
                    each["origin"],
                    each["who"].upper() if each["who"] in ends["models"] else each["who"],
                    ", ".join(shown(chance) for chance in each["chances"]),
                    shown(each["brier"], 4),
                )
                for each in ends["odds"]
            ),
        ),
        "",
    ]


def both_modes(found: dict[str, Any]) -> list[str]:
    """What it costs not to know Brent and the acts to come."""
    given, own = (found["modes"][mode]["series"] for mode in ("conditional", "unconditional"))
    rows = []
    for series in own:
        if series not in given:
            continue
        pairs = [
            f"{shown(given[series][h]['skill'])} → {shown(own[series][h]['skill'])}"
            for h in ("h3", "h6", "h12")
            if h in own[series] and h in given[series]
        ]
        if len(pairs) == 3 and any("–" not in pair for pair in pairs):
            rows.append((f"`{series}`", *pairs))
    return [
        "## What it costs not to know",
        "",
        "Skill against the random walk with Brent and acts given, and without:",
        "",
        *table(("Series", "3 months", "6 months", "12 months"), rows),
        "",
        *READING,
        "",
    ]


def page(found: dict[str, Any], mode: str) -> str:
    """The page of a mode in Markdown."""
    told = found["modes"][mode]
    money = {s: by for s, by in told["series"].items() if s not in WarOutputs._fields}
    war = {s: by for s, by in told["series"].items() if s in WarOutputs._fields}
    first = mode == "conditional"
    lines = opening(found, mode)
    if first:
        lines += pass_lines(told["series"])
    else:
        lines += both_modes(found)
    lines += [
        f"![PIT histograms, {mode}](backcast_pit_{mode}.svg)",
        "",
        "## Money",
        "",
        *section(money, first),
        "",
        "## War",
        "",
        *war_words(mode),
        *section(war, first),
        "",
        *front_table(told["front"]),
        "",
        *joint_section(told),
    ]
    if first:
        lines += ending_section(found["endings"], found["ending_draws"])
    return "\n".join(lines).rstrip() + "\n"


def computed() -> dict[str, Any]:
    """Fit, forecast in both modes, ask for endings, score; writes the case's sheet of scores on the way."""
    case = cases.load("ukraine")
    posteriors = fit_origins(case, origins(), particles=PARTICLES)
    found = {mode: backcast(case, posteriors, mode=mode, members=MEMBERS) for mode in get_args(Mode)}
    ends, odds = ending_forecasts(
        case,
        [Month.parse(origin) for origin in ENDING_ORIGINS],
        posteriors,
        members=ENDING_MEMBERS,
        draws=ENDING_DRAWS,
    )
    sheet = score_sheet(case, found, ends)
    (case.folder / "scores.json").write_text(sheet.to_text(case.name), encoding="utf-8")
    return document(case, found, ends, odds)


def main(arguments: list[str]) -> int:
    """Compute unless told otherwise, and write; returns the exit code."""
    path = FOLDER / "backcast.json"
    if "--from-json" not in arguments:
        path.write_text(text_of(computed()) + "\n", encoding="utf-8")
    found = json.loads(path.read_text(encoding="utf-8"))
    for mode, name in (("conditional", "backcast.md"), ("unconditional", "backcast_unconditional.md")):
        (FOLDER / name).write_text(page(found, mode), encoding="utf-8")
        save_pit_charts({**found["modes"][mode], "mode": mode}, FOLDER / f"backcast_pit_{mode}.svg", None)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
