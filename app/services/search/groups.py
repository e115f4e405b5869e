"""Groups of faces for the Faces page: people, then faces that are alike, then those that are alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import SimilarityScale
from app.search.clusters import grouped
from app.search.exact import Ids
from app.search.neighbours import near_pairs
from app.services.search.results import Clusters, FaceGroup, GroupKind
from app.services.vector_store import NOBODY, PHOTO, USER, CollectionVectors

# The mean similarity that two groups must have to be one. Measured: docs/adr/0052.
CUT: Final = 92.0
# Pairs of a face that are looked at while groups form; more only takes memory.
_NEIGHBOURS: Final = 48


def face_groups(
    store: CollectionVectors,
    scale: SimilarityScale,
    hidden: Ids,
    on_progress: Callable[[float], None] | None = None,
) -> Clusters:
    """The same groups whatever the order in which the faces came."""
    index = store.index
    ids = np.setdiff1d(index.ids(), hidden)
    there, vectors = index.vectors(ids)
    ids = ids[there]
    users, photos = index.values(USER, ids), index.values(PHOTO, ids)
    named = users != NOBODY
    people = _by_label(ids[named], vectors[named], users[named], scale, GroupKind.PERSON)
    ids, vectors, photos = ids[~named], vectors[~named], photos[~named]
    cut = scale.cosine(CUT)
    labels = grouped(vectors, near_pairs(vectors, cut, _NEIGHBOURS, on_progress), cut, photos)
    sizes = np.bincount(labels, minlength=1)
    shared = sizes[labels] > 1
    alike = _by_label(ids[shared], vectors[shared], labels[shared], scale, GroupKind.ALIKE)
    groups = [*people, *alike]
    if not shared.all():
        alone = ids[~shared]
        groups.append(FaceGroup(GroupKind.ALONE, alone, np.full(len(alone), np.nan)))
    return Clusters(groups)


def _by_label(
    ids: Ids,
    vectors: NDArray[np.float32],
    labels: NDArray[np.int64],
    scale: SimilarityScale,
    kind: GroupKind,
) -> list[FaceGroup]:
    """One group a label, the largest first, then the one with the oldest face."""
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order], prepend=-2))
    parts = np.split(order, starts[1:])
    groups = []
    for rows in parts:
        if not len(rows):
            continue
        similarities = similarity_to_others(vectors[rows], scale)
        rank = np.lexsort((ids[rows], similarities))
        user = int(labels[rows[0]]) if kind is GroupKind.PERSON else None
        groups.append(FaceGroup(kind, ids[rows][rank], similarities[rank], user))
    return sorted(groups, key=lambda group: (-len(group.faces), int(group.faces.min())))


def similarity_to_others(vectors: NDArray[np.float32], scale: SimilarityScale) -> NDArray[np.float64]:
    """Of each of vectors (n, dimension) to the mean of the other ones, (n,); NaN for a single one.

    Without the face itself, which would make it look at home in any small group.
    """
    if len(vectors) < 2:
        return np.full(len(vectors), np.nan)
    exact = vectors.astype(np.float64)
    others = exact.sum(axis=0) - exact
    lengths = np.maximum(np.linalg.norm(others, axis=1), 1e-9)
    return scale.similarity(np.einsum("ij,ij->i", exact, others) / lengths)
