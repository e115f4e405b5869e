"""A person's evening with a library: photographs indexed, people named, mistakes mended, all of it with
the real models on real photographs, and the program started anew in between."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from app.bootstrap.workbench import make_engine, open_workbench
from app.domain.errors import Conflict, DependedOn, LikenessError, ResourceNotFound
from app.domain.faces import Face, FaceSource
from app.domain.geometry import BoundingBox, LandmarkType
from app.domain.records import ChangeKind, ChangeSet, Origin, UserStatus
from app.inference.engine import FaceEngine
from app.jobs import JobState
from app.services.outside import OutsideChanges
from app.services.search import Together
from app.services.users import NameTaken
from app.services.workbench import Workbench
from app.settings.settings import Settings
from app.storage import tables
from app.storage.repositories import faces as face_rows

PROJECT = Path(__file__).resolve().parents[2]
# He is on each of these, among other people on those of groups.
VLADO = ("person-vlado", "person-vlado1", "person-vlado5", "group-2", "group-4", "group-5")

Rows = dict[tuple[str, int], dict[str, Any]]


@dataclass
class Desk:
    """A library that can be closed and opened again; everything here asks the workbench of now."""

    folder: Path
    engine: FaceEngine
    bench: Workbench = field(init=False)
    collection: str = "archive"

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.bench = open_workbench(self.folder, Origin.WINDOW, Settings(workers=2), self.engine)

    def restart(self) -> None:
        self.bench.close()
        self.open()

    @property
    def pk(self) -> int:
        return self.bench.collections.get(self.collection).id

    def index(self, *paths: Path) -> None:
        final = self.bench.ingest.run_to_end(self.bench.ingest.index_paths(self.pk, paths).id)
        assert (final.state, final.failed) == (JobState.DONE, 0), final

    def faces(self, name: str) -> list[Face]:
        """Of the photo whose file has that stem, the largest first."""
        places = select(tables.photo_paths.c.photo_pk, tables.photo_paths.c.path)
        with self.bench.library.database.read() as connection:
            (photo,) = {pk for pk, path in connection.execute(places) if Path(os.fsdecode(path)).stem == name}
            found = face_rows.of_photo(connection, self.pk, photo)
        return sorted(found, key=lambda face: -face.detected.box.area)

    def rows(self) -> Rows:
        """Every row that an act can touch."""
        with self.bench.library.database.read() as connection:
            return {
                (name, row["id"]): dict(row)
                for name, table in tables.JOURNALLED.items()
                for row in connection.execute(select(table)).mappings()
            }

    def found(self, face_pk: int, threshold: float = 80) -> dict[str, float]:
        """Photos by the stems of their names, and how like the face one on them is."""
        matches = self.bench.search.by_face(self.pk, face_pk, threshold)
        return {
            self.bench.photos.files([match.photo_pk])[0].stem: match.similarity for match in reversed(matches)
        }

    def vector(self, face_pk: int) -> np.ndarray:
        return self.bench.search.vector_of(self.pk, face_pk)


@pytest.fixture(scope="module")
def engine() -> FaceEngine:
    made = make_engine(Settings())
    made.warm_up()
    return made


@pytest.fixture(scope="module")
def pairs(shared_data: Path) -> list[tuple[Path, Path]]:
    """Two portraits each of different people."""
    with (shared_data / "congress" / "pairs.csv").open(encoding="utf-8") as file:
        same = [row for row in csv.DictReader(file) if row["same"] == "1"]
    congress = shared_data / "congress"
    by_person = {Path(row["path_a"]).name.split("__")[0]: row for row in same}
    return [(congress / row["path_a"], congress / row["path_b"]) for row in by_person.values()]


@pytest.fixture(scope="module")
def shelf(
    tmp_path_factory: pytest.TempPathFactory,
    engine: FaceEngine,
    shared_data: Path,
    pairs: list[tuple[Path, Path]],
) -> Iterator[Desk]:
    """Vlado's pictures and both portraits of eight people, nobody named. Tests leave it as it was."""
    desk = Desk(tmp_path_factory.mktemp("shelf") / "library", engine)
    desk.bench.collections.create("archive", "Archive")
    desk.bench.collections.create("other", "Other")
    scenes = shared_data / "scenes"
    desk.index(*(scenes / f"{name}.jpg" for name in VLADO), *(path for pair in pairs[:8] for path in pair))
    yield desk
    desk.bench.close()


@pytest.fixture
def desk(shelf: Desk) -> Iterator[Desk]:
    """The shelf, with everything that a test did to it taken back afterwards."""
    before = shelf.rows()
    yield shelf
    while shelf.rows() != before:
        assert shelf.bench.history.undo_last() is not None


