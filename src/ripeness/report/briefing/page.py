"""One self-contained page from a report's document: no script, no outside request, fit for a screen and for paper."""

from __future__ import annotations

from importlib.resources import files

from ripeness.report.briefing import ledger, record_sections, sections
from ripeness.report.briefing.marks import Mark, joined, mark, slug
from ripeness.report.briefing.sections import Pages
from ripeness.report.claims import claims_tables
from ripeness.report.comparison import comparison_tables
from ripeness.report.documents import Document
from ripeness.report.tables import Table
from ripeness.report.wording import BANNER

CONTENTS: tuple[tuple[str, sections.Section], ...] = (
    ("The question", sections.question),
    ("The answer in five sentences", sections.answer),
    ("Policies side by side", sections.side_by_side),
    ("Money", sections.money),
    ("War", sections.war),
    ("People on every side", sections.people),
    ("The record of talks", record_sections.talks),
    ("Claims", ledger.claims),
    ("What would have to be true", record_sections.conditions),
    ("How such forecasts did in the past", record_sections.scores),
    ("Quality of the data", record_sections.data_quality),
    ("What is not modelled", record_sections.not_modelled),
    ("Further tables", sections.further),
    ("The run, and how to repeat it", record_sections.origin),
)
"""Headings and sections in the order of reading."""


def briefing_page(document: Document, *, paper: bool = False) -> str:
    """The page as HTML text; for `paper`, without contents, and without what a screen folds away."""
    pages = Pages.of(document, paper)
    made = [(title, inside) for title, section in CONTENTS if (inside := section(pages))]
    run = document["run"]
    foot = f"ripeness {run['model_version']}, run {run['hash'][:12]}, data to {run['data_as_of']}"
    head = joined(
        Mark('<meta charset="utf-8">'),
        Mark('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Mark('<meta name="generator" content="ripeness">'),
        Mark(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        ),
        mark("title", f"{document['title']}: policies side by side"),
        mark("style", Mark(_style(foot))),
    )
    body = joined(
        mark("a", "Skip to the answer", href=f"#{slug(CONTENTS[1][0])}", class_="skip"),
        mark(
            "header",
            mark("p", "Ripeness report", class_="kind"),
            mark("h1", document["title"]),
            mark("p", f"{run['start']} to {run['until']}. {BANNER}", class_="banner"),
        ),
        None
        if paper
        else mark(
            "nav",
            mark("ol", *(mark("li", mark("a", title, href=f"#{slug(title)}")) for title, _ in made)),
            aria_label="Contents",
        ),
        mark("main", *(_section(title, inside) for title, inside in made)),
        mark("footer", mark("p", foot)),
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def briefing_tables(document: Document) -> tuple[Table, ...]:
    """The tables of the comparison in a report and its ledger of claims, for a terminal."""
    ledger = document["claims"]
    tables = (*comparison_tables(document["compare"]), *(claims_tables(ledger) if ledger else ()))
    return tuple(table for table in tables if not table.further)


def _section(title: str, inside: Mark) -> Mark:
    name = slug(title)
    return mark("section", mark("h2", title, id=name), inside, aria_labelledby=name)


def _style(foot: str) -> str:
    """The style sheet, with the run in the footer of every printed page."""
    sheet = files("ripeness.report.briefing").joinpath("page.css").read_text("utf-8")
    said = foot.replace("\\", "").replace('"', "")
    return sheet.replace("RUN_IN_FOOTER", f'"{said}"')
