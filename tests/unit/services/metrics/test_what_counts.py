"""What a person and a script do is counted by Rekognition's names; what the window does by itself is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app.bootstrap.workbench import open_workbench
from app.domain.errors import ImageError, LikenessError, NoFace
from app.domain.geometry import BoundingBox
from app.domain.records import Origin
from app.jobs import JobState
from app.services.metrics import Outcome
from app.services.search import Asked
from app.services.workbench import Workbench
from app.settings.settings import Settings
from tests.fakes import FakeEngine, fake_describers, painted, person_color, save_image

ADA, BOB = person_color(0), person_color(1)


class Desk:
    """A library with one photo of two people; `counted` is what came since the last look."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bench: Workbench = open_workbench(
            folder / "library", Origin.WINDOW, Settings(workers=1), FakeEngine(), fake_describers()
        )
        self.picture = save_image(folder / "two.png", painted([(ADA, (60, 60, 120)), (BOB, (400, 100, 80))]))
        self.empty = save_image(folder / "none.png", painted([], background=90))
        self.rubbish = folder / "rubbish.jpg"
        self.rubbish.write_bytes(b"rubbish")
        self.bench.collections.create("album")
        result = self.bench.ingest.index_image("album", self.picture)
        self.pk = self.bench.collections.get("album").id
        self.photo = result.photo_pk
        self.faces = [face.id for face in result.faces]
        self.face_ids = [face.face_id for face in result.faces]
        self._before: dict[tuple[str, Outcome], tuple[int, int, int]] = {}
        self.counted()

    def counted(self) -> list[tuple[str, Outcome, int, int]]:
        """(operation, outcome, faces, labels) of each that was counted since, by name."""
        now = self._all()
        found = []
        for key, (requests, faces, labels) in sorted(now.items()):
            old = self._before.get(key, (0, 0, 0))
            if requests - old[0]:
                assert requests - old[0] == 1, key
                found.append((*key, faces - old[1], labels - old[2]))
        self._before = now
        return found

    def _all(self) -> dict[tuple[str, Outcome], tuple[int, int, int]]:
        found = {}
        for (_, name, origin), sums in self.bench.metrics._ledger.sums(0, 2**40):
            assert origin is Origin.WINDOW
            for outcome, count in (
                (Outcome.SUCCESS, sums.successes),
                (Outcome.USER_ERROR, sums.user_errors),
                (Outcome.SERVER_ERROR, sums.server_errors),
            ):
                old = found.get((name, outcome), (0, 0, 0))
                own = outcome is Outcome.SUCCESS
                found[name, outcome] = (
                    old[0] + count,
                    old[1] + (sums.faces if own else 0),
                    old[2] + (sums.labels if own else 0),
                )
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.bench.close()


Act = Callable[[Desk], object]

ACTS: list[tuple[str, Act, list[tuple[str, int, int]]]] = [
    ("create", lambda d: d.bench.collections.create("b"), [("CreateCollection", 0, 0)]),
    ("create named", lambda d: d.bench.collections.create_named("B"), [("CreateCollection", 0, 0)]),
    ("delete collection", lambda d: d.bench.collections.delete(d.pk), [("DeleteCollection", 0, 0)]),
    ("detect", lambda d: d.bench.detect.detect(d.picture), [("DetectFaces", 2, 0)]),
    ("look to compare", lambda d: d.bench.compare.look_at(d.picture), [("DetectFaces", 2, 0)]),
    ("look to search", lambda d: d.bench.search.look_at(d.picture), [("DetectFaces", 2, 0)]),
    ("compare", lambda d: d.bench.compare.compare(d.picture, d.picture), [("CompareFaces", 0, 0)]),
    ("index again", lambda d: d.bench.ingest.index_image("album", d.picture), [("IndexFaces", 2, 0)]),
    ("index bytes", lambda d: d.bench.ingest.index_image("album", d.empty), [("IndexFaces", 0, 0)]),
    ("by face", lambda d: d.bench.search.by_face(d.pk, d.faces[0]), [("SearchFaces", 0, 0)]),
    ("by image", lambda d: d.bench.search.by_image(d.pk, d.picture), [("SearchFacesByImage", 0, 0)]),
    ("users by face", lambda d: d.bench.search.users_by_face(d.pk, d.faces[0]), [("SearchUsers", 0, 0)]),
    (
        "users by image",
        lambda d: d.bench.search.users_by_image(d.pk, d.picture),
        [("SearchUsersByImage", 0, 0)],
    ),
    ("create user", lambda d: d.bench.users.create("album", "ada"), [("CreateUser", 0, 0)]),
    ("create named user", lambda d: d.bench.users.create_named(d.pk, "Ada"), [("CreateUser", 0, 0)]),
    ("name", lambda d: d.bench.users.name_faces(d.pk, d.faces[:1], "Ada"), [("AssociateFaces", 0, 0)]),
    ("unassign", lambda d: d.bench.users.unassign(d.faces), [("DisassociateFaces", 0, 0)]),
    ("delete faces", lambda d: d.bench.faces.delete_pks(d.faces), [("DeleteFaces", 0, 0)]),
    (
        "delete by id",
        lambda d: d.bench.faces.delete("album", d.face_ids, keep_associated=True),
        [("DeleteFaces", 0, 0)],
    ),
    ("list faces", lambda d: d.bench.faces.list_page("album"), [("ListFaces", 0, 0)]),
    ("celebrities", lambda d: d.bench.celebrities.recognize(d.picture), [("RecognizeCelebrities", 0, 0)]),
]


