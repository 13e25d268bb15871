"""Scores in words: the line under every forecast that says how such forecasts did in the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ripeness.report.numbers import MINUS, number, percent

MONTHS = ("h3", "h6", "h12")

FEW = 5
"""Forecasts below which a score says next to nothing."""

CHART_MONTHS = "h6"
"""Months ahead that a chart has room for; the nearest there is where these were not scored."""


def score_line(about: Mapping[str, Any]) -> str | None:
    """One sentence or two on a metric's score; None where its document says nothing of scores."""
    if "score" not in about:
        return None
    score = about["score"]
    if score is None:
        return f"Not back-tested: {about['score_reason']}."
    if "models" in score:
        return ending_line(score)
    shown = [months for months in MONTHS if months in score]
    ahead = ", ".join(months[1:] for months in shown)
    counts = _listed([str(score[months]["n"]) for months in shown])
    words = f"Back-tested {ahead} months ahead (n {counts}): {_results([score[months] for months in shown])}"
    given = score.get("given")
    if given:
        words += f"; with Brent and acts given, {_results([given[m] for m in shown if m in given])}"
    if max(score[months]["n"] for months in shown) < FEW:
        words += "; too few to tell"
    return f"{words}."


def _results(rows: Sequence[Mapping[str, Any]]) -> str:
    skills = _listed([number(row["skill"], 2, sign=True, missing="none") for row in rows])
    held = _listed([percent(row["coverage80"]) for row in rows])
    return f"skill {skills}, in 80 % bands {held} of 100"


def ending_line(score: Mapping[str, Any]) -> str:
    """How chances of an ending did: what the main model and the null gave on average, and how often it came."""
    models = score["models"]
    months = max({key for by in models.values() for key in by}, key=lambda key: int(key[1:]))
    said = [
        f"{name.upper()} {percent(by[months]['mean_chance'])} (Brier {by[months]['brier']:.3f})"
        for name, by in models.items()
        if months in by
    ]
    first = next(by[months] for by in models.values() if months in by)
    came = "it never came" if first["happened"] == 0 else f"it came in {percent(first['happened'])} of 100"
    return (
        f"Asked as of {first['n']} past months for a deal within {months[1:]} months, mean chance of 100: "
        f"{', '.join(said)}; {came}. Where nothing ends, the least chance scores best."
    )


def chart_line(about: Mapping[str, Any]) -> str:
    """The same in the few words that fit under the title of a chart; empty where nothing is said of scores."""
    if "score" not in about:
        return ""
    score = about["score"]
    if score is None:
        return "not back-tested"
    shown = [months for months in MONTHS if months in score]
    months = CHART_MONTHS if CHART_MONTHS in shown else shown[0]
    row = score[months]
    if row["n"] < FEW:
        return f"back-tested in too few months (n {row['n']})"
    skill = number(row["skill"], 2, sign=True, missing="none")
    return f"back-test {months[1:]} months: skill {skill}, 80 % band {percent(row['coverage80'])} % (n {row['n']})"


def legend() -> str:
    """What the words of the score lines mean."""
    return (
        f"Back-tested: forecasts of single months made as of past ones; sums and later months are not. Skill: 1 less "
        f"the score over that of a random walk; {MINUS}: worse than it. Honest 80 % bands hold 80 of 100 outcomes."
    )


def _listed(words: Sequence[str]) -> str:
    """The words with commas; once where all are alike."""
    return words[0] if len(set(words)) == 1 else ", ".join(words)
