"""The words that recur, in one place for tables, reports and the page (docs/wording.md)."""

from __future__ import annotations

from typing import NamedTuple

NO_FORECAST = "A model for thinking, not a forecast."
"""What stands on every picture and file of numbers."""

BANNER = f"{NO_FORECAST} Every number is conditional on the policy named beside it."
"""What stands over every page of numbers."""

IN_THIS_MODEL, IN_THESE_MODELS = "in this model", "in these models"
"""What belongs to every result of a run, of one model or of several."""

NULLS = ("n0", "n1")
"""Models that are shown and decide nothing: they are made to know nothing of pressure, or of talks."""

WHAT_IF = "Every number is a what-if about the policies below, and no forecast of what will be done."
NO_SINGLE_CHANCE = "the band is what the assumptions leave open, so there is no single chance of peace"
NO_TRADE_OFF = "Fewer of them is never set off against money or land here."
"""What must be said beside conditional results, chances of a deal, and losses of people."""


class VerdictWords(NamedTuple):
    """A verdict on a claim: the sign and word that people read, and what it means."""

    sign: str
    word: str
    means: str


VERDICTS = {
    "supported": VerdictWords(
        "●",
        "supported",
        "the data, or every model that can answer, say so within the stated tolerance, and no placebo says the same",
    ),
    "refuted": VerdictWords(
        "○", "refuted", "the data, or every model that can answer, say otherwise within the stated tolerance"
    ),
    "contested": VerdictWords(
        "◐",
        "contested",
        "sources or readings of the same test disagree, or the test is too weak to tell",
    ),
    "model_dependent": VerdictWords("◑", "model-dependent", "models that can answer disagree"),
    "not_testable": VerdictWords(
        "–",
        "not testable",
        "the sentence names nothing that data or model could contradict; the reason is given",
    ),
    "unknown": VerdictWords(
        "?", "unknown", "it could be tested, and the record lacks what is needed; it is said what"
    ),
}
"""Verdicts on claims, in the order in which they are listed."""


def verdict_word(verdict: str) -> str:
    """The word for a verdict, as it stands where there is none."""
    known = VERDICTS.get(verdict)
    return verdict.replace("_", " ") if known is None else known.word
