"""What faces look like and photos show"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "face_attributes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("face_pk", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("age", sa.Float(), nullable=False),
        sa.Column("age_low", sa.Integer(), nullable=False),
        sa.Column("age_high", sa.Integer(), nullable=False),
        sa.Column("woman", sa.Float(), nullable=False),
        sa.Column("smile", sa.Float(), nullable=True),
        sa.Column("eyeglasses", sa.Float(), nullable=True),
        sa.Column("sunglasses", sa.Float(), nullable=True),
        sa.Column("beard", sa.Float(), nullable=True),
        sa.Column("mustache", sa.Float(), nullable=True),
        sa.Column("eyes_open", sa.Float(), nullable=True),
        sa.Column("mouth_open", sa.Float(), nullable=True),
        sa.Column("occluded", sa.Float(), nullable=True),
        sa.Column("emotion", sa.Text(), nullable=True),
        sa.Column("emotions", sa.Text(), nullable=False),
        sa.Column("gaze_yaw", sa.Float(), nullable=True),
        sa.Column("gaze_pitch", sa.Float(), nullable=True),
        sa.Column("gaze_confidence", sa.Float(), nullable=True),
        sa.Column("roll", sa.Float(), nullable=False),
        sa.Column("yaw", sa.Float(), nullable=False),
        sa.Column("pitch", sa.Float(), nullable=False),
        sa.Column("landmarks", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["face_pk"], ["faces.id"], name=op.f("fk_face_attributes_face_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_attributes")),
        sa.UniqueConstraint("face_pk", name=op.f("uq_face_attributes_face_pk")),
        sqlite_autoincrement=True,
    )
    op.execute(
        """CREATE TRIGGER stale_attributes AFTER UPDATE OF landmarks ON faces
BEGIN DELETE FROM face_attributes WHERE face_pk = NEW.id; END"""
    )
    op.create_table(
        "photo_descriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("photo_pk", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("moderation", sa.Text(), nullable=False),
        sa.Column("colors", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_pk"], ["photos.id"], name=op.f("fk_photo_descriptions_photo_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_descriptions")),
        sa.UniqueConstraint("photo_pk", name=op.f("uq_photo_descriptions_photo_pk")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "photo_labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("photo_pk", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_pk"], ["photos.id"], name=op.f("fk_photo_labels_photo_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_labels")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_photo_labels_photo_pk", "photo_labels", ["photo_pk"])
    op.create_index("ix_photo_labels_name", "photo_labels", ["name", "photo_pk", "confidence"])
