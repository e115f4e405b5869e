"""Search by face, image, person; suggestions; groups; together; saved searches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import ImageError, InvalidParameter, NoFace, ResourceNotFound
from app.domain.records import ChangeSet, Collection, Origin
from app.inference.quality_filter import Bars, QualityBars
from app.services.events import EventHub
from app.services.search import (
    GroupKind,
    QualityFilter,
    Reason,
    SearchService,
    Together,
    Unsearched,
)
from app.services.vector_store import VectorStore
from tests.fakes import Square, painted, person_color, save_image, shade
from tests.unit.services.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio.at(tmp_path)
    yield made
    made.library.close()


@pytest.fixture
def archive(studio: Studio) -> Collection:
    return studio.collections.create("archive")


@pytest.fixture
def told() -> list[ChangeSet]:
    return []


@pytest.fixture
def search(studio: Studio, told: list[ChangeSet]) -> SearchService:
    events = EventHub()
    events.subscribe(told.append)
    store = VectorStore(studio.library, studio.engine)
    return SearchService(store, studio.engine, studio.library, events, Origin.WINDOW)


def face(number: int, steps: int = 0, left: int = 40, side: int = 80) -> Square:
    """A look of the person of that number."""
    return shade(person_color(number), steps), (left, 60, side)


def user_of(studio: Studio, changes: ChangeSet) -> int:
    (user,) = changes.users
    return user


class TestByFace:
    def test_finds_the_same_person_best_first(
        self, studio: Studio, archive: Collection, search: SearchService
    ) -> None:
        looks = [studio.add_photo(archive.id, [face(0, steps)])[1][0] for steps in (0, 2, 6, 9)]
        _, strangers = studio.add_photo(archive.id, [face(1), face(2, left=300)])
        matches = search.by_face(archive.id, looks[0], threshold=70)
        assert [match.face_pk for match in matches] == looks[1:]
        assert not {match.face_pk for match in matches} & set(strangers)
        assert [match.face_id for match in matches] == studio.face_ids(looks[1:])
        similarities = [match.similarity for match in matches]
        assert similarities == sorted(similarities, reverse=True)
        for match in matches:
            assert match.similarity == pytest.approx(float(studio.engine.scale.similarity(match.cosine)))
            assert match.user_pk is None and not match.hidden
        assert [m.face_pk for m in search.by_face(archive.id, looks[0], 70, limit=2)] == looks[1:3]
        strict = search.by_face(archive.id, looks[0], threshold=similarities[1])
        assert [match.face_pk for match in strict] == looks[1:3]

    def test_keeps_to_the_collection(
        self, studio: Studio, archive: Collection, search: SearchService
    ) -> None:
        _, mine = studio.add_photo(archive.id, [face(0)])
        studio.add_photo(studio.collections.create("other").id, [face(0, 1)])
        assert search.by_face(archive.id, mine[0], 0) == []
        with pytest.raises(ResourceNotFound):
            search.by_face(archive.id, 999)
        with pytest.raises(ResourceNotFound):
            search.by_face(777, mine[0])

    def test_says_who_is_named_and_who_is_hidden(
        self, studio: Studio, archive: Collection, search: SearchService
    ) -> None:
        looks = [studio.add_photo(archive.id, [face(0, steps)])[1][0] for steps in (0, 2, 4)]
        ada = user_of(studio, studio.users.name_faces(archive.id, [looks[1]], "Ada"))
        studio.faces.hide([looks[2]], True)
        found = {match.face_pk: match for match in search.by_face(archive.id, looks[0])}
        assert found[looks[1]].user_pk == ada
        assert found[looks[2]].hidden and not found[looks[1]].hidden

    @pytest.mark.parametrize(("threshold", "limit"), [(-1, 5), (100.5, 5), (80, 0), (80, 4097)])
    def test_refuses_what_makes_no_sense(
        self, studio: Studio, archive: Collection, search: SearchService, threshold: float, limit: int
    ) -> None:
        _, mine = studio.add_photo(archive.id, [face(0)])
        with pytest.raises(InvalidParameter):
            search.by_face(archive.id, mine[0], threshold, limit)


class TestByImage:
    def test_searches_the_largest_face_or_the_chosen_one(
        self, studio: Studio, archive: Collection, search: SearchService, tmp_path: Path
    ) -> None:
        _, known = studio.add_photo(archive.id, [face(0), face(1, left=300)])
        pixels = painted([face(1, side=40), face(0, left=200, side=90)])
        path = save_image(tmp_path / "query.png", pixels)
        for source in (pixels, path, path.read_bytes()):
            found = search.by_image(archive.id, source)
            assert (found.searched, found.unsearched) == (0, [Unsearched(1, (Reason.FACE_NOT_LARGEST,))])
            assert [match.face_pk for match in found.matches] == [known[0]]
            assert found.matches[0].similarity == 100
            assert found.milliseconds > 0 and len(found.faces) == 2
        assert (found.image.width, found.image.height) == (640, 480)
        detections = studio.engine.detections
        other = search.by_image(archive.id, found.image, face_index=1)
        assert studio.engine.detections == detections, "an image is looked at once"
        assert (other.searched, other.unsearched) == (1, [Unsearched(0, (Reason.FACE_NOT_LARGEST,))])
        assert [match.face_pk for match in other.matches] == [known[1]]
        with pytest.raises(InvalidParameter, match="number 3"):
            search.by_image(archive.id, found.image, face_index=2)

    def test_needs_a_face_for_faces_but_not_for_people(
        self, studio: Studio, archive: Collection, search: SearchService, tmp_path: Path
    ) -> None:
        blank = painted([])
        with pytest.raises(NoFace):
            search.by_image(archive.id, blank)
        people = search.users_by_image(archive.id, blank)
        assert (people.searched, people.matches, people.unsearched) == (None, [], [])
        with pytest.raises(ImageError):
            search.by_image(archive.id, b"not a picture")

    def test_the_filter_searches_the_largest_that_is_good_enough(
        self, studio: Studio, archive: Collection, search: SearchService
    ) -> None:
        dim, bright = (90, 0, 0), (255, 180, 180)
        _, known = studio.add_photo(archive.id, [(dim, (20, 20, 80)), (bright, (300, 20, 60))])
        pixels = painted([(dim, (20, 20, 120)), (bright, (200, 20, 60)), (bright, (400, 20, 20))])
        studio.engine.bars = QualityBars({QualityFilter.AUTO: Bars(brightness=20, side=30)})
        found = search.by_image(archive.id, pixels, quality=QualityFilter.AUTO)
        assert found.searched == 1
        assert [match.face_pk for match in found.matches] == [known[1]]
        assert found.unsearched == [
            Unsearched(0, (Reason.LOW_BRIGHTNESS,)),
            Unsearched(2, (Reason.SMALL_BOUNDING_BOX,)),
        ]
        assert search.by_image(archive.id, pixels).searched == 0
        assert search.by_image(archive.id, pixels, face_index=2, quality=QualityFilter.AUTO).searched == 2
        poor = painted([(dim, (20, 20, 120))])
        with pytest.raises(NoFace, match="LOW_BRIGHTNESS"):
            search.by_image(archive.id, poor, quality=QualityFilter.AUTO)
        people = search.users_by_image(archive.id, poor, quality=QualityFilter.AUTO)
        assert (people.searched, people.matches) == (None, [])
        assert people.unsearched == [Unsearched(0, (Reason.LOW_BRIGHTNESS,))]


class TestPeople:
    def test_are_found_by_face_image_vector_and_person(
        self, studio: Studio, archive: Collection, search: SearchService
    ) -> None:
        ada = user_of(
            studio,
            studio.users.name_faces(
                archive.id, [studio.add_photo(archive.id, [face(0, s)])[1][0] for s in (0, 2)], "Ada"
            ),
        )
        twin = user_of(
            studio,
            studio.users.name_faces(archive.id, studio.add_photo(archive.id, [face(0, 8)])[1], "Bea"),
        )
        studio.users.name_faces(archive.id, studio.add_photo(archive.id, [face(3)])[1], "Cat")
        _, (probe,) = studio.add_photo(archive.id, [face(0, 1)])
        found = search.users_by_face(archive.id, probe, 70)
        assert [(match.user_pk, match.faces) for match in found] == [(ada, 2), (twin, 1)]
        assert found[0].user_id == studio.users.by_pk(ada).user_id
        assert found[0].similarity > found[1].similarity > 70
        by_image = search.users_by_image(archive.id, painted([face(0, 1)]), 70)
        assert [match.user_pk for match in by_image.matches] == [ada, twin]
        vector = studio.engine.embed(painted([face(0)]), [by_image.faces[0].landmarks])[0]
        assert search.users_by_vector(archive.id, vector, 70, limit=1)[0].user_pk == ada
        assert [match.user_pk for match in search.users_by_user(archive.id, ada, 70)] == [twin]

    def test_without_a_face_is_like_nobody(
        self, studio: Studio, archive: Collection, search: SearchService
    ) -> None:
        empty = studio.users.create("archive", "nobody")
        assert search.users_by_user(archive.id, empty.id) == []
        assert search.suggestions(archive.id, empty.id) == []
        with pytest.raises(ResourceNotFound):
            search.users_by_user(archive.id, 999)

    def test_similarity_to_a_person_leaves_the_face_itself_out(
        self, studio: Studio, archive: Collection, search: SearchService
    ) -> None:
        own = [studio.add_photo(archive.id, [face(0, s)])[1][0] for s in (0, 2)]
        _, (wrong,) = studio.add_photo(archive.id, [face(5)])
        ada = user_of(studio, studio.users.name_faces(archive.id, [*own, wrong], "Ada"))
        _, (probe,) = studio.add_photo(archive.id, [face(0, 1)])
        found = search.similarities_to_user(archive.id, ada, [*own, wrong, probe, 999])
        assert set(found) == {*own, wrong, probe}
        # To the other two, not to a mean that it is a third of: that would be above 80.
        assert found[wrong] < 70 < 80 < found[probe]
        lone = user_of(studio, studio.users.name_faces(archive.id, [probe], "Bea"))
        assert search.similarities_to_user(archive.id, lone, [probe]) == {}
        assert search.similarities_to_user(archive.id, lone, own).keys() == set(own)


class TestSuggestions:
    @pytest.fixture
    def ada(self, studio: Studio, archive: Collection) -> int:
        _, own = studio.add_photo(archive.id, [face(0), face(1, left=300)])
        studio.users.name_faces(archive.id, [own[1]], "Ben")
        return user_of(studio, studio.users.name_faces(archive.id, [own[0]], "Ada"))

    def suggested(self, search: SearchService, archive: Collection, user: int) -> list[int]:
        return [match.face_pk for match in search.suggestions(archive.id, user)]

    def test_are_faces_without_a_name_best_first(
        self, studio: Studio, archive: Collection, search: SearchService, ada: int
    ) -> None:
        looks = [studio.add_photo(archive.id, [face(0, s)])[1][0] for s in (6, 2, 4)]
        studio.add_photo(archive.id, [face(4)])
        assert self.suggested(search, archive, ada) == [looks[1], looks[2], looks[0]]
        assert [m.face_pk for m in search.suggestions(archive.id, ada, limit=1)] == [looks[1]]
        studio.users.assign([looks[1]], ada)
        assert self.suggested(search, archive, ada) == [looks[2], looks[0]]
        studio.faces.hide([looks[2]], True)
        assert self.suggested(search, archive, ada) == [looks[0]]

    def test_a_rejection_is_remembered(
        self, studio: Studio, archive: Collection, search: SearchService, ada: int
    ) -> None:
        _, (look,) = studio.add_photo(archive.id, [face(0, 2)])
        assert search.suggest_names(archive.id, [look])[look] is not None
        studio.users.reject([look], ada)
        assert self.suggested(search, archive, ada) == []
        assert search.suggest_names(archive.id, [look]) == {look: None}

    def test_a_person_is_in_a_photo_once(
        self, studio: Studio, archive: Collection, search: SearchService, ada: int
    ) -> None:
        _, twins = studio.add_photo(archive.id, [face(0, 5), face(0, 2, left=300)])
        better = min(twins, key=lambda pk: -search.similarities_to_user(archive.id, ada, [pk])[pk])
        assert self.suggested(search, archive, ada) == [better]
        names = search.suggest_names(archive.id, twins)
        assert {pk for pk, match in names.items() if match is not None} == {better}
        studio.users.assign([better], ada)
        assert self.suggested(search, archive, ada) == []
        assert not any(search.suggest_names(archive.id, twins).values())

    def test_nobody_is_seen_before_the_birthday(
        self, studio: Studio, archive: Collection, search: SearchService, ada: int
    ) -> None:
        days = [datetime(1999, 12, 31, 23, 59), datetime(2000, 1, 1), None]
        looks = [
            studio.add_photo(archive.id, [face(0, s)], taken_at=day)[1][0]
            for s, day in zip((2, 3, 4), days, strict=True)
        ]
        assert self.suggested(search, archive, ada) == looks
        studio.users.set_birthday(ada, date(2000, 1, 1))
        assert self.suggested(search, archive, ada) == looks[1:]
        names = search.suggest_names(archive.id, looks)
        assert [names[pk] is not None for pk in looks] == [False, True, True]

    def test_a_face_more_like_another_person_is_theirs(
        self, studio: Studio, archive: Collection, search: SearchService, ada: int
    ) -> None:
        _, (look,) = studio.add_photo(archive.id, [face(0, 8)])
        assert self.suggested(search, archive, ada) == [look]
        twin = user_of(
            studio, studio.users.name_faces(archive.id, studio.add_photo(archive.id, [face(0, 9)])[1], "Bea")
        )
        assert self.suggested(search, archive, ada) == []
        assert self.suggested(search, archive, twin) == [look]
        studio.users.reject([look], twin)
        assert self.suggested(search, archive, ada) == [look]

    def test_names_are_the_most_similar_persons(
        self, studio: Studio, archive: Collection, search: SearchService, ada: int
    ) -> None:
        _, faces = studio.add_photo(archive.id, [face(0, 3), face(7, left=200), face(1, 3, left=400)])
        names = search.suggest_names(archive.id, [*faces, 999])
        by_color = {match.user_id: pk for pk, match in names.items() if match is not None}
        assert set(by_color) == {"ada", "ben"}
        assert names[999] is None
        guess = names[by_color["ada"]]
        assert guess is not None and guess.user_pk == ada and guess.similarity > 80 and guess.faces == 1
        named = studio.users.name_faces(archive.id, [by_color["ada"]], "Ada")
        assert named.change is not None
        assert search.suggest_names(archive.id, [by_color["ada"]]) == {by_color["ada"]: None}
        assert not any(search.suggest_names(archive.id, faces, threshold=100).values())
        studio.users.hide([ada], True)
        _, (late,) = studio.add_photo(archive.id, [face(0, 4)])
        assert search.suggest_names(archive.id, [late]) == {late: None}


class TestGroups:
    def test_people_then_alike_then_alone(
        self, studio: Studio, archive: Collection, search: SearchService
    ) -> None:
        def looks(number: int, steps: tuple[int, ...]) -> list[int]:
            return [studio.add_photo(archive.id, [face(number, s)])[1][0] for s in steps]

        pair, trio, lone = looks(1, (0, 1)), looks(2, (0, 1, 2)), looks(3, (0,))
        own, (wrong,) = looks(0, (0, 1, 2, 3)), looks(9, (0,))
        ada = user_of(studio, studio.users.name_faces(archive.id, [*own, wrong], "Ada"))
        (hidden,) = looks(4, (0,))
        studio.faces.hide([hidden], True)
        found = search.clusters(archive.id)
        kinds = [(group.kind, group.user_pk) for group in found.groups]
        assert kinds == [
            (GroupKind.PERSON, ada),
            (GroupKind.ALIKE, None),
            (GroupKind.ALIKE, None),
            (GroupKind.ALONE, None),
        ]
        people, three, two, alone = found.groups
        assert people.faces[0] == wrong and set(people.faces.tolist()) == {*own, wrong}
        assert people.standing_out() == 1 and people.loosest == people.similarities[0] < 70
        assert set(three.faces.tolist()) == set(trio) and three.standing_out() == 0
        assert 80 < three.loosest <= three.tightest <= 100
        assert set(two.faces.tolist()) == set(pair)
        assert alone.faces.tolist() == lone and np.isnan(alone.similarities).all()
        assert found.alone == 1
        assert search.clusters(archive.id) is found, "kept until a face changes"
        studio.users.unassign([wrong])
        assert search.clusters(archive.id).alone == 2

    def test_two_faces_of_a_photo_are_two_people(
        self, studio: Studio, archive: Collection, search: SearchService
    ) -> None:
        studio.add_photo(archive.id, [face(0), face(0, 1, left=300)])
        assert search.clusters(archive.id).alone == 2

    def test_an_empty_collection_has_none(self, archive: Collection, search: SearchService) -> None:
        assert search.clusters(archive.id).groups == []

    def test_alike_has_every_face_that_one_first(
        self, studio: Studio, archive: Collection, search: SearchService
    ) -> None:
        looks = [studio.add_photo(archive.id, [face(0, s)])[1][0] for s in (4, 0, 2)]
        _, (stranger, hidden) = studio.add_photo(archive.id, [face(3), face(5, left=300)])
        studio.faces.hide([hidden], True)
        found = search.alike(archive.id, looks[1])
        assert found.ids.tolist() == [looks[1], looks[2], looks[0], stranger]
        assert found.similarities[0] == pytest.approx(100, abs=1e-3)
        assert np.all(np.diff(found.similarities) <= 0)


def test_together(studio: Studio, archive: Collection, search: SearchService) -> None:
    def photo(*numbers: int) -> int:
        squares = [face(number, left=40 + 150 * place) for place, number in enumerate(numbers)]
        pk, faces = studio.add_photo(archive.id, squares)
        for found in faces:
            guess = {m.user_pk for m in search.users_by_face(archive.id, found)}
            if guess:
                studio.users.assign([found], guess.pop())
        return pk

    first, faces = studio.add_photo(archive.id, [face(0), face(1, left=300)])
    users = [
        user_of(studio, studio.users.name_faces(archive.id, [pk], name))
        for pk, name in zip(faces, ("Ada", "Ben"), strict=True)
    ]
    only_a, with_third, _neither = photo(0), photo(0, 1, 2), photo(2)
    assert search.together(archive.id, users, Together.ALL).tolist() == [first, with_third]
    assert search.together(archive.id, users, Together.ANY).tolist() == [first, only_a, with_third]
    assert search.together(archive.id, users, Together.ONLY).tolist() == [first]
    assert search.together(archive.id, [users[0]], Together.ONLY).tolist() == [only_a]
    assert search.together(archive.id, []).tolist() == []
    third = studio.photos.detail(archive.id, with_third)
    stranger = [view.face.id for view in third.faces if view.face.user_pk is None]
    studio.faces.hide(stranger, True)
    assert search.together(archive.id, users, Together.ONLY).tolist() == [first, with_third]


class TestSaved:
    def test_is_kept_replaced_deleted_and_undone(
        self, studio: Studio, archive: Collection, search: SearchService, told: list[ChangeSet]
    ) -> None:
        made = search.save(archive.id, "  Ada and   Ben ", {"people": [1, 2], "mode": "all"})
        assert [(each.name, each.query) for each in search.saved(archive.id)] == [
            ("Ada and Ben", '{"people":[1,2],"mode":"all"}')
        ]
        assert made.changes in told and made.changes.change is not None
        assert made.changes.change.summary == "Search “Ada and Ben” saved"
        again = search.save(archive.id, "ada and ben", {"people": [3]})
        assert again.search.id == made.search.id
        assert [each.query for each in search.saved(archive.id)] == ['{"people":[3]}']
        studio.history.undo_last()
        assert search.saved(archive.id)[0].query == '{"people":[1,2],"mode":"all"}'
        deleted = search.delete_saved(made.search.id)
        assert search.saved(archive.id) == [] and deleted in told
        with pytest.raises(ResourceNotFound):
            search.delete_saved(made.search.id)
        studio.history.undo_last()
        assert [each.id for each in search.saved(archive.id)] == [made.search.id]

    def test_refuses_what_cannot_be_kept(self, archive: Collection, search: SearchService) -> None:
        for name, query in (("", {}), ("a", {"a": float("nan")}), ("a", {"a": object()})):
            with pytest.raises(InvalidParameter):
                search.save(archive.id, name, query)
        with pytest.raises(ResourceNotFound):
            search.save(999, "a", {})
        assert search.saved(archive.id) == []
