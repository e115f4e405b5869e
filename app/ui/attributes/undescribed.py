"""Says how many faces or photos a filter cannot find yet, and offers to look at them now."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout

from app.services.describing import DescribeService
from app.services.photos import PhotoService, Undescribed
from app.ui.controller import PageHost, TaskRunner
from app.ui.theme import Size, Space
from app.ui.widgets.button import Button
from app.ui.widgets.glyph import Glyph, Panel
from app.ui.widgets.text import Paragraph

_WATCH_MS = 20_000


class UndescribedBar(Panel):
    """Below the filters; hidden while everything is described, or no filter needs it."""

    def __init__(
        self, host: PageHost, tasks: TaskRunner, photos: PhotoService, describe: DescribeService
    ) -> None:
        super().__init__(host.theme, "warn_bg", lines=("bottom",))
        self._host, self._tasks, self._photos, self._describe = host, tasks, photos, describe
        self._asked: tuple[int, bool, bool] | None = None
        self._started: int | None = None
        self._left = Undescribed(0, 0)
        # A job that was cancelled tells nobody here: when nothing has come for a while, it is offered anew.
        self._watch = QTimer(self)
        self._watch.setSingleShot(True)
        self._watch.setInterval(_WATCH_MS)
        self._watch.timeout.connect(self._look_again)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.PAGE_LEFT, 8, Space.PAGE_RIGHT, 8)
        row.setSpacing(12)
        row.addWidget(Glyph(host.theme, "hourglass-medium", token="warn", size=16))
        self.words = Paragraph(host.theme, "", role="small", token="t1")
        row.addWidget(self.words, 1, Qt.AlignmentFlag.AlignVCenter)
        self.button = Button(host.theme, "Describe now", height=Size.CONTROL_SMALL)
        self.button.clicked.connect(self._start)
        row.addWidget(self.button)
        self.hide()

    def check(self, collection_pk: int, *, labels: bool, looks: bool) -> None:
        """What the filter in force asks for."""
        self._asked = (collection_pk, labels, looks)
        if not labels and not looks:
            self._tasks.cancel((id(self), "count"))
            self.hide()
            return
        self._tasks.run(self._photos.undescribed, collection_pk, done=self._have, key=(id(self), "count"))

    def _have(self, left: Undescribed) -> None:
        if self._asked is None:
            return
        pk, labels, looks = self._asked
        if left != self._left and self._started == pk:
            self._watch.start()
        self._left = left
        words = sentence(left, labels, looks)
        under_way = self._started == pk
        if words and under_way:
            words = f"{words.removesuffix('.')}. They are being looked at; matches appear as they are found."
        self.words.setText(words)
        self.button.setVisible(not under_way)
        self.setVisible(bool(words))

    def _start(self) -> None:
        if self._asked is None:
            return
        pk = self._asked[0]
        self.button.setEnabled(False)
        self._tasks.run(
            self._describe.start, pk, done=lambda job: self._begun(pk, job), failed=self._not_begun
        )

    def _begun(self, pk: int, job: object) -> None:
        self.button.setEnabled(True)
        self._started = pk if job is not None else None
        self._watch.start()
        if job is None:
            self._host.toast("What is left cannot be read now. See whether its files are where they were.")
        if self._asked is not None and self._asked[0] == pk:
            self.check(pk, labels=self._asked[1], looks=self._asked[2])

    def _look_again(self) -> None:
        """Nothing was described for as long as that: whether anybody is at it is not known here."""
        self._started = None
        if self._asked is not None and self.isVisible():
            self.check(self._asked[0], labels=self._asked[1], looks=self._asked[2])

    def _not_begun(self, error: Exception) -> None:
        self.button.setEnabled(True)
        self._host.show_error(error)


def sentence(left: Undescribed, labels: bool, looks: bool) -> str:
    """ "312 faces have not been looked at yet and cannot match."; empty when nothing is left."""
    parts = []
    if looks and left.faces:
        parts.append(f"{left.faces:,} face{'' if left.faces == 1 else 's'}")
    if labels and left.photos:
        parts.append(f"{left.photos:,} photo{'' if left.photos == 1 else 's'}")
    if not parts:
        return ""
    one = len(parts) == 1 and parts[0].startswith("1 ")
    have = "has" if one else "have"
    return f"{' and '.join(parts)} {have} not been looked at yet and cannot match."
