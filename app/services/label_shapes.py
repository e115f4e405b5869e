"""What a photo shows, in Rekognition's response shapes (plain dicts for JSON)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.domain.attributes import DominantColor, Label, PhotoDescription
from app.domain.geometry import BoundingBox
from app.services.face_shapes import Json, bounding_box, percent


def detect_labels(
    description: PhotoDescription, min_confidence: float = 55.0, max_labels: int = 1000
) -> Json:
    """DetectLabels' answer, with the dominant colours of the image."""
    shown = [label for label in description.labels if label.confidence >= min_confidence][:max_labels]
    return {
        "Labels": [label(each) for each in shown],
        "ImageProperties": {"DominantColors": colors(description.colors)},
    }


def label(item: Label, instance_colors: Sequence[Sequence[DominantColor]] | None = None) -> Json:
    """Label; `instance_colors`: the dominant colours of each of its instances."""
    instances: list[Json] = [
        {"BoundingBox": bounding_box(BoundingBox(*each.box)), "Confidence": percent(each.confidence)}
        for each in item.instances
    ]
    for instance, found in zip(instances, instance_colors or (), strict=False):
        instance["DominantColors"] = colors(found)
    return {
        "Name": item.name,
        "Confidence": percent(item.confidence),
        "Instances": instances,
        "Parents": [{"Name": name} for name in item.parents],
        "Aliases": [{"Name": name} for name in item.aliases],
        "Categories": [{"Name": name} for name in item.categories],
    }


def colors(found: Iterable[DominantColor]) -> list[Json]:
    """DominantColors."""
    return [
        {
            "Red": color.red,
            "Green": color.green,
            "Blue": color.blue,
            "HexCode": f"#{color.red:02x}{color.green:02x}{color.blue:02x}",
            "CSSColor": color.name,
            "SimplifiedColor": color.simplified,
            "PixelPercent": percent(color.share),
        }
        for color in found
    ]


def moderation(description: PhotoDescription, min_confidence: float = 50.0) -> Json:
    """DetectModerationLabels' answer."""
    return {
        "ModerationLabels": [
            {
                "Name": each.name,
                "ParentName": each.parent,
                "TaxonomyLevel": each.level,
                "Confidence": percent(each.confidence),
            }
            for each in description.moderation
            if each.confidence >= min_confidence
        ]
    }
