"""A change as Rekognition would have been asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.domain.records import Change, ChangeKind, PhotoStatus
from app.domain.text import printable
from app.services.calls import Call, Calls, ImageFile
from app.services.ingest.unindexed import indexing_of
from app.services.naming import counted
from app.storage.repositories import changes, faces, photos
from app.storage.repositories.rows import Connection

_MOST_PHOTOS: Final = 20
_MOST_A_CALL: Final = 100
_MOST_DELETED: Final = 4096

# Why there is no request, for what Rekognition has no operation for.
_NONE: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.REMOVE_PHOTOS: "Rekognition keeps no photos, only their faces.",
    ChangeKind.RENAME_COLLECTION: "A collection of Rekognition has its id alone, and cannot be renamed.",
    ChangeKind.ADD_FACE: "Rekognition cannot be told where a face is.",
    ChangeKind.EDIT_FACE: "Rekognition cannot be told where a face is.",
    ChangeKind.MOVE_FACES: "Rekognition cannot move faces to another collection.",
    ChangeKind.EDIT_USER: "A user of Rekognition has its id alone: no name, birthday, colour or cover.",
    ChangeKind.MERGE_USERS: "Rekognition cannot make one user of two.",
    ChangeKind.SPLIT_USER: "Rekognition cannot make two users of one.",
    ChangeKind.REJECT: "Rekognition cannot be told whose face it is not.",
    ChangeKind.HIDE: "Rekognition knows no hiding.",
    ChangeKind.SAVE_SEARCH: "Rekognition keeps no searches.",
    ChangeKind.TURN_PHOTOS: "Rekognition keeps no photos that could be turned.",
    ChangeKind.SWITCH_MODEL: "Rekognition cannot change the model of a collection.",
    ChangeKind.UNDO: "Rekognition has no undo.",
    ChangeKind.REDO: "Rekognition has no undo.",
}


def equal_calls(connection: Connection, change: Change) -> Calls:
    """In the order in which they give the same; only a note where there are none."""
    if change.kind in _NONE and change.kind is not ChangeKind.REJECT:
        return Calls(notes=(_NONE[change.kind],))
    collection_pk = changes.collection_of(connection, change.id)
    if change.kind is ChangeKind.CREATE_COLLECTION:
        made = changes.alterations(connection, change.id, "collections", "i")
        collection_pk = made[0].pk if made else None
    row = changes.rows_of(connection, "collections", [collection_pk or 0]).get(collection_pk or 0)
    if row is None:
        return Calls(notes=("Its collection is not known any more.",))
    return _Change(connection, change, row).calls()


class _Change:
    def __init__(self, connection: Connection, change: Change, collection: Mapping[str, Any]) -> None:
        self._connection, self._change, self._collection = connection, change, collection
        self._named = {"CollectionId": str(collection["collection_id"])}

    def calls(self) -> Calls:
        match self._change.kind:
            case ChangeKind.CREATE_COLLECTION:
                note = self._display_name(self._collection["display_name"], self._named["CollectionId"])
                return _steps([Call("CreateCollection", self._named)], note)
            case ChangeKind.DELETE_COLLECTION:
                return _steps([Call("DeleteCollection", self._named)])
            case ChangeKind.INDEX:
                return self._index()
            case ChangeKind.DELETE_FACES:
                return self._delete_faces()
            case ChangeKind.DELETE_USER:
                return _steps(self._users("d", "DeleteUser"))
            case ChangeKind.CREATE_USER | ChangeKind.ASSOCIATE | ChangeKind.CONFIRM | ChangeKind.DISASSOCIATE:
                return self._owners()
            case ChangeKind.REJECT:
                found = self._owners()
                notes = (_NONE[ChangeKind.REJECT], *(found.notes if found.calls else ()))
                return Calls(found.calls, notes, steps=True)
        return Calls(notes=("Rekognition has no such operation.",))

    def _index(self) -> Calls:
        connection, pk = self._connection, int(self._collection["id"])
        found = changes.photo_pks_indexed(connection, self._change.id, _MOST_PHOTOS + 1)
        paths = {path.photo_pk: path.path for path in reversed(photos.paths(connection, found))}
        calls, failed = [], 0
        for photo_pk in found[:_MOST_PHOTOS]:
            photo = photos.by_pk(connection, photo_pk)
            member = photos.membership(connection, pk, photo_pk)
            path = paths.get(photo_pk)
            if member is not None and member.status is PhotoStatus.FAILED:
                failed += 1
                continue
            if photo is None or path is None:
                continue
            name = printable(path.name)
            request: dict[str, Any] = {
                **self._named,
                "Image": ImageFile(name, path, photo.format, photo.file_size),
            }
            indexing = indexing_of(member.unindexed if member is not None else None)
            external = {face.external_image_id for face in faces.of_photo(connection, pk, photo_pk)} - {None}
            if external:
                request["ExternalImageId"] = min(str(each) for each in external)
            if indexing.max_faces is not None:
                request["MaxFaces"] = indexing.max_faces
            if indexing.quality is not None:
                request["QualityFilter"] = indexing.quality.value
            calls.append(Call("IndexFaces", request, title=f"IndexFaces, {name}"))
        notes = []
        if len(found) > _MOST_PHOTOS:
            notes.append(f"IndexFaces takes one picture: these are the calls for the first {_MOST_PHOTOS}.")
        elif len(calls) + failed < len(found):
            notes.append(f"Of {len(found)} photos, {len(found) - len(calls) - failed} are unknown now.")
        if failed:
            notes.append(f"{counted(failed, 'photo')} could not be indexed here, and would be refused.")
        if not calls:
            return Calls(notes=("No photo was indexed by this change.",))
        return _steps(calls, *notes)

    def _delete_faces(self) -> Calls:
        gone = changes.alterations(self._connection, self._change.id, "faces", "d")
        ids = self._face_ids([row.pk for row in gone])
        by_user: dict[int, list[int]] = {}
        for row in gone:
            if row.before.get("user_pk") is not None:
                by_user.setdefault(row.before["user_pk"], []).append(row.pk)
        # Rekognition deletes no face that is a user's.
        calls, _ = self._of_users("DisassociateFaces", by_user)
        calls += [
            Call("DeleteFaces", {**self._named, "FaceIds": part}) for part in _parts(ids, _MOST_DELETED)
        ]
        return _steps(_numbered(calls), self._unknown(len(gone) - len(ids)))

    def _of_users(self, operation: str, by_user: Mapping[int, Sequence[int]]) -> tuple[list[Call], int]:
        """Calls for the faces (rows) of users (rows), and how many faces are not known any more."""
        users = changes.rows_of(self._connection, "users", by_user)
        # A person who chose the faces by eye asked for no threshold.
        more = {"UserMatchThreshold": 0} if operation == "AssociateFaces" else {}
        calls, lost = [], 0
        for owner, pks in by_user.items():
            ids = self._face_ids(pks) if owner in users else []
            lost += len(pks) - len(ids)
            for part in _parts(ids, _MOST_A_CALL):
                user = {"UserId": str(users[owner]["user_id"]), "FaceIds": part}
                calls.append(Call(operation, {**self._named, **user, **more}))
        return calls, lost

    def _owners(self) -> Calls:
        """New users, and faces that went from one to another."""
        connection = self._connection
        moved = [
            row
            for row in changes.alterations(connection, self._change.id, "faces", "u")
            if "user_pk" in row.after
        ]
        calls, lost = self._users("i", "CreateUser"), 0
        for operation, values in (("DisassociateFaces", "before"), ("AssociateFaces", "after")):
            by_user: dict[int, list[int]] = {}
            for row in moved:
                owner = getattr(row, values)["user_pk"]
                if owner is not None:
                    by_user.setdefault(owner, []).append(row.pk)
            more, unknown = self._of_users(operation, by_user)
            calls += more
            lost += unknown
        notes = list(self._unknown(lost))
        for row in changes.alterations(connection, self._change.id, "users", "i"):
            user = changes.rows_of(connection, "users", [row.pk]).get(row.pk)
            if user is not None:
                notes += self._display_name(user["display_name"], user["user_id"])
        if any(len(call.request["FaceIds"]) == _MOST_A_CALL for call in calls if "FaceIds" in call.request):
            notes.append("A user of Rekognition has at most 100 faces: more would be refused.")
        if not calls:
            notes = notes or ["No face changed hands."]
        return _steps(_numbered(calls), *notes)

    def _users(self, op: str, operation: str) -> list[Call]:
        touched = [row.pk for row in changes.alterations(self._connection, self._change.id, "users", op)]
        rows = changes.rows_of(self._connection, "users", touched)
        return [
            Call(operation, {**self._named, "UserId": str(rows[pk]["user_id"])})
            for pk in touched
            if pk in rows
        ]

    def _face_ids(self, pks: Sequence[int]) -> list[str]:
        rows = changes.rows_of(self._connection, "faces", pks)
        return [str(rows[pk]["face_id"]) for pk in pks if pk in rows]

    def _display_name(self, name: str, identity: str) -> list[str]:
        return [] if name == identity else [f"The name {name} is this program's own: Rekognition has the id."]

    def _unknown(self, count: int) -> list[str]:
        those = "1 face is" if count == 1 else f"{count:,} faces are"
        return [f"{those} not known any more, and left out."] if count else []


def _steps(calls: Sequence[Call], *notes: str | Sequence[str]) -> Calls:
    said = [each for note in notes for each in ([note] if isinstance(note, str) else note)]
    if not calls and not said:
        said = ["Nothing of it is known any more."]
    return Calls(tuple(calls), tuple(said), steps=True)


def _numbered(calls: Sequence[Call]) -> list[Call]:
    """With titles that tell several of one operation apart."""
    names = [call.operation for call in calls]
    if len(set(names)) == len(names):
        return list(calls)
    return [
        Call(call.operation, call.request, title=f"{place}. {call.operation}")
        for place, call in enumerate(calls, 1)
    ]


def _parts(ids: Sequence[str], size: int) -> list[list[str]]:
    return [list(ids[start : start + size]) for start in range(0, len(ids), size)]
