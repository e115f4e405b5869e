"""Search among stored faces and people: by a face, an image, a person, a vector."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import Conflict, NoFace, ResourceNotFound
from app.domain.geometry import Landmarks
from app.domain.records import ChangeSet, Origin
from app.inference.engine import FaceEngine
from app.inference.quality_filter import QualityFilter
from app.search.exact import Hits
from app.services.events import EventHub
from app.services.image_faces import AlignedFace, ImageFaces, ImageSource, chosen_face, filtered, look_at
from app.services.metrics.meter import UNCOUNTED, Meter, counts
from app.services.search.groups import face_groups
from app.services.search.results import (
    Alike,
    Asked,
    Clusters,
    FaceMatch,
    ImageSearch,
    ImageUserSearch,
    SaveResult,
    Together,
    UserMatch,
    check_asked,
)
from app.services.search.saved import SavedSearches
from app.services.search.suggestions import faces_like, names_for
from app.services.search.together import photos_together, similarities_to
from app.services.vector_store import NOBODY, PHOTO, USER, CollectionVectors, VectorStore
from app.storage.library import Library
from app.storage.repositories import vectors
from app.storage.repositories.searches import SavedSearch

MOST_FACES: Final = 4096
MOST_USERS: Final = 500
DEFAULT_THRESHOLD: Final = 80.0

Vector = NDArray[np.float32]


class SearchService:
    """Thread-safe. Thresholds and similarities are 0-100; matches come the most similar first."""

    def __init__(
        self,
        store: VectorStore,
        engine: FaceEngine,
        library: Library,
        events: EventHub,
        origin: Origin,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._store = store
        self._engine = engine
        self._meter = meter
        self._database = library.database
        self._saved = SavedSearches(library.database, events, origin)
        self._clusters: OrderedDict[int, tuple[Any, Clusters]] = OrderedDict()
        self._clusters_lock = threading.Lock()

    def model_id(self, collection_pk: int) -> str:
        """Of the collection's embedding model: Rekognition's FaceModelVersion. Raises ResourceNotFound."""
        with self._database.read() as connection:
            found = vectors.contract_of(connection, collection_pk)
        if found is None:
            raise ResourceNotFound("This collection is not in the library any more.")
        return found.model_id

    def vector_in(self, collection_pk: int, face: AlignedFace) -> Vector:
        """The face's vector by the collection's model: the one at hand, or measured anew where that is of
        another model. Raises ResourceNotFound, Conflict, ModelError."""
        contract = self._store.of(collection_pk).contract
        if face.contract == contract:
            return face.vector
        if face.aligned is None:
            raise Conflict("This face was measured with another face model. Search with its picture again.")
        measured: Vector = self._engine.embedder(contract).embed(face.aligned[None])[0]
        return measured

    def aligned(self, image: ImageFaces, index: int) -> AlignedFace:
        """A face of an image, to search with in several collections."""
        crop = self._engine.aligned_crop(image.pixels, image.faces[index].landmarks)
        return AlignedFace(image.vectors[index], image.contract, crop)

    # Faces

    @counts("SearchFaces")
    def by_face(
        self, collection_pk: int, face_pk: int, threshold: float = DEFAULT_THRESHOLD, limit: int = 100
    ) -> list[FaceMatch]:
        """Without the face itself. Raises ResourceNotFound, InvalidParameter."""
        store = self._store.of(collection_pk)
        hits = self._hits(store, self._vector_of(store, face_pk), threshold, limit, without=face_pk)
        return self._matches(store, hits)

    def by_vector(
        self,
        collection_pk: int,
        vector: Vector,
        threshold: float = DEFAULT_THRESHOLD,
        limit: int = 100,
        asked: Asked | None = None,
    ) -> list[FaceMatch]:
        """`vector` is float32 (dimension,) of length 1, of the collection's model: see `vector_in`.
        `asked`: a person searches with it, which is counted; not where a view is refreshed."""
        with self._counted(asked and asked.for_faces):
            store = self._store.of(collection_pk)
            return self._matches(store, self._hits(store, vector, threshold, limit))

    @counts("SearchFacesByImage")
    def by_image(
        self,
        collection_pk: int,
        source: ImageSource,
        threshold: float = DEFAULT_THRESHOLD,
        limit: int = 100,
        *,
        face_index: int | None = None,
        quality: QualityFilter = QualityFilter.NONE,
    ) -> ImageSearch:
        """The largest face that the filter lets through, or the one of that index, whatever that is like.

        Raises NoFace, ImageError, InvalidParameter.
        """
        check_asked(threshold, limit, MOST_FACES)
        store = self._store.of(collection_pk)
        image = look_at(self._engine, source, store.contract)
        left_out = filtered(self._engine, image, quality)
        index = chosen_face(image, face_index, left_out)
        if not image.faces:
            raise NoFace("There is no face in this image. Choose one in which a face can be seen.")
        if face_index is None and index in left_out:
            raise NoFace(
                f"No face in this image is good enough for the filter {quality.value} "
                f"({', '.join(left_out[index])}). Choose a better picture, or filter less."
            )
        started = time.perf_counter()
        matches = self._matches(store, self._hits(store, image.vectors[index], threshold, limit))
        return ImageSearch(image, index, _since(started), matches, filtered=left_out)

    def vector_of(self, collection_pk: int, face_pk: int) -> Vector:
        """A stored face's float32 (dimension,), to search elsewhere with. Raises ResourceNotFound."""
        return self._vector_of(self._store.of(collection_pk), face_pk)

    def stored(
        self, collection_pk: int, face_pk: int, pixels: NDArray[np.uint8], landmarks: Landmarks
    ) -> AlignedFace:
        """A face of the collection, to search elsewhere with; `pixels` are its photo, for a model that it
        was not measured by."""
        store = self._store.of(collection_pk)
        crop = self._engine.aligned_crop(pixels, landmarks)
        there, found = store.index.vectors(np.array([face_pk], np.int64))
        vector = found[0] if there[0] else self._engine.embedder(store.contract).embed(crop[None])[0]
        return AlignedFace(vector, store.contract, crop)

    @counts("DetectFaces")
    def look_at(self, source: ImageSource, collection_pk: int | None = None) -> ImageFaces:
        """Find the faces of an image once, to search with several of them; with vectors for that
        collection, or of the default model."""
        contract = None if collection_pk is None else self._store.of(collection_pk).contract
        seen = look_at(self._engine, source, contract)
        self._meter.detected(faces=len(seen.faces))
        return seen

    def alike(self, collection_pk: int, face_pk: int) -> Alike:
        """All faces that are not hidden, by similarity to one."""
        store = self._store.of(collection_pk)
        found = store.index.scores(self._vector_of(store, face_pk))
        with self._database.read() as connection:
            hidden = vectors.hidden_faces(connection, collection_pk)
        shown = np.flatnonzero(~np.isin(found.ids, hidden) | (found.ids == face_pk))
        ids, scores = found.ids[shown], found.scores[shown]
        order = np.lexsort((ids, -scores, ids != face_pk))
        return Alike(ids[order], store.scale.similarity(scores[order]))

    # People

    @counts("SearchUsers")
    def users_by_face(
        self, collection_pk: int, face_pk: int, threshold: float = DEFAULT_THRESHOLD, limit: int = 100
    ) -> list[UserMatch]:
        store = self._store.of(collection_pk)
        return self._user_matches(store, self._vector_of(store, face_pk), threshold, limit)

    @counts("SearchUsers")
    def users_by_user(
        self, collection_pk: int, user_pk: int, threshold: float = DEFAULT_THRESHOLD, limit: int = 100
    ) -> list[UserMatch]:
        """Without the user itself; nobody is like a user without a face."""
        return self.people_like(collection_pk, user_pk, threshold, limit)

    def people_like(
        self, collection_pk: int, user_pk: int, threshold: float = DEFAULT_THRESHOLD, limit: int = 100
    ) -> list[UserMatch]:
        """As `users_by_user`, for a view that shows them unasked: it is not counted."""
        store = self._store.of(collection_pk)
        vector = store.people.vector(user_pk)
        if vector is None:
            self._require_user(user_pk)
            check_asked(threshold, limit, MOST_USERS)
            return []
        return self._user_matches(store, vector, threshold, limit, without=user_pk)

    def users_by_vector(
        self,
        collection_pk: int,
        vector: Vector,
        threshold: float = DEFAULT_THRESHOLD,
        limit: int = 100,
        asked: Asked | None = None,
    ) -> list[UserMatch]:
        """`vector` and `asked` as for `by_vector`."""
        with self._counted(asked and asked.for_users):
            return self._user_matches(self._store.of(collection_pk), vector, threshold, limit)

    @counts("SearchUsersByImage")
    def users_by_image(
        self,
        collection_pk: int,
        source: ImageSource,
        threshold: float = DEFAULT_THRESHOLD,
        limit: int = 100,
        *,
        face_index: int | None = None,
        quality: QualityFilter = QualityFilter.NONE,
    ) -> ImageUserSearch:
        """As `by_image`, but an image without a (good) face is answered with no matches, not an error."""
        check_asked(threshold, limit, MOST_USERS)
        store = self._store.of(collection_pk)
        image = look_at(self._engine, source, store.contract)
        left_out = filtered(self._engine, image, quality)
        index = chosen_face(image, face_index, left_out)
        if not image.faces or (face_index is None and index in left_out):
            return ImageUserSearch(image, None, 0.0, filtered=left_out)
        started = time.perf_counter()
        matches = self._user_matches(store, image.vectors[index], threshold, limit)
        return ImageUserSearch(image, index, _since(started), matches, filtered=left_out)

    def similarities_to_user(
        self, collection_pk: int, user_pk: int, face_pks: Iterable[int]
    ) -> dict[int, float]:
        """Of each face to the person, a face of the person's own to the person's others. Faces that
        cannot be compared are left out: unknown ones, and all when the person has no (other) face."""
        return similarities_to(self._store.of(collection_pk), user_pk, face_pks)

    def suggestions(
        self, collection_pk: int, user_pk: int, threshold: float = 50.0, limit: int = 100
    ) -> list[FaceMatch]:
        """Faces without a name that may be this person (see suggestions.py)."""
        check_asked(threshold, limit, MOST_FACES)
        store = self._store.of(collection_pk)
        with self._database.read() as connection:
            hits = faces_like(connection, store, user_pk, _floor(store, threshold), limit)
        return self._matches(store, hits)

    def suggest_names(
        self, collection_pk: int, face_pks: Iterable[int], threshold: float = DEFAULT_THRESHOLD
    ) -> dict[int, UserMatch | None]:
        """Who each face may be; None for a face that has a name, or is like nobody."""
        check_asked(threshold, 1, 1)
        wanted = list(face_pks)
        store = self._store.of(collection_pk)
        with self._database.read() as connection:
            guesses = names_for(connection, store, wanted, _floor(store, threshold))
            names = vectors.user_ids(connection, {guess.user_pk for guess in guesses.values()})
        found: dict[int, UserMatch | None] = dict.fromkeys(wanted)
        for face, guess in guesses.items():
            if guess.user_pk in names:
                similarity = float(store.scale.similarity(guess.cosine))
                found[face] = UserMatch(
                    guess.user_pk, names[guess.user_pk], similarity, store.people.count(guess.user_pk)
                )
        return found

    # Groups

    def clusters(self, collection_pk: int, on_progress: Callable[[float], None] | None = None) -> Clusters:
        """Everyone's faces in groups. Kept until a face changes. 10,000 faces take about 1 s, and
        100,000 about a minute: `on_progress` hears the share done (0-1) and may raise to stop."""
        store = self._store.of(collection_pk)
        with self._database.read() as connection:
            hidden = vectors.hidden_faces(connection, collection_pk)
        state = (id(store.index), store.index.version, store.scale, hidden.tobytes())
        with self._clusters_lock:
            kept = self._clusters.get(collection_pk)
            if kept is not None and kept[0] == state:
                return kept[1]
        groups = face_groups(store, store.scale, hidden, on_progress)
        with self._clusters_lock:
            self._clusters[collection_pk] = (state, groups)
            self._clusters.move_to_end(collection_pk)
            while len(self._clusters) > 4:
                self._clusters.popitem(last=False)
        return groups

    def together(
        self, collection_pk: int, user_pks: Sequence[int], mode: Together = Together.ALL
    ) -> NDArray[np.int64]:
        """Photos int64 (n,), rising, with all of the people, any of them, or all of them and no other
        face (hidden ones do not count)."""
        with self._database.read() as connection:
            return photos_together(connection, collection_pk, user_pks, mode)

    # Saved searches

    def save(self, collection_pk: int, name: str, query: dict[str, Any]) -> SaveResult:
        return self._saved.save(collection_pk, name, query)

    def saved(self, collection_pk: int) -> list[SavedSearch]:
        return self._saved.all(collection_pk)

    def delete_saved(self, pk: int) -> ChangeSet:
        return self._saved.delete(pk)

    # Parts of the above

    def _counted(self, operation: str | None) -> AbstractContextManager[object]:
        return nullcontext() if operation is None else self._meter.operation(operation)

    def _vector_of(self, store: CollectionVectors, face_pk: int) -> Vector:
        there, found = store.index.vectors(np.array([face_pk], np.int64))
        if not there[0]:
            raise ResourceNotFound("This face is not in the collection any more.")
        vector: Vector = found[0]
        return vector

    def _hits(
        self, store: CollectionVectors, vector: Vector, threshold: float, limit: int, without: int = -1
    ) -> Hits:
        check_asked(threshold, limit, MOST_FACES)
        hits = store.index.search(vector, limit + 1, floor=_floor(store, threshold))
        keep = (hits.ids != without) & (store.scale.similarity(hits.scores) >= threshold)
        return Hits(hits.ids[keep][:limit], hits.scores[keep][:limit])

    def _matches(self, store: CollectionVectors, hits: Hits) -> list[FaceMatch]:
        """A face that was deleted meanwhile is left out."""
        with self._database.read() as connection:
            facts = vectors.face_uuids(connection, hits.ids.tolist())
        users, photos = store.index.values(USER, hits.ids), store.index.values(PHOTO, hits.ids)
        similarities = store.scale.similarity(hits.scores)
        return [
            FaceMatch(
                face_pk,
                facts[face_pk][0],
                float(similarities[row]),
                float(hits.scores[row]),
                int(users[row]) if users[row] != NOBODY else None,
                int(photos[row]),
                facts[face_pk][1],
            )
            for row, face_pk in enumerate(hits.ids.tolist())
            if face_pk in facts
        ]

    def _user_matches(
        self,
        store: CollectionVectors,
        vector: Vector,
        threshold: float,
        limit: int,
        without: int | None = None,
    ) -> list[UserMatch]:
        check_asked(threshold, limit, MOST_USERS)
        hits = store.people.search(vector, limit, floor=_floor(store, threshold), without=without)
        with self._database.read() as connection:
            names = vectors.user_ids(connection, hits.ids.tolist())
        similarities = store.scale.similarity(hits.scores)
        return [
            UserMatch(user_pk, names[user_pk], float(similarity), store.people.count(user_pk))
            for user_pk, similarity in zip(hits.ids.tolist(), similarities, strict=True)
            if user_pk in names and similarity >= threshold
        ]

    def _require_user(self, user_pk: int) -> None:
        with self._database.read() as connection:
            if not vectors.user_ids(connection, [user_pk]):
                raise ResourceNotFound("This person is not in the collection any more.")


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _floor(store: CollectionVectors, threshold: float) -> float:
    """A little below the threshold's cosine: what counts in the end is the similarity."""
    return store.scale.cosine(threshold) - 1e-6
