"""The game, and the walk through it, as machine code; must equal `reference.py`, whose equations it names.

Layout. Values lie as [side][phase e][chest w][evidence l][reputation r, front x]: the last two lie in one row,
padded to whole vectors. Every sum of a month runs along that row with weights that do not change in it: chest
and evidence move by whole rows, the front by one place. Only reputation moves within the row, by whole
fronts, and only in phases whose coming tells firm from soft. So results do not depend on threads, other draws
or other plans.

Compiled code is kept in the folder `RIPENESS_CACHE`, else `XDG_CACHE_HOME/ripeness`, else `~/.cache/ripeness`,
under a hash of its sources; nothing breaks if that folder is deleted.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining.vectors import current, give_way, load, logistic, raised, store, where

Array = NDArray[Any]

LINE = 16
"""Places to which rows are padded: a whole number of vectors in float32 and float64."""

FAR = 512.0
"""Change of log odds beyond every grid: a phase that one type of coalition alone would choose."""

LEAST, MOST, PROGRESS, VALUE_A, VALUE_D = range(5)
"""Tables that are kept of a month."""

TAKEN, DONE = 0, 8
"""Places of the two counters by which threads share a solve."""

PATIENCE = 1000
"""Tries before a waiting thread lets others run."""

CAN_GIVE_WAY = give_way is not None

_jitted: list[Any] = []


def compilations() -> int:
    """Functions that this process compiled; those read from the cache do not count."""
    return sum(sum(jitted.stats.cache_misses.values()) for jitted in _jitted)


def cache_folder() -> Path:
    """Where compiled code is kept."""
    chosen = os.environ.get("RIPENESS_CACHE")
    base = (
        Path(chosen)
        if chosen
        else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ripeness"
    )
    sources = [Path(__file__).with_name(name).read_bytes() for name in ("kernel.py", "vectors.py", "game.py")]
    return base / "kernels" / f"bargaining_{hashlib.sha256(b''.join(sources)).hexdigest()[:16]}"


def compiled(function: Callable[..., Any]) -> Any:
    """Compile at the first call, or read from the cache; the code holds no lock while it runs."""
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR") or str(cache_folder())
    try:
        jitted = numba.njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:  # a folder that cannot be written costs a compilation, not the run
        jitted = numba.njit(nogil=True, error_model="numpy")(function)
    finally:
        settings.CACHE_DIR = before
    _jitted.append(jitted)
    return jitted


class Shape(NamedTuple):
    """Sizes of one solve."""

    fronts: int
    """N + 1"""
    chests: int
    """W + 1"""
    evidences: int
    reputations: int
    phases: int
    row: int
    """Places of a row [r, x], padding included."""
    slice: int
    """Places of one chest of one phase."""
    states: int
    """Places of one side."""
    chest_step: float
    evidence_max: float
    reputation_max: float


class Curves(NamedTuple):
    """Value of peace by A's share: P = start + slope y if straight, else tables."""

    straight: bool
    start_a: float
    slope_a: float
    start_d: float
    slope_d: float
    values_a: Array
    values_d: Array
    shares_a: Array
    shares_d: Array


class Tables(NamedTuple):
    """What a month's plan makes of the game; rebuilt when the plan's row changes."""

    cost_a: Array
    """(E, W + 1)"""
    offers: Array
    """(E,)"""
    temperature: Array
    """(E,)"""
    talks: Array
    """(E,)"""
    chance: Array
    """(2, E, W + 1, L) chance of a step forward as each side sees it"""
    chest_cell: Array
    """(E, W + 1) lower point of the next chest, and in `chest_part` how far it is to the upper one"""
    chest_part: Array
    evidence_cell: Array
    """(E, W + 1, 3, L)"""
    evidence_part: Array
    reputation_cell: Array
    """(E, 2, E, R)"""
    reputation_part: Array
    order: Array
    """(E, 2, E) 0 where a phase cannot follow, 1 for the first that can, 2 for the others"""
    moves: Array
    """(E, 2, E) 1 where the coming of a phase moves reputation"""
    same: Array
    """(E,) 1 where progress changes nothing in what comes next"""
    lanes: Array
    """Flat (E, 2, E, side, row): chance of the next phase in each place of a row"""
    share: Array
    """(row,) A's share xi"""
    inside: Array
    """(row,) 1 where the war goes on, 0 at the ends of the front and in padding"""
    edge_a: Array
    """(row,) V_A where it does not"""
    edge_d: Array


