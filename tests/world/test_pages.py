"""The pages of the model say what the code says: equation numbers, levers, parameters."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "model"
SOURCES = [
    *sorted((ROOT / "src" / "ripeness" / "world").glob("*.py")),
    *sorted((ROOT / "src" / "ripeness" / "bargaining").glob("*.py")),
    *sorted((ROOT / "src" / "ripeness" / "analysis").glob("*.py")),
    ROOT / "src/ripeness/policy/search_points.py",
    *(ROOT / "src/ripeness/ensemble" / name for name in ("month.py", "effort.py", "plans.py", "budgets.py")),
]

PAGE_WITHOUT_NAME = {"assimilation.py": "assimilation.md", "month.py": "triggers.md"}
"""Pages of files whose docstring names none."""

WITHOUT_NUMBERS = {"discovery.md", "talks.md"}
"""Pages of measures that are said in words."""

IN_PAGE = re.compile(r"^(?:\| )?\*\*([A-Z]{1,2}\d+)\*\*", re.MULTILINE)


def in_code() -> dict[str, set[str]]:
    """Equation numbers by page, as the docstrings of the blocks name them."""
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        text = path.read_text()
        page = PAGE_WITHOUT_NAME.get(path.name)
        if named := re.search(r"Equations \(docs/model/(\w+\.md)", text):
            page = named[1]
        if page is None:
            continue
        docs = re.findall(r'"""(.*?)"""', text, re.DOTALL)
        # Numbers stand at the start of a line of the module's own docstring; T1 to T3 in that of the function.
        own = docs[0] if path.name != "month.py" else next(doc for doc in docs if "T1" in doc)
        numbers = re.findall(r"^    ([A-Z]{1,2}\d+)\b", own, re.MULTILINE) + re.findall(r"; +(FU\d)\b", own)
        if path.name == "month.py":
            numbers = re.findall(r"\b(T\d)\b", own)
        found.setdefault(page, set()).update(numbers)
    return found


def test_every_block_with_equations_has_a_page():
    pages = in_code()
    assert set(pages) == {path.name for path in PAGES.glob("*.md")} - {"README.md"} - WITHOUT_NUMBERS
    assert all(pages.values())


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.glob("*.md") if path.name != "README.md"))
def test_code_and_page_name_the_same_equations(page):
    numbers = IN_PAGE.findall((PAGES / page).read_text())
    assert len(numbers) == len(set(numbers)), "a number stands twice"
    assert set(numbers) == in_code().get(page, set())
    assert bool(numbers) == (page not in WITHOUT_NUMBERS)


def test_the_index_names_every_page():
    index = (PAGES / "README.md").read_text()
    assert [
        path.name for path in PAGES.glob("*.md") if path.name != "README.md" and f"({path.name})" not in index
    ] == []


def test_parameter_tables_are_up_to_date():
    outdated = runpy.run_path(str(ROOT / "tools" / "write_parameter_tables.py"))["outdated"]
    assert list(outdated()) == [], "run python tools/write_parameter_tables.py"


def test_every_parameter_stands_in_a_page():
    specs = yaml.safe_load((ROOT / "src/ripeness/cases/ukraine/parameters.yaml").read_text())["parameters"]
    text = "".join(path.read_text() for path in PAGES.glob("*.md"))
    assert [spec["name"] for spec in specs if f"`{spec['name']}`" not in text] == []
