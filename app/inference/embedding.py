"""Face embedding: aligned crops to unit vectors, in batches."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.manifest import Model
from app.inference.quality_filter import RecognisableScale
from app.inference.sessions import Session
from app.inference.tensors import tensor_of

# Measured on one thread: 12.2 ms a face at 4, 13.2 alone and at 16, where activations leave the cache.
BATCH: Final = 4


class FaceEmbedder:
    """One embedding model. Thread-safe."""

    def __init__(self, session: Session, model: Model | None = None) -> None:
        """`model`: its entry as it is now, where only the settings differ from the session's."""
        self.session = session
        self.model = session.model if model is None else model
        self.contract = self.model.contract
        self.scale = self.model.scale
        # A graph that was exported for one batch size takes no other.
        self._fixed = int(self.model.settings.get("batch", 0))
        self._output = self.model.output.get("name")
        self._recognisable = RecognisableScale.of(self.model.settings)

    def embed(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Aligned crops uint8 (n, 112, 112, 3) to float32 (n, dimension), each of length 1.

        Raises as `raw`.
        """
        return self.raw(crops)[0]

    def measure(self, crops: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """As embed, and float32 (n,): the chance in percent that another photo of the person finds each
        face, NaN where the model has no scale for that. Raises as `raw`.
        """
        vectors, lengths = self.raw(crops)
        return vectors, self.recognisable(lengths)

    def recognisable(self, lengths: NDArray[np.float32]) -> NDArray[np.float32]:
        """The chances in percent for vectors that had those lengths (n,), NaN without a scale."""
        if self._recognisable is None:
            return np.full(len(lengths), np.nan, np.float32)
        return self._recognisable.chance(lengths)

    def raw(self, crops: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """As embed, and float32 (n,): the lengths that the vectors had before.

        Raises:
            ModelError: the model does not run, gives another dimension than its contract, or no numbers.
        """
        dimension = self.contract.dimension
        vectors = np.empty((len(crops), dimension), np.float32)
        step = self._fixed or BATCH
        for start in range(0, len(crops), step):
            vectors[start : start + step] = self._part(crops[start : start + step])
        if not np.isfinite(vectors).all():
            raise ModelError(f"The model {self.contract.model_id} gave values that are no numbers.")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.maximum(lengths, np.float32(1e-12))
        return vectors, lengths[:, 0]

    def _part(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        count, dimension = len(crops), self.contract.dimension
        if count < self._fixed:
            crops = np.concatenate([crops, np.repeat(crops[-1:], self._fixed - count, axis=0)])
        found = self.session.run(tensor_of(crops, self.model.input))
        values = next(iter(found.values())) if self._output is None else found[str(self._output)]
        if len(values) != len(crops) or values.size != len(crops) * dimension:
            raise ModelError(
                f"The model {self.contract.model_id} gave vectors of shape {values.shape}, "
                f"not of {dimension} dimensions as its manifest says."
            )
        return values.reshape(len(crops), dimension)[:count].astype(np.float32, copy=False)
