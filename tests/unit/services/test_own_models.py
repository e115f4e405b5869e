"""The folder of one's own models: its manifest written and read again, files copied and removed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ModelError, ResourceAlreadyExists, ResourceNotFound
from app.inference.manifest import load_manifest
from app.services.models.own import Entry, OwnModels, _toml

SCALE = {"cosines": [-1.0, 0.3, 1.0], "similarities": [0.0, 80.0, 100.0]}


def entry(model_id: str = "mine", **settings: object) -> Entry:
    return {
        "id": model_id,
        "task": "face-embedding",
        "licence": 'as "stated"\nby me',
        "source": "äöü.onnx",
        "input": {
            "channels": "RGB",
            "layout": "NCHW",
            "mean": [127.5] * 3,
            "scale": [1 / 127.5] * 3,
            "size": [112, 112],
        },
        "output": {"dimension": 512, "alignment": "arcface-112-v2", "name": "vec"},
        "settings": {"similarity": SCALE, **settings},
    }


@pytest.fixture
def own(tmp_path: Path) -> OwnModels:
    return OwnModels(tmp_path / "models")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "given.onnx"
    path.write_bytes(b"weights")
    return path


def test_what_is_added_is_described_and_copied(own: OwnModels, file: Path) -> None:
    own.add(file, entry(batch=1, check=["one", "two “2”"], doubtful=False))
    file.unlink()
    model = load_manifest(own.folder).model("mine")
    assert model.path.read_bytes() == b"weights" and load_manifest(own.folder).verified(model)
    assert model.contract.dimension == 512 and model.scale.cosine(80) == 0.3
    assert model.licence == 'as "stated"\nby me' and model.source == "äöü.onnx"
    assert model.settings["check"] == ["one", "two “2”"] and model.settings["doubtful"] is False
    assert model.input.scale == (1 / 127.5,) * 3, "to the last bit: it is a part of the contract"


def test_a_file_is_there_once(own: OwnModels, file: Path) -> None:
    own.add(file, entry())
    with pytest.raises(ResourceAlreadyExists, match="already, as mine"):
        own.add(file, entry("other"))
    file.write_bytes(b"more weights")
    with pytest.raises(ResourceAlreadyExists, match="a model mine already"):
        own.add(file, entry())
    assert [each["id"] for each in own.entries()] == ["mine"]


def test_settings_change_and_models_go(own: OwnModels, file: Path) -> None:
    own.add(file, entry())
    file.write_bytes(b"more weights")
    own.add(file, entry("other"))
    own.update("mine", {"calibration": "sure", "similarity": SCALE | {"cosines": [-1.0, 0.5, 1.0]}})
    manifest = load_manifest(own.folder)
    assert manifest.model("mine").scale.cosine(80) == 0.5 and manifest.model("other").scale.cosine(80) == 0.3
    own.remove("mine")
    assert [each["id"] for each in own.entries()] == ["other"]
    assert [path.name for path in own.folder.glob("*.onnx")] == ["other.onnx"]
    with pytest.raises(ResourceNotFound):
        own.remove("mine")
    with pytest.raises(ResourceNotFound):
        own.update("mine", {})


def test_a_damaged_list_is_not_written_over(own: OwnModels, file: Path) -> None:
    own.folder.mkdir()
    (own.folder / "manifest.toml").write_text("version = [")
    with pytest.raises(ModelError, match="Mend it"):
        own.add(file, entry())
    assert (own.folder / "manifest.toml").read_text() == "version = ["
    assert not list(own.folder.glob("*.onnx"))


def test_a_source_that_cannot_be_read(own: OwnModels, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        own.add(tmp_path / "nowhere.onnx", entry())


PLAIN = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",))),
    st.integers(-(2**53), 2**53),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(st.one_of(PLAIN, st.lists(PLAIN, max_size=3)))
def test_every_value_is_read_as_it_was_written(value: object) -> None:
    assert tomllib.loads(f"key = {_toml(value)}") == {"key": value}