def vlados(desk: Desk) -> dict[str, Face]:
    """His face on each picture: the one that is most like the portrait's."""
    portrait = desk.faces("person-vlado")[0]
    own = desk.vector(portrait.id)
    return {name: max(desk.faces(name), key=lambda face: float(desk.vector(face.id) @ own)) for name in VLADO}


def named(desk: Desk, faces: list[Face], name: str) -> int:
    (user,) = desk.bench.users.name_faces(desk.pk, [face.id for face in faces], name).users
    return user


# Finding


def test_a_person_is_found_again_on_every_other_photograph(desk: Desk) -> None:
    for name, face in vlados(desk).items():
        found = desk.found(face.id)
        assert set(found) >= set(VLADO) - {name}, name
        assert len(found) <= len(VLADO)
        assert min(found[other] for other in VLADO if other != name) > 90


def test_search_by_face_image_and_user_for_faces_and_users(
    desk: Desk, shared_data: Path, pairs: list[tuple[Path, Path]]
) -> None:
    bench, pk, his = desk.bench, desk.pk, vlados(desk)
    vlado = named(desk, [his["person-vlado"], his["group-2"]], "Vlado")
    twin = named(desk, [his["group-5"]], "Vlado's double")
    stranger = named(desk, desk.faces(pairs[0][0].stem), "Member of Congress")
    desk.restart()
    bench = desk.bench

    image = shared_data / "scenes" / "group-7.jpg"
    by_image = bench.search.by_image(pk, image, 0.0, 4096)
    assert len(by_image.matches) == sum(table == "faces" for table, _ in desk.rows())
    largest = max(by_image.faces, key=lambda face: face.box.area)
    assert by_image.faces[by_image.searched or 0] == largest
    assert [each.reasons for each in by_image.unsearched] == [("FACE_NOT_LARGEST",)] * 3

    by_face = bench.search.by_face(pk, his["person-vlado1"].id)
    assert {match.user_pk for match in by_face} == {vlado, twin, None}
    assert his["person-vlado1"].id not in {match.face_pk for match in by_face}
    assert bench.search.by_face(pk, his["person-vlado1"].id, 99.99) == []

    assert [match.user_pk for match in bench.search.users_by_face(pk, his["group-4"].id)] in (
        [vlado, twin],
        [twin, vlado],
    )
    assert [match.user_pk for match in bench.search.users_by_user(pk, vlado)] == [twin]
    other_portrait = bench.search.users_by_image(pk, pairs[0][1])
    assert [match.user_pk for match in other_portrait.matches] == [stranger]
    nobody = bench.search.users_by_image(pk, shared_data / "scenes" / "astronaut.png")
    assert nobody.matches == []
    both = bench.search.together(pk, [vlado], Together.ALL).tolist()
    assert set(both) == {his["person-vlado"].photo_pk, his["group-2"].photo_pk}


def test_associate_holds_to_the_threshold_and_the_rules(desk: Desk, pairs: list[tuple[Path, Path]]) -> None:
    users, his = desk.bench.users, vlados(desk)
    ids = {name: face.face_id for name, face in his.items()}
    stranger = desk.faces(pairs[0][0].stem)[0]
    created = users.create("archive", "vlado", "Vlado")
    assert created.status is UserStatus.CREATED
    # The first face has nothing to be compared with; a call compares with the faces of before it.
    first = users.associate("archive", "vlado", [ids["person-vlado"]], 99.9)
    assert (first.associated, first.status) == ([ids["person-vlado"]], UserStatus.ACTIVE)
    mixed = users.associate("archive", "vlado", [ids["group-2"], stranger.face_id, "unknown", ids["group-4"]])
    assert mixed.associated == [ids["group-2"], ids["group-4"]]
    refused = {failure.face_id: failure for failure in mixed.unsuccessful}
    assert refused["unknown"].reasons == ("FACE_NOT_FOUND",)
    assert refused[stranger.face_id].reasons == ("LOW_MATCH_CONFIDENCE",)
    assert 0 <= (refused[stranger.face_id].confidence or 0) < 75
    again = users.associate("archive", "vlado", [ids["group-2"]])
    assert (again.associated, again.unsuccessful) == ([], [])
    strict = users.associate("archive", "vlado", [ids["group-5"]], 99.999)
    assert [failure.reasons for failure in strict.unsuccessful] == [("LOW_MATCH_CONFIDENCE",)]
    assert 90 < (strict.unsuccessful[0].confidence or 0) < 99.999
    # Whoever asks for no likeness at all gets what was asked for.
    assert users.associate("archive", "vlado", [stranger.face_id], 0).associated == [stranger.face_id]
    users.create("archive", "other", "Other")
    taken = users.associate("archive", "other", [stranger.face_id]).unsuccessful[0]
    assert (taken.reasons, taken.user_id) == (("ASSOCIATED_TO_A_DIFFERENT_USER",), "vlado")
    kept = users.disassociate("archive", "other", [stranger.face_id]).unsuccessful[0]
    assert kept.reasons == ("ASSOCIATED_TO_A_DIFFERENT_USER",)
    freed = users.disassociate("archive", "vlado", [stranger.face_id, ids["group-5"]])
    assert (freed.disassociated, freed.unsuccessful) == ([stranger.face_id], [])
    with pytest.raises(Conflict):
        users.create("archive", "vlado")
    with pytest.raises(ResourceNotFound):
        users.associate("archive", "nobody", [ids["group-5"]])


