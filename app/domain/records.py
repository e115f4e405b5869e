"""Photos, collections, users, changes and jobs as the library keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class PhotoStatus(StrEnum):
    """Of a photo in a collection."""

    WAITING = "waiting"
    INDEXED = "indexed"
    FAILED = "failed"


class UserStatus(StrEnum):
    CREATED = "CREATED"
    CREATING = "CREATING"
    UPDATING = "UPDATING"
    ACTIVE = "ACTIVE"


class Origin(StrEnum):
    """Where an act came from."""

    WINDOW = "window"
    COMMAND_LINE = "command line"
    ENDPOINT = "endpoint"


class ChangeKind(StrEnum):
    INDEX = "index"
    REMOVE_PHOTOS = "remove photos"
    CREATE_COLLECTION = "create collection"
    RENAME_COLLECTION = "rename collection"
    DELETE_COLLECTION = "delete collection"
    ADD_FACE = "add face"
    EDIT_FACE = "edit face"
    DELETE_FACES = "delete faces"
    MOVE_FACES = "move faces"
    CREATE_USER = "create user"
    EDIT_USER = "edit user"
    DELETE_USER = "delete user"
    ASSOCIATE = "associate"
    DISASSOCIATE = "disassociate"
    MERGE_USERS = "merge users"
    SPLIT_USER = "split user"
    REJECT = "reject"
    CONFIRM = "confirm"
    HIDE = "hide"
    SAVE_SEARCH = "save search"
    TURN_PHOTOS = "turn photos"
    SWITCH_MODEL = "switch model"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Photo:
    """An image file by its content. `id` is the row, `image_id` Rekognition's ImageId (a UUID made
    from the content hash). Sizes in pixels of the upright image. `turned`: how many degrees
    counter-clockwise (0, 90, 180, 270) its content lies, as its faces tell; None where the file states its
    orientation, or nobody has looked."""

    id: int
    image_id: str
    sha256: bytes
    width: int
    height: int
    format: str
    file_size: int
    taken_at: datetime | None
    turned: int | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    id: int
    collection_id: str
    display_name: str
    contract: str
    created_at: datetime
    face_count: int = 0
    photo_count: int = 0
    user_count: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """An identity; "person" in the window. `color` indexes the twelve people's colours."""

    id: int
    collection_pk: int
    user_id: str
    display_name: str
    color: int
    cover_face_pk: int | None
    birthday: date | None
    hidden: bool
    status: UserStatus
    created_at: datetime
    face_count: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One journalled, undoable act."""

    id: int
    kind: ChangeKind
    origin: Origin
    summary: str
    created_at: datetime
    undoes: int | None
    undone_by: int | None
    open: bool


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What an act touched, by row id, so that every view can refresh just that.

    `change` is None when nothing was journalled (a cache was rebuilt, a file found missing).
    """

    change: Change | None = None
    collections: frozenset[int] = field(default_factory=frozenset)
    photos: frozenset[int] = field(default_factory=frozenset)
    faces: frozenset[int] = field(default_factory=frozenset)
    users: frozenset[int] = field(default_factory=frozenset)

    def merged(self, other: ChangeSet) -> ChangeSet:
        return ChangeSet(
            other.change or self.change,
            self.collections | other.collections,
            self.photos | other.photos,
            self.faces | other.faces,
            self.users | other.users,
        )
