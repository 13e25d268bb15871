"""Types in the comments of the page's modules, and their form, where Node, the TypeScript compiler and prettier are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "build" / "axe" / "node_modules"
COMPILER = Path(os.environ.get("TSC", MODULES / "typescript" / "bin" / "tsc"))
PRETTIER = Path(os.environ.get("PRETTIER", MODULES / "prettier" / "bin" / "prettier.cjs"))
NODE = shutil.which("node")

OPTIONS = {
    "allowJs": True,
    "checkJs": True,
    "lib": ["es2023", "dom", "dom.iterable"],
    "module": "es2022",
    "moduleResolution": "bundler",
    "noEmit": True,
    "noUnusedLocals": True,
    "noUnusedParameters": True,
    "skipLibCheck": True,
    "strict": True,
    "target": "es2022",
    "types": [],
}


@pytest.mark.skipif(NODE is None, reason="no Node on this machine")
@pytest.mark.skipif(
    not COMPILER.is_file(), reason="no compiler: npm install --prefix build/axe typescript@5, or set TSC"
)
def test_modules_keep_their_types(tmp_path: Path) -> None:
    settings = {"compilerOptions": OPTIONS, "include": [str(ROOT / "src/ripeness/web/page/**/*.js")]}
    project = tmp_path / "tsconfig.json"
    project.write_text(json.dumps(settings), "utf-8")
    found = subprocess.run(
        [str(NODE), str(COMPILER), "-p", str(project)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert found.stdout == ""


@pytest.mark.skipif(NODE is None, reason="no Node on this machine")
@pytest.mark.skipif(
    not PRETTIER.is_file(),
    reason="no prettier: npm install --prefix build/axe prettier@3.10.1, or set PRETTIER",
)
def test_modules_and_styles_have_one_form() -> None:
    found = subprocess.run(
        [str(NODE), str(PRETTIER), "--check", "src/ripeness/web/page/**/*.{js,css}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
