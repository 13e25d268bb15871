"""Any program over chunks of members and two threads, as the ensemble runs the money chain."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from bench.timing import THREADS
from ripeness import engine

Part = TypeVar("Part")


def in_chunks(
    program: engine.Program,
    inputs: engine.Inputs,
    size: int,
    keep: Callable[[engine.Result], Part],
    dtype: str = "float32",
    threads: int = THREADS,
) -> list[Part]:
    """Run all members `size` at a time, with every path, and keep of each chunk what `keep` makes of it."""

    def work(first: int) -> Part:
        part = replace(
            inputs,
            params=inputs.params[:, first : first + size],
            state=inputs.state[:, first : first + size],
            first_member=inputs.first_member + first,
        )
        return keep(engine.run(program, part, keep_paths=size, dtype=dtype))

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(0, inputs.members, size)))
