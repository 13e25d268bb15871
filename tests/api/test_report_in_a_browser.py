"""The page in a browser: an automated check of accessibility finds nothing, on a desk and on a phone."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

import ripeness

ASK = """
document.querySelectorAll('details').forEach(each => each.open = true);
axe.run(document).then(found => {
  const pre = document.createElement('pre');
  pre.id = 'found';
  pre.textContent = JSON.stringify({
    wide: document.documentElement.scrollWidth > window.innerWidth,
    passes: found.passes.length,
    violations: found.violations.map(each => each.id + ': ' + each.nodes[0].html.slice(0, 200)),
  });
  document.body.append(pre);
});
"""

ARGUMENT = """\
title: A made-up article
case: korea_1951_53
claims:
  - id: A1
    sentence: Talks brought the sides nearer, and only because of pressure.
    type: causal
    source: nobody
    quality: recalled
    note: Two things at once.
    test:
      kind: all_of
      parts:
        - name: nearer
          says: they came nearer
          test: {kind: talks_measure, measure: progress, is: {at_least: 0.2}, judgment: a fifth of the scale}
        - name: right
          says: rightly so
          test: {kind: not_testable, reason: a judgement, testable_if: it said what came of it}
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    file, argument = folder / "r.html", folder / "argument.yaml"
    argument.write_text(ARGUMENT, "utf-8")
    options = {"members": 40, "structural_draws": 8, "policies": "simultaneous"}
    ripeness.report("korea_1951_53", file, claims=argument, **options)
    return file.read_text("utf-8")


@pytest.mark.parametrize("size", ["1280,900", "500,900"])  # Chromium's window is at least 500 wide
def test_axe_finds_nothing(page: str, size: str, tmp_path: Path, chromium: Any, axe: str) -> None:
    open_ = re.sub(r"<meta http-equiv[^>]*>", "", page)
    asked = open_.replace("</body>", f"<script>{axe}</script><script>{ASK}</script></body>")
    file = tmp_path / "asked.html"
    file.write_text(asked, "utf-8")
    command = [
        chromium.program,
        "--headless",
        *chromium.options,
        f"--window-size={size}",
        f"--user-data-dir={tmp_path / 'user'}",
    ]
    command += ["--virtual-time-budget=60000", "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, flags=re.DOTALL)
    assert found is not None, done.stderr[-2000:]
    said = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert said["violations"] == []
    assert said["passes"] > 20
    assert not said["wide"]
