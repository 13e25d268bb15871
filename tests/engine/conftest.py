"""A small world with all that a step may use: vectors by buyer, a market, a trigger, one observed series."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pytest

from ripeness.engine.program import Inputs, Program
from ripeness.flow import Array, Scalar, layout_of

PerBuyer = Annotated[Any, (4,)]
Lags = Annotated[Any, (3,)]
Grid = Annotated[Any, (2, 4)]


class State(NamedTuple):
    log_price: Scalar
    volume: PerBuyer
    stock: Grid
    fund: Scalar
    lags: Lags
    fired: Scalar


class Params(NamedTuple):
    risk: PerBuyer
    spread: Scalar
    pull: Scalar


class Policy(NamedTuple):
    pressure: Scalar
    tariff: PerBuyer
    threshold: Scalar
    is_reference: Scalar


class Month(NamedTuple):
    days: Scalar
    anchor: Scalar
    observed: Scalar
    observed_sd: Scalar
    present: Scalar


class Shocks(NamedTuple):
    price: Scalar
    volume: Scalar
    fund: Scalar


class Outputs(NamedTuple):
    price: Scalar
    volume: PerBuyer
    fund: Scalar
    idle: Scalar
    fired: Scalar
    log_likelihood: Scalar


def step(
    state: State, params: Params, policy: Policy, month: Month, shocks: Shocks, xp: Any
) -> tuple[State, Outputs, Shocks]:
    """One month."""
    predicted = state.log_price + params.pull * (xp.log(month.anchor) - state.log_price)
    variance = params.spread**2
    total = variance + month.observed_sd * month.observed_sd
    gain = variance / total
    surprise = xp.log(month.observed) - predicted
    seen = month.present * policy.is_reference
    implied = gain * surprise / params.spread + xp.sqrt(1.0 - gain) * shocks.price
    price_shock = xp.where(seen > 0.5, implied, shocks.price)
    log_price = predicted + params.spread * price_shock
    likelihood = xp.where(seen > 0.5, -0.5 * (surprise * surprise / total + xp.log(total)), 0.0)
    price = xp.exp(log_price)

    fired = xp.maximum(state.fired, xp.where(state.lags[2] > policy.threshold, 1, 0))
    pressure = xp.where(fired >= 0.5, policy.pressure * 1.5, policy.pressure)
    appeal = 1.0 / (
        1.0 + xp.exp(-xp.minimum(xp.maximum(0.1 * (price - 60) - params.risk * pressure, -40.0), 40.0))
    )
    wanted = xp.stack([2.0, 1.5, 1.0, policy.pressure]) * appeal * (1 - 0.3 * policy.tariff)
    volume = state.volume + 0.5 * (wanted - state.volume) + 0.02 * xp.tanh(shocks.volume)
    sold = xp.sum(volume, axis=0)
    stock = xp.stack(
        [state.stock[0] * 0.9 + volume, xp.concatenate([state.stock[1][1:], state.stock[0][:1]])]
    )
    idle = xp.abs(xp.tanh(sold - 3.0)) + stock.sum(axis=(0)).sum(axis=0) * 1e-3
    fund = state.fund + sold * price * month.days * 1e-3 - 6.0 + 0.1 * shocks.fund
    after = State(
        log_price=log_price,
        volume=volume,
        stock=stock,
        fund=fund,
        lags=xp.concatenate([xp.stack([price]), state.lags[:2]]),
        fired=fired,
    )
    outputs = Outputs(price, volume, fund, idle, fired, likelihood)
    return after, outputs, shocks._replace(price=price_shock)


WORLD = Program(
    "small_world",
    step,
    layout_of(State),
    layout_of(Params),
    layout_of(Policy),
    layout_of(Month),
    layout_of(Shocks),
    layout_of(Outputs),
    reference="is_reference",
)


def inputs_of(members: int = 600, policies: int = 3, months: int = 14, **options: Any) -> Inputs:
    """Inputs of the small world: the record is known for the first half of the months."""
    rng = np.random.default_rng(7)
    params = np.vstack(
        [
            rng.uniform(0.2, 2.0, (4, members)),
            rng.uniform(0.03, 0.09, members),
            rng.uniform(0.05, 0.3, members),
        ]
    )
    state = np.zeros((WORLD.state.size, members))
    state[0] = np.log(70.0)
    state[1:13] = rng.uniform(0.5, 1.5, (12, members))
    state[13] = 50.0
    state[14:17] = 70.0
    rows = np.zeros((policies, months, WORLD.policy.size))
    for p in range(policies):
        rows[p, :, 0] = 0.5 + 0.3 * p
        rows[p, :, 1:5] = 0.1 * p
        rows[p, :, 5] = 74.0 + p
        rows[p, :, 6] = p == 0
    calendar = np.zeros((months, WORLD.month.size))
    calendar[:, 0] = 30.0 + np.arange(months) % 2
    calendar[:, 1] = 72.0
    calendar[:, 2] = 70.0 + 4 * np.sin(np.arange(months))
    calendar[:, 3] = 0.01
    calendar[:, 4] = np.arange(months) < months // 2
    return Inputs(params, state, rows, calendar, **{"seed": 5, **options})


@pytest.fixture
def world() -> Program:
    return WORLD


@pytest.fixture
def make_inputs() -> Callable[..., Inputs]:
    return inputs_of


@pytest.fixture(scope="session", autouse=True)
def kernels_in_a_fresh_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Kernels of the tests are compiled anew and leave nothing behind."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("kernels")
        patch.setenv("RIPENESS_CACHE", str(folder))
        yield folder


@pytest.fixture
def with_price(world: Program) -> Callable[[Callable[..., Array]], Program]:
    """Program whose first output is `price(state, params, policy, month, shocks, xp)` and that does nothing else."""

    def make(price: Callable[..., Array]) -> Program:
        def step(
            state: Any, params: Any, policy: Any, month: Any, shocks: Any, xp: Any
        ) -> tuple[Any, Any, Any]:
            value = price(state, params, policy, month, shocks, xp)
            return state, Outputs(value, state.volume, 0.0, 0.0, 0.0, 0.0), shocks

        return dataclasses.replace(world, name="price_only", step=step)

    return make
