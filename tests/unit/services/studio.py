"""A small library with painted photos in it, for the tests of the services."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from app.domain.records import ChangeKind, ChangeSet, Origin
from app.imaging.files import content_hash, image_id
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.faces import FaceService
from app.services.history import HistoryService
from app.services.photos import PhotoService
from app.services.users import UserService
from app.storage import tables
from app.storage.clock import now_ms, to_ms
from app.storage.library import Library, open_library
from app.storage.repositories.faces import detected_values
from tests.fakes import FakeEngine, Square, painted, save_image

Row = dict[str, object]


@dataclass
class Studio:
    """The services over one library; `told` are the published ChangeSets, `similar` answers `match`."""

    folder: Path
    library: Library
    engine: FakeEngine = field(default_factory=FakeEngine)
    told: list[ChangeSet] = field(default_factory=list)
    similar: dict[int, float] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path) -> Studio:
        return cls(folder, open_library(folder / "library"))

    def __post_init__(self) -> None:
        self._build()

    def _build(self) -> None:
        hub, origin = EventHub(), Origin.WINDOW
        hub.subscribe(self.told.append)
        database, thumbnails = self.library.database, self.library.thumbnails
        self.collections = CollectionService(database, hub, origin, self.engine.contract)
        self.photos = PhotoService(database, thumbnails, hub, origin, self.match)
        self.faces = FaceService(database, thumbnails, self.engine, hub, origin, self.match)
        self.users = UserService(database, hub, origin, self.match)
        self.history = HistoryService(database, hub, origin)

    def reopen(self) -> None:
        self.library.close()
        self.library = open_library(self.folder / "library")
        self._build()

    def match(self, collection_pk: int, user_pk: int, face_pks: Sequence[int]) -> dict[int, float]:
        return {pk: self.similar[pk] for pk in face_pks if pk in self.similar}

    def add_photo(
        self,
        collection_pk: int,
        squares: Sequence[Square] = (),
        *,
        name: str | None = None,
        taken_at: datetime | None = None,
    ) -> tuple[int, list[int]]:
        """(photo, faces): painted, written, and put in the collection as indexing does."""
        pixels = painted(squares)
        # Two marked pixels make every file a photo of its own.
        number = len(list(self.folder.glob("*.png")))
        pixels[0, 0], pixels[0, 1] = number % 256, number // 256
        path = save_image(self.folder / (name or f"photo{number}.png"), pixels)
        sha256 = content_hash(path)
        with self.library.database.act(ChangeKind.INDEX, Origin.WINDOW, collection_pk) as act:
            work = act.work
            photo = work.connection.execute(
                tables.photos.insert().values(
                    image_id=image_id(sha256),
                    sha256=sha256,
                    width=640,
                    height=480,
                    format="PNG",
                    file_size=path.stat().st_size,
                    taken_at=to_ms(taken_at),
                )
            ).inserted_primary_key
            assert photo is not None
            work.connection.execute(
                tables.photo_paths.insert().values(
                    photo_pk=photo[0],
                    path=os.fsencode(path),
                    mtime_ns=path.stat().st_mtime_ns,
                    size=path.stat().st_size,
                    seen_at=now_ms(),
                )
            )
            self._join(act.work, collection_pk, photo[0])
            found = self.engine.detect(pixels)
            vectors = self.engine.embed(pixels, [face.landmarks for face in found])
            pks = []
            for face, vector in zip(found, vectors, strict=True):
                row = {
                    "face_id": str(uuid.uuid4()),
                    "collection_pk": collection_pk,
                    "photo_pk": photo[0],
                    "source": "detector",
                    "created_at": now_ms(),
                    **detected_values(face),
                }
                pks.append(work.insert(tables.faces, row))
                contract = work.row(tables.collections, collection_pk)["contract_pk"]
                blob = vector.astype("<f4").tobytes()
                work.insert(tables.embeddings, {"face_pk": pks[-1], "contract_pk": contract, "vector": blob})
            act.work.summary = f"1 photo indexed, {len(pks)} faces"
        self.told.append(act.changes)
        return photo[0], pks

    def _join(self, work: object, collection_pk: int, photo_pk: int) -> None:
        work.insert(  # type: ignore[attr-defined]
            tables.memberships,
            {
                "collection_pk": collection_pk,
                "photo_pk": photo_pk,
                "status": "indexed",
                "added_at": now_ms(),
            },
        )

    def state(self) -> dict[tuple[str, int], Row]:
        """Every row that an act can touch."""
        with self.library.database.read() as connection:
            return {
                (name, row["id"]): dict(row)
                for name, table in tables.JOURNALLED.items()
                for row in connection.execute(select(table)).mappings()
            }

    def face_ids(self, pks: Sequence[int]) -> list[str]:
        return [str(self.state()["faces", pk]["face_id"]) for pk in pks]
