"""All rivals and nulls over the same walkers: what the ensemble calls beside the main model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining.competing import of_draws
from ripeness.bargaining.game import Drivers, Endings, Stakes, Uniforms
from ripeness.bargaining.hazard import HazardCoefficients, hazard_endings
from ripeness.bargaining.nulls import Thresholds, climatology_endings, exhaustion_endings
from ripeness.bargaining.spatial import ISSUES, SpatialPriors, spatial_actors, spatial_endings
from ripeness.flow import BargainingParameters

Floats = NDArray[np.float64]

ACTOR_KEYS = ("actor", "side", "principal", *ISSUES, *(f"{issue}_salience" for issue in ISSUES), "capability")
"""Fields of an actor's row that the spatial rival reads."""


class HasActors(Protocol):
    """A case, of which rivals read the actors alone: rows whose fields are `ACTOR_KEYS`."""

    @property
    def actor_rows(self) -> Sequence[Any]:
        """Actors of the spatial rival; none where a case names none."""


class Offers(Protocol):
    """Guarantees that each policy offers."""

    @property
    def deterrence(self) -> Floats:
        """(NP,) share of the chance of renewed war that it takes away."""

    @property
    def denial(self) -> Floats:
        """(NP,) share of what renewed war takes that it saves."""


def rival_endings(
    case: HasActors,
    record: BargainingParameters,
    offers: Offers,
    drivers: Drivers,
    draw: NDArray[np.integer[Any]],
    uniforms: Uniforms,
    stakes: Stakes,
) -> dict[str, Endings]:
    """Endings under R1, R2, N0 and N1, by the names r1, r2, n0, n1; r2 is left out where a case names no actors.

    `record` and `stakes` hold numbers or arrays (D,), `draw` (n,) says which draw each walker has. Every model reads
    the same paths and the same uniform numbers.
    """
    of_walkers = stakes_of_walkers(stakes, record, offers, draw)
    found = {
        "r1": hazard_endings(
            hazard_coefficients(record), drivers, draw, strength(offers), of_walkers, uniforms
        )
    }
    if case.actor_rows:
        actors = spatial_actors([{key: getattr(row, key) for key in ACTOR_KEYS} for row in case.actor_rows])
        found["r2"] = spatial_endings(actors, spatial_priors(record), drivers, draw, of_walkers, uniforms)
    found["n0"] = climatology_endings(record.climatology_hazard, drivers, draw, of_walkers, uniforms)
    thresholds = Thresholds(record.exhaustion_threshold_a, record.exhaustion_threshold_d)
    found["n1"] = exhaustion_endings(thresholds, drivers, draw, of_walkers)
    return found


def hazard_coefficients(record: BargainingParameters) -> HazardCoefficients:
    """Coefficients of R1 from a structural draw."""
    return HazardCoefficients(
        record.hazard_base,
        record.hazard_stress,
        record.hazard_losses,
        record.hazard_momentum,
        record.hazard_talks,
        record.hazard_push,
        record.hazard_pressure,
        record.hazard_guarantee,
    )


def spatial_priors(record: BargainingParameters) -> SpatialPriors:
    """Constants of R2 from a structural draw; chances without talks and under push are those of the main model."""
    return SpatialPriors(
        record.spatial_pressure,
        record.spatial_aid,
        record.spatial_tolerance,
        record.spatial_chance,
        record.chance_base,
        record.push_effect,
    )


def strength(offers: Offers) -> Floats:
    """How strong each policy's guarantee is, (NP,) 0..1: what deterrence leaves, denial lessens once more."""
    return np.asarray(1.0 - (1.0 - np.asarray(offers.deterrence)) * (1.0 - np.asarray(offers.denial)))


def stakes_of_walkers(
    stakes: Stakes, record: BargainingParameters, offers: Offers, draw: NDArray[np.integer[Any]]
) -> Stakes:
    """Stakes of each walker under each policy's guarantee, of which both sides believe a share; (NP, n) or (n,)."""
    believed = of_draws(record.guarantee_weight, draw)
    own = Stakes(*(of_draws(field, draw) for field in stakes))
    return own._replace(
        deterrence=np.asarray(offers.deterrence)[:, None] * believed,
        denial=np.asarray(offers.denial)[:, None] * believed,
    )
