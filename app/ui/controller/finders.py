"""What the go-to list finds besides pages and actions: people and photos."""

from __future__ import annotations

from collections.abc import Callable

from app.services.photos import PhotoFilter, PhotoService, PhotoSort
from app.services.users import UserService
from app.ui.controller.host import PageHost
from app.ui.controller.tasks import TaskRunner
from app.ui.shell import Hit

_MOST = 6
Answer = Callable[[list[Hit]], None]


class PeopleFinder:
    def __init__(self, host: PageHost, tasks: TaskRunner, users: UserService) -> None:
        self._host, self._tasks, self._users = host, tasks, users

    def ask(self, text: str, answer: Answer) -> None:
        pk = self._host.collection_pk
        if pk is None or not text:
            answer([])
            return

        def work() -> list[tuple[int, str, int]]:
            wanted = text.casefold()
            found = [user for user in self._users.list(pk) if wanted in user.display_name.casefold()]
            found.sort(key=lambda user: -user.face_count)
            return [(user.id, user.display_name, user.face_count) for user in found[:_MOST]]

        def show(found: list[tuple[int, str, int]]) -> None:
            answer(
                [
                    Hit(name, "user", self._opener(user_pk), f"{count:,} faces" if count != 1 else "1 face")
                    for user_pk, name, count in found
                ]
            )

        self._tasks.run(work, done=show, failed=self._host.show_error, key=(self, "people"))

    def _opener(self, user_pk: int) -> Callable[[], None]:
        return lambda: self._host.navigate("person", user_pk=user_pk)


class PhotoFinder:
    def __init__(self, host: PageHost, tasks: TaskRunner, photos: PhotoService) -> None:
        self._host, self._tasks, self._photos = host, tasks, photos

    def ask(self, text: str, answer: Answer) -> None:
        pk = self._host.collection_pk
        if pk is None or len(text) < 2:
            answer([])
            return

        def work() -> list[tuple[int, str]]:
            ids = self._photos.listing(pk, PhotoFilter(text=text), PhotoSort.NAME, False).ids[:_MOST].tolist()
            cells = self._photos.cells(pk, ids)
            return [(photo_pk, cells[photo_pk].name) for photo_pk in ids if photo_pk in cells]

        def show(found: list[tuple[int, str]]) -> None:
            answer(
                [
                    Hit(name, "image-square", self._opener(photo_pk), self._host.collection_name)
                    for photo_pk, name in found
                ]
            )

        self._tasks.run(work, done=show, failed=self._host.show_error, key=(self, "photos"))

    def _opener(self, photo_pk: int) -> Callable[[], None]:
        return lambda: self._host.navigate("photo", photo_pk=photo_pk)