@pytest.mark.parametrize(("act", "expected"), [each[1:] for each in ACTS], ids=[each[0] for each in ACTS])
def test_an_act_is_its_operation_once(desk: Desk, act: Act, expected: list[tuple[str, int, int]]) -> None:
    act(desk)
    assert desk.counted() == [(name, Outcome.SUCCESS, faces, labels) for name, faces, labels in expected]


def test_acts_on_people(desk: Desk) -> None:
    bench = desk.bench
    ada = bench.users.create_named(desk.pk, "Ada").id
    desk.counted()
    for act, operation in (
        (lambda: bench.users.assign(desk.faces[:1], ada), "AssociateFaces"),
        (lambda: bench.users.confirm(desk.faces[1:], ada), "AssociateFaces"),
        (lambda: bench.search.users_by_user(desk.pk, ada), "SearchUsers"),
        (lambda: bench.users.disassociate("album", "ada", desk.face_ids[:1]), "DisassociateFaces"),
        (lambda: bench.users.associate("album", "ada", desk.face_ids[:1], 0), "AssociateFaces"),
        (lambda: bench.users.delete_pks([ada]), "DeleteUser"),
    ):
        act()
        assert desk.counted() == [(operation, Outcome.SUCCESS, 0, 0)]
    bench.users.create("album", "bob")
    desk.counted()
    bench.users.delete("album", "bob")
    assert desk.counted() == [("DeleteUser", Outcome.SUCCESS, 0, 0)]


def test_an_analysis_counts_as_what_it_would_have_taken(desk: Desk) -> None:
    found = desk.bench.describe.analyse(desk.picture)
    assert desk.counted() == [
        ("DetectFaces", Outcome.SUCCESS, 2, 0),
        ("DetectLabels", Outcome.SUCCESS, 0, len(found.description.labels)),
    ]
    with pytest.raises(ImageError):
        desk.bench.describe.analyse(desk.rubbish)
    assert desk.counted() == [("DetectFaces", Outcome.USER_ERROR, 0, 0)]


@pytest.mark.parametrize(
    ("error", "act", "operation"),
    [
        (ImageError, lambda d: d.bench.detect.detect(d.rubbish), "DetectFaces"),
        (ImageError, lambda d: d.bench.compare.compare(d.rubbish, d.picture), "CompareFaces"),
        (NoFace, lambda d: d.bench.search.by_image(d.pk, d.empty), "SearchFacesByImage"),
        (LikenessError, lambda d: d.bench.collections.create("a b"), "CreateCollection"),
        (LikenessError, lambda d: d.bench.users.delete("album", "nobody"), "DeleteUser"),
        (LikenessError, lambda d: d.bench.celebrities.info("nobody"), "GetCelebrityInfo"),
    ],
)
def test_what_is_refused_is_an_error_of_the_user(
    desk: Desk, error: type[Exception], act: Act, operation: str
) -> None:
    with pytest.raises(error) as raised:
        act(desk)
    assert desk.counted() == [(operation, Outcome.USER_ERROR, 0, 0)]
    (kept,) = desk.bench.metrics.errors()
    assert (kept.operation, kept.message) == (operation, str(raised.value))


