"""Files into waiting photos: each is read once, hashed, and passed over when it is known."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import ImageError
from app.domain.records import ChangeSet, PhotoStatus
from app.imaging.files import image_id
from app.services.ingest.record import add_waiting
from app.storage.database import Act, Database
from app.storage.gate import Priority
from app.storage.repositories import memberships, paths
from app.storage.repositories.memberships import Target
from app.storage.repositories.paths import KnownPath


@dataclass(frozen=True, slots=True)
class Seen:
    """A file of the walk and what the library knows of its path."""

    path: Path
    encoded: bytes
    mtime_ns: int
    size: int
    known: KnownPath | None

    @property
    def unchanged(self) -> bool:
        known = self.known
        return known is not None and (known.mtime_ns, known.size) == (self.mtime_ns, self.size)


@dataclass(eq=False, slots=True)
class ReadFile:
    """A file whose bytes are held until they are analysed."""

    seen: Seen
    data: bytes
    sha256: bytes

    @classmethod
    def of(cls, seen: Seen, data: bytes) -> ReadFile:
        return cls(seen, data, hashlib.sha256(data).digest())


@dataclass(eq=False, slots=True)
class WaitingPhoto:
    """A photo that is to be analysed. `path` is where its bytes came from, for messages."""

    path: Path
    encoded: bytes
    photo_pk: int
    membership_pk: int
    data: bytes


@dataclass
class Registered:
    """What became of a batch of files: `waiting` have to be analysed, `known` need nothing more."""

    waiting: list[WaitingPhoto] = field(default_factory=list)
    known: list[ReadFile] = field(default_factory=list)
    photos: set[int] = field(default_factory=set)


def look(database: Database, collection_pk: int, files: Sequence[Path]) -> list[Seen]:
    """Compare the files with the library by path, time and size, without reading them."""
    encoded = [os.fsencode(path) for path in files]
    with database.read() as connection:
        known = paths.known(connection, collection_pk, encoded)
    seen = []
    for path, name in zip(files, encoded, strict=True):
        try:
            status = path.stat()
            mtime_ns, size = status.st_mtime_ns, status.st_size
        except OSError:
            # Gone since the walk: reading it says so properly.
            mtime_ns, size = -1, 0
        seen.append(Seen(path, name, mtime_ns, size, known.get(name)))
    return seen


def indexed(seen: Seen) -> bool:
    """Whether nothing has to be done, by path, time and size alone."""
    return seen.unchanged and seen.known is not None and seen.known.status is PhotoStatus.INDEXED


def confirm_places(database: Database, known: Sequence[Seen]) -> ChangeSet | None:
    """Files that lie unchanged where they were seen before; news if some of them had been missing."""
    found = [seen.known for seen in known if seen.known is not None]
    if not found:
        return None
    with database.write(Priority.BULK) as connection:
        paths.seen_again(connection, [entry.pk for entry in found])
    returned = frozenset(entry.photo_pk for entry in found if entry.missing)
    return ChangeSet(photos=returned) if returned else None


def register(act: Act, target: Target, files: Sequence[ReadFile], under_way: set[int]) -> Registered:
    """Put the files' photos, places and waiting memberships in. `under_way` are photos that this job
    has in hand already."""
    connection = act.work.connection
    result = Registered()
    for file in files:
        seen = file.seen
        photo_pk = paths.find_photo(connection, file.sha256)
        if photo_pk is None:
            photo_pk = paths.add_photo(connection, image_id(file.sha256), file.sha256, len(file.data))
        elif seen.known is None:
            result.photos.add(photo_pk)
        if seen.known is not None and seen.known.photo_pk != photo_pk:
            result.photos.add(seen.known.photo_pk)
        paths.see(connection, seen.encoded, photo_pk, seen.mtime_ns, len(file.data))
        membership = memberships.find(connection, target.pk, photo_pk)
        if membership is None:
            membership = add_waiting(act, target, photo_pk)
        if membership.status is PhotoStatus.INDEXED or photo_pk in under_way:
            result.known.append(file)
            continue
        under_way.add(photo_pk)
        result.waiting.append(WaitingPhoto(seen.path, seen.encoded, photo_pk, membership.pk, file.data))
    return result


def find_moved(database: Database, photo_pks: set[int]) -> None:
    """Mark the old places of photos that turned up elsewhere, where their files are gone."""
    with database.read() as connection:
        listed = [place for pk in photo_pks for place in paths.places(connection, pk)]
    gone = [
        place.pk for place in listed if not place.missing and not os.path.lexists(os.fsdecode(place.path))
    ]
    if gone:
        with database.write(Priority.BULK) as connection:
            paths.mark_missing(connection, gone)


def unreadable(error: OSError | MemoryError) -> ImageError:
    """What reading raised beside ImageError, in plain words."""
    if isinstance(error, MemoryError):
        return ImageError("Not enough memory", "Close other programs, then index this file again.")
    return ImageError("File cannot be read", f"{error.strerror or error}.")
