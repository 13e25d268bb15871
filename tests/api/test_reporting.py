"""A report in four forms: the same numbers in JSON, on a terminal, in HTML and in PDF."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import ripeness
from ripeness.base import RipenessError
from ripeness.case import locate
from ripeness.cli import app
from ripeness.report import MINUS
from ripeness.report.claims import verdict_said

NUMBER = re.compile(rf"[+{MINUS}]?[\d,]*\.?\d+")


def draws_pdf() -> bool:
    """Whether this machine has what draws a PDF."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


needs_pdf = pytest.mark.skipif(
    not draws_pdf(),
    reason="no PDF here: needs the extra `report` and the library Pango (apt: libpangoft2-1.0-0)",
)


def told(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.stderr
    return done.stdout


def pdf_text(file: Path) -> str:
    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(file).pages)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def read_numbers(cell: str) -> list[float]:
    return [float(text.replace(",", "").replace(MINUS, "-")) for text in NUMBER.findall(cell)]


def assert_rounds_to(cell: str, stat: dict[str, Any], *, factor: float = 1.0) -> None:
    """The cell shows the median and the band of a statistic, rounded as it is written."""
    shown = read_numbers(cell)
    decimals = len(NUMBER.findall(cell)[0].partition(".")[2])
    exact = [factor * stat[key] for key in ("p50", "p05", "p95")]
    assert shown == pytest.approx(exact, abs=0.5 * 10**-decimals + 1e-9), cell


def same_everywhere(
    case: str,
    options: tuple[object, ...],
    folder: Path,
    check: Callable[..., list[str]],
    read: Callable[[str], Any],
) -> Any:
    """Cells that stand in all four forms, as `check` reads them off the page; gives back the page."""
    html, pdf = folder / "r.html", folder / "r.pdf"
    document = json.loads(told("report", case, *options, "--json", "--out", html, "--out", pdf))
    table = told("report", case, *options)
    page = read(html.read_text("utf-8"))
    cells = check(document, page.tables)
    assert cells
    paper = bare(pdf_text(pdf))
    for cell in cells:
        assert bare(cell) in bare(table), cell
        assert bare(cell) in paper, cell
    return page


def money_cells(document: dict[str, Any], tables: dict[str, list[list[str]]]) -> list[str]:
    cells = []
    titles = {about["title"]: name for name, about in document["policies"].items()}
    for metric in ("export_revenue_usd_bn", "oil_gas_revenue_rub_trn"):
        label = document["compare"]["metrics"][metric]["label"]
        rows = next(
            rows
            for caption, rows in tables.items()
            if caption.startswith(f"{label},") and rows[0][0] == "Policy"
        )
        assert len(rows) == len(titles) + 1
        for row in rows[1:]:
            entry = document["compare"]["policies"][titles[row[0]]]
            assert_rounds_to(row[1], entry["metrics"][metric])
            cells.append(row[1])
    return cells


def deal_cells(document: dict[str, Any], tables: dict[str, list[list[str]]]) -> list[str]:
    titles = {about["title"]: name for name, about in document["policies"].items()}
    rows = next(
        rows for caption, rows in tables.items() if caption.startswith("Settled by a deal that lasts")
    )
    cells = []
    for row in rows[1:]:
        models = document["compare"]["policies"][titles[row[0]]]["by_model"]
        for cell, model in zip(row[1:5], ("m1", "r1", "r2", "n0"), strict=True):
            if "<" not in cell and ">" not in cell:
                assert_rounds_to(cell, models[model]["p_durable_settlement"], factor=100.0)
            cells.append(cell)
    return cells


@needs_pdf
def test_json_table_page_and_pdf_give_the_same_numbers_of_money(
    tmp_path: Path, read_page: Callable[[str], Any]
) -> None:
    same_everywhere("two_states", ("--members", 60, "--prior"), tmp_path, money_cells, read_page)


@needs_pdf
@pytest.mark.slow
def test_json_table_page_and_pdf_give_the_same_numbers_of_a_war(
    tmp_path: Path, read_page: Callable[[str], Any]
) -> None:
    options = ("--members", 40, "--structural-draws", 8, "--policies", "simultaneous")
    page = same_everywhere("korea_1951_53", options, tmp_path, deal_cells, read_page)
    assert "The record of talks" in page.headings
    assert not [figure for _, figure in page.elements if figure.get("id") == "fan-export-revenue-usd-bn"]


ARGUMENT = """\
title: A made-up article
case: two_states
claims:
  - id: A1
    sentence: Pressure first lowers revenue by a twentieth.
    type: counterfactual
    source: nobody
    quality: recalled
    test:
      kind: counterfactual
      question: Does it?
      policy: pressure_first
      metric: export_revenue_usd_bn
      holds: {ratio_at_most: 0.95}
      judgment: a twentieth less
      models: [world]
  - id: A2
    sentence: The price stood at 10 or less.
    type: figure
    source: nobody
    quality: recalled
    test: {kind: figure, series: brent, statistic: mean, is: {at_most: 10}, judgment: as it says}
"""


def argument(folder: Path) -> Path:
    file = folder / "argument.yaml"
    file.write_text(ARGUMENT, encoding="utf-8")
    return file


