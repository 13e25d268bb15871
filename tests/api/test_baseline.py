"""Headline numbers stand where they stood; a change that moves them is made on purpose and said in CHANGELOG.md."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "update_baseline.py"

SHARE_TOLERANCE = 0.02
"""Of a chance: a few walkers of a thousand may end otherwise on another processor."""

LEVEL_TOLERANCE = 0.01


def flat(tree, at=()):
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, (*at, name))
        else:
            yield (*at, name), value


@pytest.mark.slow
def test_headline_numbers_stand():
    tool = runpy.run_path(str(TOOL))
    kept = dict(flat(json.loads((ROOT / "tests" / "baseline.json").read_text())))
    found = dict(flat(tool["headlines"]()))
    assert found.keys() == kept.keys()
    moved = {}
    for name, value in kept.items():
        if name[-1].startswith("p_"):
            near = pytest.approx(value, abs=SHARE_TOLERANCE)
        else:
            near = pytest.approx(value, rel=LEVEL_TOLERANCE, abs=0.05)
        if found[name] != near:
            moved[" ".join(name)] = (value, found[name])
    assert not moved, "run tools/update_baseline.py if this is meant, and say so in CHANGELOG.md"
