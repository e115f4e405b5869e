"""What is worked out from a face goes when the face changes."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update

from app.storage import tables
from app.storage.library import open_library

FACE = {
    "collection_pk": 1,
    "photo_pk": 1,
    "face_id": "f",
    "left": 0.1,
    "top": 0.1,
    "width": 0.2,
    "height": 0.2,
    "landmarks": b"\0" * 40,
    "confidence": 99.0,
    "roll": 0.0,
    "yaw": 0.0,
    "pitch": 0.0,
    "brightness": 50.0,
    "sharpness": 50.0,
    "source": "detector",
    "hidden": False,
    "created_at": 0,
}
ATTRIBUTES = {
    "face_pk": 1,
    "made_by": "m",
    "age": 30.0,
    "age_low": 25,
    "age_high": 35,
    "woman": 0.5,
    "emotions": "{}",
    "roll": 0.0,
    "yaw": 0.0,
    "pitch": 0.0,
    "landmarks": b"",
}


def fill(connection: Connection) -> None:
    connection.execute(insert(tables.contracts).values(digest="d", description="d"))
    connection.execute(
        insert(tables.collections).values(collection_id="c", display_name="c", contract_pk=1, created_at=0)
    )
    connection.execute(
        insert(tables.photos).values(image_id="i", sha256=b"1", width=9, height=9, format="PNG", file_size=1)
    )
    connection.execute(insert(tables.faces).values(**FACE))
    connection.execute(insert(tables.face_attributes).values(**ATTRIBUTES))


def test_attributes_go_with_the_landmarks_they_were_made_of(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    count = select(func.count()).select_from(tables.face_attributes)
    try:
        with library.database.write() as connection:
            fill(connection)
            connection.execute(update(tables.faces).values(hidden=True))
            assert connection.scalar(count) == 1
            connection.execute(update(tables.faces).values(landmarks=b"\1" * 40))
            assert connection.scalar(count) == 0
            connection.execute(insert(tables.face_attributes).values(**ATTRIBUTES))
            connection.execute(tables.faces.delete())
            assert connection.scalar(count) == 0
    finally:
        library.close()
