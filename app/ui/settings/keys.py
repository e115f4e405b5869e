"""Access keys: made, given another policy, revoked. A secret is shown once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.rekognition.access.keys import AccessKey, NewKey
from app.rekognition.access.policy import Policy
from app.rekognition.endpoint.environment import shell_line
from app.rekognition.endpoint.service import EndpointService
from app.ui.controller import PageHost, TaskRunner
from app.ui.settings.key_form import KeyForm
from app.ui.settings.rows import Controls, Row, RowList, Section
from app.ui.theme import Theme
from app.ui.widgets.button import Button, IconButton, Variant
from app.ui.widgets.glyph import Card
from app.ui.widgets.text import Label, Paragraph


class SecretCard(Card):
    """The two parts of a new key, to copy; gone when it is closed."""

    closed = Signal()

    def __init__(self, host: PageHost, new: NewKey, url: str) -> None:
        super().__init__(host.theme)
        theme = host.theme
        self.set_tokens("tint", "tint2")
        self.body.addWidget(Label(theme, f"The key “{new.key.name}” is made", weight=600))
        self.body.addWidget(
            Paragraph(theme, "Copy its secret now: it cannot be shown again.", role="small", token="t2")
        )
        self.fields: list[QLineEdit] = []
        for name, value in (("Access key ID", new.access_key_id), ("Secret access key", new.secret)):
            row = QHBoxLayout()
            row.setSpacing(8)
            label = Label(theme, name, role="small", token="t2")
            label.setMinimumWidth(112)
            shown = QLineEdit(value)
            shown.setReadOnly(True)
            shown.setFont(theme.font("mono"))
            shown.setAccessibleName(name)
            copy = IconButton(theme, "copy", f"Copy the {name[0].lower()}{name[1:]}")
            copy.clicked.connect(lambda _=False, value=value: QGuiApplication.clipboard().setText(value))
            row.addWidget(label)
            row.addWidget(shown, 1)
            row.addWidget(copy)
            self.fields.append(shown)
            self.body.addLayout(row)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.copy_line = Button(theme, "Copy as shell line", icon="copy", height=28)
        self.copy_line.setVisible(bool(url))
        self.copy_line.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(shell_line(url, new.access_key_id, new.secret))
        )
        done = Button(theme, "Done", height=28, variant=Variant.QUIET)
        done.clicked.connect(self.closed)
        buttons.addWidget(self.copy_line)
        buttons.addWidget(done)
        buttons.addStretch(1)
        self.body.addLayout(buttons)


class KeyRow(QWidget):
    """A key: what it may do, and its end, which is asked for twice."""

    policy_asked = Signal(object)
    revoke_asked = Signal(object)

    def __init__(self, theme: Theme, key: AccessKey) -> None:
        super().__init__()
        self.key = key
        used = f"used {key.last_used_at.astimezone():%d %b %Y, %H:%M}" if key.last_used_at else "never used"
        self.policy = IconButton(theme, "pencil-simple", f"Change what {key.name} may do")
        self.revoke = IconButton(theme, "trash", f"Revoke {key.name}")
        self.really = Button(theme, "Revoke for good", variant=Variant.DANGER, height=28)
        self.keep = Button(theme, "Keep", variant=Variant.QUIET, height=28)
        controls = Controls(self.policy, self.revoke, self.keep, self.really)
        hint = f"{key.access_key_id} · {key.policy.name} · {used}"
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Row(theme, key.name, hint, controls))
        self.policy.clicked.connect(lambda: self.policy_asked.emit(key))
        self.revoke.clicked.connect(lambda: self._ask(True))
        self.keep.clicked.connect(lambda: self._ask(False))
        self.really.clicked.connect(lambda: self.revoke_asked.emit(key))
        self._ask(False)

    def _ask(self, asking: bool) -> None:
        """A revoked key cannot be brought back: its secret is deleted."""
        confirming: tuple[QWidget, ...] = (self.keep, self.really)
        resting: tuple[QWidget, ...] = (self.policy, self.revoke)
        for button in confirming:
            button.setVisible(asking)
        for button in resting:
            button.setVisible(not asking)
        if asking:
            self.keep.setFocus()


class KeysSection(Section):
    """Everything is read and done off the window's thread: a keyring may take its time."""

    def __init__(self, host: PageHost, tasks: TaskRunner, endpoint: EndpointService) -> None:
        super().__init__(host.theme, "Access keys")
        self._host, self._tasks, self._endpoint = host, tasks, endpoint
        theme = host.theme
        self.new_button = Button(theme, "New key…", icon="plus", tooltip="Make a key for a script")
        self.new_button.clicked.connect(self.begin)
        self.head = Row(theme, "Keys of this library", " ", self.new_button)
        self.form = KeyForm(theme)
        self.form.hide()
        self.form.cancelled.connect(self._end)
        self.form.accepted.connect(self._save)
        self.secret: SecretCard | None = None
        self._editing: AccessKey | None = None
        top = QWidget()
        self._top = QVBoxLayout(top)
        self._top.setContentsMargins(0, 0, 0, 0)
        self._top.setSpacing(0)
        self._top.addWidget(self.head)
        self._top.addWidget(self.form)
        self.add(top)
        self.list = RowList(theme)
        self.card.body.addWidget(self.list)
        self.rows: list[KeyRow] = []

    def refresh(self) -> None:
        keys = self._endpoint.keys
        self._tasks.run(
            lambda: (keys.list(), keys.place),
            done=lambda found: self._show(*found),
            failed=self._host.show_error,
            key=(id(self), "keys"),
        )

    def _show(self, keys: list[AccessKey], place: str) -> None:
        self.head.say(
            f"Their secrets are kept in {place}."
            if keys
            else "None yet, so nobody can use the endpoint. Each script gets a key of its own."
        )
        self.rows = [KeyRow(self.theme, key) for key in keys]
        for row in self.rows:
            row.policy_asked.connect(self.edit)
            row.revoke_asked.connect(self._revoke)
        self.list.show_rows(self.rows)

    # -- making and changing -----------------------------------------------------------------------------

    def begin(self) -> None:
        self._open(None)

    def edit(self, key: AccessKey) -> None:
        self._open(key)

    def _open(self, key: AccessKey | None) -> None:
        self.close_secret()
        self._editing = key
        self.form.show()
        self.new_button.setEnabled(False)
        if key is None:
            self.form.begin()
        else:
            self.form.begin(key.name, key.policy)

    def _end(self) -> None:
        self.form.hide()
        self._editing = None
        self.new_button.setEnabled(True)
        self.new_button.setFocus()

    def _save(self, name: str, policy: Policy) -> None:
        keys, editing = self._endpoint.keys, self._editing
        if editing is None:
            self._act(lambda: keys.create(name, policy), self._made)
        else:
            self._act(lambda: keys.set_policy(editing.access_key_id, policy), lambda _key: None)
        self._end()

    def _made(self, new: NewKey) -> None:
        self.close_secret()
        self.secret = SecretCard(self._host, new, self._endpoint.status.url)
        self.secret.closed.connect(self.close_secret)
        self._top.addWidget(self.secret)
        self._top.addSpacing(16)
        # Not from within the click that may have led here.
        QTimer.singleShot(0, self.secret, self.secret.fields[1].selectAll)

    def close_secret(self) -> None:
        """The secret is on the screen no longer than it is wanted."""
        card, self.secret = self.secret, None
        while self._top.count() > 2:
            self._top.takeAt(2)
        if card is not None:
            card.hide()
            card.deleteLater()

    def _revoke(self, key: AccessKey) -> None:
        keys = self._endpoint.keys
        self._act(
            lambda: keys.revoke(key.access_key_id),
            lambda _none: self._host.toast(f"The key “{key.name}” is revoked."),
        )

    def _act(self, act: Callable[[], Any], done: Callable[[Any], None]) -> None:
        def finished(answer: Any) -> None:
            done(answer)
            self.refresh()

        self._tasks.run(act, done=finished, failed=self._host.show_error)
