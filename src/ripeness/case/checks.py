"""What a schema cannot see: whether the files of a case fit each other, the calendar and the model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ripeness.base import Fault, Month, RipenessError, same_dimension, shown, suggestion
from ripeness.case.conform import Path
from ripeness.case.folder import Document
from ripeness.case.names import (
    BARGAINING_PARAMETERS,
    EVE_SITES,
    FACTS,
    MONEY_BLOCKS,
    SITE_UNITS,
    VECTOR_LEVERS,
    WAR_BLOCKS,
    WORLD_BLOCKS,
    blocks_of,
    lever_range,
    units_in_name,
)
from ripeness.case.priors import prior_from
from ripeness.case.records import OPERATIONS, REFERENCE, date_from, kind_of
from ripeness.case.yaml_text import Node
from ripeness.evidence import Series
from ripeness.flow import Parameters, WarParameters, layout_of, parts_of, records_of


@dataclass(frozen=True)
class Span:
    """Months of a case; None where case.yaml does not give them soundly."""

    first_month: Month | None = None
    last_month: Month | None = None
    war_start: Month | None = None
    data_until: Month | None = None

    def steps_back(self) -> tuple[str, str] | None:
        """First two keys of which the later one lies before the earlier one, None where all are in order."""
        given = [key for key in MONTH_ORDER if getattr(self, key) is not None]
        return next(((a, b) for a, b in pairwise(given) if getattr(self, b) < getattr(self, a)), None)


MONTH_ORDER = ("first_month", "war_start", "data_until", "last_month")
"""Keys of case.yaml in the order in which their months lie."""


def _inside(document: Document, path: Path) -> Node | None:
    """Node at `path` if it is there and sound."""
    node = document.node
    for part in path:
        if node is None:
            return None
        inside = node.value
        if isinstance(inside, dict):
            node = inside.get(str(part))
        elif isinstance(inside, list) and isinstance(part, int) and part < len(inside):
            node = inside[part]
        else:
            return None
    return node if node is not None and document.sound(path) else None


def _said(document: Document, *path: str | int) -> Any:
    """Plain value at `path` if it is there and sound, else None."""
    node = _inside(document, path)
    return None if node is None else node.plain()


def entries(document: Document, key: str) -> Iterator[tuple[Path, Node]]:
    """Path and node of each item of a list: the file itself, or what stands under `key`."""
    node = document.node
    path: Path = ()
    if node is not None and isinstance(node.value, dict):
        node, path = node.value.get(key), (key,)
    if node is not None and isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield (*path, index), item


def span_of(document: Document) -> Span:
    """Months of case.yaml, as far as they are sound."""

    def month(key: str) -> Month | None:
        said = _said(document, key)
        return None if said is None else Month.parse(said)

    return Span(month("first_month"), month("last_month"), month("war_start"), month("data_until"))


def program_of(document: Document) -> str | None:
    """Program of case.yaml; None where it gives none soundly, and nothing is then held against it."""
    program: str | None = _said(document, "program")
    return program


def blocks_in_use(document: Document) -> tuple[str, ...]:
    """Blocks of case.yaml, as far as they are sound."""
    return tuple(_said(document, "blocks") or ())


def case_faults(document: Document, span: Span, series_files: tuple[str, ...]) -> Iterator[Fault]:
    """Faults of case.yaml: months out of order, series that are not there, facts that begin too late."""
    yield from _program_faults(document)
    yield from war_faults(document, span)
    if back := span.steps_back():
        before, key = back
        remedy = f"put the months in the order {', '.join(MONTH_ORDER)}"
        problem = f"lies before {before} {getattr(span, before)}"
        yield document.fault((key,), str(getattr(span, key)), problem, remedy)
        span = Span()
    yield from month_faults(document, ("default_start",), span)
    for site, name in (_said(document, "observations") or {}).items():
        if name not in series_files:
            remedy = suggestion(name, series_files, "series")
            yield document.fault(("observations", site), name, "unknown series", remedy)
    for name in FACTS:
        path: Path = ("month_facts", name)
        said = _said(document, *path)
        if not isinstance(said, Mapping):
            continue
        if "series" in said and said["series"] not in series_files:
            remedy = suggestion(said["series"], series_files, "series")
            yield document.fault((*path, "series"), said["series"], "unknown series", remedy)
        if "steps" in said and span.first_month is not None:
            first = Month.parse(min(said["steps"]))
            yield from _late(document, path, said, first, span.first_month)


def _program_faults(document: Document) -> Iterator[Fault]:
    """Blocks, sites and facts that the program does not have, and facts that it needs."""
    program = program_of(document)
    if program is None:
        return
    records = records_of(program)
    listed = _said(document, "blocks") or ()
    for index, block in enumerate(listed):
        if block not in blocks_of(program):
            remedy = f"list some of {', '.join(blocks_of(program))}, or change the program"
            yield document.fault(("blocks", index), block, f"is no block of the program {program}", remedy)
    for site in _said(document, "observations") or {}:
        if site not in records.sites:
            problem = f"the program {program} does not have the site {site}"
            remedy = suggestion(site, records.sites, "site")
            yield document.fault(("observations", site), site, problem, remedy)
    said = _said(document, "month_facts")
    if said is None:
        return
    for name, fact in FACTS.items():
        if name in records.month.__annotations__:
            if name not in said and fact.default is None:
                problem = f"the key {name} is missing"
                yield document.fault(("month_facts",), None, problem, f"add {name}, in {fact.unit}")
        elif name in said:
            problem = f"the program {program} does not read the fact {name}"
            yield document.fault(("month_facts", name), None, problem, "take it out, or change the program")


def war_faults(document: Document, span: Span) -> Iterator[Fault]:
    """Faults of what only a war has: parties, maps of the stake, effort, the recorded outcome."""
    program = program_of(document)
    if program is None:
        return
    if not records_of(program).has_war:
        for key in ("parties", "stakes", "effort", "outcome"):
            if _said(document, key) is not None:
                remedy = "take it out, or choose a program with a war"
                yield document.fault((key,), None, "needs a war, and the program has none", remedy)
        return
    for key in ("parties", "stakes"):
        if document.node is not None and _inside(document, (key,)) is None and document.sound((key,)):
            yield document.fault((), None, f"the key {key} is missing", f"add {key}; a war needs them")
    known = {actor["id"] for actor in _said(document, "actors") or ()}
    owner: dict[str, str] = {}
    for key, party in (_said(document, "parties") or {}).items():
        for index, actor in enumerate(party["actors"]):
            path: Path = ("parties", key, "actors", index)
            if known and actor not in known:
                yield document.fault(path, actor, "unknown actor", suggestion(actor, known, "actor"))
            elif owner.setdefault(actor, key) != key:
                problem = f"stands in the party {owner[actor]} too"
                yield document.fault(path, actor, problem, "let it stand in one")
    names: set[str] = set()
    for index, stake in enumerate(_said(document, "stakes") or ()):
        if stake["name"] in names:
            yield document.fault(("stakes", index, "name"), stake["name"], "stands twice", "rename one")
        names.add(stake["name"])
        if stake["area_at_0_km2"] >= stake["area_at_1_km2"]:
            problem = "does not lie below area_at_1_km2, so that land would be no part of the stake"
            remedy = "give the area that A holds where it has nothing, then where it has all of the stake"
            at = ("stakes", index, "area_at_0_km2")
            yield document.fault(at, stake["area_at_0_km2"], problem, remedy)
    seen: set[str] = set()
    for index, part in enumerate(_said(document, "effort") or ()):
        lever = part["lever"]
        if lever in seen:
            yield document.fault(("effort", index, "lever"), lever, "stands twice", "join the two")
        seen.add(lever)
        low, high = lever_range(lever)
        for key, value in (("zero", part.get("zero", 0.0)), ("full", part["full"])):
            if not low <= value <= high:
                remedy = f"give a number from {low:g} to {high:g}"
                yield document.fault(("effort", index, key), value, f"{lever} is out of range", remedy)
        if part.get("zero", 0.0) == part["full"]:
            remedy = "give the value at full effort, and `zero` where none is not 0"
            yield document.fault(("effort", index, "full"), part["full"], "is the value at no effort", remedy)
    yield from month_faults(document, ("outcome", "month"), span)
    outcome = _said(document, "outcome") or {}
    if outcome.get("kind") == "settled" and "month" not in outcome:
        yield document.fault(("outcome",), None, "a settlement has no month", "add month")
    if "terms_share_a" in outcome and outcome["kind"] != "settled":
        remedy = "take terms_share_a out, or write kind: settled"
        yield document.fault(
            ("outcome", "terms_share_a"), outcome["terms_share_a"], "has terms without a deal", remedy
        )


def _late(
    document: Document, path: Path, said: Mapping[str, Any], first: Month, needed: Month
) -> Iterator[Fault]:
    if said.get("fill", "hold") == "hold" and "before" not in said and first > needed:
        remedy = f"add a row for {needed} or earlier, or say which value holds `before` it"
        yield document.fault(path, str(first), f"begins after the first month {needed}", remedy)


def month_faults(document: Document, path: Path, span: Span) -> Iterator[Fault]:
    """Fault of a month that lies before the war or after the case."""
    said = _said(document, *path)
    if said is not None:
        yield from _outside(document, path, said, Month.parse(said), span)


def _outside(document: Document, path: Path, said: str, month: Month, span: Span) -> Iterator[Fault]:
    if span.war_start is not None and month < span.war_start:
        remedy = f"give a date from {span.war_start} on"
        yield document.fault(path, said, f"lies before the war began in {span.war_start}", remedy)
    elif span.last_month is not None and month > span.last_month:
        remedy = f"give a date up to {span.last_month}, or move last_month in case.yaml"
        yield document.fault(path, said, f"lies after the last month {span.last_month}", remedy)


def series_fit_faults(document: Document, span: Span, series: Mapping[str, Series]) -> Iterator[Fault]:
    """Faults of series against what case.yaml reads them for: units, errors, reach."""
    yield from _eve_faults(document, span, series)
    defaults = _said(document, "observation_error") or {}
    for site, name in (_said(document, "observations") or {}).items():
        path: Path = ("observations", site)
        if name not in series:
            continue
        read = series[name]
        if not same_dimension(read.unit, SITE_UNITS[site]):
            remedy = f"use a series in {SITE_UNITS[site]} or a unit that converts to it"
            yield document.fault(path, name, f"the series is in {read.unit}, which does not fit", remedy)
            continue
        bare = {row.quality for row in read.observations if row.sd is None} - set(defaults.get(site, ()))
        for quality in sorted(bare if document.sound(("observation_error",)) else ()):
            remedy = f"add observation_error.{site}.{quality}, or fill the sd column"
            yield document.fault(path, name, f"{quality} rows of the series have no sd", remedy)
        last = read.months[-1]
        if span.data_until is not None and last > span.data_until:
            remedy = "move data_until, or remove the later rows"
            yield document.fault(
                path, name, f"the series runs to {last}, past data_until {span.data_until}", remedy
            )
    for name, fact in FACTS.items():
        said = _said(document, "month_facts", name)
        if not isinstance(said, Mapping) or said.get("series") not in series:
            continue
        path = ("month_facts", name, "series")
        read = series[said["series"]]
        if not same_dimension(read.unit, fact.unit):
            remedy = f"use a series in {fact.unit} or a unit that converts to it"
            yield document.fault(path, read.name, f"the series is in {read.unit}, which does not fit", remedy)
        if span.first_month is not None:
            yield from _late(document, path, said, read.months[0], span.first_month)


def _eve_faults(document: Document, span: Span, series: Mapping[str, Series]) -> Iterator[Fault]:
    """Faults of what the model starts from: a value of some sites in the year before the first month."""
    read = _said(document, "observations")
    program = program_of(document)
    if read is None or program is None or not records_of(program).has_money:
        return
    for site in EVE_SITES:
        if site not in read:
            remedy = f"add {site} and a series for it; the model starts from its value"
            yield document.fault(("observations",), None, f"the site {site} is missing", remedy)
        elif read[site] in series and (first := span.first_month) is not None:
            if any(0 < first - month <= 12 for month in series[read[site]].months):
                continue
            problem = f"the series has no value in the year before {first}"
            remedy = f"add a row before {first}; the model starts from it"
            yield document.fault(("observations", site), read[site], problem, remedy)


def parameter_faults(document: Document, program: str | None, blocks: tuple[str, ...]) -> Iterator[Fault]:
    """Faults of parameters.yaml: priors that cannot be drawn, unknown, repeated and missing names, units.

    Parameters of a war and of bargaining may be left out: a case inherits them.
    """
    seen: dict[tuple[bool, str], int] = {}
    for path, node in entries(document, "parameters"):
        name, block = _said(document, *path, "name"), _said(document, *path, "block")
        if program is not None and block is not None and block not in blocks_of(program):
            problem = f"is no block of the program {program}"
            yield document.fault((*path, "block"), block, problem, "take the row out, or change the program")
        elif name is not None and block is not None:
            yield from _name_of_row_faults(document, path, name, block, seen, node.line)
            unused = program is not None and block in WAR_BLOCKS and block not in blocks
            if unused and document.sound(path):
                problem = f"the block {block} is not in use, so that nothing reads it"
                yield document.fault((*path, "block"), block, problem, f"list {block} in case.yaml")
        yield from row_faults(document, path, node)
    if document.node is None or not seen or program is None or not records_of(program).has_money:
        return
    # One misspelt name is one fault: what it stands in for is not also reported as missing.
    names = layout_of(Parameters).row_labels
    given = {name for bargaining, name in seen if not bargaining}
    unknown = given - set(names)
    for name in names:
        if name not in given and not any(_near(name, other, names) for other in unknown):
            remedy = f"add {name} with its prior and source"
            yield Fault(document.file, None, name, None, "a parameter of the model is missing", remedy)


def pool_faults(document: Document, parameters: Document) -> Iterator[Fault]:
    """Faults of the pools of case.yaml: members unknown, fixed, of two parts of the program, or in two pools."""
    program = program_of(document)
    if program is None:
        return
    parts = [layout_of(kind).row_labels for kind in parts_of(records_of(program).parameters.record)]
    names = tuple(name for part in parts for name in part)
    rows = [node.plain() for _, node in entries(parameters, "parameters")]
    fixed = {row["name"] for row in rows if _is_fixed(row)}
    owner: dict[str, str] = {}
    titles: set[str] = set()
    for index, pool in enumerate(_said(document, "pools") or ()):
        if pool["pool"] in titles:
            yield document.fault(("pools", index, "pool"), pool["pool"], "stands twice", "rename one")
        titles.add(pool["pool"])
        for at, name in enumerate(pool["members"]):
            path: Path = ("pools", index, "members", at)
            if name not in names:
                remedy = suggestion(name, names, "parameter of the world")
                yield document.fault(path, name, "unknown parameter", remedy)
            elif name in fixed:
                yield document.fault(path, name, "is fixed", "take it out of the pool, or give it a prior")
            elif name in owner:
                yield document.fault(
                    path, name, f"stands in the pool {owner[name]} too", "let it stand in one"
                )
            owner.setdefault(name, pool["pool"])
        here = [set(part) & set(pool["members"]) for part in parts]
        if sum(bool(each) for each in here) > 1:
            problem = "has members of the money chain and of the war, which are fitted apart"
            yield document.fault(("pools", index, "members"), pool["pool"], problem, "make two pools of it")


def _is_fixed(row: Any) -> bool:
    """Whether a row of parameters.yaml, sound or not, takes its parameter as known for some cut-off."""
    if not isinstance(row, Mapping):
        return False
    dated = row.get("as_of") if isinstance(row.get("as_of"), list) else []
    priors = [row.get("prior"), *(item.get("prior") for item in dated or () if isinstance(item, Mapping))]
    return any(isinstance(prior, Mapping) and prior.get("dist") == "fixed" for prior in priors)


def _name_of_row_faults(
    document: Document,
    path: Path,
    name: str,
    block: str,
    seen: dict[tuple[bool, str], int],
    line: int,
) -> Iterator[Fault]:
    """Faults of a row's name against its block: unknown, or there already."""
    key = (block == "bargaining", name)
    names = names_of_block(block)
    if key in seen:
        problem = f"stands twice, first in line {seen[key]}"
        yield document.fault((*path, "name"), name, problem, "keep one of the two")
    elif name not in names:
        yield document.fault((*path, "name"), name, "unknown parameter", suggestion(name, names, "parameter"))
    seen.setdefault(key, line)


