"""Attributes in plain words: what a row says, and how sure it is. Without Qt."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.attributes import Emotion, EyeDirection, FaceAttributes, Label, Trait

CAPTION = "Estimates of how the face looks in this picture, not facts about the person."
OLDEST = 100.0
"""The end of the bar of ages, in years."""
_AWAY = 12.0

TRAITS: dict[Trait, str] = {
    Trait.SMILE: "Smile",
    Trait.EYES_OPEN: "Eyes open",
    Trait.MOUTH_OPEN: "Mouth open",
    Trait.EYEGLASSES: "Eyeglasses",
    Trait.SUNGLASSES: "Sunglasses",
    Trait.BEARD: "Beard",
    Trait.MUSTACHE: "Mustache",
    Trait.FACE_OCCLUDED: "Face covered",
}
"""In the order of the rows."""

EMOTIONS: dict[Emotion, str] = {
    Emotion.HAPPY: "Happy",
    Emotion.SURPRISED: "Surprised",
    Emotion.CALM: "Calm",
    Emotion.SAD: "Sad",
    Emotion.ANGRY: "Angry",
    Emotion.FEAR: "Afraid",
    Emotion.DISGUSTED: "Disgusted",
    Emotion.CONFUSED: "Confused",
    Emotion.UNKNOWN: "Unknown",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: the span of its bar in ratios 0-1, the figure after it, and the sentence that
    a screen reader says."""

    name: str
    value: str
    low: float
    high: float
    figure: str
    sentence: str


def _sure(name: str, value: str, confidence: float, sentence: str) -> Row:
    figure = f"{confidence:.1f}"
    return Row(name, value, 0.0, confidence / 100, figure, f"{sentence}, confidence {figure}")


def rows(attributes: FaceAttributes) -> list[Row]:
    """Age, gender, expression and traits; a trait that cannot be told has no row."""
    span = ages(attributes)
    found = [
        Row(
            "Looks",
            span,
            attributes.age_low / OLDEST,
            attributes.age_high / OLDEST,
            "years",
            f"Looks {span} years old, most likely {attributes.age:.0f}",
        ),
        _gender(attributes.woman),
    ]
    emotions = sorted_emotions(attributes)
    if emotions:
        name, confidence = emotions[0]
        found.append(_sure("Expression", name, confidence, f"Looks {name.lower()}"))
    for trait, name in TRAITS.items():
        probability = attributes.traits.get(trait)
        if probability is not None:
            answer = "Yes" if probability >= 0.5 else "No"
            confidence = 100 * max(probability, 1 - probability)
            found.append(_sure(name, answer, confidence, f"{name}: {answer.lower()}"))
    return found


def _gender(woman: float) -> Row:
    value = "a woman" if woman >= 0.5 else "a man"
    return _sure("Appears to be", value, 100 * max(woman, 1 - woman), f"Appears to be {value}")


def ages(attributes: FaceAttributes) -> str:
    """ "34–42"."""
    low, high = attributes.age_low, attributes.age_high
    return f"{low}–{high}" if low != high else str(low)


def summary(attributes: FaceAttributes) -> str:
    """ "Looks 34–42 · appears to be a woman", for a tooltip or a screen reader."""
    return f"Looks {ages(attributes)} · appears to be {'a woman' if attributes.woman >= 0.5 else 'a man'}"


def sorted_emotions(attributes: FaceAttributes) -> list[tuple[str, float]]:
    """Name and confidence (0-100), the surest first."""
    found = [(EMOTIONS[Emotion(kind)], value) for kind, value in attributes.emotions.items()]
    return sorted(found, key=lambda pair: -pair[1])


def gaze(direction: EyeDirection | None) -> str:
    """Where the eyes look, as the viewer sees it."""
    if direction is None:
        return "Cannot be told"
    sideways = "left" if direction.yaw <= -_AWAY else "right" if direction.yaw >= _AWAY else ""
    upright = "up" if direction.pitch >= _AWAY else "down" if direction.pitch <= -_AWAY else ""
    if not sideways and not upright:
        return "At the camera"
    return " and ".join(part for part in (upright, sideways) if part).capitalize()


def signed_degrees(value: float) -> str:
    """ "−1.2°": one decimal and a true minus, never "−0.0°"."""
    shown = f"{abs(value):.1f}°"
    return f"−{shown}" if value < 0 and shown != "0.0°" else shown


def label_detail(label: Label) -> str:
    """What stands after a label's name: how many there are, and what kind of thing it is."""
    parts = [f"{len(label.instances)} seen"] if len(label.instances) > 1 else []
    if label.parents:
        parts.append(label.parents[0])
    return " · ".join(parts)
