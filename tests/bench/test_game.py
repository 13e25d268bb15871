"""The hand-written C game solves the same game as the kernel."""

from __future__ import annotations

import pytest
from bench import game
from bench.c_loop import available

from ripeness.bargaining import Grid
from ripeness.bargaining.solver import Game


@pytest.mark.skipif(not available(), reason="no gcc")
@pytest.mark.parametrize("phases", [1, 3])
def test_thresholds_agree(tmp_path, phases):
    grid = Grid(front=6, chest=3, evidence=5, reputation=5, phases=phases)
    made_up = Game.checked(game.made_up_stakes(), [game.ladder(phases)], grid, "float32")
    theirs = game.their_solve(game.compiled(tmp_path), made_up, 2)()
    assert game.require_agreement(made_up, game.our_solve(made_up, 2)(), theirs) < 1e-5
