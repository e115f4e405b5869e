"""Providers and sessions."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import ModelError
from app.inference.manifest import find_models_dir, load_manifest
from app.inference.sessions import CPU, Session, choose_provider


def test_the_provider_asked_for_is_used_where_installed() -> None:
    choice = choose_provider("cuda", ["CUDAExecutionProvider", CPU])
    assert (choice.used, choice.reason) == ("cuda", "")


@pytest.mark.parametrize("asked", ["cuda", "directml", "coreml"])
def test_a_provider_that_is_not_installed_falls_back_and_says_why(asked: str) -> None:
    choice = choose_provider(asked, [CPU])
    assert choice.used == "cpu"
    assert asked in choice.reason and "the CPU is used" in choice.reason


def test_an_unknown_provider_falls_back_and_says_why() -> None:
    choice = choose_provider("abacus", [CPU])
    assert choice.used == "cpu" and "abacus" in choice.reason


def test_a_session_without_the_provider_still_runs() -> None:
    manifest = load_manifest(find_models_dir())
    session = Session(manifest, manifest.model("yunet-2023mar"), "coreml", 1)
    outputs = session.run(np.zeros((1, 3, 64, 32), np.float32))
    assert outputs["cls_8"].shape == (1, 8 * 4, 1)
    assert session.provider.used == "cpu" and session.provider.reason


def test_a_tensor_that_does_not_fit_is_a_model_error() -> None:
    manifest = load_manifest(find_models_dir())
    session = Session(manifest, manifest.model("sface-2021dec"), "cpu", 1)
    with pytest.raises(ModelError, match="sface-2021dec failed"):
        session.run(np.zeros((1, 3, 50, 50), np.float32))


def test_a_file_that_is_no_model_cannot_be_opened(tmp_path: Path) -> None:
    text = (find_models_dir() / "manifest.toml").read_text(encoding="utf-8")
    real = load_manifest(find_models_dir()).model("yunet-2023mar").sha256
    (tmp_path / "yunet-2023mar.onnx").write_bytes(b"junk")
    (tmp_path / "manifest.toml").write_text(
        text.replace(real, hashlib.sha256(b"junk").hexdigest()), encoding="utf-8"
    )
    manifest = load_manifest(tmp_path)
    session = Session(manifest, manifest.model("yunet-2023mar"), "cpu", 1)
    with pytest.raises(ModelError, match=r"yunet-2023mar\.onnx cannot be opened"):
        session.run(np.zeros((1, 3, 32, 32), np.float32))
