"""What became of a photo, in one transaction: it is in the library whole, or it still waits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from app.domain.errors import Conflict, ModelError
from app.domain.faces import DetectedFace, FaceSource
from app.domain.records import PhotoStatus
from app.inference.engine import FaceEngine
from app.services.ingest.analysis import Analysis
from app.services.ingest.unindexed import Indexing, unindexed_json
from app.storage import tables
from app.storage.clock import now_ms
from app.storage.database import Act
from app.storage.repositories import contracts, memberships, paths
from app.storage.repositories import faces as face_rows
from app.storage.repositories.contracts import Contract
from app.storage.repositories.memberships import Membership, Target


class ContractChanged(Conflict):
    """The collection follows another model than the faces were measured by: measure them again."""


@dataclass(frozen=True)
class Recorded:
    """Rows of the faces, in the order of the analysis; `kept` is False where the photo was taken out
    of the collection, or done by another job, in the meantime."""

    kept: bool
    face_pks: tuple[int, ...] = ()


def measurable(engine: FaceEngine, followed: Sequence[Contract]) -> list[str]:
    """The contracts (digests) to measure a new photo by: the collection's own, and those to come whose
    models are there."""
    digests = [contract.digest for contract in followed[:1]]
    for contract in followed[1:]:
        with suppress(ModelError):
            digests.append(engine.embedder(contract.digest).contract.digest)
    return digests


def record_analysis(
    act: Act, target: Target, photo_pk: int, membership_pk: int, result: Analysis
) -> Recorded:
    """Faces, vectors and status of a waiting (or failed) photo of a job."""
    membership = _expected(act, target, photo_pk, membership_pk)
    if membership is None or membership.status is PhotoStatus.INDEXED:
        return Recorded(False)
    return Recorded(True, store(act, target, photo_pk, membership, result, None))


def record_failure(act: Act, target: Target, photo_pk: int, membership_pk: int, reason: str) -> bool:
    """False where there is nothing to mark any more."""
    membership = _expected(act, target, photo_pk, membership_pk)
    if membership is None or membership.status is PhotoStatus.INDEXED:
        return False
    values = {"status": PhotoStatus.FAILED.value, "reason": reason}
    act.work.update(tables.memberships, membership.pk, values)
    return True


def add_waiting(act: Act, target: Target, photo_pk: int) -> Membership:
    pk = act.work.insert(
        tables.memberships,
        {
            "collection_pk": target.pk,
            "photo_pk": photo_pk,
            "status": PhotoStatus.WAITING.value,
            "added_at": now_ms(),
        },
    )
    return Membership(pk, PhotoStatus.WAITING)


def store(
    act: Act,
    target: Target,
    photo_pk: int,
    membership: Membership,
    result: Analysis,
    external_image_id: str | None,
) -> tuple[int, ...]:
    """Write everything the analysis found; the rows of the faces. Raises ContractChanged."""
    work = act.work
    paths.set_facts(
        work.connection,
        photo_pk,
        result.width,
        result.height,
        result.format,
        result.taken_at,
        result.turned,
    )
    own, *coming = contracts.followed(work.connection, target.pk)
    vectors = result.vectors_of(own.digest)
    if vectors is None:
        raise ContractChanged(f"{target.display_name} was switched to another face model meanwhile.")
    target = replace(target, contract_pk=own.pk, contract=own.digest)
    face_pks = tuple(
        add_face(act, target, photo_pk, face, vector.astype("<f4").tobytes(), external_image_id)
        for face, vector in zip(result.faces, vectors, strict=True)
    )
    for contract in coming:
        more = result.vectors_of(contract.digest)
        for face_pk, vector in zip(face_pks, () if more is None else more, strict=False):
            contracts.fill(work.connection, face_pk, contract.pk, vector.astype("<f4").tobytes())
    work.update(
        tables.memberships,
        membership.pk,
        {
            "status": PhotoStatus.INDEXED.value,
            "reason": None,
            "unindexed": unindexed_json(result.unindexed, Indexing(result.quality, result.max_faces)),
        },
    )
    return face_pks


def add_face(
    act: Act,
    target: Target,
    photo_pk: int,
    face: DetectedFace,
    vector: bytes,
    external_image_id: str | None = None,
    source: FaceSource = FaceSource.DETECTOR,
) -> int:
    """One face and its vector (little-endian float32)."""
    face_pk = act.work.insert(
        tables.faces,
        {
            "face_id": str(uuid.uuid4()),
            "collection_pk": target.pk,
            "photo_pk": photo_pk,
            "external_image_id": external_image_id,
            **face_rows.detected_values(face),
            "source": source.value,
            "created_at": now_ms(),
        },
    )
    act.work.insert(
        tables.embeddings, {"face_pk": face_pk, "contract_pk": target.contract_pk, "vector": vector}
    )
    return face_pk


def _expected(act: Act, target: Target, photo_pk: int, membership_pk: int) -> Membership | None:
    """The membership as it is now. One that a cancelled job tidied away is made again; one that a
    person took out stays out."""
    connection = act.work.connection
    found = memberships.find(connection, target.pk, photo_pk)
    if found is not None or memberships.removed_by_person(connection, membership_pk):
        return found
    return add_waiting(act, target, photo_pk)
