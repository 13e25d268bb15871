"""Histories that the model itself writes, observed as the real one was, and whether a fit finds what made them.

A parameter set is drawn from the priors, a history is simulated from it with drawn shocks, and it is observed in
the months, with the errors, in which the real record is. Fitted as the real record is, the true value has a uniform
rank among posterior draws if prior, simulation, likelihood and sampler agree (Talts, Betancourt, Simpson, Vehtari and
Gelman 2018). Errors of flows are taken as shares of the value and errors of shares as steps of the log odds, as the
blocks of a war read them (A7, A8); others have the size that they have in the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, chi2, f

from ripeness.base import Month
from ripeness.case import Case
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.simulate import Question, pose, run_chunk
from ripeness.fit.tempering import Floats
from ripeness.flow import SITES, WAR_SITES, layout_of, records_of
from ripeness.policy import compile_policy

RATIO_SITES = ("drones_launched", "missiles_launched", "claimed_losses_a", "aid_allocated_usd_bn")
"""Sites whose errors are shares of the value."""

ODDS_SITES = (
    "drones_stopped_share",
    "missiles_stopped_share",
    "support_a",
    "support_d",
    "support_coalition",
    "support_patron",
)
"""Sites whose errors are steps of the log odds."""

OUTPUT_OF_SITE = {"territory_change_second_km2": "territory_change_km2"}
"""Output that a site observes where it has another name."""

LEAST_SHARE = 0.005
"""Shares nearer to 0 or 1 are published as this, as the blocks read them."""

BINS = 10


@dataclass(frozen=True)
class Histories:
    """Synthetic records: true parameters (P, n), and the rows of months (n, T, M) with what is observed in place."""

    question: Question
    parameters: Floats
    months: Floats

    def asked(self, number: int) -> Question:
        """The question of a fit to one history."""
        return replace(self.question, months=self.months[number])


def synthetic_histories(case: Case, cutoff: Month, histories: int, seed: int) -> Histories:
    """Histories of the case's program from its first month to `cutoff`, each from its own draw of all priors."""
    reference = compile_policy(case, "as_enacted", start=case.first_month, origin=cutoff)
    question = pose(case, [reference], case.first_month, cutoff - 1, seed=seed, origin=cutoff)
    records = records_of(case.program)
    layout = layout_of(records.month)
    silent = question.months.copy()
    silent[:, layout["drawing"].start] = 1.0
    for name in ("present", "war_present"):
        if name in {field.name for field in layout.fields}:
            silent[:, layout[name].start : layout[name].start + layout[name].rows] = 0.0
    parameters = draw_parameters(case, records.parameters, histories, seed, cutoff=cutoff)
    result = run_chunk(
        replace(question, months=silent), parameters, 0, histories, backend="kernel", dtype="float64"
    )
    paths = np.asarray(result.paths[0], float)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 31]))
    months = np.repeat(question.months[None], histories, axis=0)
    for prefix, sites in (("", SITES), ("war_", WAR_SITES)):
        if f"{prefix}observed" not in {field.name for field in layout.fields}:
            continue
        value, sd, present = (layout[prefix + name].start for name in ("observed", "observed_sd", "present"))
        for at, site in enumerate(sites):
            truth = paths[:, records.output_rows.index(OUTPUT_OF_SITE.get(site, site))].T
            noise = rng.standard_normal(truth.shape)
            seen, error = _observed(
                site, truth, noise, question.months[:, value + at], question.months[:, sd + at]
            )
            here = question.months[:, present + at] > 0.5
            months[:, here, value + at] = seen[:, here]
            months[:, here, sd + at] = error[:, here]
    return Histories(question, parameters, months)


