"""Search, people, suggestions, groups and compare with the real models on real photographs."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from app.domain.errors import NoFace
from app.domain.records import Origin
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.jobs import JobQueue
from app.services.collections import CollectionService
from app.services.compare import CompareService
from app.services.events import EventHub
from app.services.ingest import IngestService
from app.services.search import GroupKind, SearchService
from app.services.users import UserService
from app.services.vector_store import VectorStore
from app.storage.library import open_library

PEOPLE = 25


@dataclass(frozen=True)
class Album:
    """Two portraits each of PEOPLE people, and a group of strangers, in one collection. `faces` is
    portrait -> face; `pairs` the two portraits of each person."""

    collection_pk: int
    engine: OnnxFaceEngine
    search: SearchService
    users: UserService
    faces: dict[Path, int]
    pairs: list[tuple[Path, Path]]
    solvay: list[int]


@pytest.fixture(scope="module")
def album(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Album]:
    engine = OnnxFaceEngine(find_models_dir())
    library, events, jobs = open_library(tmp_path_factory.mktemp("album")), EventHub(), JobQueue(1)
    archive = CollectionService(library.database, events, Origin.WINDOW, engine.contract).create("album")
    ingest = IngestService(library, engine, jobs, events, Origin.WINDOW)
    with (shared_data / "congress" / "pairs.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["same"] == "1"]
    by_person: dict[str, tuple[Path, Path]] = {}
    for row in rows:
        first, second = (shared_data / "congress" / row[side] for side in ("path_a", "path_b"))
        by_person.setdefault(first.name.split("__")[0], (first, second))
    pairs = list(by_person.values())[:PEOPLE]
    faces: dict[Path, int] = {}
    for path in itertools.chain.from_iterable(pairs):
        found = ingest.index_image("album", path)
        if found.faces:
            faces[path] = found.faces[0].id
    group = ingest.index_image("album", shared_data / "scenes" / "solvay1927.jpg")
    store = VectorStore(library, engine)
    search = SearchService(store, engine, library, events, Origin.WINDOW)
    users = UserService(library.database, events, Origin.WINDOW, search.similarities_to_user)
    yield Album(archive.id, engine, search, users, faces, pairs, [face.id for face in group.faces])
    jobs.close()
    ingest.close()
    store.close()
    library.close()


def test_a_person_is_found_on_another_photograph(album: Album) -> None:
    assert len(album.faces) == 2 * PEOPLE
    assert len(album.solvay) >= 25
    first = above = false = 0
    for one, other in album.pairs:
        matches = album.search.by_face(album.collection_pk, album.faces[one], 80)
        first += bool(matches) and matches[0].face_pk == album.faces[other]
        above += any(match.face_pk == album.faces[other] for match in matches)
        false += sum(match.face_pk != album.faces[other] for match in matches)
    assert above >= PEOPLE - 1 and first >= PEOPLE - 1
    # 25 searches among 78 strangers at one false match in 1,000 would be two.
    assert false <= 6


def test_an_image_is_searched_as_its_stored_face(album: Album, tmp_path: Path) -> None:
    one, other = album.pairs[0]
    found = album.search.by_image(album.collection_pk, one)
    assert found.searched == 0
    assert found.matches[0].face_pk == album.faces[one]
    assert found.matches[0].similarity == pytest.approx(100, abs=0.01)
    assert found.matches[1].face_pk == album.faces[other]
    mirrored = tmp_path / "mirrored.jpg"
    ImageOps.mirror(Image.open(one).convert("RGB")).save(mirrored, quality=80)
    again = album.search.by_image(album.collection_pk, mirrored.read_bytes())
    assert again.matches[0].face_pk == album.faces[one] and 90 < again.matches[0].similarity < 100
    blank = tmp_path / "blank.png"
    Image.new("RGB", (300, 300), (200, 180, 160)).save(blank)
    with pytest.raises(NoFace):
        album.search.by_image(album.collection_pk, blank)
    assert album.search.users_by_image(album.collection_pk, blank).matches == []


def test_groups_are_people_and_never_hold_two_faces_of_one_photo(album: Album) -> None:
    groups = album.search.clusters(album.collection_pk).groups
    of_face = {
        int(face): number
        for number, group in enumerate(groups)
        if group.kind is not GroupKind.ALONE
        for face in group.faces
    }
    together = sum(
        of_face.get(album.faces[one], -1) == of_face.get(album.faces[other], -2) for one, other in album.pairs
    )
    assert together >= PEOPLE - 2
    wrong = sum(len(group.faces) - 2 for group in groups if group.kind is GroupKind.ALIKE)
    assert wrong <= 2
    scientists = [of_face[face] for face in album.solvay if face in of_face]
    assert len(scientists) == len(set(scientists))


def test_naming_one_photograph_suggests_the_other(album: Album) -> None:
    users = {}
    for number, (one, _) in enumerate(album.pairs):
        named = album.users.name_faces(album.collection_pk, [album.faces[one]], f"Person {number}")
        (users[number],) = named.users
    others = [album.faces[other] for _, other in album.pairs]
    names = album.search.suggest_names(album.collection_pk, [*others, *album.solvay])
    guessed = [names[face] for face in others]
    assert all(guess is None or guess.user_pk == users[n] for n, guess in enumerate(guessed))
    assert sum(guess is not None for guess in guessed) >= PEOPLE - 1
    assert sum(names[face] is not None for face in album.solvay) <= 2
    first = 0
    for number, face in enumerate(others):
        suggested = album.search.suggestions(album.collection_pk, users[number], threshold=80)
        first += bool(suggested) and suggested[0].face_pk == face
    assert first >= PEOPLE - 1
    found = album.search.users_by_image(album.collection_pk, album.pairs[3][1])
    assert found.matches[0].user_pk == users[3]
    own = album.faces[album.pairs[3][0]], album.faces[album.pairs[3][1]]
    album.users.confirm([own[1]], users[3])
    similar = album.search.similarities_to_user(album.collection_pk, users[3], [*own, album.solvay[0]])
    assert (
        similar[own[0]] == pytest.approx(similar[own[1]]) and similar[own[0]] > 80 > similar[album.solvay[0]]
    )


def test_compare_finds_the_one_person_among_many(album: Album, shared_data: Path) -> None:
    scenes = shared_data / "scenes"
    service = CompareService(album.engine)
    found = service.compare(scenes / "person-vlado.jpg", scenes / "group-4.jpg")
    assert len(found.target.faces) == len(found.matches) == 5
    (match,) = found.matched(80)
    # He stands second from the left, taller than the four women.
    box = found.target.faces[match.index].box
    assert sum(other.box.left < box.left for other in found.target.faces) == 1
    assert len(found.unmatched(80)) == 4
    assert service.aligned(found.target, match.index).shape == (112, 112, 3)
