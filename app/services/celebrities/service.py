"""RecognizeCelebrities, GetCelebrityInfo, and the packs that they ask."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import FaceAttributes
from app.domain.celebrities import (
    Celebrity,
    CelebrityFace,
    CelebrityPack,
    CelebrityResult,
    PackContents,
    PackError,
    RemovedPack,
    UnrecognizedFace,
)
from app.domain.errors import InvalidParameter, ResourceNotFound
from app.domain.faces import DetectedFace
from app.inference.engine import FaceEngine
from app.jobs import Job, JobContext, JobQueue, JobView
from app.services.celebrities.exporting import export_pack
from app.services.celebrities.gallery import Gallery, folded_name, gallery_of
from app.services.celebrities.loading import Loading
from app.services.celebrities.making import Making, PackPlan
from app.services.celebrities.measured import Measured, open_measured, save
from app.services.celebrities.measuring import Measuring
from app.services.image_faces import ImageSource, look_at
from app.services.metrics.meter import UNCOUNTED, Meter, counts
from app.storage.library import Library
from app.storage.packs import PackShelf, StoredPack

MOST_FACES: Final = 64
JOB_KIND: Final = "celebrity pack"


class Describer(Protocol):
    """What tells smile and emotions; without one they are left out."""

    def describe(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[FaceAttributes]: ...


class CelebrityService:
    """Thread-safe. Packs belong to the library and lie in its folder `packs`; another process that loads or
    removes one is seen at the next call. Pictures and vectors of packs are never sent anywhere."""

    def __init__(
        self,
        library: Library,
        engine: FaceEngine,
        jobs: JobQueue,
        describer: Describer | None = None,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._library, self._engine, self._jobs, self._describer = library, engine, jobs, describer
        self._meter = meter
        self._shelf = PackShelf(library.folder / "packs")
        self._lock = threading.Lock()
        self._measured: dict[str, tuple[Any, Measured | None]] = {}
        self._gallery: tuple[Any, Gallery, tuple[StoredPack, ...]] | None = None
        self._begun: set[tuple[str, str]] = set()

    # Packs

    def packs(self) -> list[CelebrityPack]:
        """By name, those that are switched off too."""
        return [self._described(stored) for stored in self._shelf.packs()]

    def load(self, path: Path) -> JobView:
        """A job that checks, copies and measures a pack (a folder or a zip) and then gives it its place; it
        replaces a pack of the same id, which goes to the trash. Cancelled or failed, it leaves nothing."""
        loading = Loading(self._shelf, self._engine, path, self._accept)
        return self._jobs.submit(Job(JOB_KIND, f"Load {path.name}", loading))

    def measure(self, pack_id: str) -> JobView:
        """A job that embeds a pack's faces again, after the model was changed. Raises ResourceNotFound."""
        stored = self._shelf.get(pack_id)
        contents = _sound(stored)

        def run(context: JobContext) -> str:
            measured = Measuring(self._engine, stored.folder, contents)(context)
            save(stored.folder, measured, self._engine.contract)
            return f"{contents.name} is measured for the model {self._engine.contract.model_id}."

        return self._jobs.submit(Job(JOB_KIND, f"Measure {contents.name}", run))

    def set_enabled(self, pack_id: str, enabled: bool) -> None:
        """A pack that is switched off is kept and not asked. Raises ResourceNotFound."""
        self._shelf.set_enabled(pack_id, enabled)

    def remove(self, pack_id: str) -> str:
        """Into the library's trash, for 30 days; the token for `restore`. Raises ResourceNotFound."""
        return self._shelf.remove(pack_id)

    def removed(self) -> list[RemovedPack]:
        """What `restore` can bring back, the latest first."""
        return self._shelf.removed()

    def restore(self, token: str) -> CelebrityPack:
        """Bring a removed pack back. Raises ResourceNotFound, PackError."""
        contents = self._shelf.in_trash(token).contents
        if contents is not None:
            self._accept(contents)
        return self._described(self._shelf.get(self._shelf.restore(token)))

    def discard(self, token: str) -> None:
        """Throw a removed pack away for good. Raises ResourceNotFound."""
        self._shelf.discard(token)

    def make_from_collection(
        self, collection_pk: int, path: Path, plan: PackPlan, *, replace: bool = False
    ) -> JobView:
        """A job that writes a pack of the collection's people to `path`, a zip where it ends in .zip, else a
        new folder. `replace`: a file that is there may go once the new one is complete. Raises
        InvalidParameter for a plan that says too little, PackError where there is something at `path`
        already, ResourceNotFound."""
        making = Making(self._library, collection_pk, path, plan, replace)
        return self._jobs.submit(
            Job(JOB_KIND, f"Make the pack {plan.name}", making, collection_pk=collection_pk)
        )

    def export(self, pack_id: str, path: Path, *, replace: bool = False) -> JobView:
        """A job that writes a loaded pack as a zip; `replace` as above. Raises ResourceNotFound and
        PackError."""
        stored = self._shelf.get(pack_id)
        contents = _sound(stored)
        run = export_pack(stored.folder, contents, path, replace)
        return self._jobs.submit(Job(JOB_KIND, f"Export {contents.name}", run))

    # Recognising

    @counts("RecognizeCelebrities")
    def recognize(
        self, source: ImageSource, threshold: float | None = None, *, describe: bool = True
    ) -> CelebrityResult:
        """RecognizeCelebrities: the 64 largest faces against all enabled packs. `threshold` is a similarity
        (0-100) to the person's reference faces; None is 80, and more the more people there are, so that
        strangers stay strangers (docs/adr/0069). Packs that the model in use has not measured yet are left
        out and named, and a job begins to measure them. Raises ImageError, ModelError, InvalidParameter."""
        if threshold is not None and not 0 <= threshold <= 100:
            raise InvalidParameter(f"A threshold lies between 0 and 100; {threshold:g} does not.")
        image = look_at(self._engine, source)
        faces = image.faces[:MOST_FACES]
        gallery, waiting = self._current_gallery()
        found = gallery.recognise(image.vectors[: len(faces)], self._engine.scale, threshold)
        looks: Sequence[FaceAttributes | None] = [None] * len(faces)
        if self._describer is not None and describe and faces:
            looks = self._describer.describe(image.pixels, faces)
        known: list[CelebrityFace] = []
        unknown: list[UnrecognizedFace] = []
        for index, (face, who, look) in enumerate(zip(faces, found, looks, strict=True)):
            if who is None:
                unknown.append(UnrecognizedFace(index, face, look))
                continue
            person, packs = gallery.people[who.place], gallery.packs[who.place]
            known.append(CelebrityFace(index, face, person, who.similarity, who.cosine, packs, look))
        known.sort(key=lambda each: (-each.match_confidence, -each.cosine, each.index))
        names = [self._measure_later(stored) for stored in waiting]
        return CelebrityResult(
            image.width, image.height, tuple(known), tuple(unknown), tuple(names), image.turned
        )

    @counts("GetCelebrityInfo")
    def info(self, celebrity_id: str) -> Celebrity:
        """GetCelebrityInfo, of a person in any loaded pack. Raises ResourceNotFound."""
        for contents in self._contents():
            for entry in contents.entries:
                if entry.celebrity.id == celebrity_id:
                    return entry.celebrity
        raise ResourceNotFound(f"No loaded pack has a celebrity with the id “{celebrity_id[:80]}”.")

    # Parts of the above

    def _contents(self) -> list[PackContents]:
        return [stored.contents for stored in self._shelf.packs() if stored.contents is not None]

    def _accept(self, contents: PackContents) -> None:
        """The same id must not be two people. Raises PackError."""
        ours = {entry.celebrity.id: entry.celebrity.name for entry in contents.entries}
        for other in self._contents():
            if other.id == contents.id:
                continue
            for entry in other.entries:
                name = ours.get(entry.celebrity.id)
                if name is not None and folded_name(name) != folded_name(entry.celebrity.name):
                    raise PackError(
                        f"The id {entry.celebrity.id} is {name} in {contents.name} and "
                        f"{entry.celebrity.name} in {other.name}. Change it in one of the packs, or remove "
                        f"{other.name} first."
                    )

    def _described(self, stored: StoredPack) -> CelebrityPack:
        contents = stored.contents
        if contents is None:
            problems = (stored.problem,)
            return CelebrityPack(
                stored.id, stored.id, "", "", "", "", 0, 0, 0, stored.enabled, False, problems
            )
        measured = self._measured_of(stored)
        return CelebrityPack(
            id=stored.id,
            name=contents.name,
            version=contents.version,
            licence=contents.licence,
            attribution=contents.attribution,
            consent=contents.consent,
            people=len(contents.entries),
            pictures=sum(len(entry.pictures) for entry in contents.entries),
            recognisable=measured.recognisable if measured else 0,
            enabled=stored.enabled,
            measured=measured is not None,
            problems=measured.problems if measured else (),
        )

    def _measured_of(self, stored: StoredPack) -> Measured | None:
        if stored.contents is None:
            return None
        own = next((each for each in self._shelf.signature() if each[0] == stored.id), None)
        stamp = (self._engine.contract.digest, own)
        with self._lock:
            kept = self._measured.get(stored.id)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        found = open_measured(stored.folder, stored.contents, self._engine.contract)
        with self._lock:
            self._measured[stored.id] = (stamp, found)
        return found

    def _current_gallery(self) -> tuple[Gallery, tuple[StoredPack, ...]]:
        """Everyone who can be recognised, and the enabled packs that are not measured."""
        signature = (self._engine.contract.digest, self._shelf.signature())
        with self._lock:
            kept = self._gallery
        if kept is not None and kept[0] == signature:
            return kept[1], kept[2]
        ready, waiting = [], []
        for stored in self._shelf.packs():
            if not stored.enabled or stored.contents is None:
                continue
            measured = self._measured_of(stored)
            if measured is None:
                waiting.append(stored)
            else:
                ready.append((stored.contents, measured))
        gallery = gallery_of(ready, self._engine.contract.dimension)
        with self._lock:
            self._gallery = (signature, gallery, tuple(waiting))
        return gallery, tuple(waiting)

    def _measure_later(self, stored: StoredPack) -> str:
        """Its name. Once for each model, so that a pack that cannot be measured is not tried for ever."""
        wanted = (stored.id, self._engine.contract.digest)
        with self._lock:
            begun = wanted in self._begun
            self._begun.add(wanted)
        if not begun:
            self.measure(stored.id)
        return stored.contents.name if stored.contents else stored.id


def _sound(stored: StoredPack) -> PackContents:
    if stored.contents is None:
        raise PackError(stored.problem)
    return stored.contents
