"""The shipped posterior of the war holds the record of the Ukraine case together."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from ripeness import case as cases
from ripeness.flow import WAR_SITES

TOOL = Path(__file__).parents[2] / "tools" / "validation" / "replay_page.py"
KNOWN = {("missiles_stopped_share", "2023-04"), ("missiles_stopped_share", "2025-02")}
"""Months that one class of missiles cannot hold; the page says why."""


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("war_replay_page", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def replayed(tool):
    case = cases.load("ukraine")
    return tool.sites(case, tool.replay(case, members=512), WAR_SITES)


def test_every_war_series_is_observed_and_replayed(replayed):
    assert [site.site for site in replayed] == list(WAR_SITES)
    beyond = {(site.site, month) for site in replayed for month in site.beyond(3.5)}
    assert beyond <= KNOWN


def test_the_front_is_followed(replayed):
    area = next(site for site in replayed if site.site == "territory_km2")
    close = [m.year >= 2024 and m.month not in (3,) for m in area.months]
    assert np.abs(area.off[close]).max() < 80.0
