"""Was it any good in the past: forecasts as of past months, scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ripeness.api.judging import finite, hashed
from ripeness.api.progress import Progress, told
from ripeness.api.results import Answer, run_block
from ripeness.api.simulation import Options, make_ready, month
from ripeness.base import Month, RipenessError, month_range
from ripeness.case import Case, load
from ripeness.report.backcasts import backcast_tables

if TYPE_CHECKING:
    from ripeness.fit import Backcast, EndingForecast, OddsScore, Posterior

MEMBERS = 1024

ORIGIN_STEP = 2
"""Months between origins where none are named."""

FIRST_ORIGIN_AFTER = 12
"""Months of record before the first origin where none are named."""

Mode = Literal["conditional", "unconditional"]


@dataclass(frozen=True, repr=False, eq=False)
class BackcastAnswer(Answer):
    """The answer of a backcast, with the forecasts that it scored."""

    result: Backcast | None = None

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the document, the tables, every forecast and the PIT histograms (SVG and PNG); returns the files."""
        from ripeness.report.pit_charts import save_pit_charts

        files = super().save(folder)
        root = Path(folder)
        try:
            return (*files, *save_pit_charts(self.document, root / "pit.svg", root / "pit.png"))
        except OSError as cause:
            raise RipenessError(
                f"cannot write to {root}: {cause.strerror}", "choose another folder"
            ) from cause


