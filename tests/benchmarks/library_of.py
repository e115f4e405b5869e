"""A library with very many faces, written straight into its database, and how the store opens it."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from app.domain.records import Origin
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.vector_store import VectorStore
from app.storage.library import open_library
from tests.fakes import FakeEngine


def filled_library(faces: int, dimension: int) -> dict[str, object]:
    """Seconds to open the store from the rows, and again from the cache file."""
    engine = FakeEngine()
    assert engine.contract.dimension == dimension
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Path(folder) / "library")
        archive = CollectionService(library.database, EventHub(), Origin.WINDOW, engine.contract).create("a")
        _fill(library.database.path, archive.id, faces, dimension)
        times = []
        for _ in range(2):
            store = VectorStore(library, engine)
            started = time.perf_counter()
            found = store.of(archive.id)
            times.append(time.perf_counter() - started)
            assert len(found.index) == faces
            store.close()
        library.close()
    return {"store_from_rows_s": round(times[0], 2), "store_from_file_s": round(times[1], 2)}


def _fill(path: Path, collection_pk: int, faces: int, dimension: int) -> None:
    rng = np.random.default_rng(3)

    def blobs() -> Iterator[tuple[int, bytes]]:
        for start in range(0, faces, 10_000):
            part = rng.standard_normal((10_000, dimension), dtype=np.float32)
            part /= np.linalg.norm(part, axis=1, keepdims=True)
            for row in range(min(10_000, faces - start)):
                yield start + row + 1, part[row].tobytes()

    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO photos (id, image_id, sha256, width, height, format, file_size) "
            "SELECT i, 'i' || i, CAST('s' || i AS BLOB), 640, 480, 'JPEG', 1 FROM n",
            (faces // 3 + 1,),
        )
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            'INSERT INTO faces (id, face_id, collection_pk, photo_pk, "left", top, width, height, landmarks, '
            "confidence, roll, yaw, pitch, brightness, sharpness, source, hidden, created_at) "
            "SELECT i, 'f' || i, ?, i / 3 + 1, 0, 0, 1, 1, zeroblob(40), 99, 0, 0, 0, 50, 50, 'detector', 0, "
            "0 FROM n",
            (faces, collection_pk),
        )
        connection.executemany(
            "INSERT INTO embeddings (face_pk, contract_pk, vector) VALUES (?, 1, ?)", blobs()
        )
