"""Long work in the background, one job at a time and out of the way of whoever moves a lever."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

from ripeness.base import RipenessError

T = TypeVar("T")

NICENESS = 10
"""How far a background job stands back from the answers that somebody waits for."""

MOST_WAITING = 12
MOST_KEPT = 24


UNASKED = 60.0
"""Seconds after which a waiting job that nobody asks for is forgotten, and a running one stopped."""


class Stopped(RipenessError):
    """A job was stopped before it was done."""


class TooMany(RipenessError):
    """Too many jobs wait."""


class Closed(RipenessError):
    """Nothing more is begun: the server is going down."""


@dataclass(eq=False)
class Job:
    """One piece of work: what it says of itself, what it has so far, and what came of it.

    It is the listener of its own progress; each step is a place at which it can be stopped.
    """

    key: Hashable
    work: Callable[[Job], Any] = field(repr=False)
    words: str = "waiting"
    done: int = 0
    of: int | None = None
    began: float = field(default_factory=monotonic)
    asked: float = field(default_factory=monotonic)
    sofar: Any = None
    result: Any = None
    error: RipenessError | None = None
    finished: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    def stage(self, words: str, total: int | None = None) -> None:
        """A new stage begins."""
        self._look()
        self.words, self.of, self.done = words, total, 0

    def advance(self, steps: int = 1) -> None:
        """Steps of the stage are done."""
        self._look()
        self.done += steps

    def close(self) -> None:
        """The work is over."""

    @property
    def progress(self) -> dict[str, Any]:
        """Where the job stands, in plain values."""
        return {
            "stage": self.words,
            "steps_done": self.done,
            "steps_of": self.of,
            "seconds": round(monotonic() - self.began, 1),
        }

    def require_sound(self) -> None:
        """Raise what the work failed of, each time anew: an error that is raised grows by its trace."""
        if self.error is not None:
            raise copy(self.error)

    def _look(self) -> None:
        if self.stopping.is_set() or monotonic() - self.asked > UNASKED:
            raise Stopped("the work was stopped", "ask again")


class Jobs:
    """A line of jobs before one thread; finished ones are kept, the oldest go first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._some = threading.Condition(self._lock)
        self._line: deque[Job] = deque()
        self._known: OrderedDict[Hashable, Job] = OrderedDict()
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """Jobs that wait."""
        return len(self._line)

    @property
    def running(self) -> int:
        """Jobs that are being worked on: one, or none."""
        return sum(1 for job in list(self._known.values()) if not job.finished.is_set()) - len(self._line)

    def job(self, key: Hashable, work: Callable[[Job], Any]) -> Job:
        """The job of a key; begun where there is none. TooMany where too many wait, Closed after `close`.

        One that failed is told once; whoever asks after that begins it again. One that was stopped because nobody
        asked for it is begun again at once.
        """
        with self._lock:
            found = self._known.get(key)
            if found is not None and not isinstance(found.error, Stopped):
                self._known.move_to_end(key)
                found.asked = monotonic()
                if found.error is not None:
                    del self._known[key]
                return found
            if self._closed:
                raise Closed("the server is going down", "ask again when it is back")
            self._forget_unasked()
            if len(self._line) >= MOST_WAITING:
                raise TooMany("too much long work waits", "try again in a few minutes")
            job = self._known[key] = Job(key, work)
            self._known.move_to_end(key)
            self._line.append(job)
            for old in [each for each, held in self._known.items() if held.finished.is_set()]:
                if len(self._known) <= MOST_KEPT:
                    break
                del self._known[old]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lab-jobs", daemon=True)
                self._thread.start()
            self._some.notify()
            return job

    def _forget_unasked(self) -> None:
        """Jobs that wait and of which nobody has asked for a while are forgotten."""
        long_ago = monotonic() - UNASKED
        for job in [each for each in self._line if each.asked < long_ago]:
            self._line.remove(job)
            self._known.pop(job.key, None)

    def close(self) -> None:
        """Stop what runs and forget what waits."""
        with self._lock:
            self._closed = True
            self._line.clear()
            for job in self._known.values():
                job.stopping.set()
            self._some.notify()

    def _run(self) -> None:
        if sys.platform == "linux":  # elsewhere the number of a thread may be that of a stranger's process
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while True:
            with self._lock:
                while not self._line and not self._closed:
                    self._some.wait()
                if self._closed:
                    return
                job = self._line.popleft()
            job.began = monotonic()
            try:
                job.result = job.work(job)
            except RipenessError as error:
                job.error = error
            except Exception:  # noqa: BLE001 - a fault of ours must not end the thread; it is told as such
                job.error = RipenessError("the work failed", "this is a fault of ripeness; tell its authors")
            finally:
                job.finished.set()
