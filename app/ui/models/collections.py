"""Which model each collection follows, and letting it follow another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.jobs import JobView
from app.services.models import FaceModel, Following
from app.ui.models.lines import about_collection
from app.ui.search.panel import Choice
from app.ui.settings.rows import Row, Section
from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant


class CollectionRow(QWidget):
    """A collection: what it follows, a menu of models, and what can be done meanwhile and after."""

    def __init__(self, theme: Theme, item: Following, models: Sequence[FaceModel]) -> None:
        super().__init__()
        self.item = item
        self.choice = Choice(theme, f"Model of {item.name}")
        choices = [(each.id, each.id) for each in models]
        if not item.installed:
            choices.insert(0, (item.model_id, f"{item.model_id} (not installed)"))
        self.choice.show_choices(choices, item.model_id)
        self.cancel = Button(theme, "Cancel", variant=Variant.LINK, height=28, tooltip="Stop measuring")
        self.go_on = Button(theme, "Go on", variant=Variant.LINK, height=28, tooltip="Go on measuring")
        self.drop_old = Button(
            theme,
            "Delete old vectors",
            variant=Variant.LINK,
            height=28,
            tooltip="Frees the space. Going back measures every face again.",
        )
        self.drop_old.setAccessibleName(f"Delete the old vectors of {item.name}")
        side = QWidget()
        column = QHBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for button in (self.drop_old, self.go_on, self.cancel, self.choice):
            column.addWidget(button)
        self.row = Row(theme, item.name, " ", side)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.row)
        self.show_job(None)

    def show_job(self, job: JobView | None, stopped: bool = False) -> None:
        """`stopped`: a switch of it was interrupted, and can go on."""
        running = job is not None and not job.state.ended
        self.row.say(*about_collection(self.item, job))
        self.cancel.setVisible(running)
        self.go_on.setVisible(stopped and not running)
        self.drop_old.setVisible(bool(self.item.kept) and not running and not stopped)
        self.choice.setEnabled(not running)


class CollectionsSection(Section):
    """Rows of all collections."""

    use_asked = Signal(int, str)
    """(collection's row, model's id)"""
    cancel_asked = Signal(int)
    resume_asked = Signal(int)
    drop_asked = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Collections")
        self.rows: dict[int, CollectionRow] = {}
        self._jobs: dict[int, JobView] = {}
        self._stopped: frozenset[int] = frozenset()

    def show_all(
        self, items: Sequence[Following], models: Sequence[FaceModel], stopped: frozenset[int]
    ) -> None:
        """`stopped`: collections whose switch was interrupted."""
        self._stopped = stopped
        while (taken := self.card.body.takeAt(0)) is not None:
            widget = taken.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = {}
        self.setVisible(bool(items))
        for item in items:
            row = CollectionRow(self.theme, item, models)
            pk = item.collection_pk
            row.choice.chose.connect(lambda model, pk=pk: self.use_asked.emit(pk, str(model)))
            row.cancel.clicked.connect(lambda _=False, pk=pk: self.cancel_asked.emit(pk))
            row.go_on.clicked.connect(lambda _=False, pk=pk: self.resume_asked.emit(pk))
            row.drop_old.clicked.connect(lambda _=False, pk=pk: self.drop_asked.emit(pk))
            self.rows[pk] = row
            self.add(row)
            row.show_job(self._jobs.get(pk), pk in stopped)

    def show_job(self, job: JobView) -> None:
        """A switch, or what it ended with."""
        pk = job.collection_pk
        if pk is None:
            return
        if job.state.ended:
            self._jobs.pop(pk, None)
        else:
            self._jobs[pk] = job
        if pk in self.rows:
            self.rows[pk].show_job(self._jobs.get(pk), pk in self._stopped)
