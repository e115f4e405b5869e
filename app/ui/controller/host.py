"""What a page knows of the window around it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from app.domain.records import ChangeSet
from app.ui.theme import Theme


class PageHost(Protocol):
    """The window as its pages see it; the shell implements it, tests pass a small one of their own.

    Pages take (host, tasks, services...) in their constructor and reach nothing else.
    """

    theme: Theme
    images: Any  # the ImageStore of app.ui.widgets

    @property
    def collection_pk(self) -> int | None:
        """The row of the collection in force; None when there is none yet."""

    @property
    def collection_name(self) -> str:
        """Its display name; empty when there is none."""

    def add_photos(self) -> None:
        """Ask for files and index them into the collection in force."""

    def reveal(self, paths: Sequence[Path]) -> None:
        """Show the first of these files that is there in the desktop's file manager."""

    def toast(self, text: str, undo: int | None = None) -> None:
        """Say what was done. `undo` is the row of the change that the Undo button takes back."""

    def show_error(self, error: Exception) -> None:
        """Show an error's sentence. A LikenessError is shown as it is, any other as a bug to report."""

    def navigate(self, page_key: str, **params: Any) -> None:
        """Open a page: photos, photo, faces, people, person, compare, search, analyse, metrics,
        history, settings.

        `params` go to the page's `activate`. The keys in use: collection_pk, photo_pk, face_pk, user_pk,
        ids (the order to step through, an int64 array), source (a path, bytes or a face row).
        """


@runtime_checkable
class Page(Protocol):
    """What the shell calls on a page (a QWidget besides)."""

    def activate(self, **params: Any) -> None:
        """The page comes into sight, with what `navigate` was given."""

    def deactivate(self) -> None:
        """The page goes out of sight: end previews and pending questions."""

    def apply_changes(self, changes: ChangeSet) -> None:
        """Rows changed (on the window's thread, gathered over at most 100 ms): refresh what is shown."""
