"""The window around the pages: sidebar, rail, menu, go-to list, keys, drops, toast."""

from app.ui.shell.actions import Actions
from app.ui.shell.empty import EmptyLibrary
from app.ui.shell.keymap import KeyGroup, groups_of
from app.ui.shell.views import Hit, HitProvider, JobState, JobView, PageSpec, SidebarCollection
from app.ui.shell.window import MainWindow

__all__ = [
    "Actions",
    "EmptyLibrary",
    "Hit",
    "HitProvider",
    "JobState",
    "JobView",
    "KeyGroup",
    "MainWindow",
    "PageSpec",
    "SidebarCollection",
    "groups_of",
]
