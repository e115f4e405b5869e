"""What the page says of models and collections. No Qt."""

from __future__ import annotations

from app.jobs import JobView
from app.services.models import FaceModel, Following
from app.services.naming import counted
from app.ui.settings.library import in_bytes


def about_model(model: FaceModel, speed: float | None) -> str:
    """One line of facts: "512 numbers, 2.9 MB, 6.1 ms a face here, contract 7f3a…"."""
    facts = [
        f"{model.contract.dimension} numbers a face",
        in_bytes(model.bytes) if model.bytes else "file missing",
    ]
    if speed is not None:
        facts.append(f"{speed:.1f} ms a face here")
    facts.append(f"contract {model.contract.digest}")
    return ", ".join(facts)


def origin_of(model: FaceModel) -> str:
    """Where it is from, and under which licence."""
    if not model.own:
        return f"Ships with Likeness, from {model.source}. Licence {model.licence}."
    licence = (
        "Licence not stated" if model.licence == "not stated" else f"Licence, as you stated: {model.licence}"
    )
    return f"Yours, from {model.source}, added {model.added}. {licence}."


def about_collection(item: Following, job: JobView | None) -> tuple[str, str]:
    """(sentence, token of its colour)."""
    if job is not None and not job.state.ended:
        total = f" of {job.total:,}" if job.total else ""
        return (
            f"{job.title}: {job.done:,}{total} faces measured. Searches use {item.model_id} until all are.",
            "t2",
        )
    if not item.installed:
        return f"{item.model_id} is not installed: add it again, or follow another model.", "warn"
    parts = [counted(item.faces, "face")]
    if item.lacking:
        parts.append(f"{item.lacking:,} without a vector of it, because the photo is missing")
    parts += [f"{counted(count, 'old vector')} of {model} kept for undo" for model, _, count in item.kept]
    return "; ".join(parts) + ".", "warn" if item.lacking else "t3"
