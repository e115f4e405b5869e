"""A new access key, or another policy for one: its name, and what it may do."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.rekognition.access.documents import PolicyError
from app.rekognition.access.policy import MEANING, READ_WRITE, Policy, Ready, policy_of, ready_policy
from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.field import TextField
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.text import Paragraph

_CUSTOM: Final = "custom"
_WORDS: Final = {Ready.READ_ONLY: "Read", Ready.READ_WRITE: "Read and write", Ready.FULL: "Everything"}
_DOCUMENT_HEIGHT: Final = 176


class KeyForm(QWidget):
    """`accepted` carries the name and the Policy."""

    accepted = Signal(str, object)
    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.name = TextField(theme, "Whose key it is, for example: nightly import")
        self.policy = SegmentedControl(theme, height=28, name="What the key may do")
        for ready, words in _WORDS.items():
            self.policy.add(ready.value, words, tooltip=f"{ready.value}: {MEANING[ready]}")
        self.policy.add(_CUSTOM, "Custom…", tooltip="A document as IAM has it")
        self.meaning = Paragraph(theme, " ", role="small", token="t3")
        self.document = QPlainTextEdit()
        self.document.setFont(theme.font("mono"))
        self.document.setProperty("mono", True)
        self.document.setTabChangesFocus(True)
        self.document.setFixedHeight(_DOCUMENT_HEIGHT)
        self.document.setAccessibleName("Policy document")
        self.problem = Paragraph(theme, "", role="small", token="danger")
        self.save = Button(theme, "Make the key", variant=Variant.PRIMARY)
        self.cancel = Button(theme, "Cancel", variant=Variant.QUIET)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        choice = QHBoxLayout()
        choice.addWidget(self.policy)
        choice.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 16)
        column.setSpacing(8)
        column.addWidget(self.name)
        column.addLayout(choice)
        column.addWidget(self.meaning)
        column.addWidget(self.document)
        column.addWidget(self.problem)
        column.addLayout(buttons)
        self.name.textChanged.connect(self._check)
        self.name.returnPressed.connect(self._accept)
        self.name.escaped.connect(self.cancelled)
        self.policy.chosen.connect(self._chosen)
        self.document.textChanged.connect(self._check)
        self.save.clicked.connect(self._accept)
        self.cancel.clicked.connect(self.cancelled)

    def begin(self, name: str = "", policy: Policy = READ_WRITE) -> None:
        """For a new key, or for the policy of the key of that name."""
        self.name.setText(name)
        self.name.setVisible(not name)
        self.save.setText("Save" if name else "Make the key")
        self.document.setPlainText(policy.as_document())
        self.policy.set_current(policy.ready.value if policy.ready else _CUSTOM)
        self._check()
        (self.policy if name else self.name).setFocus()

    def _chosen(self, key: str) -> None:
        if key != _CUSTOM:
            # A document of one's own begins as the ready one that was chosen last.
            self.document.setPlainText(ready_policy(Ready(key)).as_document())
        self._check()

    def _policy(self) -> Policy:
        """Raises PolicyError."""
        key = self.policy.current()
        return policy_of(self.document.toPlainText() if key == _CUSTOM else key)

    def _check(self) -> None:
        custom = self.policy.current() == _CUSTOM
        self.document.setVisible(custom)
        self.meaning.setText(
            "Effect, Action and Resource as IAM has them; Deny wins. A collection's ARN is "
            "arn:aws:rekognition:local:000000000000:collection/ and its id."
            if custom
            else f"{MEANING[Ready(self.policy.current())].capitalize()}."
        )
        try:
            self._policy()
            problem = ""
        except PolicyError as error:
            problem = str(error)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.save.setEnabled(not problem and bool(self.name.text().strip()))

    def _accept(self) -> None:
        if self.save.isEnabled():
            self.accepted.emit(self.name.text().strip(), self._policy())
