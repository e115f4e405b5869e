"""The page's top: the way back, and what can be done with the whole person."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.domain.records import User
from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, IconButton
from app.ui.widgets.header import NavigationBreadcrumb


class PersonBar(NavigationBreadcrumb):
    panel_asked = Signal(str)
    """merge, split or cover: open it, or close it when it is open."""
    hide_asked = Signal()
    rename_asked = Signal()
    photos_asked = Signal()
    delete_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "People")
        self.panels: dict[str, Button] = {}
        for key, text, icon, hint in (
            ("merge", "Merge…", "git-merge", "Merge other people into this one"),
            ("split", "Split…", "git-fork", "Give some of the faces to a new person"),
            ("cover", "Cover…", "image-square", "Choose the face that is shown for this person"),
        ):
            button = Button(
                theme,
                text,
                icon=icon,
                tooltip=hint,
                checkable=True,
                shortcut_hint="M" if key == "merge" else "",
            )
            button.clicked.connect(lambda _=False, k=key: self.panel_asked.emit(k))
            self.panels[key] = button
            self.add(button)
        self.hide_button = Button(theme, "Hide", icon="eye-slash", shortcut_hint="H")
        self.hide_button.clicked.connect(self.hide_asked)
        self.more = IconButton(theme, "dots-three", "More", side=Size.CONTROL)
        self.more.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._menu())
        self.add(self.hide_button)
        self.add(self.more)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for text, signal in (
            ("Rename\tF2", self.rename_asked),
            ("Show all photos of this person", self.photos_asked),
            (None, None),
            ("Delete this person", self.delete_asked),
        ):
            if text is None:
                menu.addSeparator()
                continue
            action: QAction = menu.addAction(text)
            action.triggered.connect(signal)
        return menu

    def show_user(self, user: User) -> None:
        self.set_name(user.display_name, "hidden" if user.hidden else "")
        self.hide_button.setText("Show again" if user.hidden else "Hide")
        self.hide_button.set_icon("eye" if user.hidden else "eye-slash")

    def show_panel(self, key: str) -> None:
        for name, button in self.panels.items():
            button.setChecked(name == key)
