"""Is it any good: calibration, backcasts as of a date, scores and the baselines to beat."""

from ripeness.fit.backcast import HORIZONS, Backcast, Forecast, backcast, forecast_run, scored_series
from ripeness.fit.convergence import MISSING, Convergence, has_arviz
from ripeness.fit.coupled import Shift, fit_coupled, shifts
from ripeness.fit.ending_odds import (
    EndingForecast,
    OddsScore,
    ending_event,
    ending_forecasts,
    ending_table,
)
from ripeness.fit.experiment_scores import score_levels, score_rows
from ripeness.fit.experiments import (
    chosen_experiments,
    committed_forecasts,
    predict,
    read_predictions,
    write_prediction,
)
from ripeness.fit.placebos import Uninformed, equalities, surprise
from ripeness.fit.posterior import (
    PARTICLES,
    PARTS,
    REPEATS,
    Part,
    Posterior,
    fit_origins,
    fit_posterior,
    parts_of_program,
    posterior_of,
    read_posterior,
    save_posterior,
    target,
)
from ripeness.fit.sheet import score_sheet

__all__ = [
    "HORIZONS",
    "MISSING",
    "PARTICLES",
    "PARTS",
    "REPEATS",
    "Backcast",
    "Convergence",
    "EndingForecast",
    "Forecast",
    "OddsScore",
    "Part",
    "Posterior",
    "Shift",
    "Uninformed",
    "backcast",
    "chosen_experiments",
    "committed_forecasts",
    "ending_event",
    "ending_forecasts",
    "ending_table",
    "equalities",
    "fit_coupled",
    "fit_origins",
    "fit_posterior",
    "forecast_run",
    "has_arviz",
    "parts_of_program",
    "posterior_of",
    "predict",
    "read_posterior",
    "read_predictions",
    "save_posterior",
    "score_levels",
    "score_rows",
    "score_sheet",
    "scored_series",
    "shifts",
    "surprise",
    "target",
    "write_prediction",
]
