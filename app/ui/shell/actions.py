"""All actions of the window in one place: name, icon, shortcut; and the menu made of them."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.theme import Theme

# key: (text, icon, shortcuts)
_TABLE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "add_photos": ("Add photos…", "image-square", ("Ctrl+O",)),
    "add_folder": ("Add a folder…", "folder-simple-plus", ("Ctrl+Shift+O",)),
    "add_url": ("Add from a URL…", "link-simple", ("Ctrl+L",)),
    "paste": ("Paste an image", "clipboard", ("Ctrl+V",)),
    "new_collection": ("New collection…", "plus", ("Ctrl+N",)),
    "open_library": ("Open a library…", "folder-open", ()),
    "settings": ("Settings", "gear-six", ("Ctrl+,",)),
    "quit": ("Quit Likeness", "", ("Ctrl+Q",)),
    "undo": ("Undo", "arrow-counter-clockwise", ("Ctrl+Z",)),
    "redo": ("Redo", "arrow-clockwise", ("Ctrl+Shift+Z",)),
    "photos": ("Photos", "image-square", ("Ctrl+1",)),
    "faces": ("Faces", "user-focus", ("Ctrl+2",)),
    "people": ("People", "users", ("Ctrl+3",)),
    "compare": ("Compare", "arrows-left-right", ("Ctrl+5",)),
    "search": ("Search", "magnifying-glass", ("Ctrl+6",)),
    "analyse": ("Analyse", "bounding-box", ("Ctrl+7",)),
    "metrics": ("Metrics", "chart-line-up", ("Ctrl+8",)),
    "history": ("History", "clock-counter-clockwise", ("Ctrl+9",)),
    "models": ("Models", "cube", ("Ctrl+Shift+M",)),
    "go_to": ("Go to…", "command", ("Ctrl+K",)),
    "sidebar": ("Sidebar", "columns", ("Ctrl+B",)),
    "next_region": ("Next region", "", ("F6",)),
    "previous_region": ("Previous region", "", ("Shift+F6",)),
    "menu": ("Menu", "list", ("F10",)),
    "keys": ("Keys of this page", "keyboard", ("F1", "?")),
    "about": ("About Likeness", "info", ()),
}
PAGE_ACTIONS = ("photos", "faces", "people", "compare", "search", "analyse", "metrics", "history", "models")
_MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "&File",
        ("add_photos", "add_folder", "add_url", "paste", "", "new_collection", "open_library", "", "quit"),
    ),
    ("&Edit", ("undo", "redo", "", "settings")),
    ("&Go", (*PAGE_ACTIONS, "", "go_to")),
    ("&View", ("sidebar", "next_region", "previous_region")),
    ("&Help", ("keys", "about")),
)


class Actions(QObject):
    """The window's QActions as attributes by key, for instance `actions.add_photos.triggered`.

    A page's own shortcuts and the widget with the focus come first: what they do not take reaches the
    window as a key event, and `dispatch` triggers the action of that key. So a page may give Ctrl+V or
    Ctrl+N a meaning of its own without the two becoming ambiguous.
    """

    add_photos: QAction
    add_folder: QAction
    add_url: QAction
    paste: QAction
    new_collection: QAction
    open_library: QAction
    settings: QAction
    quit: QAction
    undo: QAction
    redo: QAction
    photos: QAction
    faces: QAction
    people: QAction
    compare: QAction
    search: QAction
    analyse: QAction
    metrics: QAction
    history: QAction
    models: QAction
    go_to: QAction
    sidebar: QAction
    next_region: QAction
    previous_region: QAction
    menu: QAction
    keys: QAction
    about: QAction

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._by_key: dict[str, QAction] = {}
        for key, (text, icon, shortcuts) in _TABLE.items():
            action = QAction(text, self)
            action.setObjectName(key)
            if icon:
                action.setIcon(theme.icon(icon))
                action.setProperty("glyph", icon)
            action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
            action.setAutoRepeat(key in ("undo", "redo"))
            self._by_key[key] = action
            setattr(self, key, action)
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.settings.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.about.setMenuRole(QAction.MenuRole.AboutRole)

    def all(self) -> dict[str, QAction]:
        """Every action by its key."""
        return dict(self._by_key)

    def dispatch(self, event: QKeyEvent) -> bool:
        """Trigger the enabled action of a key event; False when there is none."""
        key = event.key()
        if key in (Qt.Key.Key_unknown, Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt):
            return False
        pressed = QKeySequence(QKeyCombination(event.modifiers(), Qt.Key(key)))
        typed = QKeySequence(event.text()) if event.text().isprintable() and event.text() else None
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        for action in self._by_key.values():
            shortcuts = action.shortcuts()
            # "?" needs Shift on most keyboards, so a bare character is compared with what it types.
            if pressed in shortcuts or (typed is not None and not held and typed in shortcuts):
                if action.isEnabled() and not (event.isAutoRepeat() and not action.autoRepeat()):
                    action.trigger()
                return True
        return False

    def build_menus(self, parent: QWidget) -> list[QMenu]:
        """The menus in order, for a menu bar or for the menu behind the `list` button."""
        menus = []
        for title, keys in _MENUS:
            menu = QMenu(title, parent)
            for key in keys:
                if key:
                    menu.addAction(self._by_key[key])
                else:
                    menu.addSeparator()
            menus.append(menu)
        return menus


def shortcut_text(action: QAction) -> str:
    """The action's first shortcut in the platform's spelling, "" when it has none."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
