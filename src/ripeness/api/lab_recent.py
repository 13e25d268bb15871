"""Answers that are kept while they are fresh in use, made once however many ask at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import fields, is_dataclass
from typing import Any, Generic, TypeVar
from weakref import ref

import numpy as np

T = TypeVar("T")


class Room:
    """Bytes that several `Recent` may hold together; what was used longest ago, of all of them, gives way.

    A `Recent` that nobody uses any longer is not kept alive by its room.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held: OrderedDict[tuple[ref[Recent[Any]], Hashable], int] = OrderedDict()
        self._total = 0
        self._lock = threading.Lock()

    @property
    def total_bytes(self) -> int:
        """Bytes that are held now."""
        return self._total

    def take(self, owner: Recent[Any], key: Hashable, weight: int) -> None:
        """Count a value that is now held, and drop others, even this one, until the rest fits."""
        gone = []
        with self._lock:
            self._total += weight - self._held.pop((ref(owner), key), 0)
            self._held[ref(owner), key] = weight
            while self._total > self._most:
                oldest, size = self._held.popitem(last=False)
                self._total -= size
                gone.append(oldest)
        for other, dropped in gone:  # without the lock: each has one of its own
            alive = other()
            if alive is not None:
                alive.drop(dropped)

    def touch(self, owner: Recent[Any], key: Hashable) -> None:
        """A value was used."""
        with self._lock:
            if (ref(owner), key) in self._held:
                self._held.move_to_end((ref(owner), key))

    def leave(self, owner: Recent[Any], key: Hashable) -> None:
        """A value is no longer held."""
        with self._lock:
            self._total -= self._held.pop((ref(owner), key), 0)


class Recent(Generic[T]):
    """The most recently used `most` values by key, and no more bytes than fit a shared `room`.

    `large` says which part of a value is weighed, where the rest is small or held elsewhere anyway. Safe to use from
    several threads.

    Who asks for a value that another thread is making waits for it. A failure is told to the thread that made it;
    those that waited make the value themselves.
    """

    def __init__(
        self, most: int, room: Room | None = None, large: Callable[[T], object] = lambda value: value
    ) -> None:
        self._most = most
        self._room = room
        self._large = large
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
            except Exception:  # noqa: BLE001 - another's failure, such as having been called off, is not ours
                self._discard(key, held)
            else:
                if self._room is not None:
                    self._room.touch(self, key)
                return value

    def drop(self, key: Hashable) -> None:
        """Forget the value of a key."""
        with self._lock:
            self._held.pop(key, None)
        if self._room is not None:
            self._room.leave(self, key)

    def known(self, key: Hashable) -> bool:
        """Whether a value is held and made."""
        with self._lock:
            return key in self._held and self._held[key].done()

    def __len__(self) -> int:
        return len(self._held)

    def _place(self, key: Hashable) -> tuple[Future[Any], bool]:
        gone = []
        with self._lock:
            held = self._held.get(key)
            mine = held is None
            if held is None:
                held = self._held[key] = Future()
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                gone.append(self._held.popitem(last=False)[0])
        if self._room is not None:
            for each in gone:
                self._room.leave(self, each)
        return held, mine

    def _made(self, key: Hashable, held: Future[Any], make: Callable[[], T]) -> T:
        try:
            value = make()
        except BaseException as error:
            self._discard(key, held)
            held.set_exception(error)
            raise
        if self._room is not None:
            self._room.take(self, key, bytes_of(self._large(value)))
            with self._lock:
                still = self._held.get(key) is held
            if not still:  # it gave way, or was dropped, while it was being made
                self._room.leave(self, key)
        held.set_result(value)
        return value

    def _discard(self, key: Hashable, held: Future[Any]) -> None:
        with self._lock:
            if self._held.get(key) is held:
                del self._held[key]


def bytes_of(value: object) -> int:
    """Bytes of the arrays that a value holds, in its fields, entries and items; one held twice counts twice."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if is_dataclass(value) and not isinstance(value, type):
        return sum(bytes_of(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, Mapping):
        return sum(bytes_of(each) for each in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return sum(bytes_of(each) for each in value)
    return 0