@compiled
def sigmoid(x):  # type: ignore[no-untyped-def]
    """Logistic of a number, its argument kept within 40 of 0."""
    return 1.0 / (1.0 + math.exp(-min(max(x, -40.0), 40.0)))


@compiled
def bounded(place, points):  # type: ignore[no-untyped-def]
    """Lower of `points` points beside a place, and the weight of the upper one; inside the points."""
    if points == 1:
        return 0, 0.0
    place = min(max(place, 0.0), points - 1.0)
    cell = min(int(place), points - 2)
    return cell, place - cell


@compiled
def effective_pressure(plan, month, phase):  # type: ignore[no-untyped-def]
    """q^ (G1)."""
    return plan.pressure[month, phase] * (1.0 - plan.relief[month, phase] * plan.talks[month, phase])


@compiled
def offer_chance(stakes, plan, month, phase):  # type: ignore[no-untyped-def]
    """chi (G13)."""
    opened = stakes.chance_base + (stakes.chance_talks - stakes.chance_base) * plan.talks[month, phase]
    refused = stakes.refusal * effective_pressure(plan, month, phase) / stakes.pressure_max
    pushed = 1.0 + stakes.outside_push * plan.push[month, phase]
    return min(max(opened * (1.0 - refused) * pushed, 0.0), 1.0)


@compiled
def deal_temperature(stakes, plan, month, phase):  # type: ignore[no-untyped-def]
    """tau (G15)."""
    return stakes.temperature * (1.0 + stakes.push_insincere * plan.push[month, phase])


@compiled
def battle_chances(stakes, empty, aid):  # type: ignore[no-untyped-def]
    """p_H', p_L' (G3)."""
    shift = -stakes.odds_empty * empty - stakes.odds_aid * (aid - stakes.aid_normal)
    return sigmoid(stakes.logit_high + shift), sigmoid(stakes.logit_low + shift)


@compiled
def next_chance(stakes, chances, month, phase, progress, after):  # type: ignore[no-untyped-def]
    """F_h or S_h: chance that phase `after` comes next, by A's progress, which is seen with chance v (G9)."""
    unseen = chances[month, phase, 0, after]
    if progress == 0:
        return unseen
    return stakes.verification * chances[month, phase, 1, after] + (1.0 - stakes.verification) * unseen


@compiled
def reputation_change(firm, soft):  # type: ignore[no-untyped-def]
    """log F / S; beyond every grid where one type alone would do it (G10)."""
    if firm == soft:
        return 0.0
    if soft == 0.0:
        return FAR
    if firm == 0.0:
        return -FAR
    return math.log(firm / soft)


@compiled
def new_tables(shape, real):  # type: ignore[no-untyped-def]
    """Empty tables; `real` is an array of the dtype of the values."""
    e, w, n, r = shape.phases, shape.chests, shape.evidences, shape.reputations
    return Tables(
        np.empty((e, w)),
        np.empty(e),
        np.empty(e),
        np.empty(e),
        np.empty((2, e, w, n)),
        np.empty((e, w), np.int64),
        np.empty((e, w)),
        np.empty((e, w, 3, n), np.int64),
        np.empty((e, w, 3, n)),
        np.empty((e, 2, e, r), np.int64),
        np.empty((e, 2, e, r)),
        np.empty((e, 2, e), np.int64),
        np.empty((e, 2, e), np.int64),
        np.empty(e, np.int64),
        np.zeros(e * 2 * e * 2 * shape.row, real.dtype),
        np.zeros(shape.row, real.dtype),
        np.zeros(shape.row, real.dtype),
        np.zeros(shape.row, real.dtype),
        np.zeros(shape.row, real.dtype),
    )


