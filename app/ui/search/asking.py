"""The request beside the search: worked out off the window's thread, when somebody looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from app.rekognition.snippets import Where
from app.services.calls import Calls
from app.services.faces import FaceService
from app.services.search import SearchService
from app.ui.controller import PageHost, TaskRunner
from app.ui.search.response import Asked, calls
from app.ui.widgets.request_panel import RequestDrawer


@dataclass(frozen=True)
class _Known:
    asked: Asked | None
    calls: Calls | None = None


class Asking(QObject):
    """Its drawer shows what the page was told to `show`."""

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        faces: FaceService,
        search: SearchService,
        where: Callable[[], Where],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._host, self._tasks, self._faces, self._search = host, tasks, faces, search
        self._known = _Known(None)
        self.drawer = RequestDrawer(
            host.theme, where, nothing="A picture or a face to search with is a request: choose one."
        )
        self.drawer.opened.connect(self._opened)
        self.drawer.panel.copied.connect(lambda: host.toast("Copied"))

    def show(self, asked: Asked | None) -> None:
        """Another search, or the same at another threshold; None for none."""
        self._known = _Known(asked, Calls() if asked is None else None)
        self._tasks.cancel((id(self), "request"))
        if asked is None:
            self.drawer.panel.show_calls(None)
        elif self.drawer.isVisible():
            self._work_out(lambda: None)

    def copy(self) -> None:
        if self._known.asked is None:
            self._host.toast("There is no search to copy yet.")
        elif self._known.calls is not None:
            self.drawer.panel.copy()
        else:
            self._work_out(self.drawer.panel.copy)

    def _opened(self, is_open: bool) -> None:
        if is_open and self._known.calls is None:
            self._work_out(lambda: None)

    def _work_out(self, then: Callable[[], None]) -> None:
        asked = self._known.asked
        assert asked is not None, "there is something to work out"

        def work() -> Calls:
            return calls(asked, self._faces, self._search.model_id(asked.outcome.collection_pk))

        def done(found: Calls) -> None:
            if asked is self._known.asked:
                self._known = _Known(asked, found)
                self.drawer.panel.show_calls(lambda: found)
                then()

        self._tasks.run(work, done=done, failed=self._host.show_error, key=(id(self), "request"))
