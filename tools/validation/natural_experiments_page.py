"""Write docs/validation/natural_experiments.md: committed predictions of dated events beside the record.

Predictions are read, never made again; the blind variant, with no relief by scarcity, is computed here.
Run from the repository root: `python tools/validation/natural_experiments_page.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ripeness import case as cases
from ripeness.base import Month, RipenessError
from ripeness.case import Case
from ripeness.fit import (
    Experiment,
    Posterior,
    experiments,
    posterior_of,
    predict,
    read_predictions,
    score_prediction,
)
from ripeness.flow import Parameters, layout_of

PAGE = Path(__file__).parents[2] / "docs" / "validation" / "natural_experiments.md"

BLIND = "scarcity_relief"
"""Parameter that the episode of March 2026 suggested; the blind variant sets it to zero."""


FIRST_ERROR = {("oil_afloat_mb", "2026-02"): 12.0, ("oil_afloat_mb", "2026-03"): 18.0}
"""Observation errors of the record when the first predictions were scored; widened to 40 after both had failed."""


def scored_as_first(case: Case, prediction: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Scores with the observation errors that stood when the first predictions were scored."""
    rows: list[dict[str, Any]] = score_prediction(case, prediction)
    for row in rows:
        sd = FIRST_ERROR.get((row["output"], row["month"]), row["observed_sd"])
        row["observed_sd"] = sd
        row["inside80"] = row["low80"] - sd <= row["observed"] <= row["high80"] + sd
    return rows


def blinded(posterior: Posterior) -> Posterior:
    """The posterior with that parameter at zero in every draw."""
    draws = np.array(posterior.draws)
    draws[layout_of(Parameters).row_labels.index(BLIND)] = 0.0
    return replace(posterior, draws=draws)


def changes(case: Case, prediction: Mapping[str, Any], scored: list[dict[str, Any]]) -> list[list[str]]:
    """Predicted and recorded change of every output: name, median, 80 % interval, recorded, direction, inside."""
    seen = {(row["output"], row["month"]): row for row in scored}
    rows = []
    for output, q in prediction["change"].items():
        before, after = (seen.get((output, prediction[when])) for when in ("before", "after"))
        cells = [
            f"`{output}`",
            f"{q['q50']:.2f}",
            f"{q['q10']:.2f} to {q['q90']:.2f}",
            f"{q['share_rising']:.0%}",
        ]
        if before is None or after is None:
            rows.append([*cells, "no record", "–", "–"])
            continue
        change = after["observed"] - before["observed"]
        noise = float(np.hypot(before["observed_sd"], after["observed_sd"]))
        inside = q["q10"] - noise <= change <= q["q90"] + noise
        right = (q["q50"] > 0) == (change > 0)
        direction = "unclear" if abs(change) <= noise else "right" if right else "wrong"
        rows.append([*cells, f"{change:+.2f} ± {noise:.2f}", direction, "yes" if inside else "**no**"])
    return rows


