"""Natural experiments: dated events of a case, what must be predicted of them, and what must not move.

A file `experiments/ID.yaml` of a case says one (see `experiment_file`). No run reads it: it moves no forecast.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ripeness.base import Month

if TYPE_CHECKING:
    from ripeness.case.records import Change

Sense = Literal["rise", "fall", "stay"]
Measure = Literal["change", "effect"]
EndQuantity = Literal["settled", "least_a", "most_d"]


@dataclass(frozen=True)
class Recorded:
    """What happened, in the output's unit, where no series of the case says it."""

    value: float
    sd: float
    source: str
    quality: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Predicted:
    """One output of an experiment.

    measure: `change` is from month `before` to month `after` with the instrument; `effect` is the difference in month
    `after` to the same futures without it. sense: what the author of the file expects; `stay` means that it moves
    by less than `within`.
    """

    output: str
    sense: Sense
    measure: Measure
    before: Month
    after: Month
    because: str = ""
    within: float | None = None
    recorded: Recorded | None = None


@dataclass(frozen=True)
class Unmoved:
    """An output that the instrument must leave as it is; `exactly`, where the model has no path to it."""

    output: str
    because: str
    exactly: bool = False


@dataclass(frozen=True)
class OddsOf:
    """The chance that others gave to a deal by a month."""

    who: str
    chance: float
    source: str


@dataclass(frozen=True)
class PredictedEnd:
    """A quantity of the bargaining: a deal by a month, or the change of what a side would accept.

    what: `settled` is a deal by month `after`; `least_a` the least share that A would take and `most_d` the most that D
    would give, both as a change from month `before` to month `after`, over futures still at war.
    """

    what: EndQuantity
    after: Month
    because: str
    before: Month | None = None
    sense: Sense | None = None
    within: float | None = None
    happened: bool | None = None
    recorded: Recorded | None = None
    odds: tuple[OddsOf, ...] = ()


@dataclass(frozen=True)
class Unanswered:
    """What was asked of an experiment and cannot be answered, with the reason."""

    question: str
    reason: str


@dataclass(frozen=True)
class Variant:
    """The same experiment with parameters held at a value in every draw."""

    name: str
    values: Mapping[str, float]
    because: str


@dataclass(frozen=True)
class Experiment:
    """A dated event, the evidence that its prediction may use, and what is predicted of it."""

    id: str
    title: str
    event: str
    date: dt.date
    cutoff: Month
    """Month before which the record may have been read by the parameters."""
    origin: Month
    """Month before which the record is filtered; shocks are drawn from it on."""
    before: Month
    after: Month
    until: Month
    given: tuple[str, ...]
    predictions: tuple[Predicted, ...]
    without: tuple[Change, ...]
    """Changes to the enacted levers that take the instrument away; none where that cannot be said in levers."""
    unmoved: tuple[Unmoved, ...]
    structure_blind: bool
    """Whether the structure of the model was fixed before anybody working on it had seen the event."""
    blind_note: str
    program: str | None = None
    """Program on which it runs; the case's own where None."""
    endings: tuple[PredictedEnd, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    variants: tuple[Variant, ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def in_sample(self) -> bool:
        """Whether the parameters may have read the event itself."""
        return self.cutoff > self.origin

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs of which something is predicted, each once."""
        return tuple(dict.fromkeys(predicted.output for predicted in self.predictions))
