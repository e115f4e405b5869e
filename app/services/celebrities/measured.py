"""The reference faces of a pack as vectors, and the file beside the pack that keeps them."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.celebrities import PackContents, PackError
from app.domain.embedding import EmbeddingContract
from app.storage.packs import cache_name

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Measured:
    """vectors: float32 (n, dimension) of length 1; people: int32 (n,), places in the pack's entries;
    problems: sentences about what could not be used."""

    vectors: NDArray[np.float32]
    people: NDArray[np.int32]
    problems: tuple[str, ...]

    @property
    def recognisable(self) -> int:
        """How many people have a vector."""
        return len(np.unique(self.people))


def open_measured(folder: Path, contents: PackContents, contract: EmbeddingContract) -> Measured | None:
    """What `save` kept; None where there is nothing, or nothing that can be read."""
    try:
        with np.load(folder / cache_name(contract.digest), allow_pickle=False) as file:
            vectors = np.asarray(file["vectors"], np.float32)
            people = np.asarray(file["people"], np.int32)
            problems = tuple(str(each) for each in json.loads(str(file["problems"])))
    except FileNotFoundError:
        return None
    except Exception as error:  # a damaged cache is only a cache
        _log.info("%s: %s", folder / cache_name(contract.digest), error)
        return None
    sound = (
        vectors.ndim == 2
        and vectors.shape == (len(people), contract.dimension)
        and bool(np.isfinite(vectors).all())
        and bool((people >= 0).all() and (people < len(contents.entries)).all())
    )
    return Measured(vectors, people, problems) if sound else None


def save(folder: Path, measured: Measured, contract: EmbeddingContract) -> None:
    """Keep it beside the pack. Raises PackError."""
    target = folder / cache_name(contract.digest)
    partial_file = target.with_suffix(f".{os.getpid()}.tmp")
    try:
        with partial_file.open("wb") as file:
            np.savez(
                file,
                vectors=measured.vectors,
                people=measured.people,
                problems=np.array(json.dumps(measured.problems)),
            )
        partial_file.replace(target)
    except OSError as error:
        partial_file.unlink(missing_ok=True)
        raise PackError(f"The faces of the pack cannot be kept: {error.strerror or error}.") from error
