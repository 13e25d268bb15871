"""The lab: cases kept warm, and one document a question, the same for page, HTTP and command line."""

from __future__ import annotations

import json
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness.api.bargained import Bargaining
from ripeness.api.comparison import Comparison, compared
from ripeness.api.lab_bargain import BargainDesk, Cancelled
from ripeness.api.lab_downloads import case_archive, chosen_charts, csv_of, figure_of, run_archive
from ripeness.api.lab_effects import effects_document, metric_named, policies_document
from ripeness.api.lab_futures import WarmFutures
from ripeness.api.lab_jobs import Jobs
from ripeness.api.lab_ledger import claims_so_far, conditions_so_far, talks_so_far
from ripeness.api.lab_money import MoneyDesk
from ripeness.api.lab_recent import Recent, Room
from ripeness.api.lab_schema import assumptions_document, schema_document
from ripeness.api.lab_sources import sources_document
from ripeness.api.lab_uploads import Bounds, HandedIn, handed_in
from ripeness.api.linking import command_of, link_document, snippet
from ripeness.api.progress import Silent
from ripeness.api.reporting import report_of
from ripeness.api.share_link import DEFAULT_CASE, Link, Pairs, default_link, link_from, link_text, read_link
from ripeness.api.talks_measured import talks
from ripeness.base import RipenessError, content_hash, suggestion
from ripeness.case import derived_hash, load, shipped
from ripeness.ensemble.bargain import DRAWS
from ripeness.ensemble.record import sources_digest
from ripeness.report.fan_charts import FanFigure, png_of, svg_of

if TYPE_CHECKING:
    from ripeness.case import Case

Document = dict[str, Any]
Stopped = Callable[[], bool]

DRAWS_OF_ENDINGS = DRAWS
"""Structural draws of a comparison unless asked otherwise."""

CODE = ("**/*.py",)
"""Files of the package on which an answer may depend."""

KEPT_BYTES = 400_000_000
"""Bytes of futures, endings and comparisons that are kept for whoever asks next."""

PICTURE_LOCK = threading.Lock()
"""Held while a picture is drawn: what draws it is not made for threads."""


def never() -> bool:
    """Whether to stop: no."""
    return False


@dataclass(frozen=True)
class Watched(Silent):
    """A listener that ends the work once its answer is no longer wanted."""

    stopped: Stopped

    def stage(self, words: str, total: int | None = None) -> None:
        """Look whether to go on."""
        self.advance(0)

    def advance(self, steps: int = 1) -> None:
        """Look whether to go on."""
        if self.stopped():
            raise Cancelled("the answer is no longer wanted")