def test_suggestions_are_the_person_and_answers_are_remembered(desk: Desk) -> None:
    his = vlados(desk)
    vlado = named(desk, [his["person-vlado"]], "Vlado")
    suggested = desk.bench.search.suggestions(desk.pk, vlado, 80)
    assert {match.face_pk for match in suggested} == {his[name].id for name in VLADO[1:]}
    assert [match.similarity for match in suggested] == sorted(
        (match.similarity for match in suggested), reverse=True
    )
    yes, no = his["group-2"].id, his["group-4"].id
    desk.bench.users.confirm([yes], vlado)
    desk.bench.users.reject([no], vlado)
    desk.restart()
    left = {match.face_pk for match in desk.bench.search.suggestions(desk.pk, vlado, 80)}
    assert left == {his[name].id for name in VLADO[1:]} - {yes, no}
    assert desk.bench.search.suggest_names(desk.pk, [no])[no] is None
    guess = desk.bench.search.suggest_names(desk.pk, [his["group-5"].id])[his["group-5"].id]
    assert guess is not None
    assert guess.user_pk == vlado
    # The rejection is taken back, though it is older than the restart.
    desk.bench.history.undo_last()
    assert no in {match.face_pk for match in desk.bench.search.suggestions(desk.pk, vlado, 80)}
    # Not a second time in a photo on which he is named already, and never before he was born.
    others = {face.id for face in desk.faces("group-2")} - {yes}
    assert not others & {match.face_pk for match in desk.bench.search.suggestions(desk.pk, vlado, 0, 4096)}


# Every act, there and back


def _named(desk: Desk) -> ChangeSet:
    return desk.bench.users.name_faces(desk.pk, [face.id for face in vlados(desk).values()], "Vlado")


def _user(desk: Desk) -> int:
    return next(user.id for user in desk.bench.users.list(desk.pk) if user.display_name == "Vlado")


def _second(desk: Desk) -> int:
    return next(user.id for user in desk.bench.users.list(desk.pk) if user.display_name == "Vlasta")


def _face(desk: Desk) -> Face:
    return vlados(desk)["group-4"]


def _box(desk: Desk) -> BoundingBox:
    box = _face(desk).detected.box
    return BoundingBox(box.left - 0.1 * box.width, box.top, 1.3 * box.width, 1.2 * box.height)


