"""Models of one's own: real faces, real files, each tried in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.bootstrap.resources import resources_dir
from app.domain.errors import Cancelled, Conflict, ModelError, ResourceAlreadyExists
from app.domain.records import Origin
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.inference.separation import LabelledFaces
from app.jobs import JobQueue, JobState
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.history import HistoryService
from app.services.ingest import IngestService
from app.services.models import ModelService, Sureness
from app.services.models.known_faces import known_faces
from app.services.models.probing import probe
from app.services.search import SearchService
from app.services.users import UserService
from app.services.vector_store import VectorStore
from app.storage.library import open_library
from tests import onnx_files

MOBILE = find_models_dir() / "mobilefacenet-192.onnx"
SFACE = find_models_dir() / "sface-2021dec.onnx"
NHWC_2 = {"layout": "NHWC", "batch": 2}


@pytest.fixture(scope="module")
def faces() -> LabelledFaces:
    return known_faces(OnnxFaceEngine(find_models_dir()), resources_dir() / "demo")


class Desk:
    """The services over one library, with a folder for own models."""

    def __init__(self, folder: Path, faces: LabelledFaces) -> None:
        self.library = open_library(folder / "library")
        self.engine = OnnxFaceEngine(find_models_dir(), own_models=folder / "models")
        self.jobs, events, origin = JobQueue(2), EventHub(), Origin.COMMAND_LINE
        database = self.library.database
        store = VectorStore(self.library, self.engine)
        self.search = SearchService(store, self.engine, self.library, events, origin)
        self.ingest = IngestService(self.library, self.engine, self.jobs, events, origin)
        self.collections = CollectionService(database, events, origin, self.engine.contract)
        self.users = UserService(database, events, origin, self.search.similarities_to_user)
        self.history = HistoryService(database, events, origin)
        self.models = ModelService(self.library, self.engine, self.jobs, events, origin, lambda: faces)

    def use(self, pk: int, model: str) -> JobState:
        view = self.jobs.wait(self.models.use(pk, model).id, 120)
        assert view is not None
        return view.state

    def close(self) -> None:
        self.jobs.close()
        self.ingest.close()
        self.models.close()
        self.library.close()


@pytest.fixture
def desk(tmp_path: Path, faces: LabelledFaces) -> Iterator[Desk]:
    made = Desk(tmp_path, faces)
    yield made
    made.close()


def written(folder: Path, content: bytes, name: str = "model.onnx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


# -- the guided check --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words", "layout", "batch", "kind"),
    [
        ({"original": SFACE, "factor": 127.5}, "RGB, (x − 127.5) / 127.5", "NCHW", 1, "float32"),
        ({"original": SFACE, "shift": -127.5, "batch": "n"}, "RGB, x from 0 to 255", "NCHW", 0, "float32"),
        (
            {"original": SFACE, "factor": 255.0, "shift": -127.5, "swapped": True} | NHWC_2,
            "BGR, x / 255",
            "NHWC",
            2,
            "float32",
        ),
        ({"original": SFACE, "shift": -127.5, "kind": "uint8"}, "RGB, x from 0 to 255", "NCHW", 1, "uint8"),
    ],
)
def test_the_check_finds_out_how_to_feed_a_model(
    tmp_path: Path,
    faces: LabelledFaces,
    content: dict[str, Any],
    words: str,
    layout: str,
    batch: int,
    kind: str,
) -> None:
    found = probe(written(tmp_path, onnx_files.projected(**content)), faces)
    shape = found.shape
    assert (shape.layout, shape.batch, shape.type, shape.dimension) == (layout, batch, kind, 512)
    assert found.trials[0].feeding.words == words
    assert found.trials[0].gap > 0.15 and found.ms > 0
    assert found.tried == (2 if kind == "uint8" else 9)


def test_a_net_that_was_never_trained_does_not_keep_people_apart(
    tmp_path: Path, desk: Desk, faces: LabelledFaces
) -> None:
    path = written(tmp_path, onnx_files.untrained(2), "noise.onnx")
    found = desk.models.check(path)
    assert not found.usable and "does not keep people apart" in found.verdict
    with pytest.raises(ModelError, match="was not added"):
        desk.models.add(path, found=found)
    assert not (tmp_path / "models").exists()
    # A person may insist, and is told of it from then on.
    assert desk.models.add(path, anyway=True, found=found).doubtful


def flat(shape: list[int | str], dimension: int) -> bytes:
    return onnx_files.model(
        [onnx_files.node("Flatten", ["x"], ["y"], axis=1)],
        [onnx_files.value("x", shape)],
        [onnx_files.value("y", [shape[0], dimension])],
    )


def whole_numbers() -> bytes:
    return onnx_files.model(
        [onnx_files.node("Cast", ["x"], ["f"], to=1), onnx_files.node("Flatten", ["f"], ["y"], axis=1)],
        [onnx_files.value("x", [1, 3, 112, 112], "int64")],
        [onnx_files.value("y", [1, 37632])],
    )


def constant() -> bytes:
    """The same 64 numbers, whatever the face."""
    return onnx_files.model(
        [
            onnx_files.node("ReduceMean", ["x"], ["m"], axes=[1, 2, 3], keepdims=0),
            onnx_files.node("Unsqueeze", ["m", "axis"], ["u"]),
            onnx_files.node("Mul", ["u", "zero"], ["z"]),
            onnx_files.node("Add", ["z", "row"], ["y"]),
        ],
        [onnx_files.value("x", ["n", 3, 112, 112])],
        [onnx_files.value("y", ["n", 64])],
        [
            onnx_files.tensor("axis", np.array([1], np.int64)),
            onnx_files.tensor("zero", np.zeros((1, 1), np.float32)),
            onnx_files.tensor("row", np.ones((1, 64), np.float32)),
        ],
    )


def endless() -> bytes:
    """Wants 400 GB."""
    return onnx_files.model(
        [
            onnx_files.node("ConstantOfShape", ["size"], ["huge"]),
            onnx_files.node("ReduceSum", ["huge"], ["sum"], keepdims=0),
            onnx_files.node("Flatten", ["x"], ["f"], axis=1),
            onnx_files.node("Add", ["f", "sum"], ["y"]),
        ],
        [onnx_files.value("x", ["n", 3, 112, 112])],
        [onnx_files.value("y", ["n", 37632])],
        [onnx_files.tensor("size", np.array([100_000, 1_000_000], np.int64))],
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has 0 bytes"),
        (b"not a model at all. " * 20, "not an ONNX file"),
        (b"\xff\xd8\xff\xe0" + bytes(500), "not an ONNX file|cannot open"),
        (MOBILE.read_bytes()[:200_000], "damaged|cannot open"),
        (flat([1, 3, 160, 160], 76800), "input of 1 × 3 × 160 × 160"),
        (flat([1, 1, 112, 112], 12544), "input of 1 × 1 × 112 × 112"),
        (flat(["n", 3, 112, 112], 37632), "gives 1 × 37632 for 1 face"),
        (whole_numbers(), "of the kind tensor"),
        (constant(), "same numbers for every face"),
        (endless(), "fails on a face|memory|brought down"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_used_is_refused_with_a_reason(
    tmp_path: Path, faces: LabelledFaces, content: bytes, reason: str
) -> None:
    started = time.monotonic()
    with pytest.raises(ModelError, match=reason) as refused:
        probe(written(tmp_path, content), faces)
    assert str(refused.value).startswith("model.onnx cannot be used")
    assert time.monotonic() - started < 60


def test_a_check_that_never_ends_is_ended(tmp_path: Path, faces: LabelledFaces) -> None:
    with pytest.raises(ModelError, match="more than 0 seconds"):
        probe(written(tmp_path, onnx_files.projected(SFACE)), faces, seconds=0.3)


def test_a_check_can_be_stopped(tmp_path: Path, faces: LabelledFaces) -> None:
    started = time.monotonic()
    with pytest.raises(Cancelled):
        probe(written(tmp_path, onnx_files.projected(SFACE)), faces, stopped=lambda: True)
    assert time.monotonic() - started < 10


def test_a_file_that_is_not_there(tmp_path: Path, faces: LabelledFaces) -> None:
    with pytest.raises(ModelError, match="There is no file"):
        probe(tmp_path / "nowhere.onnx", faces)


# -- used, calibrated, removed ------------------------------------------------------------------------


def test_a_model_of_ones_own_from_file_to_search(
    desk: Desk, tmp_path: Path, faces: LabelledFaces, shared_data: Path
) -> None:
    """512 numbers, one face at a time, as most published ones are."""
    images = sorted((shared_data / "congress" / "images").iterdir())
    people = {}
    for path in images:
        people.setdefault(path.name.split("__")[0], []).append(path)
    chosen = [paths[:2] for paths in people.values() if len(paths) > 1][:14]
    content = onnx_files.projected(MOBILE, factor=127.5 / 128)
    path = written(tmp_path, content, "arcface.onnx")
    found = desk.models.check(path)
    assert found.usable and not found.doubtful
    model = desk.models.add(path, "My ArcFace", "research only", found=found)
    assert (model.id, model.contract.dimension, model.licence) == ("my-arcface", 512, "research only")
    assert "first guess" in model.calibration
    with pytest.raises(ResourceAlreadyExists, match="is there already, as my-arcface"):
        desk.models.add(path, "Another name", found=found)
    path.unlink()

    pk = desk.collections.create("congress").id
    desk.ingest.run_to_end(desk.ingest.index_paths(pk, [each for pair in chosen for each in pair]).id)
    first = {
        str(pair[0]): [match.face_pk for match in desk.search.by_image(pk, pair[0], 80.0).matches]
        for pair in chosen
    }
    assert desk.use(pk, "my-arcface") is JobState.DONE
    assert desk.search.model_id(pk) == "my-arcface"
    for pair in chosen:
        matches = desk.search.by_image(pk, pair[0], 0.0).matches
        assert matches[0].cosine > 0.999, "the photo itself"
        assert matches[1].face_pk in first[str(pair[0])], "the other photo of the person"

    # Twelve people of one's own and more: the scale is fitted to them.
    for number, pair in enumerate(chosen):
        desk.users.name_faces(pk, first[str(pair[0])][:2], f"Person {number}")
    before = desk.engine.embedder(model.contract.digest).scale
    calibration = desk.models.calibrate("my-arcface")
    assert calibration.sureness is Sureness.ROUGH and calibration.people == 14
    assert calibration.reached is not None and calibration.reached > 0.85
    assert "14 people of yours" in desk.models.get("my-arcface").calibration
    after = desk.engine.embedder(model.contract.digest).scale
    assert after != before and after.cosine(80) < before.cosine(80)
    # The scale of the same model, fitted on 46,665 pairs: the few people come near it.
    assert after.cosine(80) == pytest.approx(
        desk.engine.models.named("mobilefacenet-192").scale.cosine(80), abs=0.12
    )
    match = desk.search.by_image(pk, chosen[0][0], 0.0).matches[1]
    assert match.similarity == pytest.approx(float(after.similarity(match.cosine)))

    with pytest.raises(Conflict, match="my-arcface measures congress"):
        desk.models.remove("my-arcface")
    desk.history.undo_last()  # The names came after the switch.
    assert desk.use(pk, "sface-2021dec") is JobState.DONE
    desk.models.remove("my-arcface")
    assert [each.id for each in desk.models.all()] == ["sface-2021dec", "mobilefacenet-192"]
    assert not list((tmp_path / "models").glob("*.onnx"))
    with pytest.raises(ModelError, match="part of Likeness"):
        desk.models.remove("sface-2021dec")


def test_both_shipped_models_measure_one_library(desk: Desk, shared_data: Path) -> None:
    images = sorted((shared_data / "congress" / "images").iterdir())[:6]
    pks = {}
    for name in ("sface-2021dec", "mobilefacenet-192"):
        pks[name] = desk.collections.create(name.split("-")[0]).id
        if name != "sface-2021dec":
            assert desk.use(pks[name], name) is JobState.DONE
        desk.ingest.run_to_end(desk.ingest.index_paths(pks[name], images).id)
    seen = desk.search.look_at(images[0])
    for name, pk in pks.items():
        found = desk.search.by_image(pk, seen)
        assert found.matches[0].cosine > 0.999 and desk.search.model_id(pk) == name
        assert found.image.vectors.shape[1] == desk.engine.models.named(name).contract.dimension


def test_too_few_people_leave_the_demo(desk: Desk, tmp_path: Path, faces: LabelledFaces) -> None:
    path = written(tmp_path, onnx_files.projected(MOBILE, factor=127.5 / 128, batch="n"))
    desk.models.add(path, found=desk.models.check(path))
    desk.collections.create("empty")
    calibration = desk.models.calibrate("model")
    assert calibration.sureness is Sureness.DEMO and "Name 12 people" in calibration.sentence
    with pytest.raises(ModelError, match="came with it"):
        desk.models.calibrate("sface-2021dec")


def test_a_damaged_list_of_own_models_leaves_the_shipped_ones(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "manifest.toml").write_text("version = 1\n[[models]]\nid = 'half'\n")
    assert [each.id for each in desk.models.all()] == ["sface-2021dec", "mobilefacenet-192"]
    assert "half" in desk.models.problem
    (tmp_path / "models" / "manifest.toml").write_text("version = 1\n")
    assert desk.models.problem == ""


def test_the_speed_of_the_light_model_is_a_fraction(desk: Desk) -> None:
    assert desk.models.speed("mobilefacenet-192") < 0.8 * desk.models.speed("sface-2021dec")
