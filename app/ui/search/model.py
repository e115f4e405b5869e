"""What was found, as the grid's model: faces, people or photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QMimeData, QObject, QRect, QRectF
from PySide6.QtGui import QPainter

from app.domain.records import User
from app.services.faces import FaceCell, FaceService
from app.services.photos import PhotoService
from app.services.search import UserMatch
from app.ui.canvas.mime import faces_mime
from app.ui.controller import TaskRunner
from app.ui.controller.pictures import face_key
from app.ui.photos.model import content_of
from app.ui.search.outcome import Kind, Outcome
from app.ui.theme import Theme
from app.ui.theme.pixels import pixel_ratio
from app.ui.widgets.drop import url_of
from app.ui.widgets.grid import (
    RESULT_STYLE,
    CellContent,
    IdListModel,
    ImageRequest,
    ImageStore,
    Section,
    ThumbnailDelegate,
)
from app.ui.widgets.painting import paint_avatar

ResultId = tuple[str, int]
"""(kind, row)"""
_RING = 6


class ResultModel(IdListModel):
    """Ids are (kind, row). The threshold is a divider between two sections; moving it fetches nothing."""

    def __init__(
        self, faces: FaceService, photos: PhotoService, tasks: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._faces, self._photos, self._tasks = faces, photos, tasks
        self._outcome: Outcome | None = None
        self._users: Mapping[int, User] = {}
        self._values: dict[ResultId, float] = {}
        self.wanted.connect(self._fetch)

    def show(self, outcome: Outcome | None, kind: Kind, threshold: float, users: Mapping[int, User]) -> int:
        """Show what was found, split at the threshold; how many reach it."""
        changed = outcome is not self._outcome
        self._outcome, self._users = outcome, users
        if outcome is None:
            self.set_ids([])
            return 0
        if kind is Kind.PHOTOS:
            pks = outcome.photos(threshold)
            self.set_ids([(kind.value, pk) for pk in pks])
            return len(pks)
        matches = outcome.matches(kind)
        ids: list[ResultId] = [
            (kind.value, match.user_pk if isinstance(match, UserMatch) else match.face_pk)
            for match in matches
        ]
        if changed:
            self._values = {}
        self._values |= {one: match.similarity for one, match in zip(ids, matches, strict=True)}
        above = outcome.above(kind, threshold)
        sections = [Section("", "", 0, above)] if above else []
        if above < len(ids):
            below = Section("Below the threshold", "", above, len(ids) - above, divider=True, dim=True)
            sections.append(below)
        self.set_ids(ids, sections)
        if changed:
            self.refresh()
        return above

    def mimeData(self, indexes: Sequence[object]) -> QMimeData:
        """Faces as their rows, photos as their files."""
        ids = [self.id_at(index.row()) for index in indexes]  # type: ignore[attr-defined]
        if ids and ids[0][0] == Kind.PHOTOS:
            mime = QMimeData()
            files = self._photos.files([pk for _, pk in ids])
            mime.setUrls([url_of(path) for path in files])
            return mime
        return faces_mime(pk for kind, pk in ids if kind == Kind.FACES)

    def _fetch(self, ids: list[ResultId]) -> None:
        outcome = self._outcome
        if outcome is None:
            return
        collection, users, values = outcome.collection_pk, self._users, dict(self._values)

        def work() -> dict[ResultId, CellContent]:
            by_kind: dict[str, list[int]] = {}
            for kind, pk in ids:
                by_kind.setdefault(kind, []).append(pk)
            found: dict[ResultId, CellContent] = {}
            for kind, pks in by_kind.items():
                if kind == Kind.FACES:
                    cells = self._faces.cells(pks)
                    found |= {(kind, pk): _face(cell, values.get((kind, pk))) for pk, cell in cells.items()}
                elif kind == Kind.PHOTOS:
                    found |= {
                        (kind, pk): content_of(cell)
                        for pk, cell in self._photos.cells(collection, pks).items()
                    }
                else:
                    found |= {
                        (kind, pk): _person(users[pk], values.get((kind, pk))) for pk in pks if pk in users
                    }
            return found

        self._tasks.run(work, done=self.provide, failed=lambda _error: None)


def _figure(similarity: float | None) -> str:
    return "" if similarity is None else f"{similarity:.1f}"


def _face(cell: FaceCell, similarity: float | None) -> CellContent:
    name, figure = cell.user_name or "Not named", _figure(similarity)
    return CellContent(
        name=f"{name}, similarity {figure}, {cell.photo_name}",
        image=face_key(cell.id),
        caption=name,
        caption_token="t1" if cell.user_name else "t3",
        dot=cell.color if cell.user_pk is not None else None,
        value=figure,
        tooltip=f"{name}\nSimilarity {figure}\n{cell.photo_name}",
        subject=cell,
    )


def _person(user: User, similarity: float | None) -> CellContent:
    figure, cover = _figure(similarity), user.cover_face_pk
    faces = "1 face" if user.face_count == 1 else f"{user.face_count:,} faces"
    return CellContent(
        name=f"{user.display_name}, similarity {figure}, {faces}",
        image=None if cover is None else face_key(cover),
        caption=user.display_name,
        value=figure,
        dot=user.color,
        tooltip=f"{user.display_name}\nSimilarity {figure}\n{faces}",
        subject=user,
    )


class PersonDelegate(ThumbnailDelegate):
    """People as circles with a ring in their colour, captions as below faces."""

    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__(theme, images, RESULT_STYLE)

    def request(self, content: CellContent, side: int, ratio: float) -> ImageRequest:
        pixels = round((side - 2 * _RING) * ratio)
        return ImageRequest(content.image, pixels, pixels, pixels / 2)

    def _picture(self, painter: QPainter, square: QRect, content: CellContent) -> bool:
        circle = QRectF(square).adjusted(_RING, _RING, -_RING, -_RING)
        picture = None
        if content.image is not None:
            request = self.request(content, square.width(), pixel_ratio(painter))
            picture = self.images.pixmap(request) or self.images.nearest(content.image)
        paint_avatar(painter, self.theme, circle, picture, content.dot, "window")
        return picture is not None
