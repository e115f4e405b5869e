"""All people of the enabled packs as one matrix, and who a face is."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.celebrities import Celebrity, PackContents
from app.domain.embedding import SimilarityScale, false_match_rate
from app.services.celebrities.measured import Measured

LEAST: Final = 80.0
# How much further the cosine to the next person must lie. Measured: docs/adr/0069.
MARGIN: Final = 0.05
# The share of strangers' faces that may be taken for anyone of all packs together. Measured: the same.
FALSE_SHARE: Final = 0.01
_SHORTEST: Final = 1e-6


def bar(people: int) -> float:
    """The similarity (0-100) that a face must reach among so many people: 80, or what lets no more than one
    stranger in a hundred pass for any of them (similarity s lets false_match_rate(s) pass for each)."""
    similarities = np.linspace(100, LEAST, 201)
    rates = [false_match_rate(float(each)) for each in similarities]
    return float(np.interp(FALSE_SHARE / max(people, 1), rates, similarities))


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whom a face is: place in the gallery, cosine -1 to 1, similarity 0-100."""

    place: int
    cosine: float
    similarity: float


@dataclass(frozen=True, eq=False)
class Gallery:
    """people[n] has the vector vectors[n] (float32, length 1: the mean of the person's unit vectors, as
    docs/adr/0051 has it) and is in packs[n]. names[n] is int64: equal for people of one name."""

    people: tuple[Celebrity, ...]
    packs: tuple[tuple[str, ...], ...]
    vectors: NDArray[np.float32]
    names: NDArray[np.int64]

    def recognise(
        self,
        probes: NDArray[np.float32],
        scale: SimilarityScale,
        threshold: float | None = None,
        margin: float = MARGIN,
    ) -> list[Recognised | None]:
        """For each of probes (n, dimension): who reaches the similarity `threshold` (None: `bar`) and leads
        everyone of another name by `margin` in cosine; None where nobody does. Two packs may hold the same
        person under two ids: one name does not stand in its own way."""
        if not len(self.people):
            return [None] * len(probes)
        least = bar(len(self.people)) if threshold is None else threshold
        found: list[Recognised | None] = []
        for cosines in np.clip(probes @ self.vectors.T, -1, 1):
            best = int(np.argmax(cosines))
            others = cosines[self.names != self.names[best]]
            lead = float(cosines[best] - others.max()) if len(others) else np.inf
            similarity = float(scale.similarity(float(cosines[best])))
            certain = similarity >= least and lead >= margin
            found.append(Recognised(best, float(cosines[best]), similarity) if certain else None)
        return found


def gallery_of(packs: Sequence[tuple[PackContents, Measured]], dimension: int) -> Gallery:
    """One person an id, with the faces of all packs that have the id; the first pack says name and links."""
    people: dict[str, Celebrity] = {}
    owners: dict[str, list[str]] = {}
    sums: dict[str, NDArray[np.float64]] = {}
    for contents, measured in packs:
        totals = np.zeros((len(contents.entries), dimension), np.float64)
        np.add.at(totals, measured.people, measured.vectors.astype(np.float64))
        for place in np.unique(measured.people).tolist():
            celebrity = contents.entries[place].celebrity
            people.setdefault(celebrity.id, celebrity)
            owners.setdefault(celebrity.id, []).append(contents.id)
            sums[celebrity.id] = sums.get(celebrity.id, np.zeros(dimension)) + totals[place]
    usable = [identity for identity in people if np.linalg.norm(sums[identity]) > _SHORTEST]
    rows = [sums[identity] / np.linalg.norm(sums[identity]) for identity in usable]
    folded = [folded_name(people[identity].name) for identity in usable]
    _, names = np.unique(np.array(folded, str), return_inverse=True)
    return Gallery(
        tuple(people[identity] for identity in usable),
        tuple(tuple(owners[identity]) for identity in usable),
        np.array(rows, np.float32).reshape(len(usable), dimension),
        np.asarray(names, np.int64).reshape(len(usable)),
    )


def folded_name(name: str) -> str:
    """Equal for names that differ in case or in how letters are composed."""
    return unicodedata.normalize("NFKC", name).casefold()
