"""The page: collections and what they follow, the models, and adding one's own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import Cancelled, LikenessError
from app.domain.records import ChangeSet
from app.jobs import JobQueue, JobView
from app.services import computing
from app.services.computing import ModelFact
from app.services.models import Calibration, FaceModel, Finding, Following, ModelService, Unfinished
from app.services.naming import counted
from app.ui.controller import PageHost, Priority, TaskRunner
from app.ui.models.adding import AddingSection
from app.ui.models.cards import ModelCard
from app.ui.models.collections import CollectionsSection
from app.ui.settings.rows import Section
from app.ui.widgets.button import Button
from app.ui.widgets.header import Header
from app.ui.widgets.scroll import column_of_cards
from app.ui.widgets.text import ElidedLabel, Label, Paragraph

_WIDTH = 720
_KIND = "switch model"
_State = tuple[list[FaceModel], list[Following], list[Unfinished], str]


class ModelsPage(QWidget):
    """Everything is read and done off the window's thread."""

    key = "models"
    _job = Signal(object)
    _measured = Signal(str, int, int)

    def __init__(self, host: PageHost, tasks: TaskRunner, models: ModelService, jobs: JobQueue) -> None:
        super().__init__()
        self._host, self._tasks, self._models, self._jobs = host, tasks, models, jobs
        theme = host.theme
        self._speeds: dict[str, float] = {}
        self._unfinished: list[Unfinished] = []
        self._stopping = False
        self._shown = False
        self._check = threading.Event()
        self._unsubscribe: Callable[[], None] = lambda: None
        self.cards: dict[str, ModelCard] = {}
        self.header = Header(theme, "Models")
        self.add_button = Button(theme, "Add a model…", icon="plus", tooltip="Add an ONNX file of your own")
        self.add_button.clicked.connect(self.ask_file)
        self.header.row.addWidget(self.add_button)
        self.problem = Paragraph(theme, "", token="warn")
        self.problem.hide()
        self.adding = AddingSection(theme)
        self.collections = CollectionsSection(theme)
        self.faces = Section(theme, "Face models")
        self.others = Section(theme, "Other models")
        cards = (self.problem, self.adding, self.collections, self.faces, self.others)
        self._scroll = column_of_cards(cards, _WIDTH)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.header)
        page.addWidget(self._scroll, 1)
        self._connect()

    def _connect(self) -> None:
        self.adding.add_asked.connect(self._add)
        self.adding.dropped.connect(self._drop)
        self.collections.use_asked.connect(self.use)
        self.collections.cancel_asked.connect(self._cancel)
        self.collections.resume_asked.connect(self._resume)
        self.collections.drop_asked.connect(self.delete_old_vectors)
        self._job.connect(self._show_job)
        self._measured.connect(self._show_progress)

    # -- the page as a widget -------------------------------------------------------------------------

    def activate(self, **_params: Any) -> None:
        self._shown = True
        # Its signal crosses from the job's thread to the window's.
        self._unsubscribe()
        self._unsubscribe = self._jobs.subscribe(self._heard)
        for view in self._jobs.views():
            self._heard(view)
        self.refresh()
        self._tasks.run(computing.models, done=self._show_others, failed=self._host.show_error)
        self.add_button.setFocus()

    def deactivate(self) -> None:
        self._shown = False
        self._unsubscribe()
        self._stopping = True
        if self.adding.path is not None and self.adding.finding is None:
            self._check.set()
            self.adding.close_form()

    def apply_changes(self, changes: ChangeSet) -> None:
        if self._shown and (changes.collections or changes.change is not None):
            self.refresh()

    def regions(self) -> list[QWidget]:
        return [self.header, self.adding, self.collections, self.faces]

    # -- what there is ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        def work() -> _State:
            models = self._models
            return models.all(), models.following(), models.switches.unfinished(), models.problem

        self._tasks.run(work, done=self._show, failed=self._host.show_error, key=(id(self), "models"))

    def _show(self, state: _State) -> None:
        models, following, self._unfinished, problem = state
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        stopped = frozenset(each.collection_pk for each in self._unfinished if not each.running)
        self.collections.show_all(following, models, stopped)
        self.header.set_caption(counted(len(models), "face model"))
        known = [card.model for card in self.cards.values()]
        if models != known:
            self._show_models(models)

    def _show_models(self, models: list[FaceModel]) -> None:
        while (taken := self.faces.card.body.takeAt(0)) is not None:
            widget = taken.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.cards = {}
        for model in models:
            card = ModelCard(self._host.theme, model, self._speeds.get(model.id))
            card.speed_asked.connect(self.measure_speed)
            card.calibrate_asked.connect(self.calibrate)
            card.stop_asked.connect(self._stop)
            card.remove_asked.connect(self.remove)
            self.cards[model.id] = card
            self.faces.add(card)

    def _show_others(self, facts: list[ModelFact]) -> None:
        if self.others.card.body.count():
            return
        for fact in facts:
            if fact.purpose == computing.TELLS_APART:
                continue
            line = QWidget()
            line.setFixedHeight(36)
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(16)
            name = Label(self._host.theme, fact.id, role="small")
            name.setMinimumWidth(184)
            row.addWidget(name)
            row.addWidget(
                ElidedLabel(self._host.theme, f"{fact.purpose}. {fact.source}", role="small", token="t3"), 1
            )
            row.addWidget(Label(self._host.theme, fact.licence, role="small", token="t2"))
            self.others.add(line)

    # -- collections ------------------------------------------------------------------------------------

    def use(self, collection_pk: int, model_id: str) -> None:
        """Let the collection follow that model."""
        self._tasks.run(self._models.use, collection_pk, model_id, done=self._show_job, failed=self._refused)

    def delete_old_vectors(self, collection_pk: int) -> None:
        def done(count: int) -> None:
            self._host.toast(f"{counted(count, 'old vector')} deleted. Going back would measure all again.")
            self.refresh()

        self._tasks.run(
            self._models.delete_old_vectors, collection_pk, done=done, failed=self._host.show_error
        )

    def _cancel(self, collection_pk: int) -> None:
        for view in self._jobs.views():
            if view.kind == _KIND and view.collection_pk == collection_pk and not view.state.ended:
                self._jobs.cancel(view.id)

    def _resume(self, collection_pk: int) -> None:
        for each in self._unfinished:
            if each.collection_pk == collection_pk and not each.running:
                self._tasks.run(
                    self._models.switches.resume, each.job_id, done=self._show_job, failed=self._refused
                )

    def _refused(self, error: Exception) -> None:
        self._host.show_error(error)
        # The menu shows what was chosen, not what is.
        self.refresh()

    def _heard(self, view: JobView) -> None:
        if view.kind == _KIND:
            self._job.emit(view)

    def _show_job(self, view: JobView) -> None:
        self.collections.show_job(view)
        if view.state.ended and self._shown:
            self.refresh()

    # -- models -----------------------------------------------------------------------------------------

    def measure_speed(self, model_id: str) -> None:
        self.cards[model_id].speed_button.setEnabled(False)

        def done(speed: float) -> None:
            self._speeds[model_id] = speed
            if model_id in self.cards:
                self.cards[model_id].show_speed(speed)

        self._tasks.run(
            self._models.speed,
            model_id,
            done=done,
            failed=self._host.show_error,
            key=(id(self), "speed", model_id),
            priority=Priority.BACKGROUND,
        )

    def calibrate(self, model_id: str) -> None:
        """Fit its scale to the people of the library."""
        self._stopping = False

        def work() -> Calibration:
            return self._models.calibrate(
                model_id, partial(self._measured.emit, model_id), lambda: self._stopping
            )

        def done(found: Calibration) -> None:
            self._host.toast(f"{model_id} is calibrated: {found.sureness.value}.")
            self.refresh()

        def failed(error: Exception) -> None:
            if model_id in self.cards:
                self.cards[model_id].end_calibrating()
            if not isinstance(error, Cancelled):
                self._host.show_error(error)

        self._tasks.run(work, done=done, failed=failed, key=(id(self), "calibrate"))

    def _show_progress(self, model_id: str, done: int, total: int) -> None:
        if model_id in self.cards:
            self.cards[model_id].show_progress(done, total)

    def _stop(self) -> None:
        self._stopping = True

    def remove(self, model_id: str) -> None:
        def done(_none: None) -> None:
            self._host.toast(f"{model_id} is removed.")
            self.refresh()

        self._tasks.run(self._models.remove, model_id, done=done, failed=self._host.show_error)

    # -- adding -----------------------------------------------------------------------------------------

    def ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Add a face model", "", "ONNX (*.onnx);;All files (*)")
        if name:
            self.check(Path(name))

    def check(self, path: Path) -> None:
        """Try the file; what is found is shown, and nothing is kept."""
        self.adding.begin(path)
        self._scroll.verticalScrollBar().setValue(0)

        def failed(error: Exception) -> None:
            if isinstance(error, Cancelled):
                return
            if isinstance(error, LikenessError):
                self.adding.show_reason(str(error))
            else:
                self.adding.close_form()
                self._host.show_error(error)

        self._check.set()
        stop = self._check = threading.Event()
        self._tasks.run(
            lambda: self._models.check(path, stop.is_set),
            done=self._found,
            failed=failed,
            key=(id(self), "check"),
        )

    def _drop(self) -> None:
        self._check.set()

    def _found(self, finding: Finding) -> None:
        self.adding.show_finding(finding)

    def _add(self, name: str, licence: str, anyway: bool) -> None:
        path, finding = self.adding.path, self.adding.finding
        if path is None or finding is None:
            return

        def work() -> FaceModel:
            return self._models.add(path, name or None, licence, anyway=anyway, found=finding)

        def done(model: FaceModel) -> None:
            self.adding.close_form()
            self._host.toast(f"{model.id} is added. Choose it for a collection to use it.")
            self.refresh()

        def failed(error: Exception) -> None:
            self.adding.add_button.setEnabled(True)
            self._host.show_error(error)

        self._tasks.run(work, done=done, failed=failed)