@compiled
def fill_row(tables, shape, stakes):  # type: ignore[no-untyped-def]
    """What no month changes: shares, and the values of a war that is over."""
    whole = 1.0 / (1.0 - stakes.delta)
    for r in range(shape.reputations):
        for x in range(shape.fronts):
            place = r * shape.fronts + x
            tables.share[place] = x / (shape.fronts - 1.0)
            tables.inside[place] = 1.0 if 0 < x < shape.fronts - 1 else 0.0
        first, last = r * shape.fronts, (r + 1) * shape.fronts - 1
        tables.edge_a[first], tables.edge_a[last] = -stakes.lambda_a, whole
        tables.edge_d[first], tables.edge_d[last] = whole, -stakes.lambda_d


@compiled
def fill_month(tables, shape, stakes, plan, month):  # type: ignore[no-untyped-def]
    """What month `month` of the plan makes of the game (G1 to G6, G9, G10, G13)."""
    for e in range(shape.phases):
        tables.offers[e] = offer_chance(stakes, plan, month, e) * plan.ratified[month, e]
        tables.talks[e] = plan.talks[month, e]
        tables.temperature[e] = deal_temperature(stakes, plan, month, e)
        pressure = effective_pressure(plan, month, e)
        flow = (stakes.drift + stakes.drain * pressure) / shape.chest_step
        for w in range(shape.chests):
            empty = math.exp(-shape.chest_step * w)
            tables.cost_a[e, w] = stakes.cost_a + stakes.cost_pressure * pressure + stakes.cost_empty * empty
            tables.chest_cell[e, w], tables.chest_part[e, w] = bounded(w + flow, shape.chests)
            fill_battle(tables, shape, stakes, e, w, empty, plan.aid[month, e])
        fill_phases(tables, shape, stakes, plan, month, e)


@compiled
def fill_battle(tables, shape, stakes, e, w, empty, aid):  # type: ignore[no-untyped-def]
    """Beliefs and what a battle adds to the evidence, in one phase and chest (G3 to G5)."""
    high, low = battle_chances(stakes, empty, aid)
    back, forward = math.log((1.0 - high) / (1.0 - low)), math.log(high / low)
    last = 0.0 if shape.evidences == 1 else shape.evidence_max
    step = 1.0 if shape.evidences == 1 else 2.0 * last / (shape.evidences - 1)
    for n in range(shape.evidences):
        point = n * step - last
        belief_a, belief_d = sigmoid(point + stakes.offset_a), sigmoid(point + stakes.offset_d)
        tables.chance[0, e, w, n] = belief_a * high + (1.0 - belief_a) * low
        tables.chance[1, e, w, n] = belief_d * high + (1.0 - belief_d) * low
        for outcome, learned in enumerate((back, 0.0, forward)):
            place = (stakes.leak * point + learned + last) / step
            cell, part = bounded(place, shape.evidences)
            tables.evidence_cell[e, w, outcome, n], tables.evidence_part[e, w, outcome, n] = cell, part


@compiled
def fill_phases(tables, shape, stakes, plan, month, e):  # type: ignore[no-untyped-def]
    """Which phases follow a phase, how likely, and how their coming moves reputation (G9, G10)."""
    last = 0.0 if shape.reputations == 1 else shape.reputation_max
    step = 1.0 if shape.reputations == 1 else 2.0 * last / (shape.reputations - 1)
    same = 1
    for h in range(2):
        seen = 1
        for f in range(shape.phases):
            firm = next_chance(stakes, plan.firm, month, e, h, f)
            soft = next_chance(stakes, plan.soft, month, e, h, f)
            if firm != plan.firm[month, e, 0, f] or soft != plan.soft[month, e, 0, f]:
                same = 0
            possible = firm > 0.0 or soft > 0.0
            tables.order[e, h, f] = seen if possible else 0
            if possible:
                seen = 2
            change = reputation_change(firm, soft)
            tables.moves[e, h, f] = change != 0.0
            for r in range(shape.reputations):
                point = r * step - last
                cell, part = bounded((point + change + last) / step, shape.reputations)
                tables.reputation_cell[e, h, f, r], tables.reputation_part[e, h, f, r] = cell, part
                for side in range(2):
                    trusted = sigmoid(point + (stakes.offset_reputation if side == 1 else 0.0))
                    chance = trusted * firm + (1.0 - trusted) * soft
                    begin = (((e * 2 + h) * shape.phases + f) * 2 + side) * shape.row + r * shape.fronts
                    tables.lanes[begin : begin + shape.fronts] = chance
    tables.same[e] = same


