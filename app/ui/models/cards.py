"""A model on the page: what it is, what it takes, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.models import FaceModel
from app.ui.models.lines import about_model, origin_of
from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.text import Label, Paragraph

_SURE_MS = 4000


class ModelCard(QWidget):
    """One model. Removing it asks once more in the button itself: it cannot be undone."""

    speed_asked = Signal(str)
    calibrate_asked = Signal(str)
    stop_asked = Signal()
    remove_asked = Signal(str)

    def __init__(self, theme: Theme, model: FaceModel, speed: float | None) -> None:
        super().__init__()
        self.model, self._theme = model, theme
        title = f"{model.name}" if model.name == model.id else f"{model.name} ({model.id})"
        self.title = Label(
            theme, title + ("  ·  used for new collections" if model.default else ""), weight=500
        )
        self.facts = Paragraph(theme, about_model(model, speed), role="small", token="t2")
        self.origin = Paragraph(theme, origin_of(model), role="small", token="t3")
        self.calibration = Paragraph(theme, model.calibration, role="small", token="t3")
        self.check = Paragraph(theme, "\n".join(model.check), role="small", token="t3")
        self.check.hide()
        self.warning = Paragraph(
            theme,
            "It keeps the people it was tried on apart only just, or not at all.",
            role="small",
            token="warn",
        )
        self.warning.setVisible(model.doubtful)
        self.speed_button = self._link("Measure speed", f"Measure how long {model.id} takes for a face here")
        self.speed_button.clicked.connect(lambda: self.speed_asked.emit(model.id))
        self.found_button = self._link("What the check found", f"What the check of {model.id} found")
        self.found_button.clicked.connect(self._toggle_check)
        self.found_button.setVisible(bool(model.check))
        self.calibrate_button = self._link(
            "Calibrate", f"Fit the similarities of {model.id} to the people you named"
        )
        self.calibrate_button.clicked.connect(self._calibrate)
        self.calibrate_button.setVisible(model.own)
        self.remove_button = self._link("Remove", f"Remove {model.id} and the copy of its file")
        self.remove_button.clicked.connect(self._remove)
        self.remove_button.setVisible(model.own)
        self._calibrating = False
        self._sure = QTimer(self)
        self._sure.setSingleShot(True)
        self._sure.setInterval(_SURE_MS)
        self._sure.timeout.connect(lambda: self.remove_button.setText("Remove"))
        buttons = QHBoxLayout()
        buttons.setSpacing(16)
        for button in (self.speed_button, self.calibrate_button, self.found_button, self.remove_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(4)
        for part in (self.title, self.facts, self.origin, self.calibration, self.warning, self.check):
            column.addWidget(part)
        column.addLayout(buttons)

    def show_speed(self, speed: float) -> None:
        self.facts.setText(about_model(self.model, speed))
        self.speed_button.setEnabled(True)

    def show_progress(self, done: int, total: int) -> None:
        """Of calibrating, in faces."""
        self._calibrating = True
        self.calibration.setText(f"Calibrating: {done:,} of {total:,} faces measured.")
        self.calibrate_button.setText("Stop")

    def end_calibrating(self) -> None:
        self._calibrating = False
        self.calibration.setText(self.model.calibration)
        self.calibrate_button.setText("Calibrate")
        self.calibrate_button.setEnabled(True)

    def _calibrate(self) -> None:
        if self._calibrating:
            self.calibrate_button.setEnabled(False)
            self.stop_asked.emit()
        else:
            self.show_progress(0, 0)
            self.calibration.setText("Calibrating…")
            self.calibrate_asked.emit(self.model.id)

    def _remove(self) -> None:
        if self._sure.isActive():
            self._sure.stop()
            self.remove_button.setText("Remove")
            self.remove_asked.emit(self.model.id)
        else:
            self.remove_button.setText("Really remove it?")
            self._sure.start()

    def _toggle_check(self) -> None:
        shown = self.check.isHidden()
        self.check.setVisible(shown)
        self.found_button.setText("Hide what was found" if shown else "What the check found")

    def _link(self, text: str, tooltip: str) -> Button:
        button = Button(self._theme, text, variant=Variant.LINK, height=28, tooltip=tooltip)
        button.setAccessibleName(tooltip)
        return button