def claim_cells(document: dict[str, Any], tables: dict[str, list[list[str]]]) -> list[str]:
    rows = next(rows for caption, rows in tables.items() if caption.startswith("Claims, in our own words"))
    model, figure = document["claims"]["claims"]
    answer = model["by_model"]["world"]
    said = read_numbers(model["finding"].rpartition(": so in")[2])[:3]
    assert said == pytest.approx([100 * answer[key] for key in ("share", "low", "high")], abs=0.5)
    assert figure["verdict"] == "refuted"
    shown = read_numbers(figure["finding"].split(": ", 1)[1])[0]
    assert shown == pytest.approx(figure["statistic"]["value"], rel=5e-3)
    for claim, row in zip((model, figure), rows[1:], strict=True):
        assert claim["finding"] in row[2] and turn(claim) in row[3]
        assert verdict_said(claim) in row[1]
    return [
        cell
        for each in (model, figure)
        for cell in (each["sentence"], verdict_said(each), each["finding"], turn(each))
    ]


def turn(claim: dict[str, Any]) -> str:
    """What would turn a claim, after the number's name, which the page leaves out where it stands beside."""
    return str(claim["flips_if"][0].split(" were ")[-1])


@needs_pdf
def test_json_table_page_and_pdf_give_the_same_claims(
    tmp_path: Path, read_page: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ripeness.cli.terminal.WIDTH", 1000)
    options = ("--members", 60, "--prior", "--policies", "pressure_first", "--claims", argument(tmp_path))
    same_everywhere("two_states", options, tmp_path, claim_cells, read_page)


def test_claims_are_those_of_the_case_a_file_or_a_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "two_states"
    shutil.copytree(locate("two_states"), folder)
    (folder / "claims").mkdir()
    (folder / "claims" / "argument.yaml").write_text(ARGUMENT.replace("case: two_states\n", ""), "utf-8")
    few: dict[str, Any] = {"members": 40, "prior": True, "policies": "pressure_first"}
    own = ripeness.report(folder, **few).document
    assert [each["id"] for each in own["claims"]["claims"]] == ["A1", "A2"]
    assert own["claims"]["run"]["members"] == 40
    without = ripeness.report(folder, claims=False, **few).document
    assert without["claims"] is None and "--no-claims" in without["command"]

    file = argument(tmp_path)
    ledger = ripeness.claims(file, members=40, prior=True)
    written = tmp_path / "ledger.json"
    written.write_text(ledger.to_json(), "utf-8")
    by_file, by_ledger, alone = (
        ripeness.report(place, claims=given, **few).document
        for place, given in (("two_states", file), ("two_states", written), (file, True))
    )
    assert by_file["claims"] == by_ledger["claims"] == alone["claims"]
    assert by_ledger["other_runs"] == []
    assert str(file) in by_file["command"] and str(file) in alone["command"]
    assert ripeness.report("two_states", **few).document["claims"] is None


def test_claims_about_another_case_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RipenessError, match="is not the one of this report"):
        ripeness.report("korea_1951_53", claims=argument(tmp_path), members=40)


@needs_pdf
def test_a_pdf_is_tagged_and_every_drawing_in_it_has_words(tmp_path: Path) -> None:
    from pypdf import PdfReader

    file = tmp_path / "r.pdf"
    ripeness.report("two_states", file, members=40, prior=True, policies="pressure_first")
    root: Any = PdfReader(file).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    kinds, unsaid = set(), []

    def walk(element: Any) -> None:
        found = element.get_object()
        if isinstance(found, list):
            for each in found:
                walk(each)
        elif isinstance(found, dict) and "/S" in found:
            kinds.add(found["/S"])
            if found["/S"] == "/Figure" and not found.get("/Alt"):
                unsaid.append(found)
            if "/K" in found:
                walk(found["/K"])

    walk(root["/StructTreeRoot"]["/K"])
    assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Caption", "/Figure", "/L"} <= kinds
    assert unsaid == []
    assert "Two invented states" in pdf_text(file)


def test_a_report_on_a_case_of_ones_own(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(locate("two_states"), folder)
    about = folder / "case.yaml"
    about.write_text(about.read_text().replace("Two invented states", "A war of mine"))
    made = ripeness.report(folder, tmp_path / "r.html", members=40, prior=True, policies="pressure_first")
    assert "A war of mine" in (tmp_path / "r.html").read_text("utf-8")
    assert str(folder) in made.document["command"]


def test_a_saved_comparison_gives_the_same_report(tmp_path: Path) -> None:
    saved = tmp_path / "run"
    first = ripeness.compare("two_states", "pressure_first", members=60, prior=True, out=saved)
    again = ripeness.report("two_states", saved=saved)
    assert json.dumps(again.document["compare"]) == json.dumps(first.document)
    assert "--from" in again.document["command"]


def test_the_command_on_the_page_makes_the_page_again(tmp_path: Path) -> None:
    made = ripeness.report("two_states", members=40, prior=True, policies=["pressure_first"], seed=3)
    words = made.document["command"].split()
    assert words[:2] == ["ripeness", "report"]
    file = tmp_path / "report.html"
    told(*words[1:-1], file)
    assert file.read_text("utf-8") == made.html


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"out": "report.docx"}, "ends in .html or .pdf"),
        ({"claims": "nowhere.json"}, "ripeness claims --json"),
        ({"claims": {"schema": "ripeness/talks/1"}}, "no document of claims"),
        ({"saved": "nowhere"}, "ripeness compare --out DIR"),
    ],
)
def test_what_cannot_be_read_or_written_is_said_with_a_remedy(given: dict[str, Any], said: str) -> None:
    with pytest.raises(RipenessError, match=re.escape(said)):
        ripeness.report("two_states", members=40, **given)


def test_a_missing_library_names_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(RipenessError, match=re.escape("ripeness[report]")):
        ripeness.report("two_states", tmp_path / "r.pdf", members=20, prior=True, policies="pressure_first")
