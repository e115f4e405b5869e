from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from app.rekognition.model.patterns import translated
from app.rekognition.model.table import service_table
from app.rekognition.operations import OPERATIONS

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def maker() -> ModuleType:
    pytest.importorskip("botocore", reason="the service model comes with botocore: pip install boto3")
    spec = importlib.util.spec_from_file_location("service_table", ROOT / "packaging" / "service_table.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_what_botocore_has(maker: ModuleType) -> None:
    made = maker.table(maker.service_model())
    kept = json.loads(maker.TABLE.read_text("utf-8"))
    assert kept == made, "botocore's model has changed: run packaging/service_table.py, then the tests"
    assert maker.TABLE.read_text("utf-8") == maker.text(made)


def test_an_old_table_is_noticed(maker: ModuleType, tmp_path: Path) -> None:
    maker.TABLE = tmp_path / "service.json"
    assert maker.main(["--check"]) == 1
    assert maker.main([]) == 0
    assert maker.main(["--check"]) == 0


def test_the_table_has_every_operation_and_no_documentation(maker: ModuleType) -> None:
    table = service_table()
    model = maker.service_model()
    assert len(table.operations) == 22
    assert set(table.operations) | table.others == set(model["operations"])
    assert not set(table.operations) & table.others
    assert "documentation" not in maker.TABLE.read_text("utf-8")
    assert maker.TABLE.stat().st_size < 40_000


def test_the_operations_that_have_handlers_are_in_the_table() -> None:
    assert set(OPERATIONS) <= set(service_table().operations)


def test_idempotent_are_those_that_botocore_fills_a_token_in_for() -> None:
    idempotent = {name for name, operation in service_table().operations.items() if operation.token}
    assert idempotent == {"AssociateFaces", "CreateUser", "DeleteUser", "DisassociateFaces"}


def test_every_pattern_of_the_table_is_known() -> None:
    patterns = {shape.pattern for shape in service_table().shapes.values() if shape.pattern}
    assert len(patterns) >= 10
    for pattern in patterns:
        assert translated(pattern)


def test_it_runs_as_a_program(maker: ModuleType) -> None:
    done = subprocess.run(
        [sys.executable, "packaging/service_table.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "up to date" in done.stdout