ACTS: dict[str, Callable[[Desk], object]] = {
    "name": lambda desk: desk.bench.users.name_faces(desk.pk, [desk.faces("group-5")[0].id], "Somebody"),
    "name as another": lambda desk: desk.bench.users.name_faces(desk.pk, [_face(desk).id], "Vlasta"),
    "confirm": lambda desk: desk.bench.users.confirm([desk.faces("group-2")[1].id], _second(desk)),
    "reject": lambda desk: desk.bench.users.reject([_face(desk).id], _user(desk)),
    "unassign": lambda desk: desk.bench.users.unassign([_face(desk).id]),
    "merge": lambda desk: desk.bench.users.merge([_second(desk)], _user(desk)),
    "split": lambda desk: desk.bench.users.split(_user(desk), [_face(desk).id], "Not Vlado"),
    "rename": lambda desk: desk.bench.users.rename(_user(desk), "Vladimír Ž"),
    "birthday": lambda desk: desk.bench.users.set_birthday(_user(desk), date(1950, 2, 3)),
    "hide person": lambda desk: desk.bench.users.hide([_user(desk)], True),
    "delete person": lambda desk: desk.bench.users.delete_pks([_user(desk)]),
    "move": lambda desk: desk.bench.faces.move([_face(desk).id], desk.bench.collections.get("other").id),
    "delete faces": lambda desk: desk.bench.faces.delete_pks([face.id for face in desk.faces("group-4")]),
    "hide faces": lambda desk: desk.bench.faces.hide([_face(desk).id], True),
    "draw": lambda desk: desk.bench.face_edits.add(
        desk.pk, _face(desk).photo_pk, BoundingBox(0.05, 0.6, 0.2, 0.3)
    ),
    "resize": lambda desk: desk.bench.face_edits.set_box(_face(desk).id, _box(desk)),
    "move landmark": lambda desk: desk.bench.face_edits.set_landmark(
        _face(desk).id, LandmarkType.NOSE, *(_face(desk).detected.landmarks.points[2] + 0.01).tolist()
    ),
    "remove photos": lambda desk: desk.bench.photos.remove(desk.pk, [_face(desk).photo_pk]),
    "rename collection": lambda desk: desk.bench.collections.rename(desk.pk, "Attic"),
    "delete collection": lambda desk: desk.bench.collections.delete(desk.pk),
    "create collection": lambda desk: desk.bench.collections.create_named("Third"),
    "save search": lambda desk: desk.bench.search.save(desk.pk, "Him", {"face": _face(desk).face_id}),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_undone_and_redone_after_a_restart(desk: Desk, name: str) -> None:
    _named(desk)
    named(desk, [desk.faces("group-2")[2]], "Vlasta")
    portrait = vlados(desk)["person-vlado"].id
    before, seen = desk.rows(), desk.found(portrait)
    ACTS[name](desk)
    after = desk.rows()
    assert after != before
    desk.restart()
    assert desk.rows() == after
    assert desk.bench.history.undo_last() is not None
    assert desk.rows() == before
    assert desk.found(portrait) == seen
    desk.restart()
    assert desk.bench.history.redo_last() is not None
    assert desk.rows() == after
    newest = int(desk.bench.history.listing()[0])
    detail = desk.bench.history.detail(newest)
    assert detail.row.change.kind is ChangeKind.REDO
    desk.bench.history.undo_last()
    assert desk.rows() == before


def test_an_old_change_is_undone_and_what_rests_on_it_is_named(desk: Desk) -> None:
    his, history = vlados(desk), desk.bench.history
    first = desk.bench.users.name_faces(desk.pk, [his["person-vlado"].id], "Vlado").change
    second = desk.bench.users.name_faces(desk.pk, [desk.faces("group-5")[1].id], "Vlasta").change
    third = desk.bench.users.name_faces(desk.pk, [his["group-2"].id], "Vlado").change
    assert first and second and third
    desk.restart()
    history = desk.bench.history
    # Vlasta's has nothing after it that needs it.
    history.undo(second.id)
    assert [user.display_name for user in desk.bench.users.list(desk.pk)] == ["Vlado"]
    # Vlado was made by the first; the third gave him another face.
    with pytest.raises(DependedOn) as caught:
        history.undo(first.id)
    assert caught.value.changes == (third.id,)
    assert [change.id for change in history.detail(first.id).dependents] == [third.id]
    indexing = history.detail(int(history.listing()[-1])).row.change
    with pytest.raises(LikenessError):
        history.undo(indexing.id)
    history.undo_with_dependents(first.id)
    assert desk.bench.users.list(desk.pk) == []
    for _ in range(2):
        history.redo_last()
    assert desk.bench.users.list(desk.pk)[0].face_count == 2


def test_merging_and_splitting_move_the_faces_and_the_likeness(desk: Desk) -> None:
    his = vlados(desk)
    one = named(desk, [his["person-vlado"], his["group-2"]], "Vlado")
    other = named(desk, [his["group-4"], his["group-5"]], "Wlado")
    with pytest.raises(NameTaken):
        desk.bench.users.rename(other, "vlado")
    desk.bench.users.merge([other], one)
    assert [user.face_count for user in desk.bench.users.list(desk.pk)] == [4]
    new = desk.bench.users.split(one, [his["group-5"].id]).user
    assert (new.display_name, new.face_count) == ("Vlado (2)", 1)
    (match,) = desk.bench.search.users_by_user(desk.pk, new.id)
    assert match.user_pk == one
    assert match.similarity > 90


def test_a_missed_face_is_drawn_and_found(desk: Desk) -> None:
    """A face of his is deleted, as if the detector had missed it, and drawn again by hand."""
    face = _face(desk)
    box = face.detected.box
    desk.bench.faces.delete_pks([face.id])
    assert "group-4" not in desk.found(desk.faces("person-vlado")[0].id)
    by_hand = BoundingBox(box.left - 0.01, box.top - 0.01, box.width + 0.02, box.height + 0.02)
    drawn, _ = desk.bench.face_edits.add(desk.pk, face.photo_pk, by_hand)
    (view,) = desk.bench.faces.views([drawn])
    assert view.face.source is FaceSource.DRAWN
    assert view.face.detected.box == by_hand
    assert set(desk.found(drawn)) == set(VLADO) - {"group-4"}
    desk.restart()
    assert desk.found(desk.faces("person-vlado")[0].id)["group-4"] > 90


def test_a_box_on_another_face_makes_it_that_face(desk: Desk) -> None:
    face = _face(desk)
    neighbour = next(each for each in desk.faces("group-4") if each.id != face.id)
    desk.bench.face_edits.set_box(face.id, neighbour.detected.box)
    assert float(desk.vector(face.id) @ desk.vector(neighbour.id)) > 0.9
    assert "group-4" not in desk.found(desk.faces("person-vlado")[0].id)
    desk.bench.history.undo_last()
    assert desk.found(desk.faces("person-vlado")[0].id)["group-4"] > 90


def test_a_moved_face_is_searched_where_it_went(desk: Desk) -> None:
    face, other = _face(desk), desk.bench.collections.get("other").id
    vector = desk.vector(face.id)
    desk.bench.faces.move([face.id], other)
    assert [match.face_pk for match in desk.bench.search.by_vector(other, vector)] == [face.id]
    assert face.id not in {match.face_pk for match in desk.bench.search.by_vector(desk.pk, vector)}


# Two processes


def start(desk_folder: Path, home: Path, *words: str | Path) -> subprocess.Popen[str]:
    own = {name: str(home) for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    return subprocess.Popen(
        [sys.executable, "-m", "app", "--library", str(desk_folder), *map(str, words)],
        cwd=PROJECT,
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_second_process_indexes_while_this_one_curates(
    tmp_path: Path, engine: FaceEngine, shared_data: Path, pairs: list[tuple[Path, Path]]
) -> None:
    """Two command lines index overlapping photographs, and the window names, searches and undoes."""
    desk = Desk(tmp_path / "library", engine)
    try:
        desk.bench.collections.create("archive")
        scenes, pk = shared_data / "scenes", desk.pk
        desk.index(*(scenes / f"{name}.jpg" for name in VLADO))
        his = vlados(desk)
        outside = OutsideChanges(desk.bench.library.database)
        photos = sorted((shared_data / "congress" / "images").glob("*.jpg"))[:80]
        halves = photos[:50], photos[30:]
        processes = [
            start(desk.folder, tmp_path / "home", "index", "archive", *half, "--json") for half in halves
        ]
        acts, seen, heard = 0, set(), set()
        deadline = time.monotonic() + 100
        while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
            user = named(desk, [his["person-vlado"], his["group-2"]], "Vlado")
            desk.bench.users.reject([his["group-4"].id], user)
            assert {name for name in desk.found(his["person-vlado"].id) if name in VLADO} == set(VLADO[1:])
            desk.bench.history.undo_last()
            desk.bench.history.undo_last()
            seen.add(desk.bench.collections.by_pk(pk).face_count)
            news = outside.poll()
            heard |= set() if news is None else news.faces
            acts += 1
        answers = [process.communicate(timeout=60) for process in processes]
        for process, (out, err) in zip(processes, answers, strict=True):
            assert (process.returncode, err) == (0, "")
            assert json.loads(out)["State"] == "done"
        assert acts >= 3
        assert len(seen) >= 3, "the other processes' faces were not seen while they came"
        # Both see everything, and nothing is there twice.
        news = outside.poll()
        heard |= set() if news is None else news.faces
        collection = desk.bench.collections.by_pk(pk)
        assert collection.photo_count == len(VLADO) + 80
        assert collection.user_count == 0
        everyone = {pk_ for (table, pk_) in desk.rows() if table == "faces"}
        assert len(everyone) == collection.face_count
        new = everyone - {face.id for name in VLADO for face in desk.faces(name)}
        assert new <= heard
        for photo in photos[::20]:
            assert desk.bench.search.by_image(pk, photo).matches[0].similarity > 99.9
        told = start(desk.folder, tmp_path / "home", "collections", "--json").communicate(timeout=60)[0]
        assert json.loads(told)["Collections"][0]["FaceCount"] == collection.face_count
        assert desk.bench.ingest.interrupted() == []
    finally:
        desk.bench.close()
