"""Share links: one string for page, HTTP and command line, read against a case and printed in one order.

A link says what differs from the defaults and nothing else:

    v=1  case=NAME  m=HASH  from=POLICY  start=YYYY-MM  until=YYYY-MM  seed=N  n=N
    l.LEVER=X  l.LEVER.at=YYYY-MM  l.LEVER.over=N   a.PARAMETER=X   with=A,B   view=NAME  lang=en  theme=dark

It is compiled to an ordinary policy, so that the command line gives the same numbers from the policy's file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from ripeness.api.simulation import FEWEST_MEMBERS
from ripeness.base import CaseFaults, Fault, Month, RipenessError, shown, suggestion
from ripeness.case import REFERENCE, Change, Policy, lever_range
from ripeness.ensemble.record import model_version
from ripeness.flow import records_of
from ripeness.policy import lever_catalogue, policy_text

if TYPE_CHECKING:
    from ripeness.case import Case

VERSION = "1"
DEFAULT_CASE = "ukraine"
DEFAULT_MEMBERS = 500
MINE = "mine"
"""Name of the policy that a link describes."""

MOST_MEMBERS = 4096
MOST_BESIDE = 3
MOST_MOVES = 40
MOST_ASSUMPTIONS = 40
MOST_LENGTH = 4000
"""Characters of the longest link that is read."""

MOST_RAMP = 60
HASH_LEAST = 6
"""Digits of a model's hash by which a link may be pinned."""

VIEWS = (
    "overview",
    "strategies",
    "money",
    "fleet",
    "war_and_people",
    "talks",
    "claims",
    "conditions",
    "sources",
    "method",
)
LANGUAGES = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", re.ASCII)
THEMES = ("auto", "light", "dark")
PLAIN = ("v", "case", "m", "from", "start", "until", "seed", "n", "with", "view", "lang", "theme")
"""Keys of a link that stand for themselves, in the order in which it is printed, but for levers and assumptions."""

FILE = "link"
"""What a fault calls the place in which it was found."""


@dataclass(frozen=True)
class Move:
    """One lever set to a level from a month on (the link's start where None), reached `over` some months."""

    lever: str
    value: float
    at: Month | None = None
    over: int = 0


@dataclass(frozen=True)
class Link:
    """A question as a link asks it; `moves` and `assumptions` are in the order of their names."""

    case: str
    base: str
    start: Month
    until: Month
    seed: int = 1
    members: int = DEFAULT_MEMBERS
    moves: tuple[Move, ...] = ()
    assumptions: tuple[tuple[str, float], ...] = ()
    beside: tuple[str, ...] = ()
    model: str | None = None
    view: str | None = None
    lang: str | None = None
    theme: str | None = None

    @property
    def moved(self) -> bool:
        """Whether its policy was asked to be another than the reference."""
        return bool(self.moves) or self.base != REFERENCE

    @property
    def question(self) -> Link:
        """What numbers depend on: the link without how it is looked at."""
        return replace(self, view=None, lang=None, theme=None, model=None)


