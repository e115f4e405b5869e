"""What a pack's pictures and vectors become under the model in use: one vector a reference face."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.celebrities import PackContents, PackError, PackVectors
from app.domain.errors import Cancelled, ImageError
from app.domain.faces import DetectedFace
from app.inference.engine import FaceEngine
from app.jobs import JobContext
from app.services.celebrities.doubts import same_people, unlike_pictures
from app.services.celebrities.measured import Measured
from app.services.ingest.decoding import decode_for_faces, faces_of
from app.services.naming import counted

# A second face this much smaller (share of the largest one's area) is somebody in the background.
_BACKGROUND: Final = 0.25
_NPY: Final = b"\x93NUMPY"
_SHORTEST: Final = 1e-6
_AHEAD: Final = 2


@dataclass
class Measuring:
    """Measures one pack whose files lie in `folder`. A person's vectors of this contract are taken as they
    are; the pictures of everyone else are looked at, on the inference lane."""

    engine: FaceEngine
    folder: Path
    contents: PackContents
    _vectors: list[NDArray[np.float32]] = field(default_factory=list)
    _people: list[int] = field(default_factory=list)
    _files: list[str] = field(default_factory=list)
    _problems: list[str] = field(default_factory=list)

    def __call__(self, context: JobContext) -> Measured:
        """Raises PackError where nobody can be recognised, Cancelled."""
        self._take_vectors()
        given = set(self._people)
        work = [
            (place, picture)
            for place, entry in enumerate(self.contents.entries)
            if place not in given
            for picture in entry.pictures
        ]
        context.set_total(context.view().done + len(work))
        self._look_at(context, work)
        self._name_the_rest()
        if not self._vectors:
            raise PackError(self._why_nobody())
        vectors = np.concatenate(self._vectors).astype(np.float32)
        people = np.array(self._people, np.int32)
        entries, scale = self.contents.entries, self.engine.scale
        self._problems += unlike_pictures(entries, people, vectors, self._files, scale)
        self._problems += same_people(entries, people, vectors, scale)
        return Measured(vectors, people, tuple(self._problems))

    # Vectors that the pack brings

    def _take_vectors(self) -> None:
        contract = self.engine.contract
        places = {entry.celebrity.id: place for place, entry in enumerate(self.contents.entries)}
        for given in self.contents.vectors:
            if given.contract == contract.digest:
                self._vectors.append(read_vectors(self.folder, given, contract.dimension))
                self._people.extend(places[identity] for identity in given.people)
                self._files.extend(f"row {row} of {given.file}" for row in range(1, len(given.people) + 1))

    # Pictures

    def _look_at(self, context: JobContext, work: Sequence[tuple[int, str]]) -> None:
        waiting: deque[tuple[int, str, Future[NDArray[np.float32] | str]]] = deque()
        try:
            for place, picture in work:
                context.token.raise_if_cancelled()
                look = partial(reference_vector, self.engine, self.folder / picture)
                waiting.append((place, picture, context.inference.submit(context.priority, look)))
                if len(waiting) > context.inference.threads * _AHEAD:
                    self._take(context, *waiting.popleft())
            while waiting:
                context.token.raise_if_cancelled()
                self._take(context, *waiting.popleft())
        finally:
            # The files must not be looked at any more when the folder goes.
            for _, _, future in waiting:
                if not future.cancel():
                    future.exception()

    def _take(
        self, context: JobContext, place: int, picture: str, future: Future[NDArray[np.float32] | str]
    ) -> None:
        try:
            found = future.result()
        except CancelledError as error:
            raise Cancelled("The program was closed.") from error
        if isinstance(found, str):
            name = self.contents.entries[place].celebrity.name
            self._problems.append(f"{name}: {picture}: {found}")
        else:
            self._vectors.append(found[None])
            self._people.append(place)
            self._files.append(picture)
        # Counted as done all the same: the window asks indexing which of a job's files have failed.
        context.advance()

    # Who is left

    def _name_the_rest(self) -> None:
        known = set(self._people)
        foreign = {identity: each for each in self.contents.vectors for identity in each.people}
        by_model: dict[str, int] = {}
        for place, entry in enumerate(self.contents.entries):
            if place in known or entry.pictures:
                continue
            other = foreign.get(entry.celebrity.id)
            if other is None:
                self._problems.append(f"{entry.celebrity.name} has neither a picture nor a vector.")
            else:
                by_model[other.model] = by_model.get(other.model, 0) + 1
        for model, count in by_model.items():
            self._problems.append(
                f"{counted(count, 'person has', 'people have')} only vectors of the model {model} and no "
                f"picture; the model {self.engine.contract.model_id} cannot compare them."
            )

    def _why_nobody(self) -> str:
        first = f" {self._problems[0]}" if self._problems else ""
        more = len(self._problems) - 1
        rest = f" There are {counted(more, 'more problem')} of this kind." if more > 0 else ""
        return (
            f"Nobody in the pack {self.contents.name} can be recognised.{first}{rest} "
            "Ask its maker for pictures, or for vectors of this model."
        )


def read_vectors(folder: Path, given: PackVectors, dimension: int) -> NDArray[np.float32]:
    """float32 (people, dimension) of length 1, out of a .npy file. Raises PackError."""
    path = folder / given.file
    try:
        with path.open("rb") as file:
            if file.read(len(_NPY)) != _NPY:
                raise ValueError("it is no .npy file")
        stored = np.load(path, mmap_mode="r", allow_pickle=False)
        if stored.dtype.kind != "f" or stored.shape != (len(given.people), dimension):
            raise ValueError(
                f"it has {stored.dtype} {stored.shape}, and the list speaks of float32 "
                f"({len(given.people)}, {dimension})"
            )
        vectors = np.array(stored, np.float32)
    except (OSError, ValueError, EOFError, SyntaxError, TypeError) as error:
        raise PackError(f"{given.file} cannot be used: {error}.") from error
    lengths = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(vectors).all() or not (lengths > _SHORTEST).all():
        raise PackError(f"{given.file} cannot be used: it holds numbers that are no vectors of faces.")
    scaled: NDArray[np.float32] = (vectors / lengths[:, None]).astype(np.float32)
    return scaled


def reference_vector(engine: FaceEngine, path: Path) -> NDArray[np.float32] | str:
    """float32 (dimension,) of the one face a picture is of, or a sentence why there is none."""
    if not path.exists():
        return "it is not in the pack."
    try:
        image = decode_for_faces(path)
    except ImageError as error:
        return str(error)
    faces = sorted(faces_of(engine, image).faces, key=lambda face: -face.box.area)
    if not faces:
        return "there is no face in it."
    large = [face for face in faces if face.box.area > _BACKGROUND * faces[0].box.area]
    # Who stands in the middle is meant, as in a crop out of a group.
    meant = [face for face in large if _in_the_middle(face)] or large
    if len(meant) > 1:
        return f"there are {len(large)} faces of about the same size in it. Cut it to one."
    vector: NDArray[np.float32] = engine.embed(image.pixels, [meant[0].landmarks])[0]
    return vector


def _in_the_middle(face: DetectedFace) -> bool:
    box = face.box
    return box.left <= 0.5 <= box.right and box.top <= 0.5 <= box.bottom
