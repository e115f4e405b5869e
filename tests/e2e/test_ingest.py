"""Indexing with the real models and real photographs."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import func, select

from app.domain.records import Origin
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.jobs import JobQueue, JobState
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.face_edits import FaceEditService
from app.services.image_faces import look_at
from app.services.ingest import IngestService
from app.storage import tables
from app.storage.library import Library, open_library
from app.storage.repositories import faces as face_rows


class Program:
    """Everything that indexes, on one library, with one collection."""

    def __init__(self, folder: Path, engine: OnnxFaceEngine) -> None:
        self.library: Library = open_library(folder)
        self.jobs, self.events = JobQueue(2), EventHub()
        self.ingest = IngestService(self.library, engine, self.jobs, self.events, Origin.WINDOW)
        self.edits = FaceEditService(self.library, engine, self.events, Origin.WINDOW)
        collections = CollectionService(self.library.database, self.events, Origin.WINDOW, engine.contract)
        self.pk = collections.create("archive", "Archive").id

    def close(self) -> None:
        self.jobs.close()
        self.ingest.close()
        self.library.close()


@pytest.fixture(scope="module")
def engine() -> OnnxFaceEngine:
    made = OnnxFaceEngine(find_models_dir())
    made.warm_up()
    return made


@pytest.fixture
def program(tmp_path: Path, engine: OnnxFaceEngine) -> Iterator[Program]:
    made = Program(tmp_path / "library", engine)
    yield made
    made.close()


def faces_by_name(program: Program) -> dict[str, int]:
    query = (
        select(tables.photo_paths.c.path, func.count(tables.faces.c.id))
        .outerjoin(tables.faces, tables.faces.c.photo_pk == tables.photo_paths.c.photo_pk)
        .group_by(tables.photo_paths.c.path)
    )
    with program.library.database.read() as connection:
        return {Path(os.fsdecode(path)).name: count for path, count in connection.execute(query)}


def test_every_face_of_the_group_pictures_is_found(program: Program, shared_data: Path) -> None:
    final = program.ingest.run_to_end(program.ingest.index_paths(program.pk, [shared_data / "scenes"]).id)
    assert (final.state, final.failed) == (JobState.DONE, 0)
    found = faces_by_name(program)
    with (shared_data / "scenes" / "face_counts.csv").open() as file:
        for row in csv.DictReader(file):
            assert found[row["path"]] >= int(row["faces"]), row["path"]


def test_portraits_give_one_face_and_the_same_person_is_nearer(
    program: Program, shared_data: Path, engine: OnnxFaceEngine
) -> None:
    with (shared_data / "congress" / "pairs.csv").open() as file:
        pairs = list(csv.DictReader(file))
    rows = [row for row in pairs if row["same"] == "1"][:10] + [row for row in pairs if row["same"] == "0"][
        :10
    ]
    names = sorted({row[key] for row in rows for key in ("path_a", "path_b")})
    paths = [next((shared_data / "congress").rglob(Path(name).name)) for name in names]
    final = program.ingest.run_to_end(program.ingest.index_paths(program.pk, paths).id)
    assert final.message == f"{len(paths)} photos indexed into Archive, {len(paths)} faces"
    query = (
        select(tables.photo_paths.c.path, tables.embeddings.c.vector)
        .join(tables.faces, tables.faces.c.photo_pk == tables.photo_paths.c.photo_pk)
        .join(tables.embeddings, tables.embeddings.c.face_pk == tables.faces.c.id)
    )
    with program.library.database.read() as connection:
        vectors = {
            Path(os.fsdecode(path)).name: np.frombuffer(blob, "<f4")
            for path, blob in connection.execute(query)
        }
    assert all(len(vector) == engine.contract.dimension for vector in vectors.values())
    np.testing.assert_allclose([np.linalg.norm(vector) for vector in vectors.values()], 1, atol=1e-4)
    cosines: dict[str, list[float]] = {"0": [], "1": []}
    for row in rows:
        one, other = (vectors[Path(row[key]).name] for key in ("path_a", "path_b"))
        cosines[row["same"]].append(float(one @ other))
    assert np.median(cosines["1"]) > 0.5 > 0.2 > np.median(cosines["0"])


def test_one_image_at_once(program: Program, shared_data: Path) -> None:
    astronaut = shared_data / "scenes" / "astronaut.png"
    result = program.ingest.index_image("archive", astronaut.read_bytes(), "eileen")
    (face,) = result.faces
    assert face.external_image_id == "eileen"
    assert face.detected.confidence > 90
    assert program.ingest.index_image("archive", astronaut, "eileen").added is False


def test_a_face_that_was_moved_away_and_back_is_the_same_face(program: Program, shared_data: Path) -> None:
    result = program.ingest.index_image("archive", shared_data / "scenes" / "astronaut.png")
    (face,) = result.faces
    query = select(tables.embeddings.c.vector).where(tables.embeddings.c.face_pk == face.id)

    def vector() -> np.ndarray:
        with program.library.database.read() as connection:
            return np.frombuffer(connection.execute(query).scalar_one(), "<f4")

    before = vector()
    program.edits.set_box(face.id, face.detected.box.moved(0.4, 0.4))
    assert float(before @ vector()) < 0.5
    program.edits.set_box(face.id, face.detected.box)
    assert float(before @ vector()) > 0.8
    pk, _ = program.edits.add(program.pk, result.photo_pk, face.detected.box)
    with program.library.database.read() as connection:
        drawn = face_rows.by_pk(connection, pk)
    assert drawn is not None
    assert drawn.detected.box == face.detected.box


def test_a_large_photo_is_searched_as_it_was_indexed(
    program: Program, shared_data: Path, engine: OnnxFaceEngine, tmp_path: Path
) -> None:
    """Of twelve megapixels, which no step of a JPEG brings to exactly the largest side looked at."""
    large = tmp_path / "large.jpg"
    with Image.open(shared_data / "scenes" / "group-7.jpg") as picture:
        picture.resize((4000, 3017)).save(large, quality=90)
    stored = program.ingest.index_image("archive", large).faces
    seen = look_at(engine, large)
    query = select(tables.embeddings.c.face_pk, tables.embeddings.c.vector)
    with program.library.database.read() as connection:
        vectors = {pk: np.frombuffer(blob, "<f4") for pk, blob in connection.execute(query)}
    assert len(stored) == len(seen.faces) == 4
    for face, vector in zip(stored, seen.vectors, strict=True):
        assert float(vectors[face.id] @ vector) > 0.99999
