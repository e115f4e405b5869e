"""What can be done with what was found: the likely next act, and acts on a selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from app.domain.records import ChangeSet, User
from app.services.users import UserService
from app.ui.controller import PageHost, TaskRunner
from app.ui.search.outcome import Kind, Outcome, Searcher, Suggestion
from app.ui.search.results import Results

# A slider is dragged: who the nameless faces may be is asked once it rests.
_SETTLES_MS = 150


class NextActs(QObject):
    """Fills the bar below the results and does what it says."""

    def __init__(
        self, host: PageHost, tasks: TaskRunner, searcher: Searcher, users: UserService, results: Results
    ) -> None:
        super().__init__(results)
        self._host, self._tasks = host, tasks
        self._searcher, self._users, self._results = searcher, users, results
        self._outcome: Outcome | None = None
        self._kind, self._threshold = Kind.FACES, 80.0
        self._people: Mapping[int, User] = {}
        self.suggestion: Suggestion | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLES_MS)
        self._settle.timeout.connect(self._suggest)
        bar = results.bar
        results.selection_changed.connect(self._offer)
        bar.confirm.connect(self.confirm)
        bar.reject.connect(self.reject)
        bar.named.connect(self.name)
        bar.not_this.connect(self.not_this)
        bar.closed.connect(self.leave)

    def show(self, outcome: Outcome | None, kind: Kind, threshold: float, people: Mapping[int, User]) -> None:
        """Something else was found, or it is split elsewhere."""
        self._outcome, self._kind, self._threshold, self._people = outcome, kind, threshold, people
        self.suggestion = None
        self._offer()
        if outcome is not None and kind is Kind.FACES and outcome.unnamed(threshold):
            self._settle.start()
        else:
            self._settle.stop()

    def stop(self) -> None:
        self._settle.stop()

    def selected(self) -> list[int]:
        """Rows of the selected faces."""
        return [pk for kind, pk in self._results.grid.selected_ids() if kind == Kind.FACES]

    def _suggest(self) -> None:
        outcome = self._outcome
        if outcome is not None:
            self._tasks.run(
                self._searcher.suggestion,
                outcome,
                self._threshold,
                dict(self._people),
                done=partial(self._suggested, outcome, self._threshold),
                failed=self._host.show_error,
                key=(id(self), "suggestion"),
            )

    def _suggested(self, outcome: Outcome, threshold: float, suggestion: Suggestion | None) -> None:
        if outcome is self._outcome and threshold == self._threshold:
            self.suggestion = suggestion
            self._offer()

    def _offer(self) -> None:
        bar, outcome = self._results.bar, self._outcome
        count = self._results.grid.selected_count() if self._results.grid.isVisibleTo(self._results) else 0
        if outcome is None:
            bar.hide()
        elif count:
            named = any(owner is not None for owner in self._owners().values())
            bar.select(count, named, faces=self._kind is Kind.FACES)
        elif self._kind is Kind.FACES:
            unnamed = len(outcome.unnamed(self._threshold))
            bar.offer(unnamed, self._results.above, self.suggestion)
        else:
            bar.hide()

    def _owners(self) -> dict[int, int | None]:
        """The person of each selected face."""
        wanted = set(self.selected())
        matches = self._outcome.faces if self._outcome is not None else ()
        return {match.face_pk: match.user_pk for match in matches if match.face_pk in wanted}

    # -- acts -----------------------------------------------------------------------------------------

    def _run(self, act: Any, *args: Any) -> None:
        self._tasks.run(act, *args, done=self._done, failed=self._host.show_error)

    def _done(self, changes: ChangeSet) -> None:
        if changes.change is not None:
            self._host.toast(changes.change.summary, changes.change.id)

    def confirm(self) -> None:
        """The suggested faces are the suggested person's."""
        if self.suggestion is not None:
            self._run(self._users.confirm, self.suggestion.faces, self.suggestion.user_pk)

    def reject(self) -> None:
        """The suggested faces are not the suggested person's, which is remembered."""
        if self.suggestion is not None:
            self._run(self._users.reject, self.suggestion.faces, self.suggestion.user_pk)

    def name(self, name: str) -> None:
        """Give the selected faces, or all matches without a name, to the person of that name."""
        if self._outcome is None:
            return
        pks: Sequence[int] = self.selected() or self._outcome.unnamed(self._threshold)
        if pks:
            self._run(self._users.name_faces, self._outcome.collection_pk, pks, name)
        self.leave()

    def not_this(self) -> None:
        """The selected faces are not who they are named as, or, without a name, who is suggested."""
        suggestion, by_user = self.suggestion, dict[int, list[int]]()
        for face_pk, owner in self._owners().items():
            if owner is None and suggestion is not None and face_pk in suggestion.faces:
                owner = suggestion.user_pk
            if owner is not None:
                by_user.setdefault(owner, []).append(face_pk)
        for user_pk, pks in by_user.items():
            self._run(self._users.reject, pks, user_pk)
        if not by_user and self.selected():
            self._host.toast("These faces have no name that could be wrong.")

    def leave(self) -> None:
        """Back to the results, with nothing selected."""
        self._results.grid.select_none()
        self._results.grid.setFocus()
