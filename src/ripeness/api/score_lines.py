"""The score of a series beside every forecast of it: what documents, tables and charts say of a metric's past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ripeness.case import Case, Score, ScoreSheet, inputs_of_scores, read_scores

SHOWN_MONTHS = (3, 6, 12)
"""Months ahead at which a score stands beside a forecast."""

FORECAST_MODE, GIVEN_MODE = "unconditional", "conditional"
"""A forecast knows neither Brent nor acts to come, and so its score is the first; the second tells mechanisms apart."""

SERIES = {"aid_usd_bn": "aid_allocated_usd_bn"}
"""Series under another name than the metric's."""

NEAREST = {"casualties_a": "claimed_losses_a", "losses_a": "claimed_losses_a"}
"""What is scored in place of a metric that has no record of its own."""

ENDING = {"p_settled": "settled"}
"""Metrics of endings that were asked as of past months."""

ONE_WAR = "in one war no ending has been observed"


@dataclass(frozen=True)
class Scores:
    """The scores that a case ships, and why they may no longer hold."""

    sheet: ScoreSheet | None
    stale: str | None

    @classmethod
    def of(cls, case: Case) -> Scores:
        """Read beside the case; stale where the model or what was scored has changed since."""
        from ripeness.ensemble.record import model_version

        sheet = read_scores(case)
        if sheet is None:
            return cls(None, None)
        here = model_version()
        changed = []
        if sheet.model_version != here:
            changed.append(f"the model (scored {sheet.model_version}, here {here})")
        if sheet.inputs != inputs_of_scores(case):
            changed.append("the record, its instruments or the priors")
        return cls(sheet, " and ".join(changed) or None)

    def of_metric(self, name: str) -> dict[str, Any]:
        """`score` and `score_reason` of a metric or a charted output; one of them is null.

        A score holds h3, h6, h12 (n, independent, skill against the random walk, coverage80) in the mode in which
        nothing after the origin is known, and under `given` those with Brent and acts given.
        """
        if self.sheet is None:
            return {"score": None, "score_reason": "the case ships no scores"}
        series = SERIES.get(name, name)
        modes = self.sheet.series.get(series)
        if modes is None:
            near = NEAREST.get(name)
            reason = "no monthly record was released in its time"
            if near in self.sheet.series:
                reason += f"; what was claimed is scored as {near}"
            return {"score": None, "score_reason": reason}
        blocks = {mode: _shown(by) for mode, by in modes.items() if _shown(by)}
        if not blocks:
            return {"score": None, "score_reason": "it was recorded in too few months to be scored"}
        mode = FORECAST_MODE if FORECAST_MODE in blocks else GIVEN_MODE
        score: dict[str, Any] = {
            "series": series,
            "mode": mode,
            "stale": self.stale is not None,
            **blocks[mode],
        }
        if mode == FORECAST_MODE:
            score["given"] = blocks.get(GIVEN_MODE)
        return {"score": score, "score_reason": None}

    def of_ending(self, name: str) -> dict[str, Any]:
        """The same of a metric of endings: Brier scores by model where it was asked as of past months."""
        if self.sheet is None:
            return {"score": None, "score_reason": "the case ships no scores"}
        if name in ENDING and self.sheet.endings:
            by_model = {
                model: {f"h{months}": dict(row) for months, row in by.items()}
                for model, by in self.sheet.endings.items()
            }
            return {
                "score": {"event": ENDING[name], "stale": self.stale is not None, "models": by_model},
                "score_reason": None,
            }
        found = self.of_metric(name)
        if found["score"] is None and name not in NEAREST:
            return {"score": None, "score_reason": ONE_WAR}
        return found

    @property
    def remark(self) -> str | None:
        """A sentence where scores are older than what they are shown beside."""
        if self.stale is None:
            return None
        return f"Scores shown are out of date: since they were made {self.stale} changed."


def _shown(by: Any) -> dict[str, Any]:
    return {f"h{months}": _plain(by[months]) for months in SHOWN_MONTHS if months in by}


def _plain(score: Score) -> dict[str, Any]:
    return {
        "n": score.n,
        "independent": score.independent,
        "skill": score.skill,
        "coverage80": score.coverage80,
    }
