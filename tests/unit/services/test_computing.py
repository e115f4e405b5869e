"""What the window says of the models."""

from __future__ import annotations

from app.inference.manifest import Task
from app.services.computing import models


def test_every_model_is_told_of_in_words() -> None:
    told = models()
    assert told
    # A task's own name would be the answer where there are no words for it.
    assert not {fact.purpose for fact in told} & {str(task) for task in Task}
