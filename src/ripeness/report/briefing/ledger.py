"""The ledger of claims on the page: what was said, the verdict and what decides it, and what would turn it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ripeness.report.briefing.grids import notes
from ripeness.report.briefing.marks import Mark, joined, mark
from ripeness.report.briefing.sections import Pages
from ripeness.report.claims import decides, ledger_lines, verdict_said
from ripeness.report.documents import Document
from ripeness.report.wording import VERDICTS

TURNS = 3
"""Ways to turn a verdict that stand on the page; the document of the ledger has all."""

SHOWN = ("pulls apart", "every row", "only ", "it comes at all")
"""How remarks begin that stand on the page."""

CAPTION = "Claims, in our own words, and what came of testing them"

HEADS = ("Claim", "Verdict", "What decides", "Would turn if")


def claims(pages: Pages) -> Mark | None:
    """Every claim with its verdict, what decides it, and what would turn it."""
    document = pages.document["claims"]
    if not document or not document["claims"]:
        return None
    table = mark(
        "table",
        mark("caption", CAPTION),
        mark("thead", mark("tr", *(mark("th", head, scope="col", class_="words") for head in HEADS))),
        mark("tbody", *(_claim(each) for each in document["claims"])),
        class_="ledger",
    )
    said = {each["verdict"] for each in document["claims"]}
    return joined(
        *(mark("p", line) for line in ledger_lines(document)),
        mark("div", table, class_="scroll", role="region", aria_label="Table: claims", tabindex="0"),
        notes(
            *(
                f"{words.sign} {words.word}: {words.means}."
                for name, words in VERDICTS.items()
                if name in said
            ),
            "Shares are of 100 futures in a model; their range runs over structural draws, or is the sampling band. "
            "Thresholds and readings are choices of those who wrote the claims down, and stand beside each in the "
            "document of the ledger.",
        ),
    )


def _claim(claim: Document) -> Mark:
    sources = [", ".join(str(value) for value in each.values() if value) for each in claim["sources"]]
    return mark(
        "tr",
        mark(
            "th",
            mark("span", f"{claim['id']} ", class_="id"),
            claim["sentence"],
            mark("span", f"Source: {'; '.join(sources)}", class_="source") if sources else None,
            scope="row",
            class_="words",
        ),
        mark(
            "td",
            _signed(claim["verdict"], verdict_said(claim)),
            mark("span", f"data to {claim['data_as_of']}", class_="source"),
            class_="words verdict",
        ),
        mark(
            "td",
            _finding(claim),
            *(mark("span", remark, class_="source") for remark in _remarks(claim)),
            class_="words",
        ),
        mark("td", _turns(claim), class_="words"),
    )


def _signed(verdict: str, words: str) -> Mark:
    sign = VERDICTS[verdict].sign if verdict in VERDICTS else ""
    return joined(mark("span", f"{sign}\u00a0", aria_hidden="true"), words)


def _finding(claim: Document) -> Mark:
    """The finding that decides; of a claim with parts, each part with its verdict and its finding."""
    if not claim["parts"] or claim["test"] == "not_testable":
        return mark("span", claim["finding"])
    return mark(
        "ul",
        *(
            mark(
                "li",
                f"{part['says']}: ",
                mark("strong", _signed(part["verdict"], verdict_said(part))),
                f". {_capital(decides(part))}",
            )
            for part in claim["parts"]
        ),
    )


def _remarks(claim: Document) -> list[str]:
    """What must be known of the evidence, each once, without the part it was said of."""
    said = [remark.rsplit(": ", 1)[-1] if claim["parts"] else remark for remark in claim["remarks"]]
    shown = [remark for remark in said if remark.startswith(SHOWN)]
    of_prior = "Prior-driven: the record hardly tells what decides here."
    return [
        *((of_prior,) if claim["prior_driven"] else ()),
        *dict.fromkeys(f"{_capital(remark)}." for remark in shown),
        *dict.fromkeys((*claim["note"], *_notes(claim))),
    ]


def _notes(tested: Document) -> Iterator[str]:
    """Notes of a test and of its parts; of a tension, whose note is its question, none."""
    if tested["test"] != "tension":
        yield from tested["notes"]
    for part in tested["parts"]:
        yield from _notes(part)


def _turns(claim: Document) -> Mark:
    """Ways to turn a verdict; a number that stands in the finding beside it is not named again."""
    turns = claim["flips_if"]
    shown = [mark("li", _named_once(each, list(_labels(claim)))) for each in turns[:TURNS]]
    if len(turns) > TURNS:
        more = len(turns) - TURNS
        shown.append(mark("li", f"{more} other way{'s' * (more > 1)} in the document of the ledger"))
    return mark("ul", *shown)


def _labels(tested: Document) -> Iterator[str]:
    """Labels of the numbers of a test and of its parts, which the finding names."""
    if tested["statistic"] is not None:
        yield tested["statistic"]["label"]
    for part in tested["parts"]:
        yield from _labels(part)


def _named_once(turn: str, labels: Sequence[str]) -> str:
    for label in labels:
        turn = turn.replace(f"{label} were", "it were")
    return turn


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
