"""The sections of the page, in order; one that has nothing to show is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ripeness.report.bargaining_document import BargainingDocument
from ripeness.report.briefing.dots import dot_figure
from ripeness.report.briefing.fans import fan_figure
from ripeness.report.briefing.grids import grid, notes
from ripeness.report.briefing.marks import Mark, joined, mark
from ripeness.report.briefing.named import Names
from ripeness.report.comparison import comparison_tables
from ripeness.report.documents import Document, with_party_names
from ripeness.report.scores import chart_line, legend
from ripeness.report.tables import Table
from ripeness.report.wording import NO_TRADE_OFF

SHOWN_MONEY = (
    "fob_discount_usd_bbl",
    "export_revenue_usd_bn",
    "oil_gas_revenue_rub_trn",
    "liquid_fund_rub_trn",
    "months_to_unsustainable",
)
"""Metrics whose tables stand in the section on money; the others follow at the end."""

OF_WAR = ("territory_km2", "casualties_a", "casualties_d", "civilian_harm_index", "aid_usd_bn")
"""Metrics that are no money of the pressed party."""

FAN_NOTE = (
    "Bands hold 90 and 50 of 100 futures, the line is the median. Dots are the record, hollow where it is recalled or "
    "claimed. The second panel is the policy whose median lies furthest from the first; dashed: the first again. "
)
WAR_ON = "Drawn as if the war went on to the end of the run."


@dataclass(frozen=True)
class Pages:
    """What every section reads: the report's document, its tables by name, and titles of policies."""

    document: Document
    tables: dict[str, Table]
    names: Names
    paper: bool = False
    """For print: what a screen folds away is left out, or stands open."""

    @classmethod
    def of(cls, document: Document, paper: bool) -> Pages:
        """Tables with titles in place of short names, and without rows in which nothing is known."""
        names = Names(document)
        tables = {
            table.name: _known_rows(names.in_table(table)) for table in comparison_tables(document["compare"])
        }
        return cls(document, tables, names, paper)

    @property
    def compare(self) -> Document:
        """The comparison, with the parties' names."""
        return with_party_names(self.document["compare"])

    def shown(self, *wanted: str, drawn: bool = True) -> Mark:
        """Tables by name, those that there are."""
        return joined(*(grid(self.tables[name], drawn=drawn) for name in wanted if name in self.tables))

    def beginning(self, *prefixes: str, drawn: bool = True) -> Mark:
        """Tables whose names begin so."""
        return self.shown(*(name for name in self.tables if name.startswith(prefixes)), drawn=drawn)

    def fans(self, *wanted: str) -> Mark:
        """Fan charts by name, those that there are."""
        fans = self.document["fans"]
        metrics = self.compare["metrics"]
        return joined(
            *(
                fan_figure(
                    fans,
                    name,
                    self.names,
                    chart_line(metrics.get(fans["charts"][name]["metric"], {})),
                    paper=self.paper,
                )
                for name in wanted
                if name in fans["charts"]
            )
        )

    def folded(self, words: str, *inside: Mark) -> Mark:
        """What a screen folds away and paper shows."""
        return (
            joined(*inside) if self.paper else mark("details", mark("summary", words), *inside, class_="more")
        )


Section = Callable[[Pages], Mark | None]


def question(pages: Pages) -> Mark:
    """What was asked, of whom, and the policies."""
    document, compare = pages.document, pages.compare
    run, told = compare["run"], BargainingDocument.of(compare)
    who = f" between {' and '.join(told.parties)}" if told else ""
    lead = (
        f"What would each side accept, and when, if this pressure and these talks happened in this order? This report "
        f"puts {len(compare['policies'])} policies side by side on the same {run['members']:,} possible futures{who}, "
        f"{run['start']} to {run['until']}."
    )
    rows = [
        mark(
            "tr",
            mark("th", about["title"], scope="row", class_="words"),
            mark("td", about["question"] or "", class_="words"),
            mark("td", compare["policies"][name]["acts_from"] or "–"),
        )
        for name, about in document["policies"].items()
    ]
    heads = (("Policy", True), ("Asks", True), ("Acts from", False))
    table = mark(
        "table",
        mark("caption", "The policies"),
        mark(
            "thead",
            mark(
                "tr",
                *(mark("th", head, scope="col", class_="words" if text else None) for head, text in heads),
            ),
        ),
        mark("tbody", *rows),
    )
    stake = f"The stake: {told.told['stake']['title']}. " if told else ""
    return joined(
        mark("p", lead, class_="lead"),
        mark("p", f"{stake}{compare['draws']['in_words']} The record ends in {run['data_as_of']}."),
        mark("div", table, class_="scroll", role="region", aria_label="Table: the policies", tabindex="0"),
    )