def backcast(
    case: str | Path | Case = "ukraine",
    *,
    origins: str | Sequence[Month | str] | None = None,
    horizons: str | Sequence[int] = (1, 3, 6, 12),
    mode: str = "conditional",
    events: bool = False,
    members: int = MEMBERS,
    particles: int = 512,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> BackcastAnswer:
    """Forecasts as of past months, scored against baselines that know no mechanism.

    Args:
        case: name of a shipped case, or a folder.
        origins: months as `2024-01:2026-06` (every second), `2024-01:2026-06:1`, or a list.
        horizons: months ahead; 1 is the origin month itself.
        mode: `conditional` gives the true instruments and Brent after the origin, `unconditional` does not.
        events: also ask the bargaining models, as of these months and of those in which others gave odds, whether
            the war ends; the case's scoring.yaml names the ending and the odds.
        members: futures of each forecast.
        particles: draws of each fit as of an origin; a posterior that the case ships for it is used.
        seed: counter of the random numbers.
        threads: threads; all cores by default.
        progress: listener of progress.

    Raises:
        RipenessError: an option or the case is at fault.
    """
    from ripeness.fit import backcast as scored
    from ripeness.fit import ending_event, ending_forecasts

    options = Options(members, seed, threads=threads)
    ahead = _horizons(horizons)
    if mode not in ("conditional", "unconditional"):
        raise RipenessError(f"there is no mode {mode!r}", "write conditional or unconditional")
    chosen: Mode = "conditional" if mode == "conditional" else "unconditional"
    loaded = load(case) if isinstance(case, str | Path) else case
    months = _origins(loaded, origins)
    if events:
        ending_event(loaded)
    endings: tuple[EndingForecast, ...] = ()
    odds: tuple[OddsScore, ...] = ()
    with told(progress) as heard:
        make_ready(loaded, "float32", heard)
        posteriors = _posteriors(loaded, months, particles, seed, threads, heard)
        heard.stage(f"forecasting from {len(months)} months", len(months))
        result = scored(
            loaded,
            posteriors,
            horizons=ahead,
            mode=chosen,
            members=options.members,
            seed=seed,
            threads=threads,
            origin_done=lambda _: heard.advance(),
        )
        if events:
            heard.stage("asking whether the war ends", len(months))
            endings, odds = ending_forecasts(
                loaded, months, posteriors, seed=seed, threads=threads, origin_done=lambda _: heard.advance()
            )
    hashes = {str(origin): posteriors[origin].hash for origin in sorted(posteriors)}
    known = {
        "case": loaded.name,
        "case_hash": loaded.content_hash,
        "policy_hashes": {},
        "data_as_of": str(loaded.data_until),
        "seed": seed,
        "members": options.members,
        "mode": "forecast",
        "start": str(months[0]),
        "until": str(min(months[-1] + (max(ahead) - 1), loaded.last_month)),
    }
    document = {
        "schema": "ripeness/backcast/1",
        "run": hashed(
            run_block(**known),
            {"posteriors": hashes, "horizons": list(ahead), "mode": chosen, "events": events},
        ),
        **scores_document(loaded, result, endings, odds),
        "mode": chosen,
        "origins": [str(origin) for origin in months],
        "posteriors": hashes,
    }
    said = (_verdict(document["series"]),)
    return BackcastAnswer(
        document, f"{loaded.name}: backcast, {chosen}", _rows(result), backcast_tables, said, result
    )


def scores_document(
    case: Case, result: Backcast, endings: Sequence[EndingForecast] = (), odds: Sequence[OddsScore] = ()
) -> dict[str, Any]:
    """The scores of a backcast as plain values: series, vectors and events, and endings where they were asked for."""
    from ripeness.fit import ending_table

    titles = {each.name: each.title for each in case.scoring.vectors}
    titles |= {each.name: each.title for each in case.scoring.events}
    found: dict[str, Any] = {
        "series": result.table(),
        "vectors": {
            name: {"title": titles[name], "scores": by} for name, by in result.vector_table().items()
        },
        "events": {name: {"title": titles[name], "scores": by} for name, by in result.event_table().items()},
    }
    if endings:
        found["endings"] = {
            "event": endings[0].event,
            "title": titles[endings[0].event],
            "models": ending_table(endings),
            "forecasts": [_ending(each) for each in endings],
            "odds": [
                {
                    "origin": str(each.origin),
                    "who": each.who,
                    "chances": list(each.chances),
                    "brier": each.brier,
                }
                for each in odds
            ],
        }
    plain: dict[str, Any] = finite(found)
    return plain


def _ending(each: EndingForecast) -> dict[str, Any]:
    return {
        "origin": str(each.origin),
        "model": each.model,
        "by": [
            {"month": str(month), "chance": chance, "low": low, "high": high, "happened": happened}
            for month, chance, low, high, happened in zip(
                each.by, each.chance, each.low, each.high, each.happened, strict=True
            )
        ],
    }


def _posteriors(
    case: Case, months: Sequence[Month], particles: int, seed: int, threads: int | None, heard: Progress
) -> dict[Month, Posterior]:
    """Those that the case ships for the months, the others fitted now."""
    from ripeness.fit import fit_origins, posterior_of

    found = {origin: shipped for origin in months if (shipped := posterior_of(case, origin)) is not None}
    missing = [origin for origin in months if origin not in found]
    if missing:
        make_ready(case, "float64", heard)
        heard.stage(f"fitting to what was known at {len(missing)} past months", len(missing))
        found |= fit_origins(
            case,
            missing,
            particles=particles,
            seed=seed,
            threads=threads,
            origin_done=lambda _: heard.advance(),
        )
    return found


def _rows(result: Backcast) -> tuple[dict[str, Any], ...]:
    """One flat record a forecast."""
    rows: list[dict[str, Any]] = []
    for each in result.forecasts:
        ends = {
            f"{side}{level}": end
            for level, pair in each.intervals.items()
            for side, end in zip(("low", "high"), pair, strict=True)
        }
        rows.append(
            {
                "series": each.series,
                "origin": str(each.origin),
                "horizon": each.horizon,
                "month": str(each.month),
                "observed": each.observed,
                "median": each.median,
                **ends,
                "crps": each.crps,
                "log_score": each.marks.log_score,
                **{f"interval_score{level}": value for level, value in each.marks.interval_score.items()},
                "pit": each.pit,
                **{f"crps_{name}": value for name, value in each.baselines.items()},
                **{f"log_score_{name}": marks.log_score for name, marks in each.rivals.items()},
            }
        )
    return tuple(rows)


def _verdict(table: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """One sentence on how often the model was closer than the random walk, and how honest its bands were."""
    cells = [cell for horizons in table.values() for cell in horizons.values()]
    judged = [cell for cell in cells if cell["skill"] is not None]
    closer = sum(cell["skill"] > 0 for cell in judged)
    total = sum(cell["n"] for cell in cells)
    inside = sum(cell["n"] * cell["coverage80"] for cell in cells) / total if total else float("nan")
    return (
        f"Closer than the random walk in {closer} of {len(judged)} series and horizons; {100 * inside:.0f} of 100 "
        f"outcomes lay in the 80 % band ({total} forecasts)."
    )


def _horizons(said: str | Sequence[int]) -> tuple[int, ...]:
    try:
        months = [int(each) for each in (said.split(",") if isinstance(said, str) else said)]
    except ValueError:
        raise RipenessError(f"horizons {said!r} are not numbers of months", "write 1,3,6,12") from None
    if not months or min(months) < 1:
        raise RipenessError(f"horizons {said!r} do not begin at 1", "write 1,3,6,12")
    return tuple(sorted(set(months)))


def _origins(case: Case, said: str | Sequence[Month | str] | None) -> tuple[Month, ...]:
    """Origins in order, each with some record before it and some after."""
    if said is None:
        months = month_range(case.first_month + FIRST_ORIGIN_AFTER, case.data_until)[::ORIGIN_STEP]
    elif isinstance(said, str):
        parts = said.split(":")
        first = month(parts[0], "origins")
        last = month(parts[1], "origins") if len(parts) > 1 else first
        assert first is not None and last is not None
        if len(parts) > 3 or (len(parts) == 3 and not (parts[2].isdigit() and int(parts[2]))):
            raise RipenessError(
                f"origins {said!r} cannot be read", "write 2024-01:2026-06 or 2024-01:2026-06:3"
            )
        months = month_range(first, last)[:: int(parts[2]) if len(parts) == 3 else ORIGIN_STEP]
    else:
        months = tuple(sorted(found for each in said if (found := month(each, "origins")) is not None))
    if not months or months[0] < case.first_month + 6 or months[-1] > case.data_until:
        raise RipenessError(
            f"origins {said!r} do not lie in the record",
            f"choose months from {case.first_month + 6} to {case.data_until}, the earlier first",
        )
    return months
