"""A war as data: what a case folder says once it has been read and found sound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month
from ripeness.case.claim import Claim
from ripeness.case.experiment import Experiment
from ripeness.case.month_facts import month_rows
from ripeness.case.names import PULSE_LEVERS
from ripeness.case.priors import Prior, prior_from
from ripeness.case.scoring import Scoring
from ripeness.case.search_space import SearchSpace
from ripeness.evidence import Series, TalksRecord

Kind = Literal["level", "pulse"]
Forecast = Literal["hold", "zero", "mean_12"]
Operation = Literal["set", "scale", "add", "at_least", "at_most"]
Direction = Literal["rise", "fall", "stay"]

Origin = Literal["case", "common", "neutral"]
EndKind = Literal["settled", "collapse_a", "collapse_d", "none"]
Side = Literal["a", "d", "coalition", "other"]

OPERATIONS: tuple[Operation, ...] = ("set", "scale", "add", "at_least", "at_most")
"""What a change may do to a lever."""


@dataclass(frozen=True)
class DatedPrior:
    """The prior for fits whose evidence ends before the month `before`."""

    before: Month
    prior: Prior
    source: str


@dataclass(frozen=True)
class Parameter:
    """An uncertain constant: its prior, where that comes from, and how far the record identifies it."""

    name: str
    label: str
    unit: str
    prior: Prior
    source: str
    quality: str
    block: str
    identification: Literal["identified", "weakly", "prior-driven"]
    as_of: tuple[DatedPrior, ...] = ()
    url: str = ""
    note: str = ""
    origin: Origin = "case"
    """Who says so: the case, the priors common to all cases, or nobody because the block is not in use."""

    def prior_at(self, cutoff: Month | None) -> Prior:
        """Prior for a fit to the months before `cutoff`; None means the whole record.

        Of the alternatives whose `before` is at or after the cut-off, the earliest counts.
        """
        if cutoff is not None:
            for alternative in self.as_of:
                if cutoff <= alternative.before:
                    return alternative.prior
        return self.prior


@dataclass(frozen=True)
class Pool:
    """Parameters that are the same quantity for different units: where one prior is off, the others likely are too.

    In the normal scores of their priors, score_i = (c + omega e_i) / sqrt(1 + omega^2) with c and e_i standard normal
    and omega, how far the members scatter around what they share, half-normal with scale `spread`. Every marginal
    stays the stated prior; omega without bound would be no pool.
    """

    name: str
    members: tuple[str, ...]
    spread: float
    because: str

    def scores(self, own: NDArray[np.float64], latents: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores (members, n) from the members' own (members, n) and the pool's (2, n): c, and the score of omega."""
        from scipy.special import ndtr, ndtri

        omega = self.spread * ndtri(0.5 + 0.5 * ndtr(np.minimum(latents[1], 6.0)))
        return np.asarray((latents[0] + omega * own) / np.sqrt(1.0 + omega * omega), float)


@dataclass(frozen=True)
class DatedValue:
    """Values that levers took on a date, and the act by which they did."""

    date: dt.date
    levers: dict[str, float | dict[str, float]]
    """Value by lever; of a vector lever, value by entry."""
    source: str
    quality: str
    kind: Kind
    """level: holds until the next value of the lever; pulse: counts only in the month of the date."""
    act: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Instrument:
    """A dated instrument of policy: what it covers, by whose authority, and its values."""

    name: str
    title: str
    authority: tuple[str, ...]
    covers: tuple[str, ...]
    not_covered: tuple[str, ...]
    forecast: Forecast
    """What its levers do after the last dated value."""
    values: tuple[DatedValue, ...]
    adds: bool = False
    """Whether its values add to those of other instruments that set the same lever."""
    note: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """One change of a policy to one lever."""

    lever: str
    """A lever, or an entry of a vector lever such as `buyer_tariff.turkiye`."""
    operation: Operation
    value: float | dict[str, float]
    """The amount; by entry where a vector lever has several."""
    start: str | None = None
    """`start`, `start+6` or a month; None where the file names none."""
    until: str | None = None
    """As `start`, or `end`."""
    ramp_months: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Trigger:
    """Changes that begin once a watched output has been above or below a value for some months."""

    output: str
    above: float | None
    below: float | None
    for_months: int
    after_months: int
    then: tuple[Change, ...]
    title: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Expectation:
    """The headline that the author of a policy expects."""

    metric: str
    direction: Direction
    than: str
    because: str = ""


