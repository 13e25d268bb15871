"""What tells the programs apart, and what a program with more must leave as it was."""

import pytest

from ripeness.base import RipenessError
from ripeness.flow import PROGRAMS, SITES, WAR_SITES, WATCHED, layout_of, records_of

KINDS = ("params", "state", "month", "shocks", "outputs")


@pytest.mark.parametrize("kind", KINDS)
def test_money_stands_first_with_its_own_rows(kind):
    """Shock counters are row numbers: what comes after the money chain must not move them."""
    alone = layout_of(getattr(PROGRAMS["money_chain"], kind)).row_labels
    both = layout_of(getattr(PROGRAMS["money_and_war"], kind)).row_labels
    assert both[: len(alone)] == alone


def test_a_program_with_both_has_the_parameters_shocks_and_outputs_of_both():
    for kind in ("params", "shocks", "outputs"):
        sizes = {name: layout_of(getattr(records, kind)).size for name, records in PROGRAMS.items()}
        assert sizes["money_and_war"] == sizes["money_chain"] + sizes["war"]


def test_sites_and_watched_outputs():
    assert PROGRAMS["money_chain"].sites == SITES
    assert PROGRAMS["war"].sites == WAR_SITES
    assert PROGRAMS["money_and_war"].sites == (*SITES, *WAR_SITES)
    assert PROGRAMS["money_and_war"].watched == WATCHED
    money, war = PROGRAMS["money_chain"].watched, PROGRAMS["war"].watched
    assert (*money, *war) == WATCHED


def test_an_unknown_program_is_refused_with_the_nearest():
    with pytest.raises(RipenessError, match="did you mean 'money_chain'"):
        records_of("money_chains")