Pairs = Sequence[tuple[str, str]]


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Keys and values of a link: a whole address, or what stands after its question mark."""
    if len(text) > MOST_LENGTH:
        raise CaseFaults(
            [
                Fault(
                    FILE,
                    None,
                    "",
                    shown(text),
                    f"is longer than {MOST_LENGTH} characters",
                    "move fewer levers",
                )
            ]
        )
    query = urlsplit(text).query if "?" in text or "://" in text else text
    try:
        return parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=200)
    except ValueError as error:
        raise CaseFaults(
            [Fault(FILE, None, "", shown(text), f"is no query string: {error}", "write key=value&key=value")]
        ) from None


def read_link(text: str, case_named: Callable[[str], Case]) -> Link:
    """The link of a text; `case_named` gives a case by name or raises RipenessError."""
    return link_from(pairs_of(text), case_named)


def link_from(pairs: Pairs, case_named: Callable[[str], Case]) -> Link:
    """The link of keys and values; CaseFaults with every fault at once."""
    faults: list[Fault] = []

    def fault(key: str, value: object, problem: str, remedy: str) -> None:
        faults.append(Fault(FILE, None, key, shown(value), problem, remedy))

    said: dict[str, str] = {}
    for key, value in pairs:
        if key in said:
            fault(key, value, "is given twice", "give it once")
        said.setdefault(key, value)
    name = said.get("case", DEFAULT_CASE)
    try:
        case = case_named(name)
    except RipenessError as error:
        fault("case", name, error.problem, error.remedy)
        raise CaseFaults(faults) from None
    reader = _Reader(case, said, fault)
    link = reader.link()
    if faults:
        raise CaseFaults(faults)
    return link


def default_start(case: Case) -> Month:
    """Month from which policies act where a link names none."""
    return case.default_start or min(case.data_until + 1, case.last_month)


def default_link(case: Case) -> Link:
    """The status quo of a case."""
    return Link(case.name, REFERENCE, default_start(case), case.last_month)


def link_text(link: Link, case: Case) -> str:
    """The link as a query string: only what differs from the defaults, in a fixed order."""
    usual = default_link(case)
    said: list[tuple[str, str]] = [("v", VERSION)]
    if link.case != DEFAULT_CASE:
        said.append(("case", link.case))
    if link.model is not None:
        said.append(("m", link.model))
    for key, value, default in (
        ("from", link.base, usual.base),
        ("start", link.start, usual.start),
        ("until", link.until, usual.until),
        ("seed", link.seed, usual.seed),
        ("n", link.members, usual.members),
    ):
        if value != default:
            said.append((key, str(value)))
    for move in link.moves:
        said.append((f"l.{move.lever}", _written(move.value)))
        if move.at is not None and move.at != link.start:
            said.append((f"l.{move.lever}.at", str(move.at)))
        if move.over:
            said.append((f"l.{move.lever}.over", str(move.over)))
    said += [(f"a.{name}", _written(value)) for name, value in link.assumptions]
    if link.beside:
        said.append(("with", ",".join(link.beside)))
    for key, text in (("view", link.view), ("lang", link.lang), ("theme", link.theme)):
        if text is not None:
            said.append((key, text))
    return urlencode(said, safe=",")


def _written(value: float) -> str:
    """The shortest text that is read back as the number."""
    short = f"{value:.12g}"
    return short if float(short) == value else repr(value)


def policy_of(link: Link, case: Case) -> Policy:
    """The ordinary policy that a link stands for, named `mine`."""
    base = case.policies.get(link.base)
    title = "As enacted" if base is None else base.title
    changes = tuple(
        Change(
            move.lever,
            "set",
            move.value,
            "start" if move.at is None else str(move.at),
            None,
            move.over,
            "set by hand in the lab",
        )
        for move in link.moves
    )
    return Policy(
        name=MINE,
        title=f"My settings, from: {title}",
        author="whoever made the link",
        question="What follows from these settings?",
        base=link.base if base is not None else None,
        needs=() if base is None else base.needs,
        start=link.start,
        changes=changes,
        triggers=(),
        expected=(),
        mapping_notes=("Each lever is held at its value from its month to the end.",),
        ratchet=None if base is None else base.ratchet,
    )


def policy_file(link: Link, case: Case) -> str:
    """The policy as a file for `ripeness compare --policies FILE`."""
    return policy_text(policy_of(link, case))


def lever_names(case: Case) -> tuple[str, ...]:
    """Levers that a link may move, single entries of vector levers among them."""
    has_money = records_of(case.program).has_money
    return tuple(name for name in _all_levers() if not (name == "cost_pressure" and has_money))


def lever_limits() -> list[tuple[str, str, float, float]]:
    """Name, unit and range of every lever, single entries of vector levers among them."""
    catalogue = lever_catalogue()
    return [(name, catalogue[name.split(".")[0]].unit, *lever_range(name)) for name in _all_levers()]


def assumption_names(program: str = "money_and_war") -> tuple[str, ...]:
    """Parameters that a link may fix, of a program."""
    return records_of(program).parameter_names


@cache
def _all_levers() -> tuple[str, ...]:
    from ripeness.flow import Levers, layout_of

    return tuple(dict.fromkeys([*lever_catalogue(), *layout_of(Levers).row_labels]))


class _Reader:
    """Reads what was said against a case, telling every fault."""

    def __init__(
        self, case: Case, said: Mapping[str, str], fault: Callable[[str, object, str, str], None]
    ) -> None:
        self.case, self.said, self.fault = case, said, fault

    def link(self) -> Link:
        """The link; what is at fault is left at its default."""
        usual = default_link(self.case)
        self._unknown()
        if self.said.get("v", VERSION) != VERSION:
            self.fault("v", self.said["v"], "is another version of links", f"this version reads v={VERSION}")
        start = self._month("start", usual.start)
        until = self._month("until", usual.until)
        if until < start:
            self.fault("until", str(until), f"is before the start, {start}", "let it end later")
        base = self._policy("from", self.said.get("from", usual.base))
        moves = self._moves(start, until)
        assumptions = tuple(sorted(self._assumptions()))
        if len(assumptions) > MOST_ASSUMPTIONS:
            self.fault(
                "a", len(assumptions), f"more than {MOST_ASSUMPTIONS} assumptions are fixed", "fix fewer"
            )
        return Link(
            case=self.case.name,
            base=base,
            start=start,
            until=until,
            seed=self._whole("seed", usual.seed, 0, 2**32 - 1),
            members=self._whole("n", usual.members, FEWEST_MEMBERS, MOST_MEMBERS),
            moves=moves,
            assumptions=assumptions,
            beside=self._beside(),
            model=self._model(),
            view=self._one_of("view", VIEWS),
            lang=self._lang(),
            theme=self._one_of("theme", THEMES),
        )

    def _unknown(self) -> None:
        for key, value in self.said.items():
            if key not in PLAIN and not key.startswith(("l.", "a.")):
                self.fault(key, value, "is no key of a link", suggestion(key, PLAIN, "key"))

    def _month(self, key: str, usual: Month) -> Month:
        if key not in self.said:
            return usual
        return self._month_in(key, self.said[key], self.case.first_month, self.case.last_month) or usual

    def _month_in(self, key: str, text: str, first: Month, last: Month) -> Month | None:
        try:
            month = Month.parse(text)
        except RipenessError as error:
            self.fault(key, text, error.problem, error.remedy)
            return None
        if not first <= month <= last:
            self.fault(
                key, text, "lies outside the months that can be asked for", f"choose {first} to {last}"
            )
            return None
        return month

    def _policy(self, key: str, name: str) -> str:
        if name in self.case.policies or name == REFERENCE:
            return name
        self.fault(
            key,
            name,
            f"case {self.case.name} has no such policy",
            suggestion(name, sorted(self.case.policies), "policy"),
        )
        return REFERENCE

    def _beside(self) -> tuple[str, ...]:
        text = self.said.get("with", "")
        names = tuple(dict.fromkeys(name for name in text.split(",") if name))
        if len(names) > MOST_BESIDE:
            self.fault(
                "with", text, f"more than {MOST_BESIDE} policies beside", f"name {MOST_BESIDE} at most"
            )
        return tuple(
            name for name in names[:MOST_BESIDE] if self._policy("with", name) == name and name != REFERENCE
        )

    def _whole(self, key: str, usual: int, low: int, high: int) -> int:
        text = self.said.get(key)
        if text is None:
            return usual
        value = int(text) if re.fullmatch(r"\d{1,10}", text, re.ASCII) else None
        if value is None or not low <= value <= high:
            self.fault(key, text, "is no whole number in range", f"give {low} to {high}")
            return usual
        return value

    def _number(self, key: str, text: str) -> float | None:
        found = re.fullmatch(r"-?\d{1,17}(\.\d{1,17})?(e[+-]?\d{1,3})?", text, re.ASCII)
        value = float(text) if found else math.nan
        if not math.isfinite(value):
            self.fault(key, text, "is no number", "write it with a point, such as 0.25")
            return None
        return value

    def _one_of(self, key: str, choices: Sequence[str]) -> str | None:
        text = self.said.get(key)
        if text is None or text in choices:
            return text
        self.fault(key, text, "is not known", suggestion(text, choices, key))
        return None

    def _lang(self) -> str | None:
        text = self.said.get("lang")
        if text is None or LANGUAGES.fullmatch(text):
            return text
        self.fault("lang", text, "is no language", "write a code such as en or uk")
        return None

    def _model(self) -> str | None:
        text = self.said.get("m")
        if text is None or (HASH_LEAST <= len(text) <= 64 and re.fullmatch(r"[0-9a-f]+", text, re.ASCII)):
            return text
        self.fault("m", text, "is no hash of a model", f"leave it out, or give {model_digest()}")
        return None

    def _moves(self, start: Month, until: Month) -> tuple[Move, ...]:
        known = lever_names(self.case)
        found: dict[str, Move] = {}
        parts: dict[str, dict[str, str]] = {}
        for key, text in self.said.items():
            if not key.startswith("l."):
                continue
            name, part = key[2:], "value"
            for ending in ("at", "over"):
                if name.endswith(f".{ending}"):
                    name, part = name.removesuffix(f".{ending}"), ending
            if name not in known:
                self.fault(key, text, "there is no such lever", suggestion(name, known, "lever"))
                continue
            parts.setdefault(name, {})[part] = text
        for name, said in parts.items():
            if "value" not in said:
                self.fault(f"l.{name}", None, "has a month or a ramp but no value", f"add l.{name}=VALUE")
                continue
            value = self._number(f"l.{name}", said["value"])
            low, high = lever_range(name)
            if value is not None and not low <= value <= high:
                self.fault(
                    f"l.{name}",
                    said["value"],
                    "is outside the range of the lever",
                    f"give {low:g} to {high:g}",
                )
            at = self._month_in(f"l.{name}.at", said["at"], start, until) if "at" in said else None
            over = self._ramp(f"l.{name}.over", said["over"]) if "over" in said else 0
            if value is not None:
                found[name] = Move(name, value, None if at == start else at, over)
        if len(found) > MOST_MOVES:
            self.fault("l", len(found), f"more than {MOST_MOVES} levers are moved", "move fewer")
        return tuple(sorted(found.values(), key=lambda move: known.index(move.lever)))

    def _ramp(self, key: str, text: str) -> int:
        value = int(text) if re.fullmatch(r"\d{1,3}", text, re.ASCII) else None
        if value is None or value > MOST_RAMP:
            self.fault(key, text, "is no number of months", f"give 0 to {MOST_RAMP}")
            return 0
        return value

    def _assumptions(self) -> Iterator[tuple[str, float]]:
        names = records_of(self.case.program).parameter_names
        for key, text in self.said.items():
            if not key.startswith("a."):
                continue
            name = key[2:]
            if name not in names:
                self.fault(key, text, "there is no such assumption", suggestion(name, names, "parameter"))
                continue
            value = self._number(key, text)
            if value is None:
                continue
            low, high = assumption_range(self.case, name)
            if not low <= value <= high:
                self.fault(key, text, "is outside what its prior allows", f"give {low:.4g} to {high:.4g}")
                continue
            yield name, value


def assumption_range(case: Case, name: str) -> tuple[float, float]:
    """Lowest and highest value at which a parameter may be fixed: its prior from 1 in 1000 to 999 in 1000."""
    prior = case.parameters[name].prior
    low, high = float(prior.ppf(0.001)), float(prior.ppf(0.999))
    return low, high


def model_digest() -> str:
    """Hash of the model's sources, by which a link may be pinned."""
    return model_version().partition("+")[2]
