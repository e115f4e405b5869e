"""Jobs at the foot of the sidebar: the first one in full, the others in a list that pops up."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.shell.views import JobState, JobView
from app.ui.theme import Theme
from app.ui.widgets.bars import ProgressRow
from app.ui.widgets.button import Button, IconButton, Variant
from app.ui.widgets.glyph import Glyph, Panel
from app.ui.widgets.text import Label


class JobRow(ProgressRow):
    """One job with its cancel or resume button."""

    cancel_asked = Signal(str)
    resume_asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._job = JobView("", "")
        self.resume = IconButton(theme, "play", "Resume", side=20, icon_size=12)
        self.cancel = IconButton(theme, "x", "Cancel", side=20, icon_size=12)
        self.resume.clicked.connect(lambda: self.resume_asked.emit(self._job.id))
        self.cancel.clicked.connect(lambda: self.cancel_asked.emit(self._job.id))
        self.buttons.addWidget(self.resume)
        self.buttons.addWidget(self.cancel)
        self.buttons.setContentsMargins(0, 0, 0, 0)

    def set_job(self, job: JobView) -> None:
        self._job = job
        self.set_progress(job.title, job.done, job.total, job.facts())
        self.resume.setVisible(job.state is JobState.INTERRUPTED)
        self.cancel.setEnabled(job.state is not JobState.CANCELLING)
        ended = job.state in (JobState.INTERRUPTED, JobState.FAILED)
        self.cancel.set_tooltip("Dismiss" if ended else f"Cancel {job.title}")
        self.resume.set_tooltip(f"Resume {job.title}")
        self.facts.set_token("danger" if job.state is JobState.FAILED else "t2")


class JobsPopup(QFrame):
    """All jobs, above the foot."""

    def __init__(self, foot: JobsFoot) -> None:
        super().__init__(foot, Qt.WindowType.Popup)
        self.theme = foot.theme
        self._foot = foot
        self._rows: dict[str, JobRow] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._inside = inside = Panel(self.theme, "raised")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(16, 12, 16, 16)
        self._column.setSpacing(16)
        self._area.setWidget(inside)
        outer.addWidget(self._area)
        self.setAccessibleName("Jobs")

    def set_jobs(self, jobs: Sequence[JobView]) -> None:
        for gone in [identity for identity in self._rows if identity not in {job.id for job in jobs}]:
            row = self._rows.pop(gone)
            row.hide()
            row.deleteLater()
        for place, job in enumerate(jobs):
            row = self._rows.get(job.id) or self._add(job.id, place)
            row.set_job(job)
        self._inside.adjustSize()
        self.resize(320, min(self._inside.sizeHint().height() + 2, 420))

    def _add(self, identity: str, place: int) -> JobRow:
        row = self._rows[identity] = JobRow(self.theme)
        row.cancel_asked.connect(self._foot.cancel_asked)
        row.resume_asked.connect(self._foot.resume_asked)
        self._column.insertWidget(place, row)
        return row

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("line2"))


class JobsFoot(Panel):
    """The foot: "No jobs running", or the first job and how many more there are."""

    cancel_asked = Signal(str)
    resume_asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "sidebar", parent, lines=("top",))
        self._jobs: tuple[JobView, ...] = ()
        self._popup: JobsPopup | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 13, 16, 16)
        column.setSpacing(8)
        self._none = QWidget()
        calm = QHBoxLayout(self._none)
        calm.setContentsMargins(0, 0, 0, 0)
        calm.setSpacing(8)
        calm.addWidget(Glyph(theme, "check-circle", token="t3"))
        calm.addWidget(Label(theme, "No jobs running", role="small", token="t2"), 1)
        self._none.setFixedHeight(20)
        self._row = JobRow(theme)
        self._row.cancel_asked.connect(self.cancel_asked)
        self._row.resume_asked.connect(self.resume_asked)
        self._more = Button(theme, "", variant=Variant.LINK, height=28)
        self._more.setFixedHeight(20)
        self._more.clicked.connect(self.show_all)
        for part in (self._none, self._row):
            column.addWidget(part)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self.setAccessibleName("Jobs")
        self.set_jobs(())

    def set_jobs(self, jobs: Sequence[JobView]) -> None:
        """Show these, the most important first; nothing moves when only numbers change."""
        self._jobs = tuple(jobs)
        self._none.setVisible(not jobs)
        self._row.setVisible(bool(jobs))
        self._more.setVisible(len(jobs) > 1)
        if jobs:
            self._row.set_job(jobs[0])
        if len(jobs) > 1:
            words = f"{len(jobs) - 1} more"
            if self._more.text() != words:
                self._more.setText(words)
                self._more.setAccessibleName(f"Show all {len(jobs)} jobs")
        if self._popup is not None:
            self._popup.set_jobs(self._jobs)
            if not jobs:
                self._popup.hide()

    def jobs(self) -> tuple[JobView, ...]:
        return self._jobs

    def show_all(self) -> None:
        """Open the list of all jobs above the foot."""
        if self._popup is None:
            self._popup = JobsPopup(self)
        self._popup.set_jobs(self._jobs)
        corner = self.mapToGlobal(QPoint(8, 0))
        self._popup.move(corner.x(), corner.y() - self._popup.height() - 4)
        self._popup.show()
