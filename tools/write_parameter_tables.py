"""Write the parameter tables of docs/model from the common priors and the parameter file of the shipped case.

A page holds a table for each block it names, between `<!-- parameters: BLOCK -->` and `<!-- end -->`. Run after
every change of priors or sources; a test fails while a page is out of date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml

from ripeness.case import prior_from

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "model"
CASES = ROOT / "src" / "ripeness" / "cases"
PARAMETERS = CASES / "ukraine" / "parameters.yaml"
TABLE = re.compile(r"(<!-- parameters: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def row(spec: dict[str, Any]) -> str:
    """One line of a table: name, meaning, unit, prior, how far the record identifies it, source."""
    prior = prior_from(spec["prior"]).describe()
    for early in spec.get("as_of", ()):
        prior += f"; in fits before {early['before']}: {prior_from(early['prior']).describe()}"
    unit = "" if spec["unit"] == "none" else spec["unit"]
    source = f"{spec['source']} ({spec['quality']})"
    cells = [f"`{spec['name']}`", spec["label"], unit, prior, spec["identification"], source]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(specs: list[dict[str, Any]]) -> str:
    """Markdown table of the parameters of one block."""
    head = "| Parameter | Meaning | Unit | Prior | The record | Source |\n| --- | --- | --- | --- | --- | --- |\n"
    return head + "".join(row(spec) + "\n" for spec in specs)


def with_tables(page: str, specs: list[dict[str, Any]]) -> str:
    """The page with every table it asks for written anew."""

    def written(found: re.Match[str]) -> str:
        block = [spec for spec in specs if spec["block"] == found[2]]
        if not block:
            raise SystemExit(f"no parameter of the case has block {found[2]!r}")
        return f"{found[1]}\n{table(block)}\n{found[3]}"

    return TABLE.sub(written, page)


def all_specs() -> list[dict[str, Any]]:
    """Common priors of every block that has some, and the shipped case's priors of the other blocks."""
    common = [
        spec
        for path in sorted((CASES / "common").glob("*.yaml"))
        for spec in yaml.safe_load(path.read_text())["parameters"]
    ]
    blocks = {spec["block"] for spec in common}
    own = yaml.safe_load(PARAMETERS.read_text())["parameters"]
    return common + [spec for spec in own if spec["block"] not in blocks]


def outdated() -> dict[Path, str]:
    """Pages that differ from what they should be, with what they should be."""
    specs = all_specs()
    pages = {path: path.read_text() for path in sorted(PAGES.glob("*.md"))}
    fresh = {path: with_tables(text, specs) for path, text in pages.items()}
    return {path: fresh[path] for path, text in pages.items() if fresh[path] != text}


def main() -> None:
    """Write every page that is out of date."""
    for path, text in outdated().items():
        path.write_text(text)
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
