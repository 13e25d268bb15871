"""What the pages of the documentation ask on HTTP is answered."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import httpx
import pytest

PAGES = ("http-api", "run-the-lab")
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
THERE = "http://127.0.0.1:8765"


def commands() -> list[str]:
    """Every line that begins with curl."""
    text = "\n".join((HOW_TO / f"{page}.md").read_text() for page in PAGES)
    return re.findall(r"^ *(curl .+)$", text, re.MULTILINE)


@pytest.mark.parametrize("command", commands())
def test_an_example_is_answered(site: httpx.Client, command: str) -> None:
    words = shlex.split(command)
    place = next(word for word in words if word.startswith(THERE)).removeprefix(THERE)
    if "--data-binary" in words:
        taken = site.get("/api/v1/case.zip?case=two_states").content
        answer = site.post(place, content=taken, headers={"content-type": "application/zip"})
    else:
        answer = site.get(place)
    assert answer.status_code in (200, 201), answer.text
