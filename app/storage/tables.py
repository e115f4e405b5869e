"""The schema. Times are whole milliseconds since 1970 UTC, paths are os.fsencode bytes.

Every journalled table has an integer primary key `id` that is never used twice (AUTOINCREMENT),
so that an undone insertion can be put back under its old key.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *items: Column[object] | UniqueConstraint | Index | CheckConstraint) -> Table:
    key: Column[int] = Column("id", Integer, primary_key=True)
    return Table(name, metadata, key, *items, sqlite_autoincrement=True)


contracts = _table(
    "contracts",
    Column("digest", Text, nullable=False, unique=True),
    Column("description", Text, nullable=False),
)

# A deleted collection keeps its rows and is only marked: deleting 100,000 faces and taking that back
# are then both one row (docs/adr/0040).
collections = _table(
    "collections",
    Column("collection_id", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("contract_pk", ForeignKey("contracts.id"), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("deleted_at", Integer),
    Index(
        "ux_collections_collection_id",
        "collection_id",
        unique=True,
        sqlite_where=text("deleted_at IS NULL"),
    ),
)

# Facts about a file's content; never journalled, shared by all collections.
photos = _table(
    "photos",
    Column("image_id", Text, nullable=False, unique=True),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("format", Text, nullable=False),
    Column("file_size", Integer, nullable=False),
    Column("taken_at", Integer),
    # How many degrees counter-clockwise the content lies, as its faces tell: 0, 90, 180, 270; null where
    # the file states its orientation, or nobody has looked.
    Column("turned", Integer),
)

# Where a photo's file was last seen; the same content may lie in several places.
photo_paths = _table(
    "photo_paths",
    Column("photo_pk", ForeignKey("photos.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("mtime_ns", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("seen_at", Integer, nullable=False),
    Column("missing_since", Integer),
)

# A photo in a collection.
memberships = _table(
    "memberships",
    Column("collection_pk", ForeignKey("collections.id"), nullable=False),
    Column("photo_pk", ForeignKey("photos.id"), nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("unindexed", Text),
    Column("added_at", Integer, nullable=False),
    # A person has the photo shown turned clockwise by so many degrees; null: as it is.
    Column("shown_turned", Integer),
    UniqueConstraint("collection_pk", "photo_pk"),
    CheckConstraint("status IN ('waiting', 'indexed', 'failed')", name="status"),
)

users = _table(
    "users",
    Column("collection_pk", ForeignKey("collections.id"), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("color", Integer, nullable=False),
    Column("cover_face_pk", Integer),
    Column("birthday", Text),
    Column("hidden", Boolean, nullable=False, default=False),
    Column("created_at", Integer, nullable=False),
    UniqueConstraint("collection_pk", "user_id"),
)

faces = _table(
    "faces",
    Column("face_id", Text, nullable=False, unique=True),
    Column("collection_pk", ForeignKey("collections.id"), nullable=False),
    Column("photo_pk", ForeignKey("photos.id"), nullable=False, index=True),
    Column("external_image_id", Text),
    Column("user_pk", ForeignKey("users.id"), index=True),
    Column("left", Float, nullable=False),
    Column("top", Float, nullable=False),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
    Column("landmarks", LargeBinary, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("roll", Float, nullable=False),
    Column("yaw", Float, nullable=False),
    Column("pitch", Float, nullable=False),
    Column("brightness", Float, nullable=False),
    Column("sharpness", Float, nullable=False),
    Column("source", Text, nullable=False),
    Column("hidden", Boolean, nullable=False, default=False),
    Column("created_at", Integer, nullable=False),
    # Answers "how many faces, how many named, how sharp" for 100,000 photos without touching the wide rows.
    Index("ix_faces_collection_photo", "collection_pk", "photo_pk", "user_pk", "hidden", "sharpness"),
    # In order of creation: a page of a listing then costs what is on it, however many faces there are.
    Index("ix_faces_collection", "collection_pk"),
)

embeddings = _table(
    "embeddings",
    Column("face_pk", ForeignKey("faces.id"), nullable=False),
    Column("contract_pk", ForeignKey("contracts.id"), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    UniqueConstraint("face_pk", "contract_pk"),
)

rejections = _table(
    "rejections",
    Column("face_pk", ForeignKey("faces.id"), nullable=False),
    Column("user_pk", ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", Integer, nullable=False),
    UniqueConstraint("face_pk", "user_pk"),
)

# What a face looks like and what a photo shows: worked out again whenever it is missing, so neither is
# journalled. A trigger drops a face's row when its landmarks change, by whatever act or undo.
face_attributes = _table(
    "face_attributes",
    Column("face_pk", ForeignKey("faces.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("made_by", Text, nullable=False),
    Column("age", Float, nullable=False),
    Column("age_low", Integer, nullable=False),
    Column("age_high", Integer, nullable=False),
    Column("woman", Float, nullable=False),
    # Probabilities, 0-1; null where it cannot be told.
    Column("smile", Float),
    Column("eyeglasses", Float),
    Column("sunglasses", Float),
    Column("beard", Float),
    Column("mustache", Float),
    Column("eyes_open", Float),
    Column("mouth_open", Float),
    Column("occluded", Float),
    # The surest emotion, and all of them as a JSON object of confidences.
    Column("emotion", Text),
    Column("emotions", Text, nullable=False),
    Column("gaze_yaw", Float),
    Column("gaze_pitch", Float),
    Column("gaze_confidence", Float),
    Column("roll", Float, nullable=False),
    Column("yaw", Float, nullable=False),
    Column("pitch", Float, nullable=False),
    Column("landmarks", LargeBinary, nullable=False),
)

# `labels`, `moderation`, `colors`: JSON lists.
photo_descriptions = _table(
    "photo_descriptions",
    Column("photo_pk", ForeignKey("photos.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("made_by", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("moderation", Text, nullable=False),
    Column("colors", Text, nullable=False),
)

# The labels once more, a row each, to find photos by; parents of a label have rows of their own.
photo_labels = _table(
    "photo_labels",
    Column("photo_pk", ForeignKey("photos.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Index("ix_photo_labels_name", "name", "photo_pk", "confidence"),
)

STALE_ATTRIBUTES = """CREATE TRIGGER stale_attributes AFTER UPDATE OF landmarks ON faces
BEGIN DELETE FROM face_attributes WHERE face_pk = NEW.id; END"""
event.listen(face_attributes, "after_create", DDL(STALE_ATTRIBUTES))  # type: ignore[no-untyped-call]

saved_searches = _table(
    "saved_searches",
    Column("collection_pk", ForeignKey("collections.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
)

changes = _table(
    "changes",
    Column("kind", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("collection_pk", Integer, index=True),
    Column("summary", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("undoes", ForeignKey("changes.id")),
    Column("undone_by", ForeignKey("changes.id")),
    Column("open", Boolean, nullable=False, default=False),
)

# One touched row: op is i(nsert), u(pdate), d(elete) or r(eference). `before` and `after` hold the
# changed columns of an update; `before` the whole row of a deletion (JSON, blobs as {"$b": base64}).
change_rows = _table(
    "change_rows",
    Column("change_pk", ForeignKey("changes.id"), nullable=False),
    Column("table_name", Text, nullable=False),
    Column("row_pk", Integer, nullable=False),
    Column("op", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Index("ix_change_rows_row", "table_name", "row_pk"),
    # Counts what a change of 100,000 rows touched without reading them.
    Index("ix_change_rows_change", "change_pk", "table_name", "op", "row_pk"),
)

jobs = _table(
    "jobs",
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("params", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("total", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("change_pk", ForeignKey("changes.id")),
    Column("process", Text),
    Column("created_at", Integer, nullable=False),
    Column("finished_at", Integer),
)

job_failures = _table(
    "job_failures",
    Column("job_pk", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("path", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
)

# What the protocol's callers are let in with, and what they read from: neither is an act of curation, so
# neither is journalled.
buckets = _table(
    "buckets",
    Column("name", Text, nullable=False, unique=True),
    Column("folder", LargeBinary, nullable=False),
    Column("created_at", Integer, nullable=False),
)

# The secret is in the system's keyring. `policy`: JSON.
access_keys = _table(
    "access_keys",
    Column("access_key_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("last_used_at", Integer),
    Column("revoked_at", Integer),
)

# Answers by ClientRequestToken: the same request is done once. `digest`: of its other parameters.
request_tokens = _table(
    "request_tokens",
    Column("operation", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("response", Text),
    Column("created_at", Integer, nullable=False, index=True),
    UniqueConstraint("operation", "token"),
)

# What every operation took, summed over `seconds` (a minute, then an hour) from `start`. `histogram`: pairs
# of a step (uint16) and a count (uint32), little-endian, in steps that app/services/metrics defines.
metric_periods = _table(
    "metric_periods",
    Column("seconds", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("operation", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("successes", Integer, nullable=False),
    Column("user_errors", Integer, nullable=False),
    Column("server_errors", Integer, nullable=False),
    Column("throttled", Integer, nullable=False),
    Column("milliseconds", Float, nullable=False),
    Column("shortest", Float, nullable=False),
    Column("longest", Float, nullable=False),
    Column("histogram", LargeBinary, nullable=False),
    Column("faces", Integer, nullable=False),
    Column("labels", Integer, nullable=False),
    UniqueConstraint("seconds", "start", "operation", "origin"),
)

metric_errors = _table(
    "metric_errors",
    Column("at", Integer, nullable=False, index=True),
    Column("operation", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
)

# `operation` null: all of them. `missing`: what periods without a sample count as.
alarms = _table(
    "alarms",
    Column("name", Text, nullable=False, unique=True),
    Column("operation", Text),
    Column("metric", Text, nullable=False),
    Column("statistic", Text, nullable=False),
    Column("comparison", Text, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("periods", Integer, nullable=False),
    Column("missing", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("state_since", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
)

# Changes of an alarm's state.
alarm_changes = _table(
    "alarm_changes",
    Column("alarm_pk", ForeignKey("alarms.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

JOURNALLED = {
    table.name: table
    for table in (collections, memberships, users, faces, embeddings, rejections, saved_searches)
}
