"""Is it any good: calibration, backcasts as of a date, scores and the baselines to beat."""

from ripeness.fit.backcast import HORIZONS, Backcast, Forecast, backcast, forecast_run, scored_series
from ripeness.fit.ending_odds import (
    EndingForecast,
    OddsScore,
    ending_event,
    ending_forecasts,
    ending_table,
)
from ripeness.fit.experiments import (
    Experiment,
    experiments,
    predict,
    read_predictions,
    score_prediction,
    write_prediction,
)
from ripeness.fit.posterior import (
    PARTS,
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
    "PARTS",
    "Backcast",
    "EndingForecast",
    "Experiment",
    "Forecast",
    "OddsScore",
    "Part",
    "Posterior",
    "backcast",
    "ending_event",
    "ending_forecasts",
    "ending_table",
    "experiments",
    "fit_origins",
    "fit_posterior",
    "forecast_run",
    "parts_of_program",
    "posterior_of",
    "predict",
    "read_posterior",
    "read_predictions",
    "save_posterior",
    "score_prediction",
    "score_sheet",
    "scored_series",
    "target",
    "write_prediction",
]