def names_of_block(block: str) -> tuple[str, ...]:
    """Names that a parameter of the block may have."""
    if block in MONEY_BLOCKS:
        return layout_of(Parameters).row_labels
    return layout_of(WarParameters).row_labels if block in WAR_BLOCKS else BARGAINING_PARAMETERS


def row_faults(document: Document, path: Path, node: Node) -> Iterator[Fault]:
    """Faults of a row by itself: a unit that its name does not promise, priors that cannot be drawn."""
    name, block = _said(document, *path, "name"), _said(document, *path, "block")
    unit = _said(document, *path, "unit")
    promised = units_in_name(name) if name is not None and block in WORLD_BLOCKS else ()
    if unit is not None and promised and unit not in promised:
        remedy = f"give it in {' or '.join(promised)}"
        yield document.fault((*path, "unit"), unit, f"is not the unit that {name} is read in", remedy)
    priors: list[Path] = [(*path, "prior")]
    alternatives = node.value.get("as_of") if isinstance(node.value, dict) else None
    if alternatives is not None and isinstance(alternatives.value, list):
        priors += [(*path, "as_of", index, "prior") for index in range(len(alternatives.value))]
    for at in priors:
        if (said := _said(document, *at)) is None:
            continue
        try:
            prior_from(said)
        except RipenessError as error:
            problem = f"the prior cannot be drawn: {error.problem}"
            yield document.fault(at, shown(_in_words(said)), problem, error.remedy)


