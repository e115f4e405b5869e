"""What the page does to faces: each act runs off the window's thread and ends in a toast with Undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.domain.geometry import BoundingBox, LandmarkType, turned_points
from app.domain.records import ChangeSet
from app.services.face_edits import FaceEditService
from app.services.faces import FaceService
from app.services.users import UserService
from app.ui.controller import PageHost, TaskRunner
from app.ui.controller.pictures import face_key
from app.ui.photo.photo_tab import PhotoTab


class FaceActs(QObject):
    """`done` follows every act with the face to select then (or None); `failed` when the page must show
    again what is stored, after the error was shown."""

    done = Signal(object)
    failed = Signal()
    turned = 0
    """Degrees clockwise by which the photo is shown: boxes and points are stored as of the photo as it is."""

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        faces: FaceService,
        users: UserService,
        edits: FaceEditService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._host, self._tasks = host, tasks
        self._faces, self._users, self._edits = faces, users, edits

    def name(self, collection_pk: int, face_pk: int, name: str) -> None:
        self._run(face_pk, self._users.name_faces, collection_pk, [face_pk], name)

    def confirm(self, face_pk: int, user_pk: int) -> None:
        self._run(face_pk, self._users.confirm, [face_pk], user_pk)

    def reject(self, face_pk: int, user_pk: int) -> None:
        self._run(face_pk, self._users.reject, [face_pk], user_pk)

    def unassign(self, face_pk: int) -> None:
        self._run(face_pk, self._users.unassign, [face_pk])

    def delete(self, face_pk: int) -> None:
        self._run(None, self._faces.delete_pks, [face_pk])

    def set_box(self, face_pk: int, box: BoundingBox) -> None:
        self._run(face_pk, self._edits.set_box, face_pk, self._back(box))

    def set_landmark(self, face_pk: int, kind: LandmarkType, x: float, y: float) -> None:
        ((x, y),) = turned_points(np.array([[x, y]]), -self.turned % 360).tolist()
        self._run(face_pk, self._edits.set_landmark, face_pk, kind, x, y)

    def add(self, collection_pk: int, photo_pk: int, box: BoundingBox) -> None:
        self._tasks.run(
            self._edits.add, collection_pk, photo_pk, self._back(box), done=self._added, failed=self._fail
        )

    def serve(self, tab: PhotoTab) -> None:
        """Take in the faces that the tab wants added."""
        tab.addition_wanted.connect(self.add_unindexed)
        self.failed.connect(tab.left_out.release)

    def add_unindexed(self, collection_pk: int, photo_pk: int, index: int) -> None:
        """Take in the face at `index` of PhotoDetail.unindexed."""
        act = self._edits.add_unindexed
        self._tasks.run(act, collection_pk, photo_pk, index, done=self._added, failed=self._fail)

    def _back(self, box: BoundingBox) -> BoundingBox:
        return box.turned(-self.turned % 360) if self.turned else box

    def _added(self, result: tuple[int, ChangeSet]) -> None:
        self._finish(*result)

    def _run(self, face_pk: int | None, act: Callable[..., ChangeSet], *args: Any) -> None:
        self._tasks.run(act, *args, done=partial(self._finish, face_pk), failed=self._fail)

    def _finish(self, face_pk: int | None, changes: ChangeSet) -> None:
        for pk in changes.faces:
            self._host.images.forget(face_key(pk))
        if changes.change is not None:
            self._host.toast(changes.change.summary, changes.change.id)
        self.done.emit(face_pk)

    def _fail(self, error: Exception) -> None:
        self._host.show_error(error)
        self.failed.emit()