@dataclass(frozen=True)
class Ratchet:
    """Steps of a policy that go up unless progress is verified: months between steps, and steps to full effort."""

    months: int
    steps: int


@dataclass(frozen=True)
class Policy:
    """A signed package of changes and triggers on top of another policy."""

    name: str
    title: str
    author: str
    question: str
    base: str | None
    """Policy whose changes come first; None means the instruments as dated."""
    needs: tuple[str, ...]
    start: Month | None
    changes: tuple[Change, ...]
    triggers: tuple[Trigger, ...]
    expected: tuple[Expectation, ...]
    mapping_notes: tuple[str, ...] = ()
    not_mapped: tuple[str, ...] = ()
    source: str = ""
    url: str = ""
    ratchet: Ratchet | None = None


@dataclass(frozen=True)
class CaseTest:
    """A check that an expert can read: given a policy, a metric must rise, fall or stay."""

    given: str
    than: str
    metric: str
    must: Direction
    start: Month | None = None
    month: Month | None = None
    tolerance: float | None = None
    because: str = ""
    file: str = ""


@dataclass(frozen=True)
class Actor:
    """A party to the case."""

    id: str
    name: str
    role: str = ""
    note: str = ""


@dataclass(frozen=True)
class Party:
    """A side of the war, or the coalition that presses: its name and which actors belong to it."""

    name: str
    actors: tuple[str, ...]


@dataclass(frozen=True)
class StakeMap:
    """What is fought over on one scale: A's share xi of the stake from the land that A holds, and from the rest.

    xi = land_weight (area - area_at_0) / (area_at_1 - area_at_0) + (1 - land_weight) other_share
    """

    name: str
    title: str
    area_at_0_km2: float
    area_at_1_km2: float
    land_weight: float
    other_share: float
    source: str
    quality: str
    note: str = ""


@dataclass(frozen=True)
class EffortShare:
    """One lever's part in cost pressure: its values at no and at full effort, its weight, and the coalition's price."""

    lever: str
    full: float
    weight: float
    price_usd_bn_month: float
    source: str
    quality: str
    zero: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class RecordedOutcome:
    """How a past war ended, for scoring only: no model reads it."""

    kind: EndKind
    month: Month | None
    terms_share_a: float | None
    source: str
    note: str = ""


@dataclass(frozen=True)
class ActorRow:
    """An actor of the spatial rival: what it wants on two issues, how much it cares, and what it can do.

    Positions and salience lie in 0..1: `terms` is the talks' own scale on which a half is
    today's line and 1 the attacker's maximal terms, `guarantees` how strong they are.
    `capability` is relative to the others. A `principal` must accept for a deal to hold.
    """

    actor: str
    side: Side
    principal: bool
    terms: float
    terms_salience: float
    guarantees: float
    guarantees_salience: float
    capability: float
    source: str
    quality: str
    note: str = ""


@dataclass(frozen=True)
class MonthFact:
    """Where a fact of the month comes from: exactly one of constant, series and steps is given."""

    constant: float | None = None
    series: str | None = None
    steps: dict[Month, float] | None = None
    """Values by the month from which they hold."""
    fill: Literal["hold", "zero"] = "hold"
    """What stands in months without a row: the last value, or zero."""
    before: float | None = None
    """Value before the first row."""
    known_ahead: bool = False
    """Whether rows of future months may be read: law and published plans."""


