"""The program's version and licence, and those of all that is in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app import __version__
from app.services import notices
from app.services.computing import ModelFact
from app.ui.controller import PageHost, TaskRunner
from app.ui.settings.rows import Row, Section
from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.text import ElidedLabel, Label

_TEXT_HEIGHT, _LINE = 232, 36


class LicenceText(QPlainTextEdit):
    """A licence to read. Tab leaves it, Escape closes it."""

    def __init__(self, theme: Theme, name: str, close: Callable[[], None]) -> None:
        super().__init__()
        self._theme, self._close = theme, close
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme.font("mono"))
        self.setFixedHeight(_TEXT_HEIGHT)
        self.setAccessibleName(f"Licence of {name}")
        self.document().setDocumentMargin(12)
        self._dress()
        theme.changed.connect(self._dress)

    def _dress(self) -> None:
        tokens = self._theme.tokens
        self.setStyleSheet(
            f"QPlainTextEdit {{ background: {tokens.well}; color: {tokens.t2}; "
            "border: 0; border-radius: 6px; }"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)


class About(Section):
    """What runs here, under which licence; each licence can be read in place, one at a time."""

    def __init__(self, host: PageHost, tasks: TaskRunner) -> None:
        super().__init__(host.theme, "About")
        self._host, self._tasks = host, tasks
        self.buttons: dict[str, Button] = {}
        """What opens a licence, by the name of the work."""
        self.text: LicenceText | None = None
        self._open = ""
        self._places: dict[str, QVBoxLayout] = {}
        self.models: list[QWidget] = []
        theme = self.theme
        own = self._button("Likeness", "Apache-2.0", notices.own_text)
        hint = f"Version {__version__}. Photos and faces stay on this computer."
        self.add(self._with_place("Likeness", Row(theme, "Likeness", hint, own)))
        self._models = self._group("Models")
        self._fill(self._group("Letters and icons"), notices.FONTS_AND_ICONS)
        self._fill(self._group("Libraries"), notices.LIBRARIES, versions=True)

    def show_models(self, models: list[ModelFact]) -> None:
        """A line for each shipped model."""
        if self.models:
            return
        for model in models:
            button = self._button(model.id, model.licence, partial(notices.text_of_model, model.id))
            line = self._line(model.id, f"{model.purpose}. {model.source}", button)
            self.models.append(line)
            self._models.addWidget(line)

    def _group(self, title: str) -> QVBoxLayout:
        group = QWidget()
        column = QVBoxLayout(group)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(0)
        column.addWidget(Label(self.theme, title, weight=500))
        column.addSpacing(4)
        self.add(group)
        return column

    def _fill(self, column: QVBoxLayout, works: tuple[notices.Notice, ...], versions: bool = False) -> None:
        for work in works:
            button = self._button(work.name, work.licence, partial(notices.text_of, work))
            name = f"{work.name} {notices.version_of(work)}".strip() if versions else work.name
            column.addWidget(self._line(work.name, work.purpose, button, name))

    def _line(self, key: str, fact: str, button: Button, name: str = "") -> QWidget:
        line = QWidget()
        line.setFixedHeight(_LINE)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        words = Label(self.theme, name or key, role="small")
        words.setMinimumWidth(176)
        row.addWidget(words)
        row.addWidget(ElidedLabel(self.theme, fact, role="small", token="t3"), 1)
        row.addWidget(button)
        return self._with_place(key, line)

    def _with_place(self, key: str, above: QWidget) -> QWidget:
        """Room below a line for the licence's text."""
        whole = QWidget()
        whole.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(above)
        self._places[key] = column
        return whole

    def _button(self, key: str, licence: str, load: Callable[[], str]) -> Button:
        button = Button(
            self.theme, licence, variant=Variant.LINK, height=28, tooltip=f"Read the licence of {key}"
        )
        button.setAccessibleName(f"Licence of {key}: {licence}")
        button.clicked.connect(lambda: self._toggle(key, load))
        self.buttons[key] = button
        return button

    # -- reading ----------------------------------------------------------------------------------------

    def _toggle(self, key: str, load: Callable[[], str]) -> None:
        opening = key != self._open
        self.close_text()
        if opening:
            self._open = key
            self._tasks.run(
                load,
                done=partial(self._show_text, key),
                failed=self._host.show_error,
                key=(id(self), "licence"),
            )

    def _show_text(self, key: str, text: str) -> None:
        if key != self._open:
            return
        self.text = LicenceText(self.theme, key, self._close_and_return)
        self.text.setPlainText(text)
        self._places[key].addWidget(self.text)
        self._places[key].addSpacing(12)
        self.buttons[key].setToolTip(f"Close the licence of {key}")

    def _close_and_return(self) -> None:
        key = self._open
        self.close_text()
        if key:
            self.buttons[key].setFocus()

    def close_text(self) -> None:
        """No licence is open."""
        if self.text is not None:
            place = self._places[self._open]
            while place.count() > 1:
                item = place.takeAt(1)
                widget = item.widget() if item is not None else None
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
            self.buttons[self._open].setToolTip(f"Read the licence of {self._open}")
        self.text, self._open = None, ""
