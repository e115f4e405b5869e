"""From what the networks say to labels: one list, with parents, each thing once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import Instance, Label
from app.domain.errors import ModelError
from app.inference.labels.objects import Thing
from app.inference.labels.taxonomy import TAXONOMY_NAME, Taxonomy, document_of

PERSON: Final = "Person"
COUNTED: Final = (("People", 2), ("Crowd", 10))
"""Labels of many persons, and how many it takes."""

FILLING: Final = 0.4
"""Share of the picture from which a thing fills it."""

PLAIN: Final = 85.0
"""Confidence from which a thing that fills the picture is believed beside a near face."""

Curve = tuple[list[float], list[float]]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a probability of a class becomes a confidence; docs/adr/0066 has what it was chosen on.

    alone: without a person in the picture. before: with one. worn: with one, for what persons wear.
    person: the confidence of a person from which there is one. around: what persons are not taken for, kinds
    included: read as without a person. withheld: what is not said of a picture with
    a person, kinds included, and does not count for its parents.
    """

    alone: Curve
    before: Curve
    worn: Curve
    person: float
    wear: frozenset[str]
    around: frozenset[str]
    withheld: frozenset[str]


def load_rules(folder: Path, taxonomy: Taxonomy) -> Rules:
    """The `reading` of `folder`/labels.toml. Raises ModelError where it is missing or not complete."""
    reading: Mapping[str, Any] = document_of(folder).get("reading", {})
    try:
        return Rules(
            _curve(reading["alone"]),
            _curve(reading["before_people"]),
            _curve(reading["worn"]),
            float(reading["person"]),
            _known(reading["wear"], taxonomy),
            _with_kinds(reading["around_people"], taxonomy),
            _with_kinds(reading["withheld_with_people"], taxonomy),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"The rules of reading in {folder / TAXONOMY_NAME} are not complete: {error}."
        ) from error


def _is_the_face(thing: Thing) -> bool:
    """Whether a thing in a picture of a near face is likelier that face, of which the detector made a cow."""
    return thing.kind != 0 and thing.confidence < PLAIN and thing.box[2] * thing.box[3] >= FILLING


def _curve(table: Mapping[str, Any]) -> Curve:
    return [float(value) for value in table["probabilities"]], [
        float(value) for value in table["confidences"]
    ]


def _known(names: Sequence[str], taxonomy: Taxonomy) -> frozenset[str]:
    """The names. Raises KeyError for what is no label."""
    for name in names:
        _ = taxonomy.facts[name]
    return frozenset(names)


def _with_kinds(names: Sequence[str], taxonomy: Taxonomy) -> frozenset[str]:
    """The labels and all that are kinds of them. Raises KeyError for what is no label."""
    wanted = _known(names, taxonomy)
    return frozenset(name for name, facts in taxonomy.facts.items() if wanted & {name, *facts.parents})


class LabelReader:
    """Puts together what the object detector and the scene network say. Stateless, hence thread-safe."""

    def __init__(self, taxonomy: Taxonomy, rules: Rules) -> None:
        self._taxonomy = taxonomy
        self._rules = rules
        self._kinds = taxonomy.classes["coco"]
        self._spread = taxonomy.spread("imagenet")
        self._said = np.array([name not in rules.withheld for name in taxonomy.classes["imagenet"]])
        self._names = taxonomy.names

    def read(
        self, things: Sequence[Thing], scene: NDArray[np.float32], least: float, face: float = 0.0
    ) -> tuple[Label, ...]:
        """The labels of at least the confidence `least`, the surest first, then the most special.

        Args:
            things: of COCO's classes.
            scene: float32 (1000,), probabilities of ImageNet's classes.
            face: confidence of a face, 0-100; a person without a box.
        """
        instances: dict[str, list[Instance]] = {}
        if face >= self._rules.person:
            things = [thing for thing in things if not _is_the_face(thing)]
        for thing in things:
            if thing.confidence >= least:
                name = self._kinds[thing.kind]
                instances.setdefault(name, []).append(Instance(thing.box, thing.confidence))
        sure = {name: max(each.confidence for each in found) for name, found in instances.items()}
        persons = sorted((thing.confidence for thing in things if thing.kind == 0), reverse=True)
        for name, count in COUNTED:
            if len(persons) >= count:
                sure[name] = persons[count - 1]
        person = max([face, *persons[:1]])
        sure[PERSON] = person
        with_person = person >= self._rules.person
        for name, confidence in self._scene(scene, with_person):
            sure[name] = max(confidence, sure.get(name, 0.0))
        for name, confidence in list(sure.items()):
            for parent in self._taxonomy.facts[name].parents:
                sure[parent] = max(confidence, sure.get(parent, 0.0))
        labels = [
            self._label(name, confidence, instances.get(name, ()))
            for name, confidence in sure.items()
            if confidence >= least
        ]
        return tuple(sorted(labels, key=lambda label: (-label.confidence, -len(label.parents), label.name)))

    def _scene(self, scene: NDArray[np.float32], with_person: bool) -> list[tuple[str, float]]:
        """Every label of a probability worth a look, with its confidence. That of a label is the sum over its
        kinds: a dog is sure long before its breed."""
        rules = self._rules
        likely = np.flatnonzero((scene > 1e-4) & self._said if with_person else scene > 1e-4)
        probabilities = scene[likely] @ self._spread[likely]
        found = []
        for place in np.flatnonzero(probabilities > 0.01).tolist():
            name = self._names[place]
            curve = rules.before
            if not with_person or name in rules.around:
                curve = rules.alone
            elif name in rules.wear:
                curve = rules.worn
            found.append((name, float(np.interp(probabilities[place], *curve))))
        return found

    def _label(self, name: str, confidence: float, instances: Sequence[Instance]) -> Label:
        facts = self._taxonomy.facts[name]
        ordered = tuple(sorted(instances, key=lambda each: (-each.confidence, each.box)))
        return Label(name, confidence, ordered, facts.parents, facts.aliases, facts.categories)
