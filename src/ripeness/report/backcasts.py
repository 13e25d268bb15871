"""Tables of a backcast: scores of series, vectors, events and endings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ripeness.report.numbers import number, percent
from ripeness.report.tables import Cell, Column, Table

Document = Mapping[str, Any]

SHORT = {
    "autoregression": "AR(1)",
    "budget_plan": "plan",
    "climatology": "mean",
    "random_walk": "walk",
    "seasonal_random_walk": "last year",
}
"""Baselines in the words of tables."""

HORIZON = Column("horizon", "Months", decimals=0)
COUNT = Column("n", "n (apart)", text=False)

OVERLAP = "n (apart): forecasts, and in brackets the most of them whose windows share no month; bands count so many."


def backcast_tables(document: Document) -> tuple[Table, ...]:
    """Scores of every series, then of its intervals, of vectors, of events, and of endings where asked for."""
    tables = [_series_table(document), _interval_table(document)]
    if document.get("vectors"):
        tables.append(_vector_table(document["vectors"]))
    if document.get("events"):
        tables.append(_event_table(document["events"]))
    if document.get("endings"):
        tables += [_ending_table(document["endings"]), _odds_table(document["endings"])]
    return tuple(tables)


def by_horizon(table: Mapping[str, Any]) -> Iterator[tuple[str, int, Document]]:
    """Name, months ahead and scores of each cell, horizons in order."""
    for name, horizons in table.items():
        for label, scores in sorted(horizons.items(), key=lambda pair: int(pair[0][1:])):
            yield name, int(label[1:]), scores


def counted(scores: Document) -> str:
    """Forecasts, and how many are apart."""
    return f"{scores['n']} ({scores['independent']})"


def _series_table(document: Document) -> Table:
    columns = (
        Column("series", "Series", text=True),
        HORIZON,
        COUNT,
        Column("crps", "CRPS", missing="none"),
        Column("best", "Best baseline", missing="none"),
        Column("skill", "Skill", sign=True, decimals=2, missing="none"),
        Column("log", "Log lead", sign=True, decimals=2, missing="none"),
        Column("coverage", "In 80 % band, %", decimals=0),
    )
    rows: list[tuple[Cell, ...]] = []
    for series, horizon, scores in by_horizon(document["series"]):
        baselines = scores["baselines"]
        best = min(baselines, key=lambda name: baselines[name]) if baselines else ""
        rows.append(
            (
                series,
                horizon,
                counted(scores),
                _three(scores["crps"]),
                f"{SHORT.get(best, best)} {_three(baselines[best])}" if best else None,
                scores["skill"],
                scores["log_lead"].get("random_walk"),
                100.0 * scores["coverage80"],
            )
        )
    notes = (
        "CRPS, in the unit of the series: how far a forecast that is a distribution was off; smaller is closer.",
        "Best baseline: random walk, AR(1), mean of the past (climatology), last year's month, or published plan; "
        "chosen afterwards.",
        "Skill is 1 minus CRPS over that of the random walk: above 0 the model was closer, below 0 further off.",
        "Log lead over the random walk, nats a forecast: how much likelier the model made what happened.",
        OVERLAP,
        "Of honest 80 % bands, 80 of 100 hold what then happened.",
    )
    title = f"Forecasts as of past months, {document['mode']}"
    return Table("backcast", title, columns, tuple(rows), notes)


def _interval_table(document: Document) -> Table:
    columns = (
        Column("series", "Series", text=True),
        HORIZON,
        *(Column(f"held{level}", f"In {level} %", text=False) for level in (50, 80, 90)),
        Column("width", "Interval skill", sign=True, decimals=2, missing="none"),
        Column("pit_p", "PIT p", decimals=2, missing="few"),
        Column("pit", "PIT counts"),
    )
    rows = []
    for series, horizon, scores in by_horizon(document["series"]):
        held = (_held(scores["coverage"][str(level)]) for level in (50, 80, 90))
        counts = " ".join(str(count) for count in scores["pit_counts"])
        skill = scores["interval80_skill"].get("random_walk")
        rows.append((series, horizon, *held, skill, scores["pit_p"], counts))
    notes = (
        "In brackets: between which shares 90 of 100 honest forecasts would lie.",
        "Interval skill: 1 less the score of the 80 % interval (width and misses) over that of the random walk.",
        "PIT counts: outcomes by fifth of the forecast, the lowest first; alike where it is honest. PIT p takes "
        "forecasts as independent, which those of overlapping windows are not.",
    )
    return Table("intervals", "Intervals and shape", columns, tuple(rows), notes, further=True)


def _held(found: Document) -> str:
    return f"{percent(found['share'])} ({percent(found['low'])}–{percent(found['high'])})"


def _vector_table(vectors: Document) -> Table:
    columns = (
        Column("vector", "Vector", text=True),
        HORIZON,
        COUNT,
        Column("energy", "Energy score", decimals=2),
        Column("walk", "Random walks", decimals=2, missing="none"),
        Column("skill", "Skill", sign=True, decimals=2, missing="none"),
        Column("joint", "Against margins alone", sign=True, decimals=2, missing="none"),
    )
    rows = tuple(
        (
            name,
            horizon,
            counted(scores),
            scores["energy"],
            scores["walk"],
            scores["skill"],
            scores["skill_against_margins"],
        )
        for name, horizon, scores in by_horizon(_scores_of(vectors))
    )
    notes = (
        "Energy score: CRPS of several series at once, each over its scale in the case's scoring.yaml.",
        "Against margins alone: skill over the same forecasts with each series shuffled by itself.",
        *(f"{name}: {about['title']}." for name, about in vectors.items()),
    )
    return Table("vectors", "Several series at once", columns, rows, notes)


def _event_table(events: Document) -> Table:
    columns = (
        Column("event", "Event", text=True),
        HORIZON,
        COUNT,
        Column("happened", "Came, of 100", percent=True),
        Column("chance", "Mean chance", percent=True),
        Column("brier", "Brier", decimals=3),
        Column("climatology", "Climatology", decimals=3, missing="none"),
        Column("walk", "Random walk", decimals=3, missing="none"),
        Column("plan", "Budget plan", decimals=3, missing=""),
    )
    rows = tuple(
        (
            name,
            horizon,
            counted(scores),
            scores["happened"],
            scores["mean_chance"],
            scores["brier"],
            *(scores["baselines"].get(label) for label in ("climatology", "random_walk", "budget_plan")),
        )
        for name, horizon, scores in by_horizon(_scores_of(events))
    )
    notes = ("Brier score: squared distance of the chance from 1 where it came and from 0 where not.",)
    return Table("events", "Events in the month so far ahead", columns, rows, notes)


def _ending_table(endings: Document) -> Table:
    columns = (
        Column("model", "Model", text=True),
        Column("horizon", "Within, months", decimals=0),
        Column("n", "Asked", decimals=0),
        Column("happened", "Came, of 100", percent=True),
        Column("chance", "Mean chance", percent=True),
        Column("brier", "Brier", decimals=4),
        Column("skill", "Skill against N0", sign=True, decimals=2, missing="none"),
    )
    rows = tuple(
        (
            model.upper(),
            months,
            scores["n"],
            scores["happened"],
            scores["mean_chance"],
            scores["brier"],
            scores["skill_against_n0"],
        )
        for model, months, scores in by_horizon(endings["models"])
    )
    notes = (
        "N0: mean rate of past wars, the climatology of this question. N1: exhaustion without bargaining.",
        "In a war that went on, the least chance scores best, and never is perfect: this cannot tell the models apart.",
    )
    return Table("endings", f"{endings['title']}, as of past months", columns, rows, notes)


def _odds_table(endings: Document) -> Table:
    columns = (
        Column("origin", "As of", text=True),
        Column("who", "Who", text=True),
        Column("chances", "Chances by period, the last: none of them", text=True),
        Column("brier", "Brier", decimals=4, missing="open"),
    )
    models = endings["models"]
    rows = tuple(
        (
            each["origin"],
            each["who"].upper() if each["who"] in models else each["who"],
            ", ".join(number(chance, 2) for chance in each["chances"]),
            each["brier"],
        )
        for each in endings["odds"]
    )
    notes = (
        "Others were asked for a ceasefire, the models for a settlement, which is rarer; and the models' priors were "
        "written when it was known that the war went on.",
    )
    return Table("odds", "Beside dated odds of others", columns, rows, notes)


def _scores_of(about: Document) -> dict[str, Any]:
    return {name: each["scores"] for name, each in about.items()}


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