def common_faults(document: Document, names: tuple[str, ...], neutral: bool) -> Iterator[Fault]:
    """Faults of a file of common priors: it holds each of `names` once, each with a neutral value or none."""
    seen: dict[tuple[bool, str], int] = {}
    for path, node in entries(document, "parameters"):
        name, block = _said(document, *path, "name"), _said(document, *path, "block")
        if name is not None and block is not None:
            yield from _name_of_row_faults(document, path, name, block, seen, node.line)
        if document.sound(path) and (_said(document, *path, "neutral") is not None) != neutral:
            problem = "has no neutral value" if neutral else "has a neutral value, which no program reads"
            remedy = "add `neutral`, the value that moves nothing" if neutral else "take `neutral` out"
            yield document.fault(path, name, problem, remedy)
        yield from row_faults(document, path, node)
    given = {name for _, name in seen}
    for name in names:
        if name not in given:
            remedy = f"add {name} with its prior and source"
            yield Fault(document.file, None, name, None, "a parameter of the model is missing", remedy)


def _near(name: str, other: str, names: tuple[str, ...]) -> bool:
    return suggestion(other, names, "parameter") == f"did you mean {name!r}?"


def _in_words(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in said.items())


def instrument_faults(documents: Mapping[str, Document], span: Span) -> Iterator[Fault]:
    """Faults of instruments: days that do not exist, dates out of order or reach, levers set twice."""
    owner: dict[str, tuple[str, bool]] = {}
    for stem, document in documents.items():
        yield from _name_fault(document, "instrument", stem)
        adds = _said(document, "adds") is True
        before: dt.date | None = None
        own: set[str] = set()
        for path, _ in entries(document, "values"):
            said = _said(document, *path, "date")
            if said is not None:
                try:
                    date = date_from(said)
                except ValueError:
                    yield document.fault(
                        (*path, "date"), said, "is not a day of the calendar", "correct the day"
                    )
                else:
                    if before is not None and date < before:
                        remedy = "put the values in the order of their dates"
                        yield document.fault(
                            (*path, "date"), said, f"lies before the value above it, {before}", remedy
                        )
                    yield from _outside(document, (*path, "date"), said, Month.of(date), span)
                    before = date
            levers = _said(document, *path, "levers") or {}
            if levers and kind_of(list(levers), _said(document, *path, "kind")) is None:
                problem = "sets levels and pulses at once"
                remedy = "give each its own entry, or say kind: level or kind: pulse"
                yield document.fault((*path, "levers"), ", ".join(levers), problem, remedy)
            for lever in levers:
                other, other_adds = owner.get(lever, (document.file, True))
                if lever not in own and not (adds and other_adds) and other != document.file:
                    problem = f"the lever is also set by {other}"
                    remedy = "set it in one instrument, or declare adds: true in each"
                    yield document.fault((*path, "levers", lever), lever, problem, remedy)
                own.add(lever)
        for lever in own:
            owner.setdefault(lever, (document.file, adds))


