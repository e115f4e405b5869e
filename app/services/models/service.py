"""The face models: which there are, adding one's own, calibrating, switching collections to another."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import EmbeddingContract, SimilarityScale
from app.domain.errors import Conflict, InvalidParameter, ModelError
from app.domain.records import ChangeSet, Origin
from app.domain.text import printable
from app.inference.embedding import FaceEmbedder
from app.inference.embedding_models import EmbeddingModels
from app.inference.engine import FaceEngine
from app.inference.manifest import Task
from app.inference.probe import Examination
from app.inference.separation import LabelledFaces
from app.jobs import JobQueue, JobView
from app.services.events import EventHub
from app.services.models import confirmed
from app.services.models.calibrating import Calibration, calibrated, from_strangers
from app.services.models.check import Finding, finding
from app.services.models.own import OwnModels
from app.services.models.probing import probe
from app.services.models.switches import Switches
from app.services.naming import checked_name, free_slug
from app.storage.library import Library
from app.storage.repositories import contracts

_SPEED_FACES: Final = 8
_LICENCE_LENGTH: Final = 200


@dataclass(frozen=True)
class FaceModel:
    """A model that embeds faces. `own`: the user's. `calibration`: how sure its scale is, a sentence;
    `check`: what the guided check found, for one's own. `bytes` of its file, 0 where that is missing."""

    contract: EmbeddingContract
    name: str
    licence: str
    source: str
    own: bool
    default: bool
    bytes: int
    scale: SimilarityScale
    calibration: str = ""
    check: tuple[str, ...] = ()
    added: str = ""
    doubtful: bool = False

    @property
    def id(self) -> str:
        return self.contract.model_id


@dataclass(frozen=True)
class Following:
    """What a collection follows. `lacking` faces have no vector of that model. `kept`: contracts (model
    id, digest, vectors) that it has vectors of beside its own. `installed`: the model is at hand."""

    collection_pk: int
    collection_id: str
    name: str
    faces: int
    model_id: str
    contract: str
    installed: bool
    lacking: int
    kept: tuple[tuple[str, str, int], ...]


