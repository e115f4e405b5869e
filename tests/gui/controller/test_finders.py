"""What the go-to list finds besides pages: people and photos of the collection in force."""

from __future__ import annotations

from app.ui.controller.finders import PeopleFinder, PhotoFinder


def ask(stage, finder, text: str) -> list[tuple[str, str]]:
    answers: list[list] = []
    finder.ask(text, answers.append)
    stage.rest(lambda: bool(answers))
    return [(hit.title, hit.detail) for hit in answers[-1]]


def test_people_by_any_part_of_the_name_those_with_most_faces_first(stage) -> None:
    faces = stage.bench.faces.listing(stage.pk).ids.tolist()
    stage.bench.users.name_faces(stage.pk, faces[:1], "Ann Öberg")
    stage.bench.users.name_faces(stage.pk, faces[1:3], "Joan Öst")
    stage.rest()
    finder = PeopleFinder(stage.shown.host, stage.shown.tasks, stage.bench.users)
    assert ask(stage, finder, "ö") == [("Joan Öst", "2 faces"), ("Ann Öberg", "1 face")]
    assert ask(stage, finder, "AN") == [("Joan Öst", "2 faces"), ("Ann Öberg", "1 face")]
    assert ask(stage, finder, "ann ") == [("Ann Öberg", "1 face")]
    assert ask(stage, finder, "") == [] and ask(stage, finder, "zz") == []


def test_photos_by_the_name_of_the_file(stage) -> None:
    finder = PhotoFinder(stage.shown.host, stage.shown.tasks, stage.bench.photos)
    assert ask(stage, finder, "ADA") == [
        ("ada-2015.png", "Archive"),
        ("ada-2017.png", "Archive"),
        ("ada-small.png", "Archive"),
    ]
    assert ask(stage, finder, "a") == [], "one letter finds everything, which is nothing"


def test_without_a_collection_there_is_nothing(empty_stage) -> None:
    host, tasks, bench = empty_stage.shown.host, empty_stage.shown.tasks, empty_stage.bench
    assert ask(empty_stage, PeopleFinder(host, tasks, bench.users), "ada") == []
    assert ask(empty_stage, PhotoFinder(host, tasks, bench.photos), "ada") == []


def test_a_later_question_drops_the_answer_to_an_earlier_one(stage) -> None:
    finder = PhotoFinder(stage.shown.host, stage.shown.tasks, stage.bench.photos)
    first, second = [], []
    finder.ask("ada", first.append)
    finder.ask("bea", second.append)
    stage.rest(lambda: bool(second))
    assert not first
    assert [hit.title for hit in second[0]] == ["bea.png"]