@compiled
def mix(shape, values, near, far, part, lanes, at_lanes, scratch, target, first):  # type: ignore[no-untyped-def]
    """Add one next phase to the expectation over phases, for all l, r and x of a chest.

    `near` and `far` are where `values` holds it at the two points beside the next chest.
    """
    step = 64 // values.itemsize
    for n in range(shape.evidences):
        begin = n * shape.row
        for i in range(0, shape.row, step):
            value = load(values, near + begin + i) * (1.0 - part) + load(values, far + begin + i) * part
            value = value * load(lanes, at_lanes + i)
            if not first:
                value = value + load(scratch, target + begin + i)
            store(scratch, target + begin + i, value)


@compiled
def shift(shape, values, near, far, part, tables, e, h, f, scratch, target):  # type: ignore[no-untyped-def]
    """Values at the next chest and the reputation that a phase's coming leaves, for all l, r and x of a chest.

    Runs of a whole front overshoot into the next one, which is written after it.
    """
    step = 64 // values.itemsize
    upper = min(1, shape.reputations - 1) * shape.fronts
    for n in range(shape.evidences):
        for r in range(shape.reputations):
            begin = n * shape.row + tables.reputation_cell[e, h, f, r] * shape.fronts
            share = tables.reputation_part[e, h, f, r]
            own = target + n * shape.row + r * shape.fronts
            for i in range(0, shape.fronts, step):
                low = load(values, near + begin + i) * (1.0 - part) + load(values, far + begin + i) * part
                begin_high = begin + upper
                high = (
                    load(values, near + begin_high + i) * (1.0 - part)
                    + load(values, far + begin_high + i) * part
                )
                store(scratch, own + i, low * (1.0 - share) + high * share)


@compiled
def expect_phases(shape, tables, values, source, e, w, scratch, at_mixed, at_shifted):  # type: ignore[no-untyped-def]
    """Fill the four blocks [progress][side] at `at_mixed` with expectations over phases (G6, G9, G10)."""
    cell, part = tables.chest_cell[e, w], tables.chest_part[e, w]
    upper = min(cell + 1, shape.chests - 1)
    block = shape.slice + 2 * LINE
    for h in range(1 if tables.same[e] == 1 else 2):
        for f in range(shape.phases):
            if tables.order[e, h, f] == 0:
                continue
            for side in range(2):
                begin = ((source * 2 + side) * shape.phases + f) * shape.chests * shape.slice
                near, far = begin + cell * shape.slice, begin + upper * shape.slice
                at_lanes = (((e * 2 + h) * shape.phases + f) * 2 + side) * shape.row
                target = at_mixed + (h * 2 + side) * block
                first = tables.order[e, h, f] == 1
                if tables.moves[e, h, f] == 1:
                    shift(shape, values, near, far, part, tables, e, h, f, scratch, at_shifted)
                    mix(
                        shape,
                        scratch,
                        at_shifted,
                        at_shifted,
                        0.0,
                        tables.lanes,
                        at_lanes,
                        scratch,
                        target,
                        first,
                    )
                else:
                    mix(shape, values, near, far, part, tables.lanes, at_lanes, scratch, target, first)


@compiled
def battle_weights(shape, stakes, tables, e, w, n, side, factor):  # type: ignore[no-untyped-def]
    """Discounted weights of the two evidence points after a step back, none, a step forward (G5, G12)."""
    phi, chance = stakes.phi * factor, tables.chance[side, e, w, n]
    back, none, forward = phi * (1.0 - chance), 1.0 - phi, phi * chance
    parts = tables.evidence_part[e, w]
    return (
        stakes.delta * back * (1.0 - parts[0, n]),
        stakes.delta * back * parts[0, n],
        stakes.delta * none * (1.0 - parts[1, n]),
        stakes.delta * none * parts[1, n],
        stakes.delta * forward * (1.0 - parts[2, n]),
        stakes.delta * forward * parts[2, n],
    )


