"""Kernels of these tests are compiled into a folder of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for made_up_games, which is no test


@pytest.fixture(scope="session", autouse=True)
def game_kernels_in_a_fresh_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing is left behind, and nothing that an older build left is used."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("game_kernels")
        patch.setenv("RIPENESS_CACHE", str(folder))
        yield folder