def answer(pages: Pages) -> Mark:
    """Five sentences with what is uncertain about each."""
    items = [
        mark(
            "li",
            mark("p", mark("strong", f"{each['about']}. "), each["sentence"]),
            mark(
                "p",
                mark("em", "Uncertain: "),
                f"{each['uncertain'][:1].lower()}{each['uncertain'][1:]}"
                if each["uncertain"][1:2].islower()
                else each["uncertain"],
                class_="uncertain",
            ),
        )
        for each in pages.document["answer"]
    ]
    return mark("ol", *items, class_="answer")


def side_by_side(pages: Pages) -> Mark | None:
    """Deals by model, terms, regret, and what decides."""
    shown = joined(
        pages.shown("deal", "terms"),
        pages.beginning("ending_regret_", "regret", drawn=False),
        pages.beginning("decides_"),
    )
    lead = "Under each number a line shows its band with the median on it; all lines of a column share one scale."
    if "deal" not in pages.tables:
        first = (f"metric_{name}" for name in _first_aims(pages))
        shown = joined(pages.shown(*first), pages.beginning("regret"))
    return joined(mark("p", lead), shown) if shown else None


def _first_aims(pages: Pages) -> tuple[str, ...]:
    """The metric that stands in place of deals, where the run has none."""
    if "deal" in pages.tables:
        return ()
    return tuple(each["metric"] for each in pages.compare["objectives"][:1])


def money(pages: Pages) -> Mark | None:
    """Months and sums of the pressed party's money, and what the coalition spends."""
    fans = pages.fans(
        "fob_discount_usd_bbl", "export_revenue_usd_bn", "oil_gas_revenue_rub_trn", "liquid_fund_rub_trn"
    )
    before = _first_aims(pages)
    tables = pages.shown(*(f"metric_{name}" for name in SHOWN_MONEY if name not in before), "spending")
    drivers = pages.beginning("drivers_")
    if not fans and not tables:
        return None
    war_on = WAR_ON if pages.compare["bargaining"] else ""
    scored = (legend(),) if any(about.get("score") for about in pages.compare["metrics"].values()) else ()
    return joined(
        mark("p", FAN_NOTE + war_on, class_="note intro") if fans else None,
        fans,
        tables,
        drivers,
        notes(*scored),
    )


def war(pages: Pages) -> Mark | None:
    """How the war ends, when, what keeps the sides apart, and the front."""
    dots = pages.document["dots"]
    twins = {name: entry["identical_to"] for name, entry in pages.compare["policies"].items()}
    told = BargainingDocument.of(pages.compare)
    when = (
        dot_figure(dots, told.told["until"], pages.names, twins)
        if dots is not None and told is not None
        else None
    )
    tables = pages.shown("endings", "zone")
    fans = pages.fans("territory_km2", "aid_allocated_usd_bn")
    if not (when or tables or fans):
        return None
    return joined(when, tables, mark("p", FAN_NOTE + WAR_ON, class_="note intro") if fans else None, fans)


def people(pages: Pages) -> Mark | None:
    """Losses on every side."""
    tables, fans = pages.shown("people", "people_by_model"), pages.fans("losses_a", "losses_d")
    if not tables and not fans:
        return None
    lead = f"Killed, wounded and missing of every side stand beside each other. {NO_TRADE_OFF}"
    return joined(mark("p", lead), tables, fans)


def further(pages: Pages) -> Mark | None:
    """Tables for the second look."""
    shown = {*SHOWN_MONEY}
    rest = [
        name
        for name in pages.tables
        if name.startswith("metric_") and name.removeprefix("metric_") not in shown
    ]
    tables = joined(pages.beginning("agreement_", "stakes", "other_stakes"), pages.shown(*rest, drawn=False))
    if not tables:
        return None
    return pages.folded("Show the further tables", tables)


def _known_rows(table: Table) -> Table:
    """A table without the rows of which nothing but the name is known."""
    return replace(table, rows=tuple(row for row in table.rows if any(cell is not None for cell in row[1:])))


def tables_of(tables: Sequence[Table]) -> Mark:
    """Tables under each other."""
    return joined(*(grid(table) for table in tables))