@compiled
def after_battle(scratch, block, rows, i, c):  # type: ignore[no-untyped-def]
    """Sum over outcomes of a battle at places i.. of a row; `rows` are those of the six evidence points."""
    return (
        (load(scratch, block + rows[0] + i - 1) * c[0] + load(scratch, block + rows[1] + i - 1) * c[1])
        + (load(scratch, block + rows[2] + i) * c[2] + load(scratch, block + rows[3] + i) * c[3])
        + (load(scratch, block + rows[4] + i + 1) * c[4] + load(scratch, block + rows[5] + i + 1) * c[5])
    )


@compiled
def evidence_rows(shape, tables, e, w, n):  # type: ignore[no-untyped-def]
    """Where the rows of the two evidence points after each outcome begin."""
    cells = tables.evidence_cell[e, w]
    upper = min(1, shape.evidences - 1) * shape.row
    back, none, forward = cells[0, n] * shape.row, cells[1, n] * shape.row, cells[2, n] * shape.row
    return back, back + upper, none, none + upper, forward, forward + upper


@compiled
def read(table, places, begin, count):  # type: ignore[no-untyped-def]
    """Replace places, scaled to 0..1 over a table's points, by its values; a straight line outside."""
    last = len(table) - 1
    for i in range(begin, begin + count):
        scaled = places[i] * last
        cell = int(min(max(math.floor(scaled), 0.0), last - 1.0))
        places[i] = table[cell] + (scaled - cell) * (table[cell + 1] - table[cell])


