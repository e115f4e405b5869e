"""People and their photos and faces: who is in one together, and how alike a face and its person are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.services.search.groups import similarity_to_others
from app.services.search.results import Together
from app.services.vector_store import USER, CollectionVectors
from app.storage.repositories import vectors
from app.storage.repositories.rows import Connection


def photos_together(
    connection: Connection, collection_pk: int, user_pks: Sequence[int], mode: Together
) -> NDArray[np.int64]:
    """See SearchService.together."""
    wanted = np.unique(np.asarray(user_pks, np.int64))
    if not len(wanted):
        return np.empty(0, np.int64)
    photos, faces, users = vectors.faces_by_photo(connection, collection_pk)
    hidden = vectors.hidden_faces(connection, collection_pk)
    wanted_rows = np.isin(users, wanted)
    pairs = np.unique(np.stack((photos[wanted_rows], users[wanted_rows])), axis=1)
    found, counts = np.unique(pairs[0], return_counts=True)
    if mode is not Together.ANY:
        found = found[counts == len(wanted)]
    if mode is Together.ONLY:
        found = np.setdiff1d(found, photos[~wanted_rows & ~np.isin(faces, hidden)])
    return found


def similarities_to(store: CollectionVectors, user_pk: int, face_pks: Iterable[int]) -> dict[int, float]:
    """See SearchService.similarities_to_user."""
    wanted = np.unique(np.fromiter(face_pks, np.int64))
    there, faces = store.index.vectors(wanted)
    wanted = wanted[there]
    vector = store.people.vector(user_pk)
    if vector is None or not len(wanted):
        return {}
    similarities = store.scale.similarity(faces @ vector)
    own = store.index.values(USER, wanted) == user_pk
    if own.any():
        mine = store.index.ids()[store.index.values(USER) == user_pk]
        present, members = store.index.vectors(mine)
        others = dict(
            zip(mine[present].tolist(), similarity_to_others(members, store.scale).tolist(), strict=True)
        )
        similarities[own] = [others.get(face, np.nan) for face in wanted[own].tolist()]
    known = ~np.isnan(similarities)
    return dict(zip(wanted[known].tolist(), similarities[known].tolist(), strict=True))
