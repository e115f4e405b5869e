"""Who it is: picture, name, facts."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.domain.records import User, UserStatus
from app.ui.canvas.editor import NameField
from app.ui.controller.pictures import face_key
from app.ui.person.facts import PersonFacts, span_of
from app.ui.theme import Theme, person_color
from app.ui.widgets.button import IconButton, tooltip_with_key
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.grid import ImageRequest, ImageStore
from app.ui.widgets.painting import paint_avatar, paint_person_dot
from app.ui.widgets.text import ElidedLabel, Label

_SIDE = 88
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_STATUS = {
    UserStatus.ACTIVE: ("Active", "check-circle", "accent_text"),
    UserStatus.CREATED: ("No face yet", "user", "t2"),
    UserStatus.CREATING: ("Creating", "hourglass-medium", "t2"),
    UserStatus.UPDATING: ("Updating", "hourglass-medium", "t2"),
}


class Avatar(QWidget):
    """A person's cover in its ring: 98 square, the picture 88."""

    def __init__(self, theme: Theme, images: ImageStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._images = theme, images
        self._user: User | None = None
        self.setFixedSize(_SIDE + 10, _SIDE + 10)
        images.ready.connect(self._ready)
        theme.changed.connect(self.update)

    def set_user(self, user: User) -> None:
        self._user = user
        self.setAccessibleName(f"Cover of {user.display_name}, colour {person_color(user.color).name}")
        self.update()

    def _ready(self, key: object) -> None:
        cover = None if self._user is None else self._user.cover_face_pk
        if cover is not None and key == face_key(cover):
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._user is None:
            return
        painter, picture = QPainter(self), None
        if self._user.cover_face_pk is not None:
            key = face_key(self._user.cover_face_pk)
            pixels = round(_SIDE * self.devicePixelRatioF())
            picture = self._images.pixmap(ImageRequest(key, pixels, pixels, pixels / 2))
            picture = picture or self._images.nearest(key)
        paint_avatar(painter, self.theme, QRectF(5, 5, _SIDE, _SIDE), picture, self._user.color, "window")


class FactButton(QToolButton):
    """The value of a fact: plain, or to press. An icon or a person's dot stands before it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, mono: bool = False) -> None:
        super().__init__(parent)
        self.theme, self._mono = theme, mono
        self._icon, self._icon_token, self._token = "", "t2", "t1"
        self._dot: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def plain(self) -> FactButton:
        """Only words: nothing happens when it is pressed."""
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return self

    def set_value(
        self, text: str, *, icon: str = "", icon_token: str = "t2", dot: int | None = None, token: str = "t1"
    ) -> None:
        self.setText(text)
        self._icon, self._icon_token, self._dot, self._token = icon, icon_token, dot, token
        self.updateGeometry()
        self.update()

    def _before(self) -> int:
        return 18 if self._icon else 20 if self._dot is not None else 0

    def sizeHint(self) -> QSize:
        font = self.theme.font("mono") if self._mono else self.theme.font("body", 500)
        return QSize(self._before() + round(QFontMetricsF(font).horizontalAdvance(self.text())) + 3, 20)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.theme.font("mono") if self._mono else self.theme.font("body", 500)
        if self._icon:
            self.theme.paint_icon(painter, QRectF(0, 0, 14, 20), self._icon, self._icon_token, 14)
        elif self._dot is not None:
            paint_person_dot(painter, self.theme, QRectF(0, 4, 13, 12).center(), self._dot, 11)
        painter.setFont(font)
        painter.setPen(self.theme.color(self._token))
        place = QRectF(self._before(), 0, self.width() - self._before(), 20)
        painter.drawText(place, _LEFT, self.text())
        if self.underMouse():
            width = QFontMetricsF(font).horizontalAdvance(self.text())
            left = round(place.left())
            painter.drawLine(left, 18, left + round(width), 18)


class Identity(QWidget):
    """Picture, name with its editor, and the row of facts, which breaks where it has no room."""

    renamed = Signal(str)
    birthday_asked = Signal()
    color_asked = Signal()
    id_copied = Signal()

    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__()
        self.theme = theme
        self._user: User | None = None
        self.avatar = Avatar(theme, images)
        self.name = ElidedLabel(theme, role="name")
        self.pencil = IconButton(theme, "pencil-simple", "Rename", shortcut_hint="F2")
        self.field = NameField(theme)
        self.field.setFont(theme.font("title"))
        self.field.setFixedSize(320, 36)
        self.field.hide()
        self.status, self.faces, self.photos, self.taken = (FactButton(theme).plain() for _ in range(4))
        self.birthday, self.color = FactButton(theme), FactButton(theme)
        self.user_id = FactButton(theme, mono=True)
        self._lay_out()
        self.pencil.clicked.connect(self.edit_name)
        self.field.kept.connect(self._keep)
        self.field.cancelled.connect(self.stop_editing)
        self.birthday.clicked.connect(self.birthday_asked)
        self.color.clicked.connect(self.color_asked)
        self.user_id.clicked.connect(self.id_copied)

    def _lay_out(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(self.name)
        title.addWidget(self.field)
        title.addWidget(self.pencil)
        title.addStretch(1)
        facts = FlowLayout(gap=8)
        for words, value in (
            ("Status", self.status),
            ("Faces", self.faces),
            ("Photos", self.photos),
            ("Taken", self.taken),
            ("Birthday", self.birthday),
            ("Colour", self.color),
            ("User ID", self.user_id),
        ):
            facts.addWidget(_fact(self.theme, words, value))
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addStretch(1)
        right.addLayout(title)
        right.addLayout(facts)
        right.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(right, 1)

    def show_facts(self, facts: PersonFacts) -> None:
        user = self._user = facts.user
        self.avatar.set_user(user)
        self.name.setText(user.display_name)
        self.field.set_names([other.display_name for other in facts.others])
        text, icon, token = _STATUS[user.status]
        self.status.set_value(
            "Hidden" if user.hidden else text,
            icon="eye-slash" if user.hidden else icon,
            icon_token="t2" if user.hidden else token,
        )
        self.faces.set_value(f"{len(facts.faces):,} confirmed")
        self.photos.set_value(f"{facts.photos:,}")
        self.taken.set_value(span_of(facts.taken), token="t1" if facts.taken else "t2")
        if user.birthday is None:
            self.birthday.set_value("Add…", icon="cake", icon_token="accent_text", token="accent_text")
        else:
            day = f"{user.birthday.day} {user.birthday:%b} {user.birthday.year}"
            self.birthday.set_value(day, icon="cake")
        color = person_color(user.color)
        self.color.set_value(color.name, dot=user.color)
        self.user_id.set_value(user.user_id)
        for value, words in (
            (self.birthday, f"Birthday: {self.birthday.text()}"),
            (self.color, f"Colour: {color.name}"),
            (self.user_id, f"User ID: {user.user_id}. Press to copy."),
        ):
            value.setAccessibleName(words)
        self.birthday.setToolTip("Set the birthday: no photo from before it is suggested")
        self.color.setToolTip("Choose another colour")
        self.user_id.setToolTip(tooltip_with_key("Copy the user ID", ""))

    @property
    def editing(self) -> bool:
        return self.field.isVisibleTo(self)

    def edit_name(self) -> None:
        """Write the name where it stands."""
        if self._user is None:
            return
        self.field.setText(self._user.display_name)
        self.name.hide()
        self.pencil.hide()
        self.field.show()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop_editing(self) -> None:
        self.field.hide()
        self.name.show()
        self.pencil.show()
        self.pencil.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self, name: str) -> None:
        self.stop_editing()
        if self._user is not None and name != self._user.display_name:
            self.name.setText(name)
            self.renamed.emit(name)


def _fact(theme: Theme, words: str, value: FactButton) -> QWidget:
    """A label of 11 over its value; 24 of room at the right."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 24, 0)
    column.setSpacing(0)
    column.addWidget(Label(theme, words, role="label", token="t3"))
    column.addWidget(value)
    return made
