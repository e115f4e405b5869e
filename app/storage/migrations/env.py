"""Run by Alembic: connects to the one library that it was called for."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

from app.storage.database import database_url
from app.storage.tables import metadata

engine = create_engine(database_url(context.config.attributes["database"]), poolclass=pool.NullPool)
with engine.connect() as connection:
    # SQLite cannot alter most things in place: batch mode copies the table.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
