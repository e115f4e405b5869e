"""Which faces may be a person, and who a face may be. Both ask the same three things first:

- it was never said that this face is not this person;
- the person is not in that photo already, and is found in it only once;
- the photo was not taken before the person was born.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from app.search.exact import Columns, Hits, Ids
from app.services.vector_store import NOBODY, PHOTO, USER, CollectionVectors
from app.storage.repositories import vectors
from app.storage.repositories.rows import Connection

# Beyond this many hits a person is better found by naming some first.
_MOST_HITS = 4096


def faces_like(
    connection: Connection, store: CollectionVectors, user_pk: int, floor: float, limit: int
) -> Hits:
    """Faces without a name that look like the person, by cosine to the person's vector.

    A face that is more like another person is that person's suggestion, not this one's.
    """
    vector = store.people.vector(user_pk)
    if vector is None:
        return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
    index = store.index
    photos_with_user = np.unique(index.values(PHOTO)[index.values(USER) == user_pk])
    barred = np.union1d(
        np.fromiter(vectors.rejected_faces(connection, user_pk), np.int64),
        vectors.hidden_faces(connection, store.collection_pk),
    )

    def allowed(ids: Ids, columns: Columns) -> NDArray[np.bool_]:
        mask: NDArray[np.bool_] = columns[USER] == NOBODY
        rows = np.flatnonzero(mask)
        out = np.isin(columns[PHOTO][rows], photos_with_user) | np.isin(ids[rows], barred)
        mask[rows[out]] = False
        return mask

    hits = index.search(vector, _MOST_HITS, floor=floor, allow=allowed)
    keep = _more_like_nobody_else(connection, store, user_pk, hits)
    keep &= _born(connection, store, hits.ids, user_pk)
    ids, scores = hits.ids[keep], hits.scores[keep]
    # Once a photo: the hits are in order, so the first of a photo is its best.
    _, first = np.unique(index.values(PHOTO, ids), return_index=True)
    chosen = np.sort(first)[:limit]
    return Hits(ids[chosen], scores[chosen])


def _more_like_nobody_else(
    connection: Connection, store: CollectionVectors, user_pk: int, hits: Hits
) -> NDArray[np.bool_]:
    keep = np.ones(len(hits), np.bool_)
    hidden = vectors.hidden_users(connection, store.collection_pk)
    others = (store.people.keys != user_pk) & ~np.isin(store.people.keys, np.fromiter(hidden, np.int64))
    if not others.any() or not len(hits):
        return keep
    there, faces = store.index.vectors(hits.ids)
    keep &= there
    cosines = faces @ store.people.vectors[others].T
    keys = store.people.keys[others]
    rejected = vectors.rejected_pairs(connection, hits.ids.tolist())
    if rejected:
        rows = {int(face): row for row, face in enumerate(hits.ids[there])}
        places = {int(key): place for place, key in enumerate(keys)}
        for face, user in rejected:
            if face in rows and user in places:
                cosines[rows[face], places[user]] = -1
    keep[there] &= cosines.max(axis=1) <= hits.scores[there]
    return keep


def _born(connection: Connection, store: CollectionVectors, face_pks: Ids, user_pk: int) -> NDArray[np.bool_]:
    birthday = vectors.birthdays(connection, store.collection_pk).get(user_pk)
    if birthday is None:
        return np.ones(len(face_pks), np.bool_)
    photos = store.index.values(PHOTO, face_pks)
    taken = vectors.dates_taken(connection, np.unique(photos).tolist())
    start = _ms(birthday)
    return np.array([taken.get(photo, start) >= start for photo in photos.tolist()], np.bool_)


def _ms(iso_date: str) -> int:
    """The first moment of that day, in the same clock as photos.taken_at."""
    day = date.fromisoformat(iso_date)
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Guess:
    user_pk: int
    cosine: float


def names_for(
    connection: Connection, store: CollectionVectors, face_pks: Iterable[int], floor: float
) -> dict[int, Guess]:
    """The person that each face without a name is most like, of those with a cosine >= floor; faces
    nobody fits are left out. Where two faces of a photo are like one person, the better one has it."""
    wanted = np.unique(np.fromiter(face_pks, np.int64))
    index, people = store.index, store.people
    wanted = wanted[index.values(USER, wanted, absent=0) == NOBODY]
    there, faces = index.vectors(wanted)
    wanted = wanted[there]
    if not len(wanted) or not len(people):
        return {}
    photos = index.values(PHOTO, wanted)
    barred = set(vectors.rejected_pairs(connection, wanted.tolist()))
    hidden = vectors.hidden_users(connection, store.collection_pk)
    in_photo = _people_in(store, photos)
    born = {user: _ms(day) for user, day in vectors.birthdays(connection, store.collection_pk).items()}
    taken = vectors.dates_taken(connection, np.unique(photos).tolist()) if born else {}
    cosines = faces @ people.vectors.T
    rows, columns = np.nonzero(cosines >= floor)
    order = np.lexsort((people.keys[columns], wanted[rows], -cosines[rows, columns]))
    found: dict[int, Guess] = {}
    for row, place in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        face, user, photo = int(wanted[row]), int(people.keys[place]), int(photos[row])
        if face in found or user in hidden or (face, user) in barred or (photo, user) in in_photo:
            continue
        if user in born and taken.get(photo, born[user]) < born[user]:
            continue
        found[face] = Guess(user, float(cosines[row, place]))
        in_photo.add((photo, user))
    return found


def _people_in(store: CollectionVectors, photos: Ids) -> set[tuple[int, int]]:
    """(photo, person) of everyone who is named in those photos."""
    all_photos, all_users = store.index.values(PHOTO), store.index.values(USER)
    rows = np.flatnonzero((all_users != NOBODY) & np.isin(all_photos, photos))
    return set(zip(all_photos[rows].tolist(), all_users[rows].tolist(), strict=True))
