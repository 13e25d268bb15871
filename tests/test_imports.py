"""The rooms of architecture: every import of every file, read against `imports_table.toml`."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "ripeness"
TABLE = tomllib.loads((Path(__file__).parent / "imports_table.toml").read_text())
NAMED_TUPLE_METHODS = {"_asdict", "_fields", "_field_defaults", "_make", "_replace"}
"""Public in spite of the underscore, so that fields may have any name."""


def room_of(path: Path) -> str:
    """Room of a source file: its folder, or its own name, directly under the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "package" if parts[0] in {"__init__", "__main__"} else parts[0]


def imported_modules(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of all that is imported, at any depth: `from a import b` gives `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, f"{'.' * node.level}{node.module or ''}.{alias.name}"
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in {"import_module", "__import__"}:
                yield node.lineno, str(node.args[0].value)


def bound_names(tree: ast.AST, room: str) -> set[str]:
    """Names that stand for something imported from another room."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            origin, aliases = f"{node.module}.", node.names
            if origin == "ripeness.":
                names |= {a.asname or a.name for a in aliases if a.name != room}
            elif origin.startswith("ripeness.") and not origin.startswith(f"ripeness.{room}."):
                names |= {a.asname or a.name for a in aliases}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("ripeness") and not f"{alias.name}.".startswith(f"ripeness.{room}."):
                    names.add(alias.asname or alias.name.partition(".")[0])
    return names


def is_private(name: str) -> bool:
    """Starts with one underscore; dunder names and the documented methods of named tuples do not count."""
    return name.startswith("_") and not name.startswith("__") and name not in NAMED_TUPLE_METHODS


def rooms_that_may_import(module: str) -> list[str] | None:
    """Rooms to which a module from outside is open, by the longest name in the table; None where unknown."""
    limits: dict[str, list[str]] = TABLE["libraries"] | TABLE["standard"]
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in limits:
            return limits[name]
    return list(TABLE["rooms"]) if parts[0] in sys.stdlib_module_names else None


def module_faults(room: str, module: str) -> Iterator[str]:
    """What is wrong with one imported name, seen from `room`."""
    parts = module.split(".")
    if module.startswith("."):
        yield f"relative import {module}: write it out from ripeness"
    elif parts[0] == "ripeness":
        target = parts[1] if len(parts) > 1 and parts[1] in TABLE["rooms"] else "package"
        if target != room and target not in TABLE["rooms"][room]:
            yield f"{room} may not import {target} ({module})"
        if target != room and any(is_private(part) for part in parts):
            yield f"{room} imports a private name of {target} ({module})"
    else:
        rooms = rooms_that_may_import(module)
        if rooms is None:
            yield f"library {parts[0]} is not in imports_table.toml"
        elif room not in rooms:
            yield f"{room} may not import {module}"


def attribute_faults(room: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Private attributes of what other rooms own, and `np.random`, which needs no import of its own."""
    foreign = bound_names(tree, room)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        chain = ast.unparse(node)
        if is_private(node.attr) and chain.partition(".")[0] in foreign:
            yield node.lineno, f"{room} uses a private name of another room ({chain})"
        elif chain in {"np.random", "numpy.random"} and room not in TABLE["libraries"]["numpy.random"]:
            yield node.lineno, f"{room} may not use numpy.random"


def faults_in(source: str, room: str) -> list[str]:
    """All violations of the table in one source text, each with its line."""
    tree = ast.parse(source)
    found = [
        (line, fault) for line, module in imported_modules(tree) for fault in module_faults(room, module)
    ]
    found += attribute_faults(room, tree)
    return [f"{line}: {fault}" for line, fault in sorted(set(found))]


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_import_is_allowed_by_the_table(path: Path) -> None:
    room = room_of(path)
    assert room in TABLE["rooms"], f"room {room} is missing in tests/imports_table.toml"
    assert faults_in(path.read_text(), room) == []


def test_rooms_import_only_rooms_listed_above_them() -> None:
    order = list(TABLE["rooms"])
    for room, allowed in TABLE["rooms"].items():
        below = [other for other in allowed if order.index(other) >= order.index(room)]
        assert not below, f"{room} would import {below}, which is not listed before it"


def test_libraries_name_existing_rooms_and_declared_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = {line.partition(">")[0].lower() for group in groups for line in group}
    comes_with = {"yaml": "pyyaml", "llvmlite": "numba", "sklearn": "scikit-learn"}
    for library, rooms in TABLE["libraries"].items():
        assert set(rooms) <= set(TABLE["rooms"]), f"{library} names a room that is not in the table"
        top = library.partition(".")[0]
        assert comes_with.get(top, top) in declared, f"{library} is not declared in pyproject.toml"


def test_data_folders_hold_no_code() -> None:
    for folder in TABLE["data"]["folders"]:
        assert not list((PACKAGE / folder).rglob("*.py"))


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("base", "import ripeness.flow"),
        ("world", "def step():\n    from ripeness.policy import compile_policy"),
        ("world", "import numpy as np"),
        ("flow", "from ripeness import case"),
        ("evidence", "from ripeness import anything"),
        ("ensemble", "from ripeness.engine.kernel import _compiled"),
        ("ensemble", "from ripeness.engine import _private"),
        ("ensemble", "from ripeness.engine import kernel\nkernel._compiled()"),
        ("ensemble", "import ripeness.engine.kernel\nripeness.engine.kernel._compiled"),
        ("cli", "from ripeness.world import treasury"),
        ("policy", "from . import presets"),
        ("policy", "import importlib\nimportlib.import_module('ripeness.world')"),
        ("policy", "if TYPE_CHECKING:\n    import jax.numpy as jnp"),
        ("api", "import flask"),
        ("ensemble", "import random"),
        ("ensemble", "import numpy as np\nnp.random.default_rng(1)"),
        ("ensemble", "from numpy.random import Generator"),
        ("ensemble", "from numpy import random"),
    ],
)
def test_a_violation_is_found(room: str, source: str) -> None:
    assert faults_in(source, room)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("world", "import math\nfrom ripeness.flow import Levers\nLevers._fields"),
        ("engine", "def run():\n    import jax\n    from ripeness.engine.kernel import _compiled"),
        ("case", "from ripeness.evidence import Series\nimport yaml\nfrom ripeness.case import prior"),
        ("package", "from ripeness import api"),
        ("fit", "self._cache = 1"),
    ],
)
def test_what_is_allowed_passes(room: str, source: str) -> None:
    assert faults_in(source, room) == []


HEAVY = ("jax", "numba", "pandas", "matplotlib", "xarray", "scipy")


def loaded_after(statements: str) -> set[str]:
    """Heavy libraries in memory once a fresh interpreter has run `statements`."""
    report = f"\nimport sys; print('loaded:', *(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", statements + report], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("loaded:")[2].split())


def test_import_ripeness_is_light() -> None:
    assert loaded_after("import ripeness") == set()


def test_help_is_light() -> None:
    statements = """
import sys
from ripeness.cli import main
sys.argv = ["ripeness", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    assert loaded_after(statements) == set()
