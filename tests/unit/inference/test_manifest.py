"""The manifest: what it reads, and the sentence for each way in which it or a file can be wrong."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from app.domain.errors import ModelError
from app.inference import manifest as manifest_module
from app.inference.manifest import Task, find_models_dir, load_manifest

CONTENT = b"not really a network"
ENTRY = f"""
[[models]]
id = "mine"
task = "face-embedding"
file = "mine.onnx"
sha256 = "{hashlib.sha256(CONTENT).hexdigest()}"
licence = "none"
source = "myself"
[models.input]
channels = "RGB"
layout = "NCHW"
mean = [127.5, 127.5, 127.5]
scale = 0.0078125
size = [112, 112]
[models.output]
dimension = 512
alignment = "arcface-112-v2"
[models.settings]
similarity = {{ cosines = [-1.0, 0.4, 1.0], similarities = [0.0, 80.0, 100.0] }}
"""
DOCUMENT = 'version = 1\n[defaults]\nface-embedding = "mine"\n' + ENTRY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "manifest.toml").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "mine.onnx").write_bytes(CONTENT)
    return tmp_path


def rewritten(folder: Path, old: str, new: str) -> Path:
    path = folder / "manifest.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_an_own_embedding_of_512_dimensions_is_described_by_one_entry(folder: Path) -> None:
    model = load_manifest(folder).default(Task.FACE_EMBEDDING)
    assert model.path == folder / "mine.onnx"
    assert model.contract.dimension == 512
    assert model.contract.alignment == "arcface-112-v2"
    assert model.scale.cosine(80.0) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("old", "new"),
    [("mean = [127.5, ", "mean = [0.0, "), ('"RGB"', '"BGR"'), ("dimension = 512", "dimension = 256")],
)
def test_whatever_changes_a_vector_changes_the_contract(folder: Path, old: str, new: str) -> None:
    before = load_manifest(folder).default(Task.FACE_EMBEDDING).contract.digest
    after = load_manifest(rewritten(folder, old, new)).default(Task.FACE_EMBEDDING).contract.digest
    assert before != after


def test_a_new_scale_leaves_the_contract(folder: Path) -> None:
    before = load_manifest(folder).default(Task.FACE_EMBEDDING).contract.digest
    after = load_manifest(rewritten(folder, "[-1.0, 0.4, 1.0]", "[-1.0, 0.5, 1.0]"))
    assert after.default(Task.FACE_EMBEDDING).contract.digest == before


def test_an_untouched_file_is_read_once(folder: Path) -> None:
    manifest = load_manifest(folder)
    model = manifest.model("mine")
    assert manifest.verified(model) == model.path
    model.path.unlink()
    assert manifest.verified(model) == model.path


def test_an_altered_file_is_refused(folder: Path) -> None:
    manifest = load_manifest(folder)
    (folder / "mine.onnx").write_bytes(CONTENT + b"!")
    with pytest.raises(ModelError, match=r"mine\.onnx is not the one that was shipped"):
        manifest.verified(manifest.model("mine"))


def test_a_missing_file_is_named(folder: Path) -> None:
    manifest = load_manifest(folder)
    (folder / "mine.onnx").unlink()
    with pytest.raises(ModelError, match=r"mine\.onnx is missing"):
        manifest.verified(manifest.model("mine"))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("version = 1", "version = 9", "is of version 9"),
        ('licence = "none"\n', "", "“licence” is missing"),
        ('"mine.onnx"', '"../mine.onnx"', "must lie beside"),
        ('"RGB"', '"XYZ"', "channels must be RGB or BGR"),
        ("[127.5, 127.5, 127.5]", "[1.0]", "needs three numbers"),
        ("[[models]]", "[[models]", "cannot be read"),
        ('task = "face-embedding"', 'task = "juggling"', "juggling"),
        ('face-embedding = "mine"', 'juggling = "mine"', "unknown task"),
    ],
)
def test_a_wrong_manifest_is_told_in_a_sentence(folder: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence.replace("[", r"\[")) as caught:
        load_manifest(rewritten(folder, old, new))
    assert "manifest.toml" in str(caught.value)


def test_two_entries_of_one_id_are_refused(folder: Path) -> None:
    (folder / "manifest.toml").write_text(DOCUMENT + ENTRY, encoding="utf-8")
    with pytest.raises(ModelError, match="mine twice"):
        load_manifest(folder)


def test_a_folder_without_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"manifest\.toml is missing"):
        load_manifest(tmp_path)


def test_unknown_names_say_what_there_is(folder: Path) -> None:
    manifest = load_manifest(folder)
    with pytest.raises(ModelError, match="It has: mine"):
        manifest.model("theirs")
    with pytest.raises(ModelError, match="no default model for “face-detection”"):
        manifest.default(Task.FACE_DETECTION)


def test_knots_that_do_not_rise_are_refused(folder: Path) -> None:
    manifest = load_manifest(rewritten(folder, "[-1.0, 0.4, 1.0]", "[-1.0, 0.4, 0.3]"))
    with pytest.raises(ModelError, match="similarity scale of the model mine"):
        _ = manifest.model("mine").scale


def test_an_embedding_needs_a_dimension(folder: Path) -> None:
    manifest = load_manifest(rewritten(folder, "dimension = 512\n", ""))
    with pytest.raises(ModelError, match="cannot embed faces"):
        _ = manifest.model("mine").contract


def test_the_models_are_found_in_a_checkout() -> None:
    assert (find_models_dir() / "manifest.toml").is_file()


def test_the_models_are_found_in_a_built_program(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = folder.parent / "bundle"
    bundle.mkdir(exist_ok=True)
    folder.rename(bundle / "models")
    monkeypatch.setattr(sys, "_MEIPASS", str(bundle), raising=False)
    assert find_models_dir() == bundle / "models"


def test_the_models_are_found_in_an_installed_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = folder.parent / "site" / "app"
    (package / "inference").mkdir(parents=True)
    folder.rename(package / "models")
    monkeypatch.setattr(manifest_module, "__file__", str(package / "inference" / "manifest.py"))
    assert find_models_dir() == package / "models"


def test_no_models_anywhere_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_module, "__file__", str(tmp_path / "app" / "inference" / "manifest.py"))
    with pytest.raises(ModelError, match=r"looked in .*models"):
        find_models_dir()


def test_every_shipped_model_has_its_file_and_licence() -> None:
    manifest = load_manifest(find_models_dir())
    assert set(manifest.defaults) == set(Task)
    for model in manifest.models.values():
        assert manifest.verified(model).is_file()
        assert (manifest.folder / "licences" / f"{model.id}.txt").is_file()
