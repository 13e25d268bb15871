"""What may not stand in any committed file, and what a built package must hold."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCK_NAMES = re.compile(
    r"(^|/)(uv\.lock|.*requirements.*\.(txt|lock)|constraints.*\.txt|package-lock\.json)$"
)

# Written in two parts, so that this file does not hold what it forbids.
REGISTRY_HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "anaconda" + ".org"]
MACHINE_PATHS = ["/" + "work/", "/" + "root/", "/" + "opt/pypi", "/" + "home/"]


def committed_files() -> list[Path]:
    """Files that git tracks, or would track: what a release is made of."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """Content as text; bytes that are no text do not matter here."""
    return path.read_bytes().decode("utf-8", errors="ignore")


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    forbidden = re.compile("|".join(re.escape(word) for word in REGISTRY_HOSTS + MACHINE_PATHS))
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in committed_files()
        if (match := forbidden.search(text_of(path)))
    ]
    assert found == []


def test_lock_files_hold_names_and_versions_only() -> None:
    locks = [path for path in committed_files() if LOCK_NAMES.search(str(path.relative_to(ROOT)))]
    assert ROOT / "requirements.lock" in locks
    for lock in locks:
        lines = [line for line in text_of(lock).splitlines() if not line.lstrip().startswith("#")]
        addressed = [line for line in lines if re.search(r"://|@ |^\s*-|index|find-links", line)]
        assert addressed == [], f"{lock.name} says where packages come from"


def test_the_lock_pins_every_direct_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = {re.split(r"[\[<>=~ ]", line)[0].lower() for group in groups for line in group} - {"ripeness"}
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", text_of(ROOT / "requirements.lock"), flags=re.MULTILINE))
    assert wanted <= pinned, "run `make lock`"


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in (path for path in committed_files() if path.suffix == ".md"):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(page)):
            if (
                "://" not in target
                and not target.startswith("mailto:")
                and not (page.parent / target).exists()
            ):
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    index = text_of(folder / "README.md")
    assert [page.name for page in sorted(folder.glob("0*.md")) if f"({page.name})" not in index] == []


def test_a_built_package_holds_code_and_every_case_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("ripeness-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "src"
    shipped = {str(p.relative_to(source)) for p in committed_files() if p.is_relative_to(source / "ripeness")}
    assert shipped <= held
    assert any(name.startswith("ripeness/cases/") for name in held)
