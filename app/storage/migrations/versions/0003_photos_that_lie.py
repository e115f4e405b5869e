"""Photos that lie on their side, and how they are shown"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photos", sa.Column("turned", sa.Integer(), nullable=True))
    op.add_column("memberships", sa.Column("shown_turned", sa.Integer(), nullable=True))