@dataclass(frozen=True)
class Case:
    """A whole case; treat its dictionaries as read-only."""

    name: str
    title: str
    folder: Path
    first_month: Month
    last_month: Month
    war_start: Month
    data_until: Month
    default_start: Month | None
    program: str
    blocks: tuple[str, ...]
    actors: tuple[Actor, ...]
    not_modelled: tuple[str, ...]
    metrics: tuple[str, ...]
    parameters: dict[str, Parameter]
    series: dict[str, Series]
    observations: dict[str, str]
    """Series by site."""
    observation_error: dict[str, dict[str, float]]
    """Standard deviation in the site's unit of rows that give none, by site and quality."""
    month_facts: dict[str, MonthFact]
    instruments: tuple[Instrument, ...]
    policies: dict[str, Policy]
    tests: tuple[CaseTest, ...]
    content_hash: str
    compared: tuple[str, ...] = ()
    """Policies put side by side where none are named; all of the case where empty."""
    bargaining: dict[str, Parameter] = field(default_factory=dict)
    """Parameters of what the parties would accept; empty where the program has no war."""
    parties: dict[str, Party] = field(default_factory=dict)
    """Keys a (the attacker, who is pressed), d, coalition."""
    stakes: tuple[StakeMap, ...] = ()
    """Alternative maps of the stake; the first is the default."""
    effort: tuple[EffortShare, ...] = ()
    outcome: RecordedOutcome | None = None
    actor_rows: tuple[ActorRow, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader of its runs must know of how it was made."""
    scoring: Scoring = field(default_factory=Scoring)
    experiments: dict[str, Experiment] = field(default_factory=dict)
    """Natural experiments by id."""
    pools: tuple[Pool, ...] = ()
    """Groups of parameters with something in common; what is in no pool is independent a priori."""
    claims: dict[str, Claim] = field(default_factory=dict)
    """Claims that the case can test, by id."""
    spaces: dict[str, SearchSpace] = field(default_factory=dict)
    """Spaces of policies that can be searched."""
    talks: TalksRecord | None = None
    """Rounds, positions and acts of pressure, where the case holds a folder of them."""

    @property
    def months(self) -> tuple[Month, ...]:
        """Months from the first to the last."""
        return tuple(self.first_month + i for i in range(self.last_month - self.first_month + 1))

    def month_rows(
        self,
        months: Sequence[Month],
        origin: Month | None = None,
        *,
        conditional: Sequence[str] = (),
        counting: tuple[Month, Month] | None = None,
    ) -> NDArray[np.float64]:
        """Rows (len(months), M) of the month's record of the program; see `month_rows`."""
        return month_rows(self, months, origin, conditional=conditional, counting=counting)


def _month(text: str | None) -> Month | None:
    return None if text is None else Month.parse(text)


def lines(said: str | Sequence[str] | None) -> tuple[str, ...]:
    """Text or a list of sentences, always as sentences."""
    if said is None:
        return ()
    return (said,) if isinstance(said, str) else tuple(said)


def date_from(text: str) -> dt.date:
    """Date as YYYY-MM-DD, or the first day of YYYY-MM; ValueError where there is no such day."""
    return dt.date.fromisoformat(text if len(text) > len("YYYY-MM") else f"{text}-01")


def parameter_from(said: Mapping[str, Any], origin: Origin = "case") -> Parameter:
    """Parameter as parameters.yaml writes it; RipenessError where a prior cannot be drawn."""
    alternatives = (
        DatedPrior(Month.parse(item["before"]), prior_from(item["prior"]), item["source"])
        for item in said.get("as_of", ())
    )
    return Parameter(
        **{
            key: said[key]
            for key in ("name", "label", "unit", "source", "quality", "block", "identification")
        },
        prior=prior_from(said["prior"]),
        as_of=tuple(sorted(alternatives, key=lambda alternative: alternative.before)),
        url=said.get("url", ""),
        note=said.get("note", ""),
        origin=origin,
    )


def pool_from(said: Mapping[str, Any]) -> Pool:
    """Pool as case.yaml writes it."""
    return Pool(said["pool"], tuple(said["members"]), float(said["spread"]), said["because"])


def kind_of(levers: Sequence[str], said: Kind | None) -> Kind | None:
    """Kind that the file says, or that which all the levers share; None where they differ."""
    if said is not None:
        return said
    kinds: set[Kind] = {"pulse" if lever in PULSE_LEVERS else "level" for lever in levers}
    return kinds.pop() if len(kinds) == 1 else None


def instrument_from(said: Mapping[str, Any]) -> Instrument:
    """Instrument as its file writes it."""
    values = []
    for item in said["values"]:
        kind = kind_of(list(item["levers"]), item.get("kind"))
        values.append(
            DatedValue(
                date_from(item["date"]),
                {
                    lever: {label: float(part) for label, part in amount.items()}
                    if isinstance(amount, dict)
                    else float(amount)
                    for lever, amount in item["levers"].items()
                },
                item["source"],
                item["quality"],
                kind or "level",
                item.get("act", ""),
                item.get("url", ""),
                item.get("note", ""),
            )
        )
    return Instrument(
        said["instrument"],
        said["title"],
        tuple(said["authority"]),
        lines(said["covers"]),
        tuple(said["not_covered"]),
        said["forecast"],
        tuple(values),
        said.get("adds", False),
        lines(said.get("note")),
    )


def change_from(said: Mapping[str, Any]) -> Change:
    """Change as a policy file writes it."""
    operation = next(word for word in OPERATIONS if word in said)
    amount = said[operation]
    return Change(
        said["lever"],
        operation,
        {label: float(part) for label, part in amount.items()} if isinstance(amount, dict) else float(amount),
        said.get("from"),
        said.get("until"),
        said.get("ramp_months", 0),
        said.get("reason", ""),
    )


def policy_from(said: Mapping[str, Any]) -> Policy:
    """Policy as its file writes it."""
    triggers = (
        Trigger(
            item["when"]["output"],
            item["when"].get("above"),
            item["when"].get("below"),
            item["when"].get("for_months", 1),
            item.get("after_months", 0),
            tuple(change_from(change) for change in item["then"]),
            item.get("title", ""),
            item.get("reason", ""),
        )
        for item in said.get("triggers", ())
    )
    expected = (
        Expectation(item["metric"], item["direction"], item.get("than", REFERENCE), item.get("because", ""))
        for item in said.get("expected", ())
    )
    return Policy(
        said["policy"],
        said["title"],
        said["author"],
        said.get("question", ""),
        said.get("base"),
        tuple(said.get("needs", ())),
        _month(said.get("start")),
        tuple(change_from(change) for change in said.get("changes", ())),
        tuple(triggers),
        tuple(expected),
        lines(said.get("mapping_notes")),
        lines(said.get("not_mapped")),
        said.get("source", ""),
        said.get("url", ""),
        Ratchet(**said["ratchet"]) if "ratchet" in said else None,
    )


REFERENCE = "as_enacted"
"""The policy that reproduces the record, and against which others are measured."""


def case_test_from(said: Mapping[str, Any], file: str) -> CaseTest:
    """Test as a file of tests writes it."""
    return CaseTest(
        said["given"],
        said.get("than", REFERENCE),
        said["metric"],
        said["must"],
        _month(said.get("start")),
        _month(said.get("month")),
        said.get("tolerance"),
        said.get("because", ""),
        file,
    )


def month_fact_from(said: float | Mapping[str, Any]) -> MonthFact:
    """Month fact as case.yaml writes it: a number, or a mapping."""
    if not isinstance(said, Mapping):
        return MonthFact(constant=float(said))
    steps = said.get("steps")
    return MonthFact(
        said.get("constant"),
        said.get("series"),
        None if steps is None else {Month.parse(key): float(steps[key]) for key in sorted(steps)},
        said.get("fill", "hold"),
        said.get("before"),
        said.get("known_ahead", False),
    )


def party_from(said: Mapping[str, Any]) -> Party:
    """Party as case.yaml writes it."""
    return Party(said["name"], tuple(said["actors"]))


def _numbers_as_float(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: float(value) if isinstance(value, int) else value for key, value in said.items()}


def stake_from(said: Mapping[str, Any]) -> StakeMap:
    """Stake map as case.yaml writes it."""
    return StakeMap(**_numbers_as_float(said))


def effort_from(said: Mapping[str, Any]) -> EffortShare:
    """Part of cost pressure as case.yaml writes it."""
    return EffortShare(**_numbers_as_float(said))


def outcome_from(said: Mapping[str, Any]) -> RecordedOutcome:
    """Outcome of a past war as case.yaml writes it."""
    share = said.get("terms_share_a")
    return RecordedOutcome(
        said["kind"],
        _month(said.get("month")),
        None if share is None else float(share),
        said["source"],
        said.get("note", ""),
    )
