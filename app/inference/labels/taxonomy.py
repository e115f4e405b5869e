"""What labels there are: their names, what they are kinds of, and which class of a network is which.

Read from `labels.toml`, which lies beside the models it belongs to.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.manifest import find_models_dir

TAXONOMY_NAME = "labels.toml"
TAXONOMY_VERSION = 1


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """`parents` are all that the label is a kind of, the nearest first; `aliases` are other names of it;
    `categories` are Rekognition's groups, its own and its parents'."""

    parents: tuple[str, ...]
    aliases: tuple[str, ...]
    categories: tuple[str, ...]


class Taxonomy:
    """The labels of one `labels.toml`."""

    def __init__(self, facts: Mapping[str, LabelFacts], classes: Mapping[str, tuple[str, ...]]) -> None:
        self.facts = dict(facts)
        self.classes = dict(classes)
        self._index = {name: place for place, name in enumerate(sorted(self.facts))}

    @property
    def names(self) -> tuple[str, ...]:
        """Every label, sorted."""
        return tuple(self._index)

    @cached_property
    def _spoken(self) -> dict[str, str]:
        spoken = {alias.casefold(): name for name in self.names for alias in self.facts[name].aliases}
        return spoken | {name.casefold(): name for name in self.names}

    def named(self, text: str) -> str | None:
        """The label of that name or alias in any case; None if there is none."""
        return self._spoken.get(text.strip().casefold())

    def place(self, name: str) -> int:
        """Where a label stands in `names`."""
        return self._index[name]

    def spread(self, network: str) -> NDArray[np.float32]:
        """float32 (classes, labels): 1 where a class of the network is that label or a kind of it. The
        probabilities of the classes times this are the probabilities of the labels."""
        classes = self.classes[network]
        matrix = np.zeros((len(classes), len(self._index)), np.float32)
        for row, name in enumerate(classes):
            for each in (name, *self.facts[name].parents):
                matrix[row, self._index[each]] = 1
        return matrix


def document_of(folder: Path) -> Mapping[str, Any]:
    """What stands in `folder`/labels.toml.

    Raises:
        ModelError: it is missing, is not TOML, or is of a later version.
    """
    path = folder / TAXONOMY_NAME
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"The list of labels {path} is missing. Install the program again.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"The list of labels {path} cannot be read: {error}.") from error
    version = document.get("version")
    if version != TAXONOMY_VERSION:
        raise ModelError(
            f"The list of labels {path} is of version {version}; this program reads {TAXONOMY_VERSION}."
        )
    return document


def load_taxonomy(folder: Path) -> Taxonomy:
    """The labels of `folder`/labels.toml.

    Raises:
        ModelError: as document_of, or it names a parent or a class that is no label.
    """
    document = document_of(folder)
    path = folder / TAXONOMY_NAME
    entries: Mapping[str, Mapping[str, Any]] = document.get("labels", {})
    try:
        facts = {name: _facts(name, entries) for name in entries}
        classes = {network: tuple(names) for network, names in document.get("classes", {}).items()}
        for names in classes.values():
            for name in names:
                _ = facts[name]
    except (KeyError, ValueError) as error:
        raise ModelError(f"The list of labels {path} is not consistent: {error}.") from error
    return Taxonomy(facts, classes)


def _facts(name: str, entries: Mapping[str, Mapping[str, Any]]) -> LabelFacts:
    parents: dict[str, None] = {}
    waiting = list(entries[name].get("of", ()))
    # Breadth first: the nearest parents come first, and every one once.
    while waiting:
        parent = waiting.pop(0)
        if parent == name:
            raise ValueError(f"“{name}” is its own parent")
        if parent not in parents:
            parents[parent] = None
            waiting += entries[parent].get("of", ())
    categories = [
        entries[each]["in"]
        for each in (name, *parents)
        if "in" in entries[each]
    ]  # fmt: skip
    return LabelFacts(tuple(parents), tuple(entries[name].get("also", ())), tuple(dict.fromkeys(categories)))


@lru_cache(maxsize=1)
def _shipped() -> Taxonomy:
    return load_taxonomy(find_models_dir())


def label_names() -> tuple[str, ...]:
    """Every label that the shipped models can give, and every parent of one, sorted."""
    return _shipped().names


def label_facts(name: str) -> LabelFacts:
    """Parents, aliases and categories of a label; empty where the name is no label of the shipped list (one
    that an earlier version stored, say)."""
    return _shipped().facts.get(name, LabelFacts((), (), ()))


def label_named(text: str) -> str | None:
    """The label that a person means by a name or an alias, in any case; None if there is none."""
    return _shipped().named(text)
