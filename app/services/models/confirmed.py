"""Faces of people who were named, measured by any model: what a scale is fitted to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import Cancelled, ImageError
from app.inference.engine import FaceEngine
from app.services.models.calibrating import MOST_FACES, MOST_OF_ONE
from app.services.photo_pixels import pixels_of
from app.storage.database import Database
from app.storage.repositories import contracts
from app.storage.repositories import faces as face_rows


@dataclass(frozen=True, eq=False)
class Named:
    """float32 (n, dimension) of length 1, and the person of each, int64 (n,)."""

    vectors: NDArray[np.float32]
    people: NDArray[np.int64]


def measured(
    database: Database,
    engine: FaceEngine,
    digest: str,
    on_progress: Callable[[int, int], None],
    stopped: Callable[[], bool],
) -> Named:
    """From the largest collection of people: persons of two collections may be the same. A stored vector
    is taken where there is one; photos that cannot be read are left out. Raises Cancelled."""
    with database.read() as connection:
        contract = contracts.by_digest(connection, digest)
        by_person = contracts.confirmed_faces(connection)
        chosen = _chosen(by_person)
        stored = {} if contract is None else contracts.vectors_of(connection, contract.pk, chosen)
        photos = contracts.photos_of(connection, [pk for pk in chosen if pk not in stored])
        faces = face_rows.by_pks(connection, chosen)
    vectors = {pk: np.frombuffer(data, "<f4") for pk, data in stored.items()}
    on_progress(len(vectors), len(chosen))
    done = len(vectors)
    for photo_pk, face_pks in photos.items():
        if stopped():
            raise Cancelled("Calibrating was stopped. The model keeps the scale it had.")
        done += len(face_pks)
        try:
            pixels = pixels_of(database, photo_pk)
        except ImageError:
            continue
        marks = [faces[pk].detected.landmarks for pk in face_pks if pk in faces]
        found = engine.embed(pixels, marks, digest)
        vectors.update(zip((pk for pk in face_pks if pk in faces), found, strict=True))
        on_progress(done, len(chosen))
    owner = {pk: person for person, pks in by_person.items() for pk in pks}
    kept = [pk for pk in chosen if pk in vectors]
    dimension = engine.embedder(digest).contract.dimension
    return Named(
        np.array([vectors[pk] for pk in kept], np.float32).reshape(len(kept), dimension),
        np.array([owner[pk] for pk in kept], np.int64),
    )


def _chosen(by_person: dict[int, list[int]]) -> list[int]:
    """A face of everyone first, then a second one, until there are enough."""
    rounds = zip_longest(*(pks[:MOST_OF_ONE] for pks in by_person.values()))
    return [pk for pk in chain.from_iterable(rounds) if pk is not None][:MOST_FACES]
