"""Fair turns: addresses are served in a circle, the clients of each in a circle, each its oldest question first.

Who has left is not served. A client says its own name, so names alone would let one address take all turns.
"""

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


Client = tuple[str, str]
"""Who asks: an address, and what the client calls itself there."""

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
        self._waiting: OrderedDict[str, OrderedDict[str, deque[_Turn]]] = OrderedDict()
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="lab")
        self._working: set[_Turn] = set()
        self.left = 0
        """Questions whose client left before they were answered."""

    @property
    def waiting(self) -> int:
        """Questions that wait."""
        return sum(len(turns) for names in self._waiting.values() for turns in names.values())

    @property
    def running(self) -> int:
        """Questions that are being answered."""
        return len(self._working)

    async def answer(
        self, client: Client, work: Callable[[Stop], Any], gone: Callable[[], Awaitable[None]], seconds: float
    ) -> Any:
        """What `work` returns, once it is the client's turn.

        Busy where too many wait, TooLong after `seconds`, Gone where what `gone` gives comes true first.
        """
        address, name = client
        self._require_room(address, name)
        turn = _Turn(work, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(address, OrderedDict()).setdefault(name, deque()).append(turn)
        self._serve()
        leaving = asyncio.ensure_future(gone())
        try:
            await asyncio.wait({turn.answer, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if turn.answer.done():
                return turn.answer.result()
            if leaving.done():
                leaving.result()  # what went wrong while it was watched is told
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
        for turn in self._working:
            turn.stop.set()
        for names in self._waiting.values():
            for turns in names.values():
                for turn in turns:
                    turn.stop.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _require_room(self, address: str, name: str) -> None:
        neighbours = self._of(address)
        beside = sum(map(len, neighbours.values()))
        own = len(neighbours.get(name, ()))
        limits = self._limits
        if self.waiting >= limits.waiting or beside >= limits.waiting_address or own >= limits.waiting_each:
            raise Busy("too many questions wait", "try again in a few seconds")

    def _of(self, address: str) -> dict[str, deque[_Turn]]:
        return self._waiting.get(address, OrderedDict())

    def _drop(self, client: Client, turn: _Turn) -> None:
        turn.stop.set()
        address, name = client
        if turn in self._of(address).get(name, ()):
            self._waiting[address][name].remove(turn)
            self._forget(address, name)
        if not turn.answer.done():
            turn.answer.cancel()

    def _forget(self, address: str, name: str) -> None:
        """Forget a client, and an address, that has no more questions."""
        names = self._waiting[address]
        if not names[name]:
            del names[name]
        if not names:
            del self._waiting[address]

    def _next(self) -> _Turn:
        address, names = next(iter(self._waiting.items()))
        name, turns = next(iter(names.items()))
        turn = turns.popleft()
        self._waiting.move_to_end(address)
        names.move_to_end(name)
        self._forget(address, name)
        return turn

    def _serve(self) -> None:
        while self.running < self._workers and self._waiting:
            turn = self._next()
            self._working.add(turn)
            running = asyncio.get_running_loop().run_in_executor(self._threads, turn.work, turn.stop)
            running.add_done_callback(partial(self._finished, turn))

    def _finished(self, turn: _Turn, done: asyncio.Future[Any]) -> None:
        self._working.discard(turn)
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
