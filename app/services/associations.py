"""AssociateFaces and DisassociateFaces with Rekognition's rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.errors import InvalidParameter, ServiceQuotaExceeded
from app.domain.faces import Face
from app.domain.records import ChangeKind, ChangeSet, Origin, User, UserStatus
from app.services.face_acts import set_user
from app.services.face_views import Match
from app.services.faces import NOT_FOUND, Unsuccessful
from app.services.lookups import distinct, require_same, user_of
from app.services.naming import counted
from app.storage.database import Database
from app.storage.repositories import faces, users
from app.storage.repositories.rows import Connection

MOST_PER_CALL = 100
MOST_PER_USER = 100
DIFFERENT_USER = "ASSOCIATED_TO_A_DIFFERENT_USER"
LOW_CONFIDENCE = "LOW_MATCH_CONFIDENCE"


@dataclass(frozen=True)
class AssociateResult:
    """FaceIds. A face that was left out because the user is full has no reasons."""

    associated: list[str]
    unsuccessful: list[Unsuccessful]
    status: UserStatus
    changes: ChangeSet


@dataclass(frozen=True)
class DisassociateResult:
    disassociated: list[str]
    unsuccessful: list[Unsuccessful]
    status: UserStatus
    changes: ChangeSet


def associate(
    database: Database,
    origin: Origin,
    match: Match,
    collection_id: str,
    user_id: str,
    face_ids: Sequence[str],
    threshold: float,
) -> AssociateResult:
    wanted = distinct(face_ids, MOST_PER_CALL)
    if not 0 <= threshold <= 100:
        raise InvalidParameter(f"UserMatchThreshold must be between 0 and 100, not {threshold}.")
    while True:
        with database.read() as connection:
            user = user_of(connection, collection_id, user_id)
            found = faces.by_face_ids(connection, user.collection_pk, wanted)
        _require_room(user)
        # Asked before the write lock is taken: a large collection takes a moment.
        similar = None
        if user.face_count:
            free = [face.id for face in found.values() if face.user_pk is None]
            similar = match(user.collection_pk, user.id, free)
        result = _associate(database, origin, user, collection_id, wanted, similar, threshold)
        if result is not None:
            return result


def _associate(
    database: Database,
    origin: Origin,
    seen: User,
    collection_id: str,
    wanted: Sequence[str],
    similar: Mapping[int, float] | None,
    threshold: float,
) -> AssociateResult | None:
    """`similar` (None where the user had no face) was asked of the user as it was `seen`. None when the
    user has got a first face since: then nothing is done, for the threshold counts now."""
    taken: list[Face] = []
    unsuccessful: list[Unsuccessful] = []
    with database.act(ChangeKind.ASSOCIATE, origin, seen.collection_pk) as act:
        connection = act.work.connection
        require_same(connection, collection_id, seen.collection_pk)
        user = user_of(connection, collection_id, seen.user_id)
        _require_room(user)
        if similar is None and user.face_count:
            return None
        if not user.face_count:
            similar = None
        found = faces.by_face_ids(connection, user.collection_pk, wanted)
        owners = _owners(connection, found.values())
        for face_id in wanted:
            face = found.get(face_id)
            if face is None:
                unsuccessful.append(Unsuccessful(face_id, (NOT_FOUND,)))
            elif face.user_pk == user.id:
                continue
            elif face.user_pk is not None:
                owner = owners[face.user_pk].user_id
                unsuccessful.append(Unsuccessful(face_id, (DIFFERENT_USER,), user_id=owner))
            elif similar is not None and similar.get(face.id, 0.0) < threshold:
                confidence = similar.get(face.id, 0.0)
                unsuccessful.append(Unsuccessful(face_id, (LOW_CONFIDENCE,), confidence))
            elif user.face_count + len(taken) >= MOST_PER_USER:
                unsuccessful.append(Unsuccessful(face_id, ()))
            else:
                taken.append(face)
        set_user(act.work, [face.id for face in taken], user.id)
        act.work.summary = f"{counted(len(taken), 'face')} associated with {user.display_name}"
    status = UserStatus.ACTIVE if user.face_count + len(taken) else UserStatus.CREATED
    return AssociateResult([face.face_id for face in taken], unsuccessful, status, act.changes)


def disassociate(
    database: Database, origin: Origin, collection_id: str, user_id: str, face_ids: Sequence[str]
) -> DisassociateResult:
    wanted = distinct(face_ids, MOST_PER_CALL)
    with database.read() as connection:
        collection_pk = user_of(connection, collection_id, user_id).collection_pk
    freed: list[Face] = []
    unsuccessful: list[Unsuccessful] = []
    with database.act(ChangeKind.DISASSOCIATE, origin, collection_pk) as act:
        require_same(act.work.connection, collection_id, collection_pk)
        user = user_of(act.work.connection, collection_id, user_id)
        found = faces.by_face_ids(act.work.connection, collection_pk, wanted)
        owners = _owners(act.work.connection, found.values())
        for face_id in wanted:
            face = found.get(face_id)
            if face is None:
                unsuccessful.append(Unsuccessful(face_id, (NOT_FOUND,)))
            elif face.user_pk == user.id:
                freed.append(face)
            elif face.user_pk is not None:
                owner = owners[face.user_pk].user_id
                unsuccessful.append(Unsuccessful(face_id, (DIFFERENT_USER,), user_id=owner))
        set_user(act.work, [face.id for face in freed], None)
        act.work.summary = f"{counted(len(freed), 'face')} taken from {user.display_name}"
    status = UserStatus.ACTIVE if user.face_count > len(freed) else UserStatus.CREATED
    return DisassociateResult([face.face_id for face in freed], unsuccessful, status, act.changes)


def _require_room(user: User) -> None:
    if user.face_count >= MOST_PER_USER:
        raise ServiceQuotaExceeded(
            f"“{user.user_id}” has {user.face_count} faces, and {MOST_PER_USER} is the most that can be "
            "associated: disassociate some first."
        )


def _owners(connection: Connection, found: Iterable[Face]) -> dict[int, User]:
    return users.by_pks(connection, {face.user_pk for face in found if face.user_pk is not None})