def test_each_photo_of_a_job_is_indexed(desk: Desk) -> None:
    bench = desk.bench
    folder = desk.folder / "photos"
    folder.mkdir()
    for number in range(5):
        squares = [(person_color(at), (40 + 150 * at, 40, 60)) for at in range(number % 3)]
        save_image(folder / f"{number}.png", painted(squares, background=100 + number))
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    job = bench.ingest.index_paths(desk.pk, [folder, desk.folder / "gone.jpg", desk.picture])
    assert bench.ingest.run_to_end(job.id).state is JobState.DONE
    everything = desk._all()
    # The first one was indexed when the desk was made; its picture is known and not looked at again.
    assert everything["IndexFaces", Outcome.SUCCESS] == (5 + 1, 0 + 1 + 2 + 0 + 1 + 2, 0)
    assert everything["IndexFaces", Outcome.USER_ERROR][0] == 2
    assert {key[0] for key in everything} == {"CreateCollection", "IndexFaces"}
    messages = sorted(each.message for each in bench.metrics.errors())
    assert [str(folder / "broken.png") in messages[1], str(desk.folder / "gone.jpg") in messages[0]] == [
        True,
        True,
    ]
    times = bench.metrics._ledger.sums(0, 2**40, ["IndexFaces"])
    assert all(sums.shortest >= 0 and sums.longest > 0 for _, sums in times)


def test_what_the_window_does_by_itself_is_not_counted(desk: Desk) -> None:
    bench, pk = desk.bench, desk.pk
    ada = bench.users.create_named(pk, "Ada").id
    bench.users.assign(desk.faces[:1], ada)
    desk.counted()
    bench.collections.list()
    bench.collections.by_pk(pk)
    bench.users.list(pk)
    bench.faces.listing(pk)
    bench.faces.cells(desk.faces)
    bench.faces.views(desk.faces)
    bench.photos.detail(pk, desk.photo)
    bench.search.alike(pk, desk.faces[0])
    bench.search.clusters(pk)
    bench.search.people_like(pk, ada)
    bench.search.suggestions(pk, ada)
    bench.search.suggest_names(pk, desk.faces)
    vector = bench.search.vector_of(pk, desk.faces[0])
    bench.search.by_vector(pk, vector)
    bench.search.users_by_vector(pk, vector)
    bench.describe.face(desk.faces[0])
    bench.describe.photo(desk.photo)
    job = bench.describe.start(pk)
    if job is not None:
        bench.ingest.run_to_end(job.id)
    # Acts that Rekognition does not have.
    bench.face_edits.add(pk, desk.photo, BoundingBox(0.1, 0.1, 0.2, 0.2))
    bench.users.rename(ada, "Ada L.")
    bench.users.reject(desk.faces[1:], ada)
    bench.collections.rename(pk, "Album")
    assert bench.history.undo_last() is not None
    assert desk.counted() == []


def test_a_search_of_the_window_is_what_it_searches_with(desk: Desk) -> None:
    bench, pk = desk.bench, desk.pk
    vector = np.asarray(bench.search.vector_of(pk, desk.faces[0]))
    desk.counted()
    bench.search.by_vector(pk, vector, asked=Asked.STORED_FACE)
    bench.search.users_by_vector(pk, vector, asked=Asked.STORED_FACE)
    assert [name for name, *_ in desk.counted()] == ["SearchFaces", "SearchUsers"]
    bench.search.by_vector(pk, vector, asked=Asked.IMAGE)
    bench.search.users_by_vector(pk, vector, asked=Asked.IMAGE)
    assert [name for name, *_ in desk.counted()] == ["SearchFacesByImage", "SearchUsersByImage"]


def test_a_turn_on_the_models_is_part_of_the_request(desk: Desk) -> None:
    """It runs on another thread, and is the request's all the same."""
    bench = desk.bench
    with bench.meter.operation("DetectFaces"):
        bench.turns.run(bench.detect.detect, desk.picture)
    assert desk.counted() == [("DetectFaces", Outcome.SUCCESS, 2, 0)]
