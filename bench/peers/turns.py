"""A peer in a process and environment of its own, which waits for its turn.

A peer's script reads one JSON line a turn, does the work that it asks for, and answers with one JSON line
that holds `check`; its first line says `version`. Loading and imports are not timed on either side.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

FOLDER = Path(__file__).parent
PYTHON = FOLDER / ".venv" / "bin" / "python"


class Peer:
    """A running peer, or none where `bench/peers/setup` has not been run."""

    def __init__(self, script: str) -> None:
        self.script = FOLDER / script
        self.present = PYTHON.exists()
        self.version = ""
        self.answer: dict[str, Any] = {}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Peer:
        if self.present:
            self._process = subprocess.Popen(
                [str(PYTHON), str(self.script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            self.version = self._read()["version"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def check(self) -> float:
        """Check value of the last turn."""
        return float(self.answer["check"])

    def take_turn(self, request: object) -> dict[str, Any]:
        """Let the peer do its work once and wait for it."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        self.answer = self._read()
        return self.answer

    def _read(self) -> dict[str, Any]:
        assert self._process is not None and self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"{self.script.name} ended; run it by hand to see why: {PYTHON.name} {self.script.name}"
            )
        answer: dict[str, Any] = json.loads(line)
        return answer
