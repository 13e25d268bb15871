"""Chunks on the workers of a `dask.distributed` scheduler that the user started.

A task is a pure function of its arguments, so a lost worker costs the chunks it was computing and no
more. Results come back to the caller, which alone writes; workers need no common file system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ripeness.base import RipenessError
from ripeness.ensemble.record import model_version

Piece = tuple[int, int]

SECONDS_TO_CONNECT = 20
"""How long the scheduler may take to answer."""

TASKS_A_THREAD = 2
"""Tasks in flight for each worker thread: enough to keep it busy, few enough to bound memory."""


def on_cluster(
    address: str,
    compute: Callable[..., Any],
    posed: Any,
    plan: Any,
    pieces: Sequence[Piece],
    draw: Callable[[Piece], Any],
) -> Iterator[tuple[Piece, Any]]:
    """Each piece with `compute(posed, draw(piece), first, plan)`, in the order in which they come back.

    RipenessError where dask is not installed, no scheduler answers at the address, it has no workers,
    or a worker has another version of the model.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as cause:
        raise RipenessError("a cluster needs dask.distributed", 'pip install "ripeness[dist]"') from cause
    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as cause:
        raise RipenessError(
            f"no scheduler answers at {address}", "start one with `dask scheduler` and pass its address"
        ) from cause
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise RipenessError(f"the scheduler at {address} has no workers", "start some with `dask worker`")
        common = client.scatter((posed, plan), broadcast=True)
        waiting = iter(pieces)
        running: dict[Any, Piece] = {}
        finished = as_completed(loop=client.loop)

        def start(piece: Piece) -> None:
            future = client.submit(_task, compute, common, draw(piece), piece[0], model_version(), pure=False)
            running[future] = piece
            finished.add(future)

        for _ in range(TASKS_A_THREAD * threads):
            if (piece := next(waiting, None)) is not None:
                start(piece)
        try:
            for future in finished:
                yield running.pop(future), future.result()
                if (piece := next(waiting, None)) is not None:
                    start(piece)
        finally:
            client.cancel(list(running))


def _task(
    compute: Callable[..., Any], common: tuple[Any, Any], parameters: Any, first: int, model: str
) -> Any:
    if model_version() != model:
        raise RipenessError(
            f"a worker has model {model_version()}, the caller {model}", "install the same version on both"
        )
    posed, plan = common
    return compute(posed, parameters, first, plan)
