"""Answers that are kept while they are fresh in use, made once however many ask at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """The most recently used `most` values by key. Safe to use from several threads.

    Who asks for a value that another thread is making waits for it. A failure is told to the thread that made it;
    those that waited make the value themselves.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made now where it is not held."""
        while True:
            held, mine = self._place(key)
            if mine:
                return self._made(key, held, make)
            try:
                value: T = held.result()
                return value
            except Exception:  # noqa: BLE001 - another's failure, such as having been called off, is not ours
                with self._lock:
                    if self._held.get(key) is held:
                        del self._held[key]

    def drop(self, key: Hashable) -> None:
        """Forget the value of a key."""
        with self._lock:
            self._held.pop(key, None)

    def _place(self, key: Hashable) -> tuple[Future[Any], bool]:
        with self._lock:
            held = self._held.get(key)
            mine = held is None
            if held is None:
                held = self._held[key] = Future()
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
            return held, mine

    def _made(self, key: Hashable, held: Future[Any], make: Callable[[], T]) -> T:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                if self._held.get(key) is held:
                    del self._held[key]
            held.set_exception(error)
            raise
        held.set_result(value)
        return value

    def known(self, key: Hashable) -> bool:
        """Whether a value is held and made."""
        with self._lock:
            return key in self._held and self._held[key].done()

    def __len__(self) -> int:
        return len(self._held)
