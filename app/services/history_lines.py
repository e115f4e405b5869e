"""A change in words: what was before, what is after, and the command that does the same."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.domain.records import Change, ChangeKind
from app.services.naming import counted
from app.storage.repositories import changes, contracts, photos
from app.storage.repositories.changes import Alteration
from app.storage.repositories.rows import Connection

_MOST_PATHS = 20
_MOST_FACES = 100
_FIELDS = {
    "display_name": "Name",
    "birthday": "Birthday",
    "color": "Colour",
    "hidden": "Hidden",
    "status": "Status",
}
_BOX = ("left", "top", "width", "height")
_NOUNS = {
    "memberships": "photo",
    "faces": "face",
    "rejections": "rejection",
    "saved_searches": "saved search",
}
_PLURALS = {"saved search": "saved searches"}


def before_and_after(connection: Connection, change: Change) -> tuple[list[str], list[str]]:
    """Lines such as "10 faces: not named" and "10 faces: Joyce Beatty"."""
    before: list[str] = []
    after: list[str] = []
    faces = changes.alterations(connection, change.id, "faces", "u")
    _say_owners(connection, faces, before, after)
    for face in faces:
        if face.before.keys() & set(_BOX):
            before.append(f"Box: {_box(face.before)}")
            after.append(f"Box: {_box(face.after)}")
        elif "landmarks" in face.before:
            before.append("Landmarks as they were")
            after.append("Landmarks moved")
    _say_hidden(faces, before, after)
    _say_people(connection, change, before, after)
    for row in changes.alterations(connection, change.id, "collections", "u"):
        _say_fields(row, "", before, after)
        if "contract_pk" in row.before:
            for lines, values in ((before, row.before), (after, row.after)):
                lines.append(f"Face model: {_model(connection, values['contract_pk'])}")
        if "deleted_at" in row.before:
            gone, there = (before, after) if row.before["deleted_at"] else (after, before)
            gone.append("Deleted")
            there.append("In the library")
    for (table, op), count in sorted(changes.counts(connection, change.id).items()):
        noun = _NOUNS.get(table)
        if noun is not None and op in ("i", "d"):
            line = counted(count, noun, _PLURALS.get(noun))
            (after if op == "i" else before).append(line)
    return before, after


def equal_command(connection: Connection, change: Change) -> str | None:
    """A shell line that does the same act, where the command line has it."""
    collection_pk = changes.collection_of(connection, change.id)
    if change.kind is ChangeKind.CREATE_COLLECTION:
        made = changes.alterations(connection, change.id, "collections", "i")
        collection_pk = made[0].pk if made else None
    row = changes.rows_of(connection, "collections", [collection_pk or 0]).get(collection_pk or 0)
    if row is None:
        return None
    words = _words(connection, change, row)
    return None if words is None else "\n".join(shlex.join(["likeness", *line]) for line in words)


def _words(connection: Connection, change: Change, collection: Mapping[str, Any]) -> list[list[str]] | None:
    name = str(collection["collection_id"])
    kind = change.kind
    if kind is ChangeKind.CREATE_COLLECTION:
        named = [] if collection["display_name"] == name else ["--name", str(collection["display_name"])]
        return [["collections", "create", name, *named]]
    if kind is ChangeKind.RENAME_COLLECTION:
        (row,) = changes.alterations(connection, change.id, "collections", "u")
        return [["collections", "rename", name, str(row.after["display_name"])]]
    if kind is ChangeKind.DELETE_COLLECTION:
        return [["collections", "delete", name]]
    if kind is ChangeKind.SWITCH_MODEL:
        (row,) = changes.alterations(connection, change.id, "collections", "u")
        return [["models", "use", name, _model(connection, row.after["contract_pk"])]]
    if kind is ChangeKind.INDEX:
        found = changes.photo_pks_indexed(connection, change.id, _MOST_PATHS + 1)
        paths = {path.photo_pk: str(path.path) for path in reversed(photos.paths(connection, found))}
        whole = 0 < len(found) <= _MOST_PATHS and len(paths) == len(found)
        return [["index", name, *paths.values()]] if whole else None
    if kind in (ChangeKind.CREATE_USER, ChangeKind.DELETE_USER):
        op = "i" if kind is ChangeKind.CREATE_USER else "d"
        return _users(connection, change, name, op)
    if kind in (ChangeKind.ASSOCIATE, ChangeKind.CONFIRM):
        return _associations(connection, change, name)
    if kind is ChangeKind.DISASSOCIATE:
        return _disassociations(connection, change, name)
    return None


def _users(connection: Connection, change: Change, collection: str, op: str) -> list[list[str]] | None:
    touched = [row.pk for row in changes.alterations(connection, change.id, "users", op)]
    rows = changes.rows_of(connection, "users", touched)
    verb = "create" if op == "i" else "delete"
    lines = []
    for pk in touched:
        row = rows.get(pk)
        if row is None:
            return None
        named = ["--name", str(row["display_name"])] if op == "i" else []
        lines.append(["users", verb, collection, str(row["user_id"]), *named])
    return lines or None


def _associations(connection: Connection, change: Change, collection: str) -> list[list[str]] | None:
    moved = [
        row for row in changes.alterations(connection, change.id, "faces", "u") if "user_pk" in row.after
    ]
    if not 0 < len(moved) <= _MOST_FACES or any(row.before["user_pk"] is not None for row in moved):
        return None
    given = _face_ids(connection, [row.pk for row in moved])
    user = changes.rows_of(connection, "users", [moved[0].after["user_pk"]]).get(moved[0].after["user_pk"])
    if given is None or user is None:
        return None
    made = _users(connection, change, collection, "i") or []
    # A person who chose the faces by eye asked for no threshold.
    words = ["users", "associate", collection, str(user["user_id"]), *given, "--threshold", "0"]
    return [*made, words]


def _disassociations(connection: Connection, change: Change, collection: str) -> list[list[str]] | None:
    moved = changes.alterations(connection, change.id, "faces", "u")
    owners: dict[int, list[int]] = {}
    for row in moved:
        owners.setdefault(row.before["user_pk"], []).append(row.pk)
    users = changes.rows_of(connection, "users", owners)
    lines = []
    for owner, pks in owners.items():
        given = _face_ids(connection, pks) if len(pks) <= _MOST_FACES else None
        if given is None or owner not in users:
            return None
        lines.append(["users", "disassociate", collection, str(users[owner]["user_id"]), *given])
    return lines or None


def _face_ids(connection: Connection, pks: list[int]) -> list[str] | None:
    rows = changes.rows_of(connection, "faces", pks)
    return [str(rows[pk]["face_id"]) for pk in pks] if len(rows) == len(pks) else None


def _say_owners(connection: Connection, faces: list[Alteration], before: list[str], after: list[str]) -> None:
    moved = [face for face in faces if "user_pk" in face.before]
    old = Counter(face.before["user_pk"] for face in moved)
    new = Counter(face.after["user_pk"] for face in moved)
    users = changes.rows_of(connection, "users", (old.keys() | new.keys()) - {None})
    for lines, owners in ((before, old), (after, new)):
        for pk, count in owners.most_common():
            name = users[pk]["display_name"] if pk in users else "not named"
            lines.append(f"{counted(count, 'face')}: {name}")


def _say_hidden(faces: list[Alteration], before: list[str], after: list[str]) -> None:
    for hidden in (True, False):
        count = sum(face.after.get("hidden") is hidden for face in faces)
        if count:
            shown, covered = (before, after) if hidden else (after, before)
            shown.append(f"{counted(count, 'face')} shown")
            covered.append(f"{counted(count, 'face')} hidden")


def _say_people(connection: Connection, change: Change, before: list[str], after: list[str]) -> None:
    touched = changes.alterations(connection, change.id, "users", "iud")
    names = {
        pk: row["display_name"]
        for pk, row in changes.rows_of(connection, "users", [row.pk for row in touched]).items()
    }
    for row in touched:
        name = names.get(row.pk, "A person")
        if row.op == "i":
            after.append(f"New person: {name}")
        elif row.op == "d":
            before.append(f"Person: {row.before['display_name']}")
        else:
            _say_fields(row, f"{name}: ", before, after)


def _say_fields(row: Alteration, prefix: str, before: list[str], after: list[str]) -> None:
    if "cover_face_pk" in row.before:
        before.append(
            f"{prefix}Cover: {'another face' if row.before['cover_face_pk'] else 'left to Likeness'}"
        )
        after.append(f"{prefix}Cover: {'this face' if row.after['cover_face_pk'] else 'left to Likeness'}")
    for field, label in _FIELDS.items():
        if field in row.before:
            before.append(f"{prefix}{label}: {_value(row.before[field])}")
            after.append(f"{prefix}{label}: {_value(row.after[field])}")


def _model(connection: Connection, contract_pk: int) -> str:
    found = contracts.by_pk(connection, contract_pk)
    return found.model_id if found else "of another name"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _box(columns: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {columns[name] * 100:.1f} %" for name in _BOX if name in columns)