def _observed(
    site: str, truth: Floats, noise: Floats, real: Floats, real_sd: Floats
) -> tuple[Floats, Floats]:
    """Observed values and their stated errors (n, T), from true ones, with the quality of the real record (T,)."""
    if site in RATIO_SITES:
        relative = real_sd / np.where(real > 0.0, real, 1.0)
        seen = truth * np.exp(relative * noise)
        return seen, relative * seen
    if site in ODDS_SITES:
        known = np.clip(real, LEAST_SHARE, 1.0 - LEAST_SHARE)
        step = real_sd / (known * (1.0 - known))
        held = np.clip(truth, 1e-12, 1.0 - 1e-12)
        odds = np.clip(np.log(held / (1.0 - held)) + step * noise, -50.0, 50.0)
        seen = np.clip(1.0 / (1.0 + np.exp(-odds)), LEAST_SHARE, 1.0 - LEAST_SHARE)
        return seen, step * seen * (1.0 - seen)
    return truth + real_sd * noise, np.broadcast_to(real_sd, truth.shape)


def ranks(truth: Floats, draws: Floats) -> Floats:
    """Share of draws (P, n) below the true values (P,), a tie counting half: uniform where a fit is right."""
    below = (draws < truth[:, None]).mean(axis=1)
    return np.asarray(below + 0.5 * (draws == truth[:, None]).mean(axis=1), float)


@dataclass(frozen=True)
class Uniformity:
    """Ranks of a block against uniform: counts in ten bins, p values, and cover of 90 % intervals with its band.

    `p_pooled` is the chi-square of all ranks together as if they were independent. Ranks of one history hang together,
    where parameters do; `p` takes a history as one draw of ten counts (Hotelling).
    """

    parameters: int
    histories: int
    counts: tuple[int, ...]
    p_pooled: float
    p: float
    cover: float
    band: tuple[float, float]


def uniformity(found: Floats) -> Uniformity:
    """Of ranks (histories, parameters) of one block."""
    histories, parameters = found.shape
    bins = np.minimum((found * BINS).astype(int), BINS - 1)
    counts = np.stack([(bins == each).sum(axis=1) for each in range(BINS)], axis=1).astype(float)
    total = counts.sum(axis=0)
    expected = total.sum() / BINS
    statistic = float(((total - expected) ** 2 / expected).sum())
    inside = (found >= 0.05) & (found <= 0.95)
    each = np.sort(inside.mean(axis=1))
    # The cover of a block over histories: its spread between histories is that of one history's share over root n.
    effective = _effective_histories(inside)
    low, high = binom.interval(0.95, effective, 0.9)
    return Uniformity(
        parameters,
        histories,
        tuple(int(n) for n in total),
        float(chi2.sf(statistic, BINS - 1)),
        _hotelling(counts - parameters / BINS),
        float(each.mean()),
        (float(low / effective), float(high / effective)),
    )


def _effective_histories(inside: NDArray[np.bool_]) -> int:
    """Independent yes-or-no answers that histories by parameters (H, P) are worth, at most their number."""
    share = inside.mean()
    between = inside.mean(axis=1).var(ddof=1) / len(inside) if len(inside) > 1 else 0.0
    if between <= 0.0 or share in (0.0, 1.0):
        return int(inside.size)
    return int(np.clip(share * (1.0 - share) / between, len(inside) / 10, inside.size))


def _hotelling(excess: Floats) -> float:
    """p of a mean of zero for rows (H, BINS) that sum to zero; one column too many is left out. 1 where H is small."""
    rows = excess[:, :-1]
    number, size = rows.shape
    if number <= size + 1:
        return 1.0
    covariance = np.cov(rows.T)
    mean = rows.mean(axis=0)
    statistic = number * float(mean @ np.linalg.pinv(covariance) @ mean)
    return float(f.sf(statistic * (number - size) / (size * (number - 1)), size, number - size))


def by_block(found: Floats, names: Sequence[str], block_of: Mapping[str, str]) -> dict[str, Uniformity]:
    """Uniformity by block of ranks (histories, len(names))."""
    blocks = list(dict.fromkeys(block_of[name] for name in names))
    return {
        block: uniformity(found[:, [i for i, name in enumerate(names) if block_of[name] == block]])
        for block in blocks
    }