class ModelService:
    """Thread-safe. `known` gives the demo's faces, on which a new model is tried."""

    def __init__(
        self,
        library: Library,
        engine: FaceEngine,
        jobs: JobQueue,
        events: EventHub,
        origin: Origin,
        known: Callable[[], LabelledFaces],
    ) -> None:
        self._library, self._database = library, library.database
        self._engine, self._known_faces = engine, known
        self._models: EmbeddingModels = engine.models
        self._events = events
        self._own = None if engine.models.own_folder is None else OwnModels(engine.models.own_folder)
        self._faces: LabelledFaces | None = None
        self.switches = Switches(library, engine, jobs, events, origin)

    # Which there are

    def all(self) -> list[FaceModel]:
        """The shipped ones first."""
        return [self._described(each) for each in self._models.all()]

    def get(self, model_id: str) -> FaceModel:
        """Raises ModelError."""
        return self._described(self._models.named(model_id))

    @property
    def problem(self) -> str:
        """A sentence where one's own models, or one of them, cannot be used; else empty."""
        self._models.all()
        return self._models.problem

    def following(self) -> list[Following]:
        """Every collection with the model that it follows."""
        found = []
        with self._database.read() as connection:
            for item in contracts.collections(connection):
                own = contracts.of_collection(connection, item.pk)
                if own is None:
                    continue
                kept = [each for each in contracts.kept(connection, item.pk) if each.contract.pk != own.pk]
                has = contracts.count_lacking(connection, item.pk, own.pk) if item.faces else 0
                found.append(
                    Following(
                        item.pk,
                        item.collection_id,
                        item.name,
                        item.faces,
                        own.model_id,
                        own.digest,
                        self._installed(own.digest),
                        has,
                        tuple((each.contract.model_id, each.contract.digest, each.count) for each in kept),
                    )
                )
        return found

    def speed(self, model_id: str) -> float:
        """Milliseconds a face on one thread here, measured now. Raises ModelError."""
        embedder = self._models.named(model_id)
        crops = np.random.default_rng(0).integers(0, 256, (_SPEED_FACES, 112, 112, 3), np.uint8)
        embedder.embed(crops[:4])
        best = float("inf")
        for _ in range(3):
            start = time.thread_time()
            embedder.embed(crops)
            best = min(best, (time.thread_time() - start) / len(crops))
        return best * 1000

    # One's own

    def check(self, path: Path, stopped: Callable[[], bool] = lambda: False) -> Finding:
        """The guided check of a file: takes a few seconds to a minute. Nothing is kept.

        Raises ModelError where the file cannot be used at all, Cancelled.
        """
        faces = self._known()
        examination = probe(path, faces, stopped=stopped)
        same = int(faces.pairs()[0].sum())
        return finding(examination, len(faces.people), len(np.unique(faces.people)), same)

    def add(
        self,
        path: Path,
        name: str | None = None,
        licence: str = "",
        *,
        anyway: bool = False,
        found: Finding | None = None,
    ) -> FaceModel:
        """Check the file, copy it into one's own models, calibrate it on the demo's faces.

        `licence` is what the user says; `anyway` takes a model that does not keep people apart;
        `found`: what `check` just found of this file. Raises ModelError, InvalidParameter,
        ResourceAlreadyExists.
        """
        own = self._require_own()
        title = checked_name(name if name is not None else path.stem)
        found = self.check(path) if found is None else found
        if not found.usable and not anyway:
            raise ModelError(f"{path.name} was not added. {found.verdict}")
        try:
            calibration = from_strangers(found.examination.strangers)
        except ValueError as error:
            raise ModelError(f"{path.name} cannot be used: it tells no faces apart at all.") from error
        used = {each.contract.model_id for each in self._models.all()}
        model_id = free_slug(title, frozenset(used), "model")
        settings = {
            "name": title,
            "added": date.today().isoformat(),
            "doubtful": not found.usable or found.doubtful,
            "check": list(found.sentences),
            **_calibration_settings(calibration),
        }
        if found.examination.shape.batch:
            settings["batch"] = found.examination.shape.batch
        own.add(path, _entry(model_id, path, licence.strip()[:_LICENCE_LENGTH], found.examination, settings))
        self._models.reload()
        return self.get(model_id)

    def remove(self, model_id: str) -> None:
        """One's own model, with the copy of its file. Raises ModelError for a shipped one, Conflict while
        a collection of this library follows it or is being switched to it."""
        own = self._require_own()
        if self._models.ships(model_id):
            raise ModelError(f"{model_id} is a part of Likeness and stays.")
        digest = self._models.named(model_id).contract.digest
        with self._database.read() as connection:
            used = contracts.used_by(connection, digest)
        if used:
            raise Conflict(f"{model_id} measures {', '.join(used)}. Switch to another model first.")
        if any(each.contract == digest for each in self.switches.unfinished()):
            raise Conflict(f"A collection is being switched to {model_id}. Cancel that first.")
        own.remove(model_id)
        self._models.reload()

    # Calibrating

    def calibrate(
        self,
        model_id: str,
        on_progress: Callable[[int, int], None] = lambda done, total: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Calibration:
        """Fit the similarity scale of one's own model to the people who were named in this library, or,
        where they are too few, to the demo's faces. Takes up to a minute: their photos are read.

        `on_progress` hears (faces done, faces in all). Raises ModelError for a shipped model, whose scale
        was fitted on more than that, and where it was stopped.
        """
        own = self._require_own()
        if self._models.ships(model_id):
            raise ModelError(f"The scale of {model_id} came with it: it was fitted on 46,665 pairs.")
        embedder = self._models.named(model_id)
        named = confirmed.measured(
            self._database, self._engine, embedder.contract.digest, on_progress, stopped
        )
        found = calibrated(named.vectors, named.people)
        if found is None:
            known = self._known()
            found = from_strangers(_strangers(known, embedder.embed(known.crops)))
        own.update(model_id, _calibration_settings(found))
        self._models.reload()
        with self._database.read() as connection:
            followers = contracts.followers(connection, embedder.contract.digest)
        # What reaches a threshold is another matter now.
        self._events.publish(ChangeSet(collections=frozenset(followers)))
        return found

    # Switching

    def use(self, collection_pk: int, model_id: str, *, anyway: bool = False) -> JobView:
        """Switch a collection to a model, in the background: every face is measured again from its photo;
        the collection follows the model when all are. One undoable change.

        Goes on where an earlier one stopped. `anyway`: however many photos cannot be read. Raises
        ModelError, InvalidParameter where it follows that model already, Conflict while it is being
        switched, ResourceNotFound.
        """
        contract = self._models.named(model_id).contract
        with self._database.write() as connection:
            contracts.ensure(connection, contract.digest, json.dumps(asdict(contract), sort_keys=True))
        return self.switches.start(collection_pk, contract.digest, anyway=anyway)

    def delete_old_vectors(self, collection_pk: int) -> int:
        """Those of models that the collection does not follow any more: the switch cannot be undone then
        without measuring every face again. Vectors of a face that has no other stay. How many went."""
        if any(each.collection_pk == collection_pk for each in self.switches.unfinished()):
            raise Conflict("This collection is being switched. Wait, or cancel that first.")
        with self._database.write() as connection:
            kept = contracts.kept(connection, collection_pk)
            own = contracts.of_collection(connection, collection_pk)
            if own is None:
                raise InvalidParameter("This collection was deleted.")
            gone = sum(
                contracts.drop(connection, collection_pk, each.contract.pk)
                for each in kept
                if each.contract.pk != own.pk
            )
        self._events.publish(ChangeSet(collections=frozenset((collection_pk,))))
        return gone

    def close(self) -> None:
        self.switches.close()

    # Parts of the above

    def _installed(self, digest: str) -> bool:
        with suppress(ModelError):
            self._engine.embedder(digest)
            return True
        return False

    def _known(self) -> LabelledFaces:
        if self._faces is None:
            self._faces = self._known_faces()
        return self._faces

    def _require_own(self) -> OwnModels:
        if self._own is None:
            raise ModelError("There is no folder for models of one's own.")
        return self._own

    def _described(self, embedder: FaceEmbedder) -> FaceModel:
        model, settings = embedder.model, embedder.model.settings
        own = not self._models.ships(model.id)
        try:
            size = model.path.stat().st_size
        except OSError:
            size = 0
        return FaceModel(
            contract=embedder.contract,
            name=str(settings.get("name", model.id)),
            licence=model.licence,
            source=model.source,
            own=own,
            default=embedder.contract == self._models.default.contract,
            bytes=size,
            scale=embedder.scale,
            calibration=str(settings.get("calibration", _SHIPPED)),
            check=tuple(str(each) for each in settings.get("check", ())),
            added=str(settings.get("added", "")),
            doubtful=bool(settings.get("doubtful", False)),
        )


_SHIPPED: Final = (
    "Came calibrated: a similarity of 80 was counted on 46,665 pairs of strangers; 90 and 99 follow from the "
    "shape of the curve."
)


def _entry(
    model_id: str, path: Path, licence: str, examination: Examination, settings: dict[str, Any]
) -> dict[str, Any]:
    feeding, shape = examination.trials[0].feeding, examination.shape
    return {
        "id": model_id,
        "task": str(Task.FACE_EMBEDDING),
        "licence": printable(licence) or "not stated",
        "source": printable(path.name),
        "input": {
            "channels": feeding.channels,
            "layout": shape.layout,
            "mean": list(feeding.mean),
            "scale": list(feeding.scale),
            "size": [112, 112],
        },
        "output": {
            "dimension": shape.dimension,
            "alignment": "arcface-112-v2",
            "name": shape.output,
        },
        "settings": settings,
    }


def _calibration_settings(found: Calibration) -> dict[str, Any]:
    scale = found.fit.scale
    return {
        "calibration": found.sentence,
        "sureness": found.sureness.value,
        "similarity": {"cosines": list(scale.cosines), "similarities": list(scale.similarities)},
    }


def _strangers(known: LabelledFaces, vectors: NDArray[np.float32]) -> list[float]:
    cosines: NDArray[np.float32] = vectors @ vectors.T
    return [float(each) for each in cosines[known.pairs()[1]]]
