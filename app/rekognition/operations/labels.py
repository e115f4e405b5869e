"""What a picture shows: labels, colours, what should not be shown to everyone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from app.domain.attributes import Label, PhotoDescription
from app.domain.errors import InvalidParameter, ResourceNotFound
from app.inference.labels.describer import LABEL_CONFIDENCE, MODERATION_CONFIDENCE, NOT_ASKED
from app.inference.labels.properties import Layer
from app.rekognition.operations.handler import Handler, Json
from app.rekognition.operations.images import MOST_SIDE_OF_LABELS, Picture, picture
from app.services import shapes
from app.services.describing import WholePicture
from app.services.face_shapes import number
from app.services.label_shapes import colors, label, moderation
from app.services.workbench import Workbench

MOST_LABELS: Final = 1000
DOMINANT_COLORS: Final = 10

_LABELS: Final = "GENERAL_LABELS"
_PROPERTIES: Final = "IMAGE_PROPERTIES"


def detect_labels(bench: Workbench, request: Json) -> Json:
    features = request.get("Features") or [_LABELS]
    settings = request.get("Settings") or {}
    if _LABELS not in features:
        _refuse_settings_of_labels(request, settings)
    shown = picture(bench, request["Image"], MOST_SIDE_OF_LABELS)
    return bench.turns.run(_labels, bench, shown, request)


def _refuse_settings_of_labels(request: Json, settings: Json) -> None:
    named = [name for name in ("MaxLabels", "MinConfidence") if request.get(name) is not None]
    if settings.get("GeneralLabels") is not None:
        named.append("Settings.GeneralLabels")
    if named:
        raise InvalidParameter(f"{' and '.join(named)} can only be given with the feature {_LABELS}.")


def _labels(bench: Workbench, shown: Picture, request: Json) -> Json:
    least = request.get("MinConfidence", LABEL_CONFIDENCE)
    # Properties need the things, too, whatever labels are shown: they are what is in front.
    whole = bench.describe.whole(shown.decoded(), min(least, LABEL_CONFIDENCE), NOT_ASKED)
    return labels_answer(whole, request, bench.describe.labels_made_by)


def labels_answer(whole: WholePicture, request: Json, made_by: str) -> Json:
    """DetectLabels' answer of a picture that was looked at, for labels as unsure as the request wants."""
    features, settings = request.get("Features") or [_LABELS], request.get("Settings") or {}
    least = request.get("MinConfidence", LABEL_CONFIDENCE)
    count = (settings.get("ImageProperties") or {}).get("MaxDominantColors", DOMINANT_COLORS)
    answer: Json = {"OrientationCorrection": shapes.orientation(whole.turned)}
    if _LABELS in features:
        likely = (each for each in whole.description.labels if each.confidence >= least)
        kept = filtered(likely, settings.get("GeneralLabels") or {})
        kept = kept[: min(request.get("MaxLabels", MOST_LABELS), MOST_LABELS)]
        answer["Labels"] = [
            label(each, whole.instance_colors(each, count) if _PROPERTIES in features else None)
            for each in kept
        ]
        answer["LabelModelVersion"] = made_by
    if _PROPERTIES in features:
        answer["ImageProperties"] = _properties(whole, count)
    return answer


def filtered(labels: Iterable[Label], filters: Json) -> list[Label]:
    """Inclusions together say what is kept (a label that either names), exclusions what of that is not.
    Names count as they are written; those that no label has match nothing."""
    names, categories = (
        set(filters.get(key) or ()) for key in ("LabelInclusionFilters", "LabelCategoryInclusionFilters")
    )
    no_names, no_categories = (
        set(filters.get(key) or ()) for key in ("LabelExclusionFilters", "LabelCategoryExclusionFilters")
    )
    anything = not names and not categories
    return [
        each
        for each in labels
        if (anything or each.name in names or not categories.isdisjoint(each.categories))
        and each.name not in no_names
        and no_categories.isdisjoint(each.categories)
    ]


def _properties(whole: WholePicture, count: int) -> Json:
    found = whole.properties(count)
    return {
        **_layer(found.whole, contrast=True),
        "Foreground": None if found.foreground is None else _layer(found.foreground),
        "Background": None if found.background is None else _layer(found.background),
    }


def _layer(layer: Layer, *, contrast: bool = False) -> Json:
    quality: Json = {
        "Brightness": number(layer.quality.brightness, 4),
        "Sharpness": number(layer.quality.sharpness, 4),
    }
    if contrast:
        quality["Contrast"] = number(layer.quality.contrast, 4)
    return {"Quality": quality, "DominantColors": colors(layer.colors)}


def detect_moderation_labels(bench: Workbench, request: Json) -> Json:
    if request.get("HumanLoopConfig") is not None:
        raise InvalidParameter(
            "Nobody reviews pictures here: nothing leaves this machine. Leave HumanLoopConfig out."
        )
    if request.get("ProjectVersion") is not None:
        raise ResourceNotFound(
            "There are no custom adapters here. Leave ProjectVersion out to use the built-in models."
        )
    shown = picture(bench, request["Image"], MOST_SIDE_OF_LABELS)
    least = request.get("MinConfidence", MODERATION_CONFIDENCE)
    whole = bench.turns.run(lambda: bench.describe.whole(shown.decoded(), NOT_ASKED, least))
    return moderation_answer(whole.description, least, bench.describe.labels_made_by)


def moderation_answer(description: PhotoDescription, least: float, made_by: str) -> Json:
    """DetectModerationLabels' answer with labels of at least that confidence (0-100)."""
    return {
        **moderation(description, least),
        "ModerationModelVersion": made_by,
        # What the models cannot tell (animation, sports, video games) is not told.
        "ContentTypes": [],
    }


HANDLERS: Final[Mapping[str, Handler]] = {
    "DetectLabels": detect_labels,
    "DetectModerationLabels": detect_moderation_labels,
}
