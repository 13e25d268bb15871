"""What tables and sentences read of the bargaining in a comparison's document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ripeness.report.documents import Document, spread
from ripeness.report.tables import Spread

DEAL = "p_durable_settlement"
"""The metric of the first table."""

PEOPLE = "people_lost"
"""Casualties together, which stand next to deals."""


class Wording(NamedTuple):
    """What people call a metric, in the plural, and the words for more and for less of it."""

    subject: str
    more: str = "higher"
    less: str = "lower"

    def side(self, sign: int) -> str:
        """The word for a sign; 0 is a model that takes no side."""
        return {1: self.more, -1: self.less}.get(sign, "takes no side")


@dataclass(frozen=True)
class BargainingDocument:
    """A comparison's document that has bargaining in it."""

    document: Document

    @classmethod
    def of(cls, document: Document) -> BargainingDocument | None:
        """None where the document says nothing of bargaining."""
        return cls(document) if document.get("bargaining") else None

    @property
    def told(self) -> Document:
        """The document's `bargaining`."""
        found: Document = self.document["bargaining"]
        return found

    @property
    def policies(self) -> Mapping[str, Document]:
        """Entries of policies by name."""
        found: Mapping[str, Document] = self.document["policies"]
        return found

    @property
    def reference(self) -> str:
        """The policy to which others are compared."""
        return str(self.document["reference"])

    @property
    def parties(self) -> tuple[str, str]:
        """Names of the attacker, or pressed party, and of the defender."""
        return self.told["parties"]["a"], self.told["parties"]["d"]

    @property
    def window(self) -> str:
        """Months that endings are counted in."""
        return f"{self.told['start']} to {self.told['until']}"

    @property
    def main(self) -> str:
        """Name of the main model."""
        return self._of_kind("main")[0]

    @property
    def rivals_and_main(self) -> list[str]:
        """Models whose word counts: the main one first."""
        return [*self._of_kind("main"), *self._of_kind("rival")]

    @property
    def null(self) -> str | None:
        """The first null, for scale."""
        return next(iter(self._of_kind("null")), None)

    def _of_kind(self, kind: str) -> list[str]:
        return [name for name, about in self.told["models"].items() if about["kind"] == kind]

    @property
    def and_no_deal(self) -> str:
        """Words for what else than the priors stands behind the bands; empty where nothing does."""
        months = self.told.get("no_deal_so_far", {}).get("months", 0)
        return f"and {months} months of war without a deal " if months else ""

    @cached_property
    def short(self) -> dict[str, str]:
        """What stands before the colon of each model's label, with its name where models share that."""
        heads = {
            name: about["label"].partition(":")[0].strip() for name, about in self.told["models"].items()
        }
        said = list(heads.values())
        return {name: head if said.count(head) == 1 else f"{head} ({name})" for name, head in heads.items()}

    def about(self, model: str) -> str:
        """What stands behind the colon of a model's label."""
        head, _, rest = self.told["models"][model]["label"].partition(":")
        return str(rest.strip() or head)

    @property
    def aims(self) -> list[str]:
        """Metrics with a sense: a value judgment that the document names."""
        return [name for name, about in self.told["metrics"].items() if about["sense"] is not None]

    def is_share(self, metric: str) -> bool:
        """Whether the metric is a share of futures, its band one over structural draws."""
        return bool(self.told["metrics"][metric]["kind"] == "share")

    def counted_in(self, metric: str) -> str:
        """Unit as people read it."""
        return "of 100 futures" if self.is_share(metric) else str(self.told["metrics"][metric]["unit"])

    def wording(self, metric: str) -> Wording:
        """Words for a metric; parties by name."""
        if metric == DEAL:
            return Wording("deals that last five years", "more frequent", "less frequent")
        if metric == PEOPLE:
            return Wording(f"casualties of {', '.join(self.parties)} and civilians together")
        label = self.told["metrics"][metric]["label"]
        return Wording(label[:1].lower() + label[1:])

    def twin(self, policy: str) -> str | None:
        """The policy that this one is identical to, where also every ending is the same."""
        entry = self.policies[policy]
        name: str | None = entry["identical_to"]
        return name if name is not None and self.policies[name]["by_model"] == entry["by_model"] else None

    def spread(self, policy: str, model: str, metric: str) -> Spread | None:
        """Median and band; None where the model does not have the metric."""
        stat = self.policies[policy]["by_model"].get(model, {}).get(metric)
        return None if stat is None else spread(stat)

    def widest(self, policy: str, metric: str) -> Spread | None:
        """The main model's median between the lowest 5 % and the highest 95 % of it and its rivals."""
        main = self.spread(policy, self.main, metric)
        if main is None:
            return None
        found = [self.spread(policy, model, metric) for model in self.rivals_and_main]
        lows = [each.low for each in found if each is not None and each.low is not None]
        highs = [each.high for each in found if each is not None and each.high is not None]
        return Spread(main.median, min(lows, default=None), max(highs, default=None))

    def verdicts(self, metric: str) -> dict[str, Document]:
        """By policy, whether models agree on its difference to the reference."""
        return {each["policy"]: each for each in self.told["agreement"] if each["metric"] == metric}
