"""The lab: cases kept warm, and one document a question, the same for page, HTTP and command line."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from ripeness.api.lab_futures import DTYPE, WarmFutures
from ripeness.api.lab_money import MoneyDesk
from ripeness.api.lab_recent import Recent
from ripeness.api.lab_schema import schema_document
from ripeness.api.link import DEFAULT_CASE, Link, Pairs, default_link, link_from, link_text, read_link
from ripeness.api.progress import Silent
from ripeness.api.simulation import make_ready
from ripeness.base import RipenessError, content_hash, suggestion
from ripeness.case import load, shipped
from ripeness.ensemble.record import model_version

if TYPE_CHECKING:
    from ripeness.case import Case

Document = dict[str, Any]


class Lab:
    """Every question of the lab, answered; what is read or stepped once is kept. Safe to use from several threads."""

    def __init__(self) -> None:
        self._warm: Recent[WarmFutures] = Recent(8)
        self._schemas: Recent[Document] = Recent(8)
        self._desks: Recent[MoneyDesk] = Recent(8)
        self._given: dict[str, Case] = {}
        self._lock = threading.Lock()

    def case_names(self) -> tuple[str, ...]:
        """Shipped cases, then those that were handed in."""
        return (*shipped(), *self._given)

    def case(self, name: str) -> Case:
        """A case by name. No path is ever taken for a name."""
        return self.warm(name).case

    def warm(self, name: str) -> WarmFutures:
        """Futures of a case, kept warm."""
        if name not in self.case_names():
            raise RipenessError(
                f"there is no case {name[:60]!r}", suggestion(name, self.case_names(), "case")
            )
        return self._warm.get(name, lambda: self._read(name))

    def link(self, said: str | Pairs) -> Link:
        """The link of a text, or of keys and values; CaseFaults with every fault."""
        return read_link(said, self.case) if isinstance(said, str) else link_from(said, self.case)

    def link_text(self, link: Link) -> str:
        """The link as a query string."""
        return link_text(link, self.case(link.case))

    def tag(self, link: Link, *more: str) -> str:
        """Hash of all that an answer depends on: the model, the case and the question."""
        case = self.case(link.case)
        return content_hash([model_version(), case.content_hash, link_text(link.question, case), *more])

    def first(self, name: str) -> Link:
        """The link of a first visit: the status quo of a case."""
        return default_link(self.case(name))

    def schema(self, name: str = DEFAULT_CASE) -> Document:
        """What a page must know of a case."""
        warm = self.warm(name)
        return self._schemas.get(
            (name, warm.case.content_hash, self.case_names()), lambda: self._schema(warm)
        )

    def money(self, link: Link, *, moved_only: bool = False) -> Document:
        """Fans, sums and differences of a link; with `moved_only`, what changes when a lever moves."""
        warm = self.warm(link.case)
        desk = self._desks.get((link.case, warm.case.content_hash), lambda: MoneyDesk(warm))
        return desk.moved(link) if moved_only else desk.document(link)

    def make_ready(self, name: str = DEFAULT_CASE) -> None:
        """Load a case and its kernel, and answer the status quo once, so that the first visitor need not wait."""
        self.money(default_link(self.case(name)))
        self.schema(name)

    def _schema(self, warm: WarmFutures) -> Document:
        usual = default_link(warm.case)
        parameters = warm.draws(usual).draw(0, usual.members)
        return schema_document(warm, [self._about(name) for name in self.case_names()], parameters)

    def _about(self, name: str) -> Document:
        return {"name": name, "handed_in": name in self._given}

    def _read(self, name: str) -> WarmFutures:
        case = self._given[name] if name in self._given else load(name)
        make_ready(case, DTYPE, Silent())
        return WarmFutures(case)


def as_text(document: Document) -> str:
    """A document as compact JSON."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