def levels(prediction: Mapping[str, Any], scored: list[dict[str, Any]]) -> tuple[list[list[str]], int, int]:
    """Predicted and recorded levels from the origin on; with how many lie inside, and of how many.

    Months before the origin are filtered from the record of other series, so they are no predictions.
    """
    rows, inside, count = [], 0, 0
    for row in scored:
        if row["month"] < prediction["origin"]:
            continue
        count += 1
        inside += row["inside80"]
        rows.append(
            [
                f"`{row['output']}`",
                row["month"],
                f"{row['median']:.2f}",
                f"{row['low80']:.2f} to {row['high80']:.2f}",
                f"{row['observed']:.2f} ± {row['observed_sd']:.2f}",
                "yes" if row["inside80"] else "**no**",
            ]
        )
    return rows, inside, count


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table."""
    return ["| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *rows)]


CHANGE_HEAD = ["Output", "median", "80 %", "members that rise", "record", "direction", "inside 80 %"]
LEVEL_HEAD = ["Output", "Month", "median", "80 %", "record", "inside 80 % (± 1 sd)"]


def section(case: Case, experiment: Experiment, prediction: Mapping[str, Any]) -> list[str]:
    """One experiment: what was allowed, changes, levels."""
    scored = scored_as_first(case, prediction)
    rows, inside, count = levels(prediction, scored)
    return [
        f"## {experiment.id}: {experiment.title}",
        "",
        f"{experiment.note} {prediction['members']} members.",
        "",
        f"Change from {experiment.before} to {experiment.after}:",
        "",
        *table(CHANGE_HEAD, changes(case, prediction, scored)),
        "",
        f"Levels from {experiment.origin} on: {inside} of {count} recorded values lie inside the 80 % "
        "interval widened by "
        "one observation error.",
        "",
        *table(LEVEL_HEAD, rows),
        "",
    ]


def blind_section(case: Case, prediction: Mapping[str, Any], blind: Mapping[str, Any]) -> list[str]:
    """The same event with and without the mechanism that it suggested."""
    scored = {(r["output"], r["month"]): r for r in score_prediction(case, prediction)}
    rows = []
    for output in (
        "delivered_discount_usd_bbl",
        "fob_discount_usd_bbl",
        "freight_usd_bbl",
        "urals_fob_usd_bbl",
    ):
        month = prediction["after"]
        seen = scored.get((output, month))
        rows.append(
            [
                f"`{output}`",
                *(
                    f"{q['q50']:.2f} ({q['q10']:.2f} to {q['q90']:.2f})"
                    for q in (p["levels"][output][month] for p in (prediction, blind))
                ),
                f"{seen['observed']:.2f}" if seen else "–",
            ]
        )
    return table(
        ["Output, " + prediction["after"], "committed", "blind: no relief by scarcity", "record"], rows
    )


def page(case: Case) -> str:
    """The page in Markdown; RipenessError where the predictions do not belong to the posterior shipped."""
    defined = {e.id: e for e in experiments(case)}
    committed: dict[str, dict[str, Any]] = {str(p["id"]): dict(p) for p in read_predictions(case)}
    posterior = posterior_of(case, Month.parse("2025-01"))
    if posterior is None or any(p["posterior"] != posterior.hash for p in committed.values()):
        raise RipenessError("the predictions come from another posterior", "restore the posterior of 2025-01")
    gulf = committed["NE8"]
    blind = predict(case, defined["NE8"], blinded(posterior), members=gulf["members"], seed=gulf["seed"])
    effect = gulf["effect_of_instrument"]
    delivered, port = (effect[f"{name}_discount_usd_bbl"] for name in ("delivered", "fob"))
    lines = [
        "# Natural experiments",
        "",
        "Written by `tools/validation/natural_experiments_page.py` from the predictions in the case "
        "([NE6](../../src/ripeness/cases/ukraine/predictions/NE6.json), "
        "[NE8](../../src/ripeness/cases/ukraine/predictions/NE8.json)); the script never makes them again. "
        "Brent, instruments and the stop of supply are given; parameters come from evidence before 2025-01.",
        "",
        "**These are the second predictions.** "
        "The [first](first_predictions) were committed before they were scored. Of the recorded "
        "levels, 23 of 24 (NE6) and 7 of 8 (NE8) lay inside the 80 % interval widened by one error; both "
        "misses were "
        "oil afloat, 85 against 147 mb and 78 against 124. After that the model was changed (purchases of ships, "
        "use of the fleet, relief and stigma), the error of oil afloat in the record was widened from 12 "
        "and 18 to 40, "
        "and the predictions were written anew. So the intervals below were *not* fixed before anybody had seen "
        "how they would score. Oil afloat is scored here with the errors of the first time, lest the "
        "wider ones turn "
        "two misses into hits.",
        "",
        "**This is not a blind test.** The parameters had not seen 2025 and 2026, but the structure had: "
        "that the port price "
        "follows the delivered price with a lag, that freight answers alarm, and that buyers ask less "
        "when other crude is "
        "scarce, was put into the model with these two episodes in view. "
        "What the test can show is whether *parameters* learned before 2025 carry over; it cannot show that the "
        "structure would have been thought of. The blind variant below takes the mechanism out that "
        "the second episode suggested.",
        "",
        *section(case, defined["NE6"], committed["NE6"]),
        "The delivered discount of February 2026 is at the edge: pressure on buyers went on building for "
        "four months in the "
        "record, while the model has most of it by December.",
        "",
        *section(case, defined["NE8"], gulf),
        "### What the licences passed through",
        "",
        f"The licences alone, against the same futures without them ({gulf['after']}): delivered discount "
        f"{delivered['q50']:+.2f} USD/bbl ({delivered['q10']:+.2f} to {delivered['q90']:+.2f}), port discount "
        f"{port['q50']:+.2f} ({port['q10']:+.2f} to {port['q90']:+.2f}): about "
        f"{port['q50'] / delivered['q50']:.0%} of the relief "
        "reaches the port price in the first month; freight takes "
        f"{effect['freight_usd_bbl']['q50']:+.2f} and the rest is the lag between the two prices. "
        f"Export revenue {effect['export_revenue_usd_bn']['q50']:+.2f} USD bn in the month. In the "
        "record the delivered price "
        "rose by about 15 to 17 USD/bbl against Brent while the port price did not gain at all in the "
        "monthly series (+5 "
        "in single quotes of early March). The model says the same with smaller numbers: most of the swing is "
        "scarcity, not the licence, and logistics took it.",
        "",
        "### Blind variant",
        "",
        f"`{BLIND}` set to 0 in every draw of the same posterior, otherwise the same run:",
        "",
        *blind_section(case, gulf, blind),
        "",
        "Without that mechanism the model keeps a positive delivered discount: the premium of March 2026 "
        "is then out of "
        "reach, which is why the mechanism was added and why the fit above must not be counted as evidence for it.",
        "",
        "## What failed",
        "",
        "- **Oil afloat** is far too low in level, though the change has the right sign, with a sixth of "
        "its size in March. The model "
        "counts crude under way at the case's round trips plus crude unsold. The March count may hold "
        "products and every Russian grade; the February one is described as crude, laden and waiting, so "
        "that its distance is not explained by definition: probably ships that wait or steam "
        "slowly are missing in the model.",
        "- **The interval of the port discount in March 2026 is lopsided**: the upper tenth begins far "
        "above the record, as some members run out of ships and pay a scarcity rent. The median is near the "
        "record, the tail is not credible.",
        "- From May to July 2026 the port discount is forecast to close faster than it did; the record "
        "stays inside, in the upper half every month.",
        "- Seaborne crude in November 2025 is lower than the median by about half a million barrels a "
        "day: the listing cost more volume for a month than the model shows.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(cases.as_program(cases.load("ukraine"), "money_chain")), encoding="utf-8")
