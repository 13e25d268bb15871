"""Is it any good: calibration, backcasts as of a date, scores and the baselines to beat."""
