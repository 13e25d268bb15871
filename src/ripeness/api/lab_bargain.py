"""How the war ends under a link's policies, for a few structural draws at first and more behind them.

With the draws of `ripeness compare` the numbers are those of its document: the same game, the same question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ripeness.api.bargained import MOST_WALKED, Endgame, endings_document, ratchet_months
from ripeness.api.lab_futures import DTYPE, WarmFutures
from ripeness.api.lab_recent import Recent, Room
from ripeness.api.report_parts import dots_document
from ripeness.api.score_lines import Scores
from ripeness.api.share_link import Link, link_text
from ripeness.api.simulation import Asked
from ripeness.base import RipenessError
from ripeness.ensemble.bargain import BEFORE_MEMBERS, DRAWS, GRID, Bargained, bargain, given_no_deal
from ripeness.ensemble.no_deal import Conditioned
from ripeness.ensemble.record import run_record

SCHEMA = "ripeness/lab-bargain/1"

LADDER = (4, 16, DRAWS)
"""Structural draws for which a page asks one after the other."""


class Cancelled(RipenessError):
    """The answer is no longer wanted."""


class BargainDesk:
    """Writes bargaining documents of one case; the months of war before the start are read once."""

    def __init__(self, warm: WarmFutures, room: Room) -> None:
        self._warm = warm
        self._given: Recent[Conditioned] = Recent(16, room)
        self._found: Recent[Bargained] = Recent(12, room)

    def document(self, link: Link, draws: int, stopped: Callable[[], bool]) -> dict[str, Any]:
        """Endings, months to a deal and terms under every model; Cancelled where `stopped` comes true."""
        warm = self._warm
        if not warm.case.stakes:
            raise RipenessError(f"case {warm.case.name} has no war to end", "choose another case")
        asked = warm.asked(link)
        found = self._found.get((link.question, draws), lambda: self._solved(link, asked, draws, stopped))
        endgame = Endgame(found, (), None)
        eve = warm.eve(link, asked)
        return {
            "schema": SCHEMA,
            "run": run_record(asked.question, eve.parameters, dtype=DTYPE),
            "link": link_text(link.question, warm.case),
            "moved": link.moved,
            "draws": {"in": draws, "of": DRAWS, "ladder": list(LADDER)},
            "bargaining": endings_document(asked.case, endgame, found.policies, Scores.of(warm.case)),
            "dots": dots_document(endgame),
        }

    def _solved(self, link: Link, asked: Asked, draws: int, stopped: Callable[[], bool]) -> Bargained:
        def told(_: int) -> None:
            if stopped():
                raise Cancelled("the answer is no longer wanted")

        told(0)
        parameters = asked.draws.draw(0, min(link.members, MOST_WALKED))
        given = self._given.get(
            (link.seed, link.members, link.assumptions, link.start, link.until, draws),
            lambda: given_no_deal(
                asked.question, parameters[:, :BEFORE_MEMBERS], draws, asked.case.stakes[0], dtype=DTYPE
            ),
        )
        told(0)
        return bargain(
            asked.question,
            parameters,
            [ratchet_months(asked.case.policies.get(name)) for name in asked.names],
            draws=draws,
            grid=GRID,
            dtype=DTYPE,
            given=given,
            done=told,
        )
