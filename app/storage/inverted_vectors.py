"""What undo does about vectors that are not in the journal.

A collection's own vectors are journalled with the faces that they came with. Those of another contract, and
those filled in later, are not: they can be worked out again of the photo. So that undo never stumbles over
them, they give way, as rows of the undoing change: redoing brings them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.storage import tables
from app.storage.unit_of_work import UnitOfWork

_EMBEDDINGS = tables.embeddings


def there(work: UnitOfWork, pk: int) -> bool:
    query = select(_EMBEDDINGS.c.id).where(_EMBEDDINGS.c.id == pk)
    return work.connection.execute(query).first() is not None


def make_way(
    work: UnitOfWork, table: str, op: str, pk: int, before: Mapping[str, Any], own: set[int]
) -> None:
    """Before a touched row is inverted. `own`: the vectors that the change touched, which it inverts itself.

    A face that goes takes its vectors along; one whose landmarks go back to where they were loses those
    that were measured since; a vector that comes back takes the place of one that was filled in.
    """
    if table == tables.faces.name and (op == "i" or (op == "u" and "landmarks" in before)):
        query = select(_EMBEDDINGS.c.id).where(_EMBEDDINGS.c.face_pk == pk)
        for row in list(work.connection.execute(query).scalars()):
            if op == "i" or row not in own:
                work.delete(_EMBEDDINGS, row)
    elif table == _EMBEDDINGS.name and op == "d":
        query = select(_EMBEDDINGS.c.id).where(
            _EMBEDDINGS.c.face_pk == before["face_pk"], _EMBEDDINGS.c.contract_pk == before["contract_pk"]
        )
        for row in list(work.connection.execute(query).scalars()):
            work.delete(_EMBEDDINGS, row)
