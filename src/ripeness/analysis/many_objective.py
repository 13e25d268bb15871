"""Trade-offs: points of a grid that no other point beats in every aim, found by an evolutionary search.

Values are always to be minimised here. The optimiser is pymoo's: NSGA-II (Deb et al. 2002) for two or three aims,
NSGA-III with reference points (Deb and Jain 2014) for more. It is asked and told, so that whoever evaluates may keep
every value and hand it out again: a seeded search repeated over kept values is the same search.

Equations (docs/model/robustness.md):
    MO3  a beats b iff a <= b in every aim and a < b in one
    MO4  box_j(v) = floor((v_j - ideal_j) / (epsilon (nadir_j - ideal_j)))     a point a box, no box that another beats
    MO5  hypervolume = share of the cube from the ideal to 1.1 times the nadir that is beaten by some point
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from ripeness.base import RipenessError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Evaluate = Callable[[Ints], Floats]

FEW_AIMS = 3
"""Most aims for which NSGA-II is used; its crowding distance says little with more."""

MOST_KEPT = 100
"""Points of an archive, unless asked otherwise: more than anybody can look at."""

REACH = 1.1
"""Corner of the hypervolume, in units from the ideal to the nadir."""

SAMPLES = 2**14
"""Points of the cube on which the hypervolume is read."""

EXTRA = "pip install 'ripeness[analysis]'"
"""What to do where the optimiser is not installed."""


@dataclass(frozen=True)
class Searched:
    """What a search evaluated: points (E, d), each once, in the order met, with values (E, m).

    generation (E,): in which each was met first, from 1. algorithm: its name.
    """

    points: Ints
    values: Floats
    generation: Ints
    algorithm: str

    def by(self, generation: int) -> Floats:
        """Values of all points met by the end of a generation."""
        return self.values[self.generation <= generation]


def search_grid(
    sizes: Sequence[int],
    evaluate: Evaluate,
    aims: int,
    *,
    population: int,
    generations: int,
    seed: int,
    told: Callable[[int, int], None] | None = None,
) -> Searched:
    """Search the grid of points (places 0..size-1 on each axis) for trade-offs among `aims` values.

    evaluate: values (n, aims) of points (n, d), never asked for the same point twice. told hears of each finished
    generation and how many points were evaluated. The same arguments give the same search.
    """
    algorithm, name = _algorithm(sizes, aims, population, seed)
    known: dict[tuple[int, ...], Floats] = {}
    met: dict[tuple[int, ...], int] = {}
    for generation in range(1, generations + 1):
        asked = algorithm.ask()
        if asked is None or not len(asked):
            break
        points = [tuple(int(place) for place in row) for row in np.rint(asked.get("X").astype(float))]
        new = [point for point in dict.fromkeys(points) if point not in known]
        if new:
            values = np.asarray(evaluate(np.array(new, dtype=np.intp)), dtype=np.float64)
            _check(values, new, aims)
            for point, row in zip(new, values, strict=True):
                known[point], met[point] = row, generation
        asked.set("F", np.stack([known[point] for point in points]))
        algorithm.tell(infills=asked)
        if told is not None:
            told(generation, len(known))
    order = list(known)
    return Searched(
        np.array(order, dtype=np.intp).reshape(len(order), len(sizes)),
        np.stack([known[point] for point in order]) if order else np.empty((0, aims)),
        np.array([met[point] for point in order], dtype=np.intp),
        name,
    )


def _check(values: Floats, points: list[tuple[int, ...]], aims: int) -> None:
    if values.shape != (len(points), aims):
        raise ValueError(f"values have the shape {values.shape} for {len(points)} points and {aims} aims")
    if not np.isfinite(values).all():
        at = int(np.argwhere(~np.isfinite(values))[0][0])
        raise RipenessError(
            f"a value of point {points[at]} is {values[at].tolist()}",
            "aim at a metric that every future has, such as a share or months counted to the end of the run",
        )


def _algorithm(sizes: Sequence[int], aims: int, population: int, seed: int) -> tuple[Any, str]:
    """A seeded optimiser of pymoo over whole numbers, ready to be asked."""
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.algorithms.moo.nsga3 import NSGA3
        from pymoo.core.problem import Problem
        from pymoo.operators.crossover.sbx import SBX
        from pymoo.operators.mutation.pm import PM
        from pymoo.operators.repair.rounding import RoundingRepair
        from pymoo.operators.sampling.rnd import IntegerRandomSampling
        from pymoo.termination.max_gen import MaximumGenerationTermination
        from pymoo.util.ref_dirs import get_reference_directions
    except ImportError as error:
        raise RipenessError("a search needs the optimiser pymoo, which is not installed", EXTRA) from error
    common = {
        "pop_size": population,
        "sampling": IntegerRandomSampling(),
        "crossover": SBX(prob=0.9, eta=10, vtype=float, repair=RoundingRepair()),
        "mutation": PM(prob=1.0, prob_var=1.5 / len(sizes), eta=10, vtype=float, repair=RoundingRepair()),
        "eliminate_duplicates": True,
    }
    if aims <= FEW_AIMS:
        algorithm, name = NSGA2(**common), "NSGA-II"
    else:
        parts = max(
            p for p in range(1, population + 1) if comb(p + aims - 1, aims - 1) <= max(population, aims)
        )
        directions = get_reference_directions("das-dennis", aims, n_partitions=parts)
        algorithm, name = NSGA3(ref_dirs=directions, **common), "NSGA-III"
    problem = Problem(n_var=len(sizes), n_obj=aims, xl=0, xu=np.array(sizes) - 1, vtype=int)
    # The number of generations is kept out of the optimiser: a longer search goes on where a shorter one ended.
    algorithm.setup(problem, termination=MaximumGenerationTermination(10**9), seed=seed, verbose=False)
    return algorithm, name


def unbeaten(values: Floats) -> NDArray[np.bool_]:
    """Which rows of values (n, m) no other row beats (MO3); equal rows do not beat each other."""
    found = np.ones(len(values), bool)
    for at, row in enumerate(values):
        below = (values <= row).all(axis=1) & (values < row).any(axis=1)
        found[at] = not below.any()
    return found


def kept_points(points: Ints, values: Floats, most: int = MOST_KEPT) -> tuple[Ints, float]:
    """Rows of an archive of at most `most` unbeaten points, and the width of its boxes, 0 where all fit (MO4).

    Boxes grow until few enough remain (Laumanns et al. 2002); of a box the point nearest to its best corner is kept,
    the best and worst of each aim always. Ties go to the smaller values, then the smaller point, so that the order of
    rows changes nothing. Rows come sorted by value.
    """
    front = np.flatnonzero(unbeaten(values))
    keys = [(tuple(values[row]), tuple(points[row])) for row in front]
    front = front[sorted(range(len(front)), key=keys.__getitem__)]
    if len(front) <= most:
        return front, 0.0
    unit = _unit(values[front], values[front])
    ends = sorted({int(end(unit[:, j])) for j in range(unit.shape[1]) for end in (np.argmin, np.argmax)})
    width = 1.0 / 512.0
    while True:
        chosen = _one_a_box(unit, width, ends)
        if len(chosen) <= most or width > 1.0:
            return front[chosen[:most]], width
        width *= 1.25


def _one_a_box(unit: Floats, width: float, ends: list[int]) -> list[int]:
    boxes = np.floor(unit / width + 1e-9).astype(np.intp)
    away = np.round(((unit / width - boxes) ** 2).sum(axis=1), 9)
    best: dict[tuple[int, ...], int] = {}
    for at, box in enumerate(map(tuple, boxes)):
        if box not in best or away[at] < away[best[box]]:
            best[box] = at
    corners = np.array(list(best))
    stays = unbeaten(corners.astype(float))
    return sorted({*(at for at, stay in zip(best.values(), stays, strict=True) if stay), *ends})


def _unit(values: Floats, front: Floats) -> Floats:
    """Values with the ideal of the front at 0 and its nadir at 1; aims in which it does not vary are 0."""
    low, high = front.min(axis=0), front.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    return (values - low) / width


def convergence(searched: Searched) -> Floats:
    """Hypervolume after each generation, all measured against the trade-offs of the whole search (MO5).

    Read off `SAMPLES` evenly spread points of the cube, so that it errs by less than a hundredth with any number of
    aims. It never falls.
    """
    front = searched.values[unbeaten(searched.values)]
    unit = np.maximum(_unit(searched.values, front), 0.0)
    cube = REACH * qmc.Sobol(unit.shape[1], scramble=True, rng=0).random(SAMPLES)
    open_, volumes = np.ones(SAMPLES, bool), []
    for generation in range(1, int(searched.generation.max(initial=0)) + 1):
        for row in unit[searched.generation == generation]:
            open_[open_] = ~(row <= cube[open_]).all(axis=1)
        volumes.append(1.0 - open_.mean())
    return np.array(volumes)


def representatives(values: Floats) -> dict[str, int]:
    """Rows to look at first: best in each aim, by `best_J`, and the one whose worst aim is least bad, `balanced`.

    None of them is the best policy: which one is depends on how the aims are weighed.
    """
    unit = np.round(_unit(values, values), 12)
    found = {
        f"best_{j}": min(range(len(unit)), key=lambda at: (unit[at, j], tuple(unit[at])))
        for j in range(unit.shape[1])
    }
    return found | {
        "balanced": min(range(len(unit)), key=lambda at: (unit[at].max(), unit[at].sum(), tuple(unit[at])))
    }
