"""The embedding models at hand: those that ship and the user's own."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from app.domain.errors import ModelError
from app.inference.alignment import FaceAligner
from app.inference.embedding import FaceEmbedder
from app.inference.manifest import MANIFEST_NAME, Manifest, Model, Task, load_manifest
from app.inference.sessions import Session

_log = logging.getLogger(__name__)


class EmbeddingModels:
    """Finds an embedder by contract or by id; a model's file is opened when first used. Thread-safe.

    The folder of the user's own may change while the program runs, by another process too: it is read
    again when it did. A manifest there that cannot be read leaves the shipped models: `problem` says so.
    """

    def __init__(self, shipped: Manifest, own: Path | None, provider: str, threads: int) -> None:
        """Raises ModelError where a shipped model is described wrongly."""
        self.own_folder = own
        self.problem = ""
        self._provider, self._threads = provider, threads
        self._lock = threading.RLock()
        self._stamp: object = None
        self._own: dict[str, FaceEmbedder] = {}
        self._shipped = {
            model.id: self._opened(shipped, model)
            for model in shipped.models.values()
            if model.task is Task.FACE_EMBEDDING
        }
        self.default = self._shipped[shipped.default(Task.FACE_EMBEDDING).id]
        self.reload()

    def all(self) -> list[FaceEmbedder]:
        """The shipped ones first."""
        with self._lock:
            self._refresh()
            return [*self._shipped.values(), *self._own.values()]

    def of(self, digest: str) -> FaceEmbedder:
        """The model of that contract. Raises ModelError."""
        for embedder in self.all():
            if embedder.contract.digest == digest:
                return embedder
        raise ModelError(
            f"The face model of the contract {digest} is not installed. Add its file again, or choose "
            "another model for the collection."
        )

    def named(self, model_id: str) -> FaceEmbedder:
        """Raises ModelError."""
        found = {embedder.contract.model_id: embedder for embedder in self.all()}
        if model_id not in found:
            raise ModelError(f"There is no face model named {model_id}. There are: {', '.join(found)}.")
        return found[model_id]

    def ships(self, model_id: str) -> bool:
        return model_id in self._shipped

    def reload(self) -> None:
        """Read the user's folder again."""
        with self._lock:
            self._stamp = self._stamp_now()
            before, self._own, self.problem = self._own, {}, ""
            if self.own_folder is None or not (self.own_folder / MANIFEST_NAME).exists():
                return
            try:
                manifest = load_manifest(self.own_folder)
            except ModelError as error:
                self.problem = str(error)
                _log.warning("the user's own models cannot be read: %s", error)
                return
            for model in manifest.models.values():
                self._add_own(manifest, model, before.get(model.id))

    def _add_own(self, manifest: Manifest, model: Model, before: FaceEmbedder | None) -> None:
        if model.id in self._shipped or model.task is not Task.FACE_EMBEDDING:
            return
        try:
            same = before is not None and before.contract == model.contract
            kept = before.session if before is not None and same else None
            self._own[model.id] = self._opened(manifest, model, kept)
        except ModelError as error:
            self.problem = str(error)
            _log.warning("the model %s cannot be used: %s", model.id, error)

    def _opened(self, manifest: Manifest, model: Model, session: Session | None = None) -> FaceEmbedder:
        if model.contract.alignment != FaceAligner.name:
            raise ModelError(
                f"The model {model.id} wants faces aligned as “{model.contract.alignment}”; "
                f"this program knows “{FaceAligner.name}”."
            )
        return FaceEmbedder(session or Session(manifest, model, self._provider, self._threads), model)

    def _refresh(self) -> None:
        if self._stamp_now() != self._stamp:
            self.reload()

    def _stamp_now(self) -> object:
        if self.own_folder is None:
            return None
        try:
            status = (self.own_folder / MANIFEST_NAME).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