def _name_fault(document: Document, key: str, stem: str) -> Iterator[Fault]:
    said = _said(document, key)
    if said is not None and said != stem:
        problem = f"is not the name of the file, {stem}"
        yield document.fault((key,), said, problem, f"write {key}: {stem}, or rename the file")


def policy_faults(documents: Mapping[str, Document], span: Span) -> Iterator[Fault]:
    """Faults of policies: bases that are missing or go in a circle, amounts and months out of range."""
    if REFERENCE not in documents:
        remedy = f"add policies/{REFERENCE}.yaml with no changes"
        yield Fault(f"policies/{REFERENCE}.yaml", None, "", None, "the reference policy is missing", remedy)
    for stem, document in documents.items():
        yield from _name_fault(document, "policy", stem)
        base = _said(document, "base")
        if base is not None and base not in documents:
            yield document.fault(("base",), base, "unknown policy", suggestion(base, documents, "policy"))
        yield from month_faults(document, ("start",), span)
        for path, _ in entries(document, "changes"):
            yield from change_faults(document, path, span)
        for trigger, node in entries(document, "triggers"):
            then = node.value.get("then") if isinstance(node.value, dict) else None
            for index in range(len(then.value) if then is not None and isinstance(then.value, list) else 0):
                yield from change_faults(document, (*trigger, "then", index), span)
        for path, _ in entries(document, "expected"):
            yield from _policy_reference(document, (*path, "than"), documents)
    yield from _circles(documents)