class Lab:
    """Every question of the lab, answered; what is read or stepped once is kept. Safe to use from several threads."""

    def __init__(
        self, bounds: Bounds | None = None, most_cases: int = 8, kept_bytes: int = KEPT_BYTES
    ) -> None:
        self._room = Room(kept_bytes)
        self._warm: Recent[WarmFutures] = Recent(len(shipped()) + most_cases)
        self._tags: Recent[str] = Recent(32)
        self._schemas: Recent[Document] = Recent(8)
        self._desks: Recent[MoneyDesk] = Recent(10)
        self._bargains: Recent[BargainDesk] = Recent(4)
        self._documents: Recent[Document] = Recent(12)
        self._compared: Recent[Comparison] = Recent(6, self._room, lambda made: (made.run, made.endgame))
        self._shipped = tuple(shipped())
        self._given: OrderedDict[str, HandedIn] = OrderedDict()
        self._bounds, self._most_cases = bounds or Bounds(), most_cases
        self._lock = threading.Lock()
        self.jobs = Jobs()

    def case_names(self) -> tuple[str, ...]:
        """Shipped cases, then those that were handed in."""
        return (*self._shipped, *self._given)

    def case(self, name: str) -> Case:
        """A case by name. No path is ever taken for a name."""
        return self.warm(name).case

    def warm(self, name: str) -> WarmFutures:
        """Futures of a case, kept warm."""
        self.require(name)
        return self._warm.get(name, lambda: self._read(name))

    def link(self, said: str | Pairs) -> Link:
        """The link of a text, or of keys and values; CaseFaults with every fault."""
        return read_link(said, self.case) if isinstance(said, str) else link_from(said, self.case)

    def link_text(self, link: Link) -> str:
        """The link as a query string."""
        return link_text(link, self.case(link.case))

    def tag(self, link: Link, *more: str) -> str:
        """Hash of all that an answer depends on: the code, the case with its fit and scores, and the question."""
        case = self.case(link.case)
        of_case = (case.content_hash, self._derived(case))
        return content_hash([sources_digest(CODE), *of_case, link_text(link.question, case), *more])

    def _derived(self, case: Case) -> str:
        """Hash of what a folder holds that was computed from the case: fits, predictions, scores."""
        stamp = case.content_hash, case.folder
        return self._tags.get(stamp, lambda: derived_hash(case.folder))

    def require(self, name: str) -> None:
        """RipenessError where there is no case of a name."""
        if name not in self.case_names():
            raise RipenessError(
                f"there is no case {name[:60]!r}", suggestion(name, self.case_names(), "case")
            )

    def first(self, name: str) -> Link:
        """The link of a first visit: the status quo of a case."""
        return default_link(self.case(name))

    def schema(self, name: str = DEFAULT_CASE) -> Document:
        """What a page must know of a case."""
        warm = self.warm(name)
        return self._schemas.get(
            (name, warm.case.content_hash, self.case_names()), lambda: self._schema(warm)
        )

    def money(self, link: Link, *, moved_only: bool = False, charts: Sequence[str] | None = None) -> Document:
        """Fans, sums and differences of a link; with `moved_only`, what changes when a lever moves.

        `charts` names those whose fans are wanted, where not all are.
        """
        warm = self.warm(link.case)
        for chart in charts or ():
            chosen_charts(warm.case, chart)
        desk = self._desks.get((link.case, warm.case.content_hash), lambda: MoneyDesk(warm))
        return desk.moved(link, charts) if moved_only else desk.document(link, charts)

    def effects(self, link: Link, metric: str | None) -> Document:
        """What changes in a metric when each moved lever alone goes back to the status quo."""
        warm = self.warm(link.case)
        return effects_document(warm, link, metric_named(warm.case, metric))

    def policies(self, link: Link, metric: str | None) -> Document:
        """Every policy of a case against the status quo, in one metric."""
        warm = self.warm(link.case)
        return policies_document(warm, link, metric_named(warm.case, metric))

    def bargain(self, link: Link, draws: int, stopped: Stopped = never) -> Document:
        """How the war ends under the link's policies, from so many structural draws."""
        warm = self.warm(link.case)
        desk = self._bargains.get((link.case, warm.case.content_hash), lambda: BargainDesk(warm, self._room))
        return desk.document(link, draws, stopped)

    def compare(self, link: Link, draws: int = DRAWS_OF_ENDINGS, stopped: Stopped = never) -> Document:
        """The document of `ripeness compare --link`."""
        return self.comparison(link, draws, stopped).document

    def comparison(self, link: Link, draws: int, stopped: Stopped = never) -> Comparison:
        """The comparison of `ripeness compare --link`."""

        def made() -> Comparison:
            asked = self.warm(link.case).asked(link)
            return compared(asked, None, None, Bargaining(draws), Watched(stopped))

        return self._compared.get((self.tag(link), draws), made)

    def talks(self, name: str) -> Document:
        """The document of `ripeness talks`."""
        case = self.case(name)
        return self._documents.get(("talks", name, case.content_hash), lambda: talks(case).document)

    def simulated_talks(self, name: str, policies: tuple[str, ...]) -> tuple[bool, Document]:
        """The document of `ripeness talks --policies`, once it is there."""
        return talks_so_far(self.jobs, self.case(name), policies)

    def claims(self, name: str) -> tuple[bool, Document]:
        """Whether the ledger of claims is complete, and as much of it as there is."""
        return claims_so_far(self.jobs, self.case(name))

    def conditions(self, link: Link, asked: dict[str, str]) -> tuple[bool, Document]:
        """What would have to be true for a claim, or for one policy to be better than another in a link's months."""
        return conditions_so_far(self.jobs, self.case(link.case), link, asked)

    def sources(self, name: str) -> Document:
        """What a case rests on."""
        case = self.case(name)
        return self._documents.get(("sources", name, case.content_hash), lambda: sources_document(case))

    def assumptions(self, name: str) -> Document:
        """Constants that differ between futures."""
        warm = self.warm(name)
        key = ("assumptions", name, warm.case.content_hash)
        return self._documents.get(key, lambda: assumptions_document(warm))

    def about(self, name: str) -> Document:
        """A case in plain values: months, policies, actors and what is not modelled."""
        schema = self.schema(name)
        return {
            "schema": "ripeness/lab-case/1",
            **{key: schema[key] for key in ("case", "presets", "months", "data_as_of", "model_version")},
        }

    def require_chart(self, link: Link, chart: str | None) -> None:
        """RipenessError where a case draws no chart of a name."""
        chosen_charts(self.case(link.case), chart)

    def csv(self, link: Link, chart: str | None) -> str:
        """Monthly quantiles as a table."""
        self.require_chart(link, chart)
        return csv_of(self.money(link), chart)

    def svg(self, link: Link, chart: str | None) -> bytes:
        """One chart, or all, as lines."""
        figure = self._figure(link, chart)
        with PICTURE_LOCK:
            return svg_of(figure).encode("utf-8")

    def png(self, link: Link, chart: str | None) -> bytes:
        """One chart, or all, as points."""
        figure = self._figure(link, chart)
        with PICTURE_LOCK:
            return png_of(figure)

    def _figure(self, link: Link, chart: str | None) -> FanFigure:
        warm = self.warm(link.case)
        return figure_of(warm.answered(link), warm.case, chart)

    def run_zip(self, link: Link) -> bytes:
        """Policy file, numbers, and how to have them again."""
        warm = self.warm(link.case)
        document = self.money(link)
        return run_archive(warm.answered(link), warm.case, document, as_text(document))

    def snippet(self, link: Link) -> str:
        """Lines of Python that give the same numbers."""
        return snippet(link, self.case(link.case))

    def link_document(self, link: Link, address: str) -> Document:
        """What a link asks, as `ripeness link --json` says it, at the address of a lab."""
        return link_document(link, self.case(link.case), address)

    def case_zip(self, name: str) -> bytes:
        """The folder of a case."""
        return case_archive(self.case(name))

    def report(self, link: Link, kind: str, draws: int = DRAWS_OF_ENDINGS, stopped: Stopped = never) -> bytes:
        """The whole answer as a page, `html` or `pdf`."""
        made = report_of(self.comparison(link, draws, stopped), command_of(link, self.case(link.case)))
        if kind == "html":
            return made.html.encode("utf-8")
        with tempfile.TemporaryDirectory(prefix="ripeness-report-") as folder, PICTURE_LOCK:
            (file,) = made.write(Path(folder) / "report.pdf")
            return file.read_bytes()

    def hand_in(self, body: bytes) -> Document:
        """Take a case from an archive; CaseFaults where it is none. The oldest gives way where there are too many."""
        given = handed_in(body, self._bounds)
        with self._lock:
            held = self._given.get(given.name)
            if held is None:
                self._given[given.name] = given
            self._given.move_to_end(given.name)
            gone = []
            while len(self._given) > self._most_cases:
                gone.append(self._given.popitem(last=False)[1])
        if held is not None:
            given.folder.cleanup()
            given = held
        for each in gone:
            self._forget(each)
        try:
            self.make_ready(given.name)
        except BaseException as error:
            with self._lock:
                self._given.pop(given.name, None)
            self._forget(given)
            if isinstance(error, ArithmeticError | ValueError):
                raise RipenessError(
                    f"the case cannot be run: {error}", "put the values right that `ripeness compare` names"
                ) from error
            raise
        case = given.case
        return {
            "schema": "ripeness/lab-case/1",
            "name": case.name,
            "title": case.title,
            "hash": case.content_hash,
            "link": link_text(default_link(case), case),
        }

    def _forget(self, given: HandedIn) -> None:
        self._warm.drop(given.name)
        given.folder.cleanup()

    def make_ready(self, name: str = DEFAULT_CASE) -> None:
        """Load a case and its kernel, and answer the status quo once, so that the first visitor need not wait."""
        self.schema(name)  # first: the page draws its frame with it while the kernel is being read
        self.money(self.first(name))

    def close(self) -> None:
        """Stop background work and drop what was handed in."""
        self.jobs.close()
        with self._lock:
            for each in self._given.values():
                each.folder.cleanup()
            self._given.clear()

    def _schema(self, warm: WarmFutures) -> Document:
        return schema_document(warm, [self._listed(name) for name in self.case_names()])

    def _listed(self, name: str) -> Document:
        return {"name": name, "handed_in": name in self._given}

    def _read(self, name: str) -> WarmFutures:
        given = self._given.get(name)
        case = given.case if given is not None else load(name)
        return WarmFutures(case, self._room)


def as_text(document: Document) -> str:
    """A document as compact JSON."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
