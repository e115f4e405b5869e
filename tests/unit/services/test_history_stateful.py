"""Random sequences of real acts: undo gives back what was, redo what came, also after a restart."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.domain.errors import DependedOn, InvalidParameter, ResourceNotFound
from app.domain.records import ChangeSet
from app.services.users import NameTaken
from app.storage import journal
from tests.fakes import person_color
from tests.unit.services.studio import Row, Studio

NAMES = st.sampled_from(["Ada", "ada", "Bea", "Cid", "Dörte"])
PICK = st.integers(0, 10**6)
SOME = st.lists(PICK, min_size=1, max_size=4)
State = dict[tuple[str, int], Row]


class Curation(RuleBasedStateMachine):
    @initialize()
    def set_up(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.studio = Studio.at(Path(self.folder.name))
        self.before: dict[int, State] = {}
        self.after: dict[int, State] = {}
        self.last: State = {}
        self.collection = self.studio.collections.create("a").id
        self.record(self.studio.told[-1])
        self.other = self.studio.collections.create("b").id
        self.record(self.studio.told[-1])
        self.photos = []
        for number in range(3):
            squares = [(person_color(3 * number + each), (60 * each, 50, 40)) for each in range(2)]
            self.photos.append(self.studio.add_photo(self.collection, squares)[0])
            self.record(self.studio.told[-1])

    def teardown(self) -> None:
        if hasattr(self, "studio"):
            self.studio.library.close()
            self.folder.cleanup()

    def faces(self, picks: list[int], collection: int | None = None) -> list[int]:
        wanted = collection or self.collection
        rows = self.studio.state()
        pks = [pk for (table, pk), row in rows.items() if table == "faces" and row["collection_pk"] == wanted]
        return list({pks[pick % len(pks)] for pick in picks}) if pks else []

    def user(self, pick: int) -> int:
        found = self.studio.users.list(self.collection)
        return found[pick % len(found)].id if found else 0

    def record(self, changes: ChangeSet) -> None:
        state = self.studio.state()
        if changes.change is None:
            assert state == self.last, "an act that left no change altered something"
            return
        self.before[changes.change.id], self.after[changes.change.id] = self.last, state
        assert state != self.last, f"“{changes.change.summary}” was journalled but did nothing"
        self.last = state

    def attempt(self, act: object, *arguments: object) -> None:
        assert callable(act)
        try:
            result = act(*arguments)
        except (InvalidParameter, ResourceNotFound, NameTaken):
            assert self.studio.state() == self.last, "a refused act altered something"
            return
        changes = result if isinstance(result, ChangeSet | None) else result.changes
        self.record(changes or ChangeSet())

    @rule(picks=SOME, name=NAMES)
    def name(self, picks: list[int], name: str) -> None:
        self.attempt(self.studio.users.name_faces, self.collection, self.faces(picks), name)

    @rule(picks=SOME, pick=PICK)
    def assign(self, picks: list[int], pick: int) -> None:
        self.attempt(self.studio.users.assign, self.faces(picks), self.user(pick))

    @rule(picks=SOME)
    def unassign(self, picks: list[int]) -> None:
        self.attempt(self.studio.users.unassign, self.faces(picks))

    @rule(picks=SOME, pick=PICK)
    def reject(self, picks: list[int], pick: int) -> None:
        self.attempt(self.studio.users.reject, self.faces(picks), self.user(pick))

    @rule(picks=SOME, pick=PICK)
    def confirm(self, picks: list[int], pick: int) -> None:
        self.attempt(self.studio.users.confirm, self.faces(picks), self.user(pick))

    @rule(pick=PICK, name=NAMES)
    def rename(self, pick: int, name: str) -> None:
        self.attempt(self.studio.users.rename, self.user(pick), name)

    @rule(pick=PICK, day=st.dates(date(1950, 1, 1), date(1950, 1, 3)))
    def birthday(self, pick: int, day: date) -> None:
        self.attempt(self.studio.users.set_birthday, self.user(pick), day)

    @rule(pick=PICK, picks=SOME)
    def cover(self, pick: int, picks: list[int]) -> None:
        faces = self.faces(picks)
        self.attempt(self.studio.users.set_cover, self.user(pick), faces[0] if faces else None)

    @rule(pick=PICK, hidden=st.booleans())
    def hide_person(self, pick: int, hidden: bool) -> None:
        self.attempt(self.studio.users.hide, [self.user(pick)], hidden)

    @rule(pick=PICK, other=PICK)
    def merge(self, pick: int, other: int) -> None:
        self.attempt(self.studio.users.merge, [self.user(pick)], self.user(other))

    @rule(pick=PICK, picks=SOME)
    def split(self, pick: int, picks: list[int]) -> None:
        self.attempt(self.studio.users.split, self.user(pick), self.faces(picks))

    @rule(pick=PICK)
    def delete_person(self, pick: int) -> None:
        self.attempt(self.studio.users.delete_pks, [self.user(pick)])

    @rule(picks=SOME)
    def delete_faces(self, picks: list[int]) -> None:
        self.attempt(self.studio.faces.delete_pks, self.faces(picks[:1]))

    @rule(picks=SOME, hidden=st.booleans())
    def hide_faces(self, picks: list[int], hidden: bool) -> None:
        self.attempt(self.studio.faces.hide, self.faces(picks), hidden)

    @rule(picks=SOME, back=st.booleans())
    def move_faces(self, picks: list[int], back: bool) -> None:
        source, target = (self.other, self.collection) if back else (self.collection, self.other)
        self.attempt(self.studio.faces.move, self.faces(picks[:1], source), target)

    @rule(pick=PICK, other=st.booleans())
    def remove_photo(self, pick: int, other: bool) -> None:
        photo = self.photos[pick % len(self.photos)]
        self.attempt(self.studio.photos.remove, self.other if other else self.collection, [photo])

    @rule(pick=PICK)
    def delete_and_restore_collection(self, pick: int) -> None:
        del pick
        self.attempt(self.studio.collections.delete, self.other)
        self.attempt(self.studio.history.undo_last)

    @rule()
    def undo_last_and_redo(self) -> None:
        undone = self.studio.history.undo_last()
        if undone is None:
            return
        assert undone.change is not None and undone.change.undoes is not None
        act = undone.change.undoes
        state = self.studio.state()
        assert changed_rows(self.last, state, self.after_to_before(act)) == []
        self.record(undone)
        redone = self.studio.history.redo_last()
        assert redone is not None
        assert self.studio.state() == self.before[undone.change.id], "redo did not give back what was undone"
        self.record(redone)

    @rule()
    def undo_last(self) -> None:
        undone = self.studio.history.undo_last()
        if undone is not None:
            self.record(undone)

    @rule()
    def redo_last(self) -> None:
        redone = self.studio.history.redo_last()
        if redone is not None:
            self.record(redone)

    @rule(pick=PICK, together=st.booleans(), reopen=st.booleans())
    def reverse_any(self, pick: int, together: bool, reopen: bool) -> None:
        ids = [pk for pk in self.studio.history.listing().tolist() if pk in self.before]
        live = [pk for pk, row in self.studio.history.rows(ids).items() if not row.undone]
        if not live:
            return
        chosen = sorted(live)[pick % len(live)]
        if reopen:
            self.studio.reopen()
        try:
            done = self.studio.history.undo(chosen)
        except DependedOn as refusal:
            assert self.studio.state() == self.last, "a refused undo altered something"
            assert refusal.changes
            for row in self.studio.history.rows(refusal.changes).values():
                assert not row.undone, f"“{row.change.summary}” is named, but was taken back already"
            if together:
                self.studio.history.undo_with_dependents(chosen)
                self.last = self.studio.state()
                assert self.studio.history.rows([chosen])[chosen].undone
            return
        target = self.act_behind(chosen)
        state = self.studio.state()
        # Of the rows that the change touched, exactly what it altered is as it was before.
        assert changed_rows(self.last, state, self.after_to_before(target)) == []
        self.record(done)

    @precondition(lambda self: hasattr(self, "studio"))
    @rule()
    def restart(self) -> None:
        self.studio.reopen()

    def act_behind(self, change_pk: int) -> int:
        with self.studio.library.database.read() as connection:
            return journal.act_if_redo(connection, journal.get_change(connection, change_pk)).id

    def after_to_before(self, change_pk: int) -> tuple[State, State]:
        return self.after[change_pk], self.before[change_pk]

    @invariant()
    def what_hangs_together_does(self) -> None:
        if not hasattr(self, "studio"):
            return
        with self.studio.library.database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
        rows = self.last
        assert rows == self.studio.state()
        members = {
            (row["collection_pk"], row["photo_pk"]) for (t, _), row in rows.items() if t == "memberships"
        }
        for (table, pk), row in rows.items():
            if table == "faces":
                assert (row["collection_pk"], row["photo_pk"]) in members, "a face without its photo"
                owner = rows.get(("users", row["user_pk"])) if row["user_pk"] else None  # type: ignore[index, arg-type]
                if owner is not None:
                    assert owner["collection_pk"] == row["collection_pk"]
                vectors = [r for (t, _), r in rows.items() if t == "embeddings" and r["face_pk"] == pk]
                assert len(vectors) == 1
            if table == "rejections":
                face = rows["faces", row["face_pk"]]  # type: ignore[index]
                assert face["user_pk"] != row["user_pk"], "a face is both someone's and not that person"


def changed_rows(now: State, then: State, change: tuple[State, State]) -> list[str]:
    """What is wrong with `then`, reached from `now` by taking a change from `change[0]` back to
    `change[1]`: every column that the change altered has the old value, and nothing else moved."""
    after, before = change
    wrong = []
    for key in now.keys() | then.keys() | after.keys() | before.keys():
        if after.get(key) == before.get(key):
            if now.get(key) != then.get(key):
                wrong.append(f"{key} moved though the change had not touched it")
        elif before.get(key) is None or after.get(key) is None:
            if (then.get(key) is None) != (before.get(key) is None):
                wrong.append(f"{key} is not there or gone as before")
            elif before.get(key) is not None and then[key] != before[key]:
                wrong.append(f"{key} came back different")
        else:
            for name, value in before[key].items():
                expected = value if after[key][name] != value else now[key][name]
                if then[key][name] != expected:
                    wrong.append(f"{key}.{name} is {then[key][name]!r}, not {expected!r}")
    return wrong


TestCuration = Curation.TestCase
TestCuration.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    # Shrinking replays whole sequences on disk for minutes; the steps that failed are told without it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