@compiled
def through_table(scratch, at, table, places):  # type: ignore[no-untyped-def]
    """A table read at a vector of places."""
    store(scratch, at, places)
    read(table, scratch, at, 64 // scratch.itemsize)
    return load(scratch, at)


@compiled
def decide(shape, stakes, curves, tables, values, target, e, w, scratch, at_mixed, at_read, kept, keeps):  # type: ignore[no-untyped-def]
    """One month of one phase and chest: progress, thresholds, deal and values (G11 to G16)."""
    step = 64 // values.itemsize
    block = shape.slice + 2 * LINE
    mixed = (at_mixed, at_mixed + block, at_mixed + 2 * block, at_mixed + 3 * block)
    if tables.same[e] == 1:
        mixed = (at_mixed, at_mixed + block, at_mixed, at_mixed + block)
    plain = tables.same[e] == 1 and stakes.progress_front == 1.0
    offers, sharpness = tables.offers[e], 1.0 / tables.temperature[e]
    cost_a, cost_d = tables.cost_a[e, w], stakes.cost_d
    precision, alpha, talks = stakes.progress_precision, stakes.proposer, tables.talks[e]
    for n in range(shape.evidences):
        rows = evidence_rows(shape, tables, e, w, n)
        ca = battle_weights(shape, stakes, tables, e, w, n, 0, 1.0)
        cd = battle_weights(shape, stakes, tables, e, w, n, 1, 1.0)
        ha = battle_weights(shape, stakes, tables, e, w, n, 0, stakes.progress_front)
        hd = battle_weights(shape, stakes, tables, e, w, n, 1, stakes.progress_front)
        own = (e * shape.chests + w) * shape.slice + n * shape.row
        for i in range(0, shape.row, step):
            share = load(tables.share, i)
            flow_a, flow_d = share - cost_a, (1.0 - cost_d) - share
            war_a = flow_a + after_battle(scratch, mixed[0], rows, i, ca)
            war_d = flow_d + after_battle(scratch, mixed[1], rows, i, cd)
            if plain:
                progress = logistic(share * 0.0 - precision * stakes.progress_cost) * talks
                war_a = war_a - progress * stakes.progress_cost
                war_d = war_d + progress * stakes.progress_cost_d
            else:
                other_a = flow_a + after_battle(scratch, mixed[2], rows, i, ha) - stakes.progress_cost
                other_d = flow_d + after_battle(scratch, mixed[3], rows, i, hd) + stakes.progress_cost_d
                progress = logistic((other_a - war_a) * precision) * talks
                war_a = war_a + progress * (other_a - war_a)
                war_d = war_d + progress * (other_d - war_d)
            least = (war_a - curves.start_a) * (1.0 / curves.slope_a)
            most = (war_d - curves.start_d) * (1.0 / curves.slope_d)
            if curves.straight:
                peace_a = most * curves.slope_a + curves.start_a
                peace_d = least * curves.slope_d + curves.start_d
            else:
                least = through_table(scratch, at_read, curves.shares_a, least)
                most = through_table(scratch, at_read, curves.shares_d, most)
                peace_a = through_table(scratch, at_read, curves.values_a, most)
                peace_d = through_table(scratch, at_read, curves.values_d, least)
            deal = logistic((most - least) * sharpness) * offers
            value_a = war_a + (peace_a - war_a) * deal * alpha
            value_d = war_d + (peace_d - war_d) * deal * (1.0 - alpha)
            inside = load(tables.inside, i)
            value_a = where(inside, value_a, load(tables.edge_a, i))
            value_d = where(inside, value_d, load(tables.edge_d, i))
            store(values, target * 2 * shape.states + own + i, value_a)
            store(values, (target * 2 + 1) * shape.states + own + i, value_d)
            if keeps >= 0:
                at = keeps + own + i
                store(kept, at + LEAST * shape.states, where(inside, least, share))
                store(kept, at + MOST * shape.states, where(inside, most, share))
                store(kept, at + PROGRESS * shape.states, where(inside, progress, inside))


@compiled
def wait_until(counters, index, number):  # type: ignore[no-untyped-def]
    """Wait until other threads have brought a shared number to `number`."""
    tries = 0
    while current(counters, index) < number:
        tries += 1
        if CAN_GIVE_WAY and tries > PATIENCE:
            give_way()


@compiled
def finish_values(shape, stakes, tables, values, item):  # type: ignore[no-untyped-def]
    """Values after the horizon, in one phase and chest: the front stands still for ever."""
    whole = 1.0 / (1.0 - stakes.delta)
    for place in range(shape.slice):
        lane, own = place % shape.row, item * shape.slice + place
        over, share = tables.inside[lane] == 0.0, tables.share[lane]
        values[own] = tables.edge_a[lane] if over else share * whole
        values[shape.states + own] = tables.edge_d[lane] if over else (1.0 - share) * whole


@compiled
def keep_values(shape, values, target, kept, keeps, item):  # type: ignore[no-untyped-def]
    """Copy the values of one phase and chest to the kept tables."""
    for side in range(2):
        begin = (target * 2 + side) * shape.states + item * shape.slice
        at = keeps + (VALUE_A + side) * shape.states + item * shape.slice
        kept[at : at + shape.slice] = values[begin : begin + shape.slice]


@compiled
def solve(shape, stakes, curves, plan, horizon, keep, per_month, values, kept, counters):  # type: ignore[no-untyped-def]
    """Solve one draw and plan backwards.

    `values` holds two generations of both sides' values, `kept` `per_month` tables for each of `keep` months.
    Several threads may call this with the same arrays: each takes the next phase and chest that nobody has
    taken, once the month after it is done. `counters` are two numbers at 0, a cache line apart.
    """
    block = shape.slice + 2 * LINE
    scratch = np.zeros(6 * block, values.dtype)
    at_read, at_shifted, at_mixed = 0, LINE, LINE + block
    tables = new_tables(shape, values)
    fill_row(tables, shape, stakes)
    items, last_row, filled = shape.phases * shape.chests, len(plan.pressure) - 1, -1
    while True:
        ticket = raised(counters, TAKEN)
        turn, item = ticket // items, ticket % items
        if turn > horizon:
            return
        wait_until(counters, DONE, turn * items)
        if turn == 0:
            finish_values(shape, stakes, tables, values, item)
        else:
            month = horizon - turn
            planned = min(month, last_row)
            if planned != filled:
                fill_month(tables, shape, stakes, plan, planned)
                filled = planned
            source, target = (turn - 1) % 2, turn % 2
            keeps = month * per_month * shape.states if month < keep else -1
            e, w = item // shape.chests, item % shape.chests
            expect_phases(shape, tables, values, source, e, w, scratch, at_mixed, at_shifted)
            decide(
                shape, stakes, curves, tables, values, target, e, w, scratch, at_mixed, at_read, kept, keeps
            )
            if keeps >= 0 and per_month > VALUE_A:
                keep_values(shape, values, target, kept, keeps, item)
        raised(counters, DONE)


class Paths(NamedTuple):
    """World paths (T, n) of the members of one policy; `held` where the announced steps lapse."""

    front: Array
    front_step: Array
    front_step_held: Array
    chest: Array
    chest_held: Array
    ratified: Array
    """Chance that a deal signed in the month holds at home."""


class Records(NamedTuple):
    """What a walk writes of the members of one policy: (n,), then (T, n)."""

    kind: Array
    month: Array
    terms: Array
    renewed_month: Array
    zopa: Array
    least_a: Array
    most_d: Array
    deal_chance: Array
    evidence: Array
    reputation: Array
    progress: Array
    executed: Array


@compiled
def corners(shape, x, w, evidence, reputation):  # type: ignore[no-untyped-def]
    """Lower points and upper weights beside a state, front and chest in steps; the ends of the front are over."""
    last_l = 0.0 if shape.evidences == 1 else shape.evidence_max
    last_r = 0.0 if shape.reputations == 1 else shape.reputation_max
    cell_x, part_x = bounded(x - 1.0, shape.fronts - 2)
    cell_w, part_w = bounded(w, shape.chests)
    cell_l, part_l = bounded(
        (evidence + last_l) * (shape.evidences - 1) / max(2.0 * last_l, 1e-300), shape.evidences
    )
    cell_r, part_r = bounded(
        (reputation + last_r) * (shape.reputations - 1) / max(2.0 * last_r, 1e-300), shape.reputations
    )
    return (cell_x + 1, cell_w, cell_l, cell_r), (part_x, part_w, part_l, part_r)


@compiled
def interpolated(shape, table, begin, e, cells, parts):  # type: ignore[no-untyped-def]
    """A kept table that begins at `begin`, read between the points of the four axes."""
    total = 0.0
    for corner in range(16):
        weight, place = 1.0, 0
        for axis in range(4):
            upper = (corner >> axis) & 1
            weight *= parts[axis] if upper == 1 else 1.0 - parts[axis]
        if weight == 0.0:
            continue
        x, w, n, r = (
            cells[0] + (corner & 1),
            cells[1] + (corner >> 1 & 1),
            cells[2] + (corner >> 2 & 1),
            cells[3] + (corner >> 3 & 1),
        )
        place = (e * shape.chests + w) * shape.slice + n * shape.row + r * shape.fronts + x
        total += weight * table[begin + place]
    return total


@compiled
def learned(shape, stakes, activity, step, chest, aid):  # type: ignore[no-untyped-def]
    """Log likelihood ratio of the two balances after the front's own change `step`, a share (G18)."""
    if activity == 0.0:
        return 0.0
    high, low = battle_chances(stakes, math.exp(-chest), aid)
    count = shape.fronts - 1.0
    spread = activity / count**2
    mean_high, mean_low = activity * (2.0 * high - 1.0) / count, activity * (2.0 * low - 1.0) / count
    return ((step - mean_low) ** 2 - (step - mean_high) ** 2) / (2.0 * spread)


@compiled
def next_phase(shape, stakes, plan, month, e, h, is_firm, uniform):  # type: ignore[no-untyped-def]
    """Phase that the coalition's type draws, and how its coming moves reputation (G9, G10)."""
    total, chosen = 0.0, -1
    for f in range(shape.phases):
        firm = next_chance(stakes, plan.firm, month, e, h, f)
        soft = next_chance(stakes, plan.soft, month, e, h, f)
        chance = firm if is_firm else soft
        total += chance
        if chance > 0.0 and (chosen < 0 or uniform >= total - chance):
            chosen = f
    firm = next_chance(stakes, plan.firm, month, e, h, chosen)
    soft = next_chance(stakes, plan.soft, month, e, h, chosen)
    return chosen, reputation_change(firm, soft)


@compiled
def renewal_months(stakes, terms, uniform):  # type: ignore[no-untyped-def]
    """Months that a deal lasts, inf where for ever (G19)."""
    hazard = stakes.renewal_hazard * (1.0 - stakes.deterrence)
    if stakes.renewal_slope != 0.0:
        gain = (
            stakes.gain_a * (1.0 - stakes.denial) * (1.0 - terms) / (1.0 - stakes.delta)
            - stakes.cost_renewal_a
        )
        hazard *= sigmoid(stakes.renewal_slope * gain)
    if hazard <= 0.0:
        return math.inf
    if hazard >= 1.0:
        return 1.0
    return max(1.0, math.ceil(math.log1p(-uniform) / math.log1p(-hazard)))


@compiled
def walk(shape, stakes, plan, kept, path, starts, phases, uniforms, members, records):  # type: ignore[no-untyped-def]
    """Walk members of one draw and plan through the kept months of its solution (G17 to G20)."""
    months = len(path.front)
    for i in members:
        is_firm = uniforms.firm[i] < starts.firm[i]
        front, chest = path.front[0, i], path.chest[0, i]
        evidence, reputation, e = starts.evidence[i], starts.reputation[i], phases[i]
        records.kind[i], records.month[i] = 0, math.inf
        records.terms[i], records.renewed_month[i] = math.nan, math.inf
        for t in range(months):
            planned = min(t, len(plan.pressure) - 1)
            cells, parts = corners(
                shape, front * (shape.fronts - 1.0), chest / shape.chest_step, evidence, reputation
            )
            begin = t * 3 * shape.states
            least = interpolated(shape, kept, begin + LEAST * shape.states, e, cells, parts)
            most = interpolated(shape, kept, begin + MOST * shape.states, e, cells, parts)
            progress = interpolated(shape, kept, begin + PROGRESS * shape.states, e, cells, parts)
            zopa = most - least
            temperature = deal_temperature(stakes, plan, planned, e)
            deal = offer_chance(stakes, plan, planned, e) * sigmoid(zopa / temperature)
            executed = plan.executed[planned, e]
            records.least_a[t, i], records.most_d[t, i], records.zopa[t, i] = least, most, zopa
            records.deal_chance[t, i] = deal * path.ratified[t, i]
            records.executed[t, i] = executed
            records.evidence[t, i], records.reputation[t, i] = evidence, reputation
            if uniforms.settle[t, i] < deal and uniforms.ratify[t, i] < path.ratified[t, i]:
                terms = most if uniforms.proposer[t, i] < stakes.proposer else least
                terms = min(max(terms, 0.0), 1.0)
                records.kind[i], records.month[i], records.terms[i] = 1, t, terms
                records.renewed_month[i] = t + renewal_months(stakes, terms, uniforms.renewal[i])
                break
            h = 1 if uniforms.progress[t, i] < progress else 0
            records.progress[t, i] = h
            aid = plan.aid[planned, e]
            step = path.front_step_held[t, i] + executed * (
                path.front_step[t, i] - path.front_step_held[t, i]
            )
            fought = stakes.progress_front if h == 1 else 1.0
            step *= fought
            evidence = stakes.leak * evidence + learned(shape, stakes, stakes.phi * fought, step, chest, aid)
            e, change = next_phase(shape, stakes, plan, planned, e, h, is_firm, uniforms.phase[t, i])
            limit_l, limit_r = shape.evidence_max, shape.reputation_max
            evidence = min(max(evidence, -limit_l), limit_l)
            reputation = min(max(reputation + change, -limit_r), limit_r)
            front += step
            if front <= 0.0 or front >= 1.0:
                records.kind[i], records.month[i] = 2 if front <= 0.0 else 3, t + 1
                break
            if t + 1 < months:
                flow_held = path.chest_held[t + 1, i] - path.chest_held[t, i]
                flow = path.chest[t + 1, i] - path.chest[t, i]
                chest = max(chest + flow_held + executed * (flow - flow_held), 0.0)
