"""From backcasts to the sheet of scores that a case ships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ripeness.case import Case, Score, ScoreSheet, inputs_of_scores
from ripeness.ensemble.record import model_version
from ripeness.fit.backcast import Backcast, Mode
from ripeness.fit.ending_odds import EndingForecast, ending_table


def score_sheet(
    case: Case, backcasts: Mapping[Mode, Backcast], endings: Sequence[EndingForecast] = ()
) -> ScoreSheet:
    """Skill and coverage of every series in every mode, and how chances of an ending did."""
    tables = {mode: found.table() for mode, found in backcasts.items()}
    names = sorted({name for table in tables.values() for name in table})
    series: dict[str, dict[str, dict[int, Score]]] = {
        name: {
            mode: {
                int(key[1:]): Score(row["n"], row["independent"], row["skill"], row["coverage80"])
                for key, row in sorted(table[name].items(), key=lambda pair: int(pair[0][1:]))
            }
            for mode, table in tables.items()
            if name in table
        }
        for name in names
    }
    ends = {
        model: {
            int(key[1:]): {word: row[word] for word in ("n", "happened", "mean_chance", "brier")}
            for key, row in by.items()
        }
        for model, by in (ending_table(endings) if endings else {}).items()
    }
    origins = sorted({origin for found in backcasts.values() for origin in found.origins})
    return ScoreSheet(model_version(), inputs_of_scores(case), case.data_until, tuple(origins), series, ends)
