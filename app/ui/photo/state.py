"""What the page knows of the photo it shows, and how that is loaded (on worker threads)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.domain.records import PhotoStatus, User
from app.services.face_views import FaceView
from app.services.photos import PhotoDetail, PhotoService
from app.services.search import SearchService
from app.services.users import UserService
from app.ui.canvas.marks import Mark, Marks, Stroke, Tag
from app.ui.canvas.picture import Mipmaps, mipmaps, mipmaps_of_thumbnail, turned_mipmaps
from app.ui.theme import person_color

_SUGGESTED_FILL, _SUGGESTED_INK = "#1C2020", "#FFFFFF"
_NOT_NAMED_FILL, _NOT_NAMED_INK = "#FFFFFF", "#0D0F0F"


@dataclass(frozen=True)
class Suggestion:
    """Who an unnamed face may be; similarity 0-100."""

    user: User
    similarity: float


@dataclass(frozen=True)
class PhotoState:
    """`people` are the collection's, by name; `suggestions` by face, empty until `asked`."""

    collection_pk: int
    detail: PhotoDetail
    people: tuple[User, ...]
    suggestions: Mapping[int, Suggestion] = field(default_factory=dict)
    asked: bool = False

    @property
    def photo_pk(self) -> int:
        return self.detail.photo.id

    @property
    def faces(self) -> tuple[FaceView, ...]:
        """The faces shown: not the hidden ones."""
        return tuple(view for view in self.detail.faces if not view.hidden)

    @property
    def turned(self) -> int:
        """Degrees clockwise by which the photo is shown: what is stored is of the photo as it is."""
        return self.detail.shown_turned

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels as it is shown."""
        width, height = self.detail.photo.width, self.detail.photo.height
        return (height, width) if self.turned in (90, 270) else (width, height)

    @property
    def lies(self) -> int:
        """Degrees clockwise by which it wants to be turned, as its faces say; 0 where it is shown turned
        already, or where nothing is wrong."""
        return 0 if self.turned else self.detail.photo.turned or 0

    @property
    def missing(self) -> bool:
        """True when no file of the photo was there when last looked for."""
        return all(path.missing for path in self.detail.paths)

    def face(self, face_pk: int | None) -> FaceView | None:
        return next((view for view in self.faces if view.face.id == face_pk), None)

    def names(self) -> list[str]:
        return [user.display_name for user in self.people if not user.hidden]

    def counts(self) -> str:
        """ "27 named · 1 suggested"."""
        named = sum(view.user is not None for view in self.faces)
        parts = [f"{named} named"] if named else []
        if self.suggestions:
            parts.append(f"{len(self.suggestions)} suggested")
        return " · ".join(parts)

    def with_suggestions(self, suggestions: Mapping[int, Suggestion]) -> PhotoState:
        return replace(self, suggestions=suggestions, asked=True)

    def marks(self) -> Marks:
        marks = [_mark(view, self.suggestions.get(view.face.id)) for view in self.faces]
        if self.turned:
            marks = [_turned(mark, self.turned) for mark in marks]
        return Marks(marks, *self.size)


def _turned(mark: Mark, degrees: int) -> Mark:
    points = mark.landmarks.turned(degrees) if mark.landmarks is not None else None
    return replace(mark, box=mark.box.turned(degrees), landmarks=points)


def _mark(view: FaceView, suggestion: Suggestion | None) -> Mark:
    face, found = view.face, view.face.detected
    if view.user is not None:
        color = person_color(view.user.color)
        similar = view.similarity_to_user
        figure = "" if similar is None else f"{similar:.1f}"
        tag = Tag(view.user.display_name, figure, color.hex, color.text)
        title = " ".join([view.user.display_name, figure]).strip()
        return Mark(face.id, found.box, found.landmarks, Stroke.SOLID, color.hex, tag, title)
    if suggestion is not None:
        color = person_color(suggestion.user.color)
        name = f"{suggestion.user.display_name}?"
        figure = f"{suggestion.similarity:.1f}"
        tag = Tag(name, figure, _SUGGESTED_FILL, _SUGGESTED_INK)
        title = f"Perhaps {suggestion.user.display_name}, {figure}"
        return Mark(face.id, found.box, found.landmarks, Stroke.DASHED, color.hex, tag, title)
    tag = Tag("Not named", "", _NOT_NAMED_FILL, _NOT_NAMED_INK)
    return Mark(face.id, found.box, found.landmarks, Stroke.DASHED, "#FFFFFF", tag, "Not named", minor=True)


@dataclass(frozen=True)
class Opened:
    """A photo's facts, its thumbnail as a first picture, and which photos of the collection are shown turned
    by how many degrees."""

    state: PhotoState
    preview: Mipmaps | None
    turned: Mapping[int, int]


def open_photo(photos: PhotoService, users: UserService, collection_pk: int, photo_pk: int) -> Opened:
    """Facts and thumbnail, which show at once. Raises ResourceNotFound."""
    detail = photos.detail(collection_pk, photo_pk)
    people = sorted(users.list(collection_pk), key=lambda user: user.display_name.casefold())
    thumbnail = photos.thumbnail(photo_pk)
    photo = detail.photo
    preview = mipmaps_of_thumbnail(thumbnail, photo.width, photo.height) if thumbnail else None
    if preview is not None:
        preview = turned_mipmaps(preview, detail.shown_turned)
    state = PhotoState(collection_pk, detail, tuple(people))
    return Opened(state, preview, photos.turned(collection_pk))


def load_pixels(photos: PhotoService, photo_pk: int, turned: int = 0) -> Mipmaps:
    """The picture at its full size, turned clockwise by 0, 90, 180 or 270 degrees. Raises ImageError."""
    image = photos.pixels(photo_pk)
    return turned_mipmaps(mipmaps(image.pixels, image.width, image.height), turned)


def suggest(search: SearchService, state: PhotoState) -> dict[int, Suggestion]:
    """Who the unnamed faces of a photo may be."""
    unnamed = [view.face.id for view in state.faces if view.user is None]
    if not unnamed or not state.people:
        return {}
    people = {user.id: user for user in state.people}
    found = search.suggest_names(state.collection_pk, unnamed)
    return {
        face_pk: Suggestion(people[match.user_pk], match.similarity)
        for face_pk, match in found.items()
        if match is not None and match.user_pk in people
    }


def last_seen(state: PhotoState) -> Path | None:
    """Where a missing photo was last."""
    return state.detail.paths[0].path if state.detail.paths else None


def trouble(state: PhotoState) -> str:
    """What is wrong with the photo, in a sentence; empty when nothing is."""
    if state.missing:
        seen = last_seen(state)
        where = f" It was last seen at {seen}." if seen else ""
        return f"The file of this photo is missing.{where} The faces and names are kept."
    if state.detail.status is PhotoStatus.FAILED:
        return f"This photo could not be indexed: {state.detail.reason or 'no reason was given'}."
    if state.detail.status is PhotoStatus.WAITING:
        return "This photo is waiting to be indexed."
    return ""