def _policy_reference(document: Document, path: Path, documents: Mapping[str, Document]) -> Iterator[Fault]:
    said = _said(document, *path)
    if said is not None and said not in documents:
        yield document.fault(path, said, "unknown policy", suggestion(said, documents, "policy"))


def _circles(documents: Mapping[str, Document]) -> Iterator[Fault]:
    """One fault a circle of bases, at its first policy in order of name."""
    reported: set[str] = set()
    for stem in sorted(documents):
        chain = [stem]
        while (base := _said(documents[chain[-1]], "base")) in documents and base not in chain:
            chain.append(base)
        if base == stem and not reported & set(chain):
            reported |= set(chain)
            words = " -> ".join([*chain, stem])
            yield documents[stem].fault(("base",), base, f"bases go in a circle: {words}", "break the circle")


def change_faults(document: Document, path: Path, span: Span) -> Iterator[Fault]:
    """Faults of one change: amounts and months out of range."""
    change = _said(document, *path)
    if change is None:
        return
    lever = change["lever"]
    low, high = lever_range(lever)
    operation = next(word for word in OPERATIONS if word in change)
    amount = change[operation]
    if isinstance(amount, dict) and lever not in VECTOR_LEVERS:
        problem, remedy = f"{lever} has no entries", "give one number"
        yield document.fault((*path, operation), _in_words(amount), problem, remedy)
    limits = {"scale": (0.0, 1000.0), "add": (low - high, high - low)}.get(operation, (low, high))
    parts = amount.items() if isinstance(amount, dict) else [("", amount)]
    for label, value in parts:
        if not limits[0] <= value <= limits[1]:
            at = (*path, operation, label) if label else (*path, operation)
            problem = f"{operation} of {lever} is out of range"
            yield document.fault(at, value, problem, f"give a number from {limits[0]:g} to {limits[1]:g}")
    dated: dict[str, Month] = {}
    for key in ("from", "until"):
        said = change.get(key)
        if said is None or not said[0].isdigit():
            continue
        faults = list(month_faults(document, (*path, key), span))
        yield from faults
        if not faults:
            dated[key] = Month.parse(said)
    if len(dated) == 2 and dated["until"] < dated["from"]:
        problem = f"lies before from {dated['from']}"
        yield document.fault((*path, "until"), change["until"], problem, "put from before until")
    if change.get("from") == "end":
        yield document.fault(
            (*path, "from"), "end", "a change cannot begin at the end", "name a month or start"
        )


def compared_faults(document: Document, policies: Mapping[str, Document]) -> Iterator[Fault]:
    """Policies that case.yaml compares and that are not there."""
    for place in range(len(_said(document, "compared") or ())):
        yield from _policy_reference(document, ("compared", place), policies)


def expected_faults(
    documents: Mapping[str, Document], policies: Mapping[str, Document], span: Span
) -> Iterator[Fault]:
    """Faults of the case's tests: policies that are not there, months out of reach."""
    for document in documents.values():
        for path, _ in entries(document, "tests"):
            for key in ("given", "than"):
                yield from _policy_reference(document, (*path, key), policies)
            for key in ("start", "month"):
                yield from month_faults(document, (*path, key), span)
