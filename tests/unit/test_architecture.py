"""The architecture is what pyproject.toml's contracts say, and the contracts catch who breaks them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDS = "# planted by a test\n"


def lint_imports(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the package in `tree`, which must not be shadowed by an installed one."""
    code = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache", *options],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_keeps_every_contract() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("package", "planted", "contract"),
    [
        ("domain", "import app.services\n", "Dependencies point one way"),
        ("storage", "import app.search\n", "Dependencies point one way"),
        ("services", "def late():\n    from app.ui import theme\n", "Dependencies point one way"),
        ("cli", "import app.ui\n", "Dependencies point one way"),
        ("ui", "import app.storage\n", "The window and the command line reach the rest through services"),
        ("jobs", "from PySide6.QtCore import QThread\n", "Only the window knows Qt"),
        ("services", "import sqlalchemy as sa\n", "Only storage knows SQL"),
        ("ui", "import onnxruntime\n", "Only inference runs models"),
        ("cli", "import PIL.Image\n", "Only imaging reads picture files"),
        ("bootstrap", "from rich.console import Console\n", "Only the command line knows the terminal"),
        ("domain", "import pydantic\n", "Only settings know the platform's folders and pydantic"),
    ],
)
def test_a_planted_violation_is_caught(copy: Path, package: str, planted: str, contract: str) -> None:
    module = copy / "app" / package / "planted.py"
    module.write_text(WORDS + planted, encoding="utf-8")
    result = lint_imports(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout
    assert f"app.{package}.planted" in result.stdout


CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


def plant(copy: Path, package: str, *modules: str) -> None:
    lines = "".join(f"import {module}\n" for module in modules)
    (copy / "app" / package / "planted.py").write_text(WORDS + lines, encoding="utf-8")


def test_every_module_that_a_contract_forbids_is_caught(copy: Path) -> None:
    """Also those that are not installed here."""
    for contract in (contract for contract in CONTRACTS if contract["type"] == "forbidden"):
        sources = [name.removeprefix("app").strip(".") or "domain" for name in contract["source_modules"]]
        for source in sources:
            plant(copy, source, *contract["forbidden_modules"])
            result = lint_imports(copy, "--contract", contract["id"])
            (copy / "app" / source / "planted.py").unlink()
            assert result.returncode == 1, result.stdout + result.stderr
            for module in contract["forbidden_modules"]:
                chain = rf"app\.{source}\.planted -> {re.escape(module)}\b"
                assert re.search(chain, result.stdout), f"{contract['name']}: {module} is let in by {source}"


def test_every_way_up_and_aside_is_caught(copy: Path) -> None:
    """Each package imports all that stand above it or beside it: the layers name every pair."""
    (layers,) = (contract["layers"] for contract in CONTRACTS if contract["id"] == "layers")
    # What is in brackets need not exist yet, and `__main__` is a module.
    ranks = [re.findall(r"(?<!\()\b\w+\b(?!\))", layer) for layer in layers if layer != "__main__"]
    assert len(ranks) >= 6 and sum(map(len, ranks)) >= 11
    forbidden: set[tuple[str, str]] = set()
    for depth, rank in enumerate(ranks):
        for package in rank:
            reached = [other for above in ranks[: depth + 1] for other in above if other != package]
            forbidden |= {(package, other) for other in reached}
            plant(copy, package, *(f"app.{other}" for other in reached))
    result = lint_imports(copy, "--contract", "layers")
    assert result.returncode == 1, result.stdout + result.stderr
    said = set(re.findall(r"app\.(\w+) is not allowed to import app\.(\w+)", result.stdout))
    assert forbidden - said == set()


def test_a_package_outside_the_layers_is_caught(copy: Path) -> None:
    (copy / "app" / "helpers").mkdir()
    (copy / "app" / "helpers" / "__init__.py").write_text(WORDS, encoding="utf-8")
    result = lint_imports(copy, "--contract", "layers")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "helpers" in result.stdout + result.stderr
