"""The program's version and licence, and its models'."""

from __future__ import annotations

from app import __version__
from app.services.computing import ModelFact
from app.ui.settings.rows import Row, Section
from app.ui.theme import Theme
from app.ui.widgets.text import Label


class About(Section):
    """What runs here, under which licence."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "About")
        self.version = Label(theme, __version__, token="t2")
        self.add(Row(theme, "Likeness", "Apache-2.0. Photos and faces stay on this computer.", self.version))
        self.models: list[Row] = []

    def show_models(self, models: list[ModelFact]) -> None:
        """A row for each shipped model."""
        if self.models:
            return
        for model in models:
            licence = Label(self.theme, model.licence, token="t2")
            row = Row(self.theme, model.id, f"{model.purpose}. {model.source}.", licence)
            licence.setAccessibleName(f"Licence of {model.id}: {model.licence}")
            self.models.append(row)
            self.add(row)
