"""What long work says of itself while it runs; nothing, unless somebody listens."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """A listener: stages in words, and steps done of a stage."""

    def stage(self, words: str, total: int | None = None) -> None:
        """A new stage begins; `total` steps follow where their number is known."""

    def advance(self, steps: int = 1) -> None:
        """Steps of the stage are done."""

    def close(self) -> None:
        """The work is over."""


class Silent:
    """Listens and says nothing."""

    def stage(self, words: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, steps: int = 1) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Say nothing."""


class Notes(Silent):
    """Says on stderr what makes a first call slow, where a person sits before it."""

    def stage(self, words: str, total: int | None = None) -> None:
        """Print the words of stages that cannot be counted."""
        if total is None:
            print(words, file=sys.stderr)  # noqa: T201


def listener(progress: Progress | None) -> Progress:
    """The listener given, else notes where a person watches, else silence."""
    if progress is not None:
        return progress
    watched = "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())
    return Notes() if watched else Silent()


@contextmanager
def told(progress: Progress | None) -> Iterator[Progress]:
    """A listener that is closed when the work ends, however it ends."""
    heard = listener(progress)
    try:
        yield heard
    finally:
        heard.close()
