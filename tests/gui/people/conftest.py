from __future__ import annotations

from tests.gui.people.fixtures import stage, template, window

__all__ = ["stage", "template", "window"]
