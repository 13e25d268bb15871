"""Every known number is held against the program by some test."""

from __future__ import annotations

import json
from pathlib import Path

TESTS = Path(__file__).parent


def test_every_oracle_is_named_in_a_test_file():
    text = "".join(path.read_text() for path in TESTS.glob("*/test_*.py"))
    names = [entry["id"] for entry in json.loads((TESTS / "oracles.json").read_text())]
    assert len(names) == len(set(names))
    assert [name for name in names if f'"{name}"' not in text] == []
