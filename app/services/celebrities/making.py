"""A pack out of a collection: its people, their vectors, and crops of their faces if wanted."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.celebrities import Celebrity, PackContents, PackEntry, PackVectors
from app.domain.errors import ImageError, InvalidParameter, ResourceNotFound
from app.domain.faces import Face
from app.domain.records import Collection, User
from app.imaging.thumbnails import encode_jpeg, face_crop
from app.jobs import JobContext
from app.services.celebrities.exporting import require_free, write_pack
from app.services.naming import checked_name, counted
from app.services.photo_files import PhotoFiles
from app.storage.library import Library
from app.storage.pack_contents import MOST_PICTURES, as_json, pack_id_of, parse
from app.storage.packs import LIST
from app.storage.repositories import collections, faces, users, vectors

VECTOR_FILE: Final = "vectors.npy"
# Wide enough for the detector to find the face again, and for another model's alignment.
_CROP_SIDE: Final = 320
_CROP_MARGIN: Final = 0.6
_CROP_QUALITY: Final = 92
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LETTERS: Final = 12


class WhichFaces(StrEnum):
    """Of each person: the cover alone, or every face that has the person's name."""

    COVER = "cover"
    ALL = "all"


@dataclass(frozen=True)
class PackPlan:
    """What a pack from a collection is to be.

    consent: why these people may be in a pack that leaves this computer; it must be said.
    faces: whose vectors go in. pictures: whether crops of the faces go in too, so that the pack can be
    used with another model. user_pks: only these people; None for all that have a face and are not hidden.
    """

    name: str
    licence: str
    consent: str
    version: str = "1"
    attribution: str = ""
    faces: WhichFaces = WhichFaces.ALL
    pictures: bool = False
    user_pks: frozenset[int] | None = field(default=None)


class Making:
    """One run of the job. Raises InvalidParameter, PackError, ResourceNotFound at once."""

    def __init__(
        self, library: Library, collection_pk: int, path: Path, plan: PackPlan, replace: bool = False
    ) -> None:
        if not plan.consent.strip():
            raise InvalidParameter(
                "Say why these people may be in a pack: that they agreed, or on what other ground. "
                "A face is personal, and a pack can be passed on."
            )
        if not plan.licence.strip():
            raise InvalidParameter("Say under which licence the pack may be used, for example “private”.")
        checked_name(plan.name)
        require_free(path, replace)
        self._replace = replace
        self._library, self._pk, self._path, self._plan = library, collection_pk, path, plan
        self._files = PhotoFiles(library.database, library.thumbnails)
        with library.database.read() as connection:
            collection = collections.by_pk(connection, collection_pk)
        if collection is None:
            raise ResourceNotFound("The collection to make a pack of is not in the library any more.")
        self._collection: Collection = collection
        if not self._people():
            raise InvalidParameter(f"Nobody is named in {collection.display_name} yet: name faces first.")

    def __call__(self, context: JobContext) -> str:
        people = self._people()
        chosen = {user.id: self._faces_of(user) for user in people}
        contract, rows = self._vectors(chosen)
        known = set(rows)
        people = [user for user in people if any(face.id in known for face in chosen[user.id])]
        context.set_total(
            sum(len(chosen[user.id]) for user in people) if self._plan.pictures else len(people)
        )
        lost = 0
        with tempfile.TemporaryDirectory(prefix="likeness-pack-") as made:
            place = Path(made)
            entries, owners, matrix = [], [], []
            for number, user in enumerate(people, 1):
                context.token.raise_if_cancelled()
                celebrity = Celebrity(celebrity_id(self._collection, user), user.display_name)
                pictures: list[str] = []
                for face in chosen[user.id]:
                    if face.id in rows:
                        owners.append(celebrity.id)
                        matrix.append(rows[face.id])
                    if self._plan.pictures and len(pictures) < MOST_PICTURES:
                        context.token.raise_if_cancelled()
                        name = f"pictures/{number:05}-{len(pictures) + 1}.jpg"
                        written = self._write_crop(face, place / name)
                        lost += not written
                        pictures += [name] if written else []
                    if self._plan.pictures:
                        context.advance()
                if not self._plan.pictures:
                    context.advance()
                entries.append(PackEntry(celebrity, tuple(pictures)))
            np.save(place / VECTOR_FILE, np.array(matrix, np.float32))
            digest, model = contract
            contents = PackContents(
                id=pack_id_of(self._plan.name),
                name=self._plan.name,
                version=self._plan.version,
                licence=self._plan.licence,
                attribution=self._plan.attribution,
                consent=self._plan.consent,
                entries=tuple(entries),
                vectors=(PackVectors(digest, model, VECTOR_FILE, tuple(owners)),),
            )
            # What is written can be loaded again: names and texts are cut as the form has them.
            write_pack(context, place, parse(as_json(contents), LIST), self._path, self._replace)
        who = f"{counted(len(people), 'person', 'people')}, {counted(len(matrix), 'face')}"
        said = f"{self._path.name} made: {who}."
        return f"{said} {counted(lost, 'picture')} had no file to cut from." if lost else said

    def _people(self) -> list[User]:
        wanted = self._plan.user_pks
        with self._library.database.read() as connection:
            found = users.of_collection(connection, self._pk, hidden=False)
        return [user for user in found if user.face_count and (wanted is None or user.id in wanted)]

    def _faces_of(self, user: User) -> list[Face]:
        with self._library.database.read() as connection:
            pks: Iterable[int] = faces.pks_of_user(connection, user.id).tolist()
            if self._plan.faces is WhichFaces.COVER and user.cover_face_pk is not None:
                pks = [user.cover_face_pk]
            hidden = faces.hidden_among(connection, list(pks))
            found = faces.by_pks(connection, pks)
        return [found[pk] for pk in sorted(found) if pk not in hidden]

    def _vectors(
        self, chosen: dict[int, list[Face]]
    ) -> tuple[tuple[str, str], dict[int, NDArray[np.float32]]]:
        """(digest, model) of the collection's contract, and the vector of each face that has one."""
        wanted = [face.id for found in chosen.values() for face in found]
        with self._library.database.read() as connection:
            contract = vectors.contract_of(connection, self._pk)
            if contract is None:
                raise ResourceNotFound("The collection to make a pack of is not in the library any more.")
            fields = json.loads(contract.description)
            rows = vectors.of_faces(
                connection, self._pk, contract.contract_pk, int(fields["dimension"]), wanted
            )
        by_face = dict(zip(rows.ids.tolist(), rows.vectors, strict=True))
        return (contract.digest, str(fields["model_id"])), by_face

    def _write_crop(self, face: Face, target: Path) -> bool:
        """False where the photo's file is gone or cannot be read."""
        try:
            pixels = self._files.decode(face.photo_pk).pixels
        except (ImageError, ResourceNotFound):
            return False
        target.parent.mkdir(exist_ok=True)
        crop = face_crop(pixels, face.detected.box, _CROP_SIDE, _CROP_MARGIN)
        target.write_bytes(encode_jpeg(crop, _CROP_QUALITY))
        return True


def celebrity_id(collection: Collection, user: User) -> str:
    """Letters and digits, the same each time a pack is made of this person, and no other person's: people
    of one id in two libraries differ in when they were made."""
    moment = user.created_at.isoformat()
    text = "\n".join((collection.collection_id, collection.created_at.isoformat(), user.user_id, moment))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:12])
    letters = ""
    for _ in range(_ID_LETTERS):
        number, digit = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[digit]
    return letters
