"""Brings a photo on the screen: facts and thumbnail first, then pixels and suggestions."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.services.photos import PhotoService
from app.services.search import SearchService
from app.services.users import UserService
from app.ui.canvas.picture import Mipmaps
from app.ui.controller import Priority, TaskRunner
from app.ui.photo.state import Opened, PhotoState, load_pixels, open_photo, suggest

_KEPT_BYTES = 160 << 20


class PhotoLoader(QObject):
    """Its signals carry the photo's row first; answers for a photo that was left never come."""

    opened = Signal(int, object)
    """An Opened."""
    refused = Signal(int, object)
    """The error of a photo that cannot be opened: it has left the collection."""
    pixels = Signal(int, object)
    """Mipmaps at full size."""
    unreadable = Signal(int, object)
    """The error of a picture that cannot be read."""
    suggested = Signal(int, object)
    """dict of Suggestion by face."""
    unsuggested = Signal(object)
    """Why nobody can be suggested; comes once for the same reason, without a photo."""

    def __init__(
        self,
        tasks: TaskRunner,
        photos: PhotoService,
        users: UserService,
        search: SearchService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks, self._photos, self._users, self._search = tasks, photos, users, search
        self._kept: OrderedDict[tuple[int, int], Mipmaps] = OrderedDict()
        self._shown: int | None = None
        self._said = ""

    def load(self, collection_pk: int, photo_pk: int) -> None:
        """Another photo, or the same one anew. What is on its way for another is dropped."""
        if photo_pk != self._shown:
            for part in ("pixels", "suggest", "ahead"):
                self._tasks.cancel((id(self), part))
        self._shown = photo_pk
        self._tasks.run(
            open_photo,
            self._photos,
            self._users,
            collection_pk,
            photo_pk,
            done=partial(self._have_facts, photo_pk),
            failed=partial(self.refused.emit, photo_pk),
            key=(id(self), "facts"),
        )

    def _have_facts(self, photo_pk: int, opened: Opened) -> None:
        self.opened.emit(photo_pk, opened)

    def load_pixels(self, photo_pk: int, turned: int = 0) -> None:
        """From what was kept or read ahead, else from the file."""
        kept = self._kept.get((photo_pk, turned))
        if kept is not None:
            self._kept.move_to_end((photo_pk, turned))
            self.pixels.emit(photo_pk, kept)
            return
        self._tasks.run(
            load_pixels,
            self._photos,
            photo_pk,
            turned,
            done=partial(self._have_pixels, photo_pk, turned),
            failed=partial(self.unreadable.emit, photo_pk),
            key=(id(self), "pixels"),
        )

    def _have_pixels(self, photo_pk: int, turned: int, picture: Mipmaps) -> None:
        self._keep(photo_pk, turned, picture)
        self.pixels.emit(photo_pk, picture)

    def read_ahead(self, photo_pk: int) -> None:
        """Read the picture that is likely to come next, after everything that is waited for."""
        if (photo_pk, 0) not in self._kept:
            self._tasks.run(
                load_pixels,
                self._photos,
                photo_pk,
                done=partial(self._keep, photo_pk, 0),
                failed=_not_now,
                key=(id(self), "ahead"),
                priority=Priority.BACKGROUND,
            )

    def ask_suggestions(self, state: PhotoState) -> None:
        self._tasks.run(
            suggest,
            self._search,
            state,
            done=partial(self.suggested.emit, state.photo_pk),
            failed=self._no_suggestions,
            key=(id(self), "suggest"),
        )

    def _no_suggestions(self, error: Exception) -> None:
        """The reason is the collection's, not the photo's: it is said once, not on every photo."""
        if str(error) != self._said:
            self._said = str(error)
            self.unsuggested.emit(error)

    def forget(self) -> None:
        """Let go of the pictures: the page is out of sight."""
        for part in ("facts", "pixels", "suggest", "ahead"):
            self._tasks.cancel((id(self), part))
        self._shown = None
        self._kept.clear()

    def _keep(self, photo_pk: int, turned: int, picture: Mipmaps) -> None:
        self._kept[photo_pk, turned] = picture
        self._kept.move_to_end((photo_pk, turned))
        while len(self._kept) > 1 and sum(map(_bytes, self._kept.values())) > _KEPT_BYTES:
            self._kept.popitem(last=False)


def _bytes(picture: Mipmaps) -> int:
    return sum(level.sizeInBytes() for level in picture.levels)


def _not_now(_error: Exception) -> None:
    """A picture read ahead that cannot be read says so when it is opened."""
