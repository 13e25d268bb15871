"""Fair turns: clients are served in a circle, each its oldest question first, and who has left is not served."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ripeness.base import RipenessError
from ripeness.web.limits import Limits


class Busy(RipenessError):
    """Too many questions wait."""


class TooLong(RipenessError):
    """A question took longer than it may."""


class Gone(Exception):
    """Whoever asked has left."""


Stop = threading.Event
"""Set when an answer is no longer wanted; long work looks at it between its steps."""


@dataclass(eq=False)
class _Turn:
    work: Callable[[Stop], Any]
    answer: asyncio.Future[Any]
    stop: Stop = field(default_factory=Stop)


class Turns:
    """A queue of questions before a few threads. To be used from one event loop."""

    def __init__(self, limits: Limits, workers: int) -> None:
        self._limits, self._workers = limits, workers
        self._clients: OrderedDict[str, deque[_Turn]] = OrderedDict()
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="lab")
        self._running = 0
        self.left = 0
        """Questions whose client left before they were answered."""

    @property
    def waiting(self) -> int:
        """Questions that wait."""
        return sum(map(len, self._clients.values()))

    @property
    def running(self) -> int:
        """Questions that are being answered."""
        return self._running

    async def answer(
        self, client: str, work: Callable[[Stop], Any], gone: Callable[[], Awaitable[None]], seconds: float
    ) -> Any:
        """What `work` returns, once it is the client's turn.

        Busy where too many wait, TooLong after `seconds`, Gone where what `gone` gives comes true first.
        """
        own = self._clients.get(client, ())
        if self.waiting >= self._limits.waiting or len(own) >= self._limits.waiting_each:
            raise Busy("too many questions wait", "try again in a few seconds")
        turn = _Turn(work, asyncio.get_running_loop().create_future())
        self._clients.setdefault(client, deque()).append(turn)
        self._serve()
        leaving = asyncio.ensure_future(gone())
        try:
            await asyncio.wait({turn.answer, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if turn.answer.done():
                return turn.answer.result()
            if leaving.done():
                self.left += 1
                raise Gone
            raise TooLong(
                f"no answer within {seconds:g} s", "ask for fewer members or draws, or try again later"
            )
        finally:
            leaving.cancel()
            self._drop(client, turn)

    def close(self) -> None:
        """Stop what runs and forget what waits."""
        for turns in self._clients.values():
            for turn in turns:
                turn.stop.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _drop(self, client: str, turn: _Turn) -> None:
        turn.stop.set()
        turns = self._clients.get(client)
        if turns is not None and turn in turns:
            turns.remove(turn)
        if turns is not None and not turns:
            self._clients.pop(client, None)
        if not turn.answer.done():
            turn.answer.cancel()

    def _serve(self) -> None:
        while self._running < self._workers and self._clients:
            client, turns = next(iter(self._clients.items()))
            turn = turns.popleft()
            if turns:
                self._clients.move_to_end(client)
            else:
                del self._clients[client]
            self._running += 1
            running = asyncio.get_running_loop().run_in_executor(self._threads, turn.work, turn.stop)
            running.add_done_callback(partial(self._finished, turn))

    def _finished(self, turn: _Turn, done: asyncio.Future[Any]) -> None:
        self._running -= 1
        if not turn.answer.done():
            if done.cancelled():
                turn.answer.cancel()
            elif error := done.exception():
                turn.answer.set_exception(error)
            else:
                turn.answer.set_result(done.result())
        elif not done.cancelled():
            done.exception()  # nobody waits for it any more
        self._serve()
