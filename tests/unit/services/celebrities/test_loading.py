"""Packs loaded: what comes in, what is refused, what is said of the rest."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import ResourceNotFound
from app.jobs import JobState
from tests.fakes import painted, person_color, save_image
from tests.unit.services.celebrities.bench import (
    Bench,
    a_pack,
    portrait,
    with_vectors,
    write_list,
    zip_of,
)


@pytest.mark.parametrize("packed", [False, True])
def test_a_pack_of_pictures(bench: Bench, tmp_path: Path, packed: bool) -> None:
    folder = a_pack(tmp_path / "stars", {"Ada": 0, "Bea": 1}, attribution="me", consent="They agreed.")
    said = bench.load(zip_of(folder) if packed else folder)
    assert said == "Stars 1 loaded: 2 people."
    (pack,) = bench.service.packs()
    assert (pack.id, pack.name, pack.version, pack.licence) == ("stars", "Stars", "1", "CC0-1.0")
    assert (pack.attribution, pack.consent) == ("me", "They agreed.")
    assert (pack.people, pack.recognisable, pack.pictures, pack.problems) == (2, 2, 2, ())
    assert pack.enabled and pack.measured
    assert bench.leftovers() == ["stars"]


def test_progress_counts_copying_and_measuring(bench: Bench, tmp_path: Path) -> None:
    view = bench.service.load(a_pack(tmp_path / "stars", {"Ada": 0, "Bea": 1, "Cas": 2}))
    final = bench.ended(view)
    assert (final.done, final.total, final.failed, final.title) == (6, 6, 0, "Load stars")


def test_what_cannot_be_used_is_told_and_the_rest_is_loaded(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "stars"
    portrait(folder / "ada.png", 0)
    save_image(folder / "nobody.png", painted([]))
    two = painted([(person_color(3), (40, 40, 80)), (person_color(4), (200, 40, 78))], (320, 160))
    save_image(folder / "two.png", two)
    (folder / "broken.png").write_bytes(b"no picture")
    names = {"Ada": "ada.png", "Bea": "nobody.png", "Cas": "two.png", "Dee": "broken.png", "Eva": "gone.png"}
    people = [{"id": name, "name": name, "pictures": [file]} for name, file in names.items()]
    write_list(folder, [*people, {"id": "Fay", "name": "Fay"}])
    said = bench.load(folder)
    assert said == "Stars 1 loaded: 1 of 6 people. 5 problems found."
    (pack,) = bench.service.packs()
    assert (pack.people, pack.recognisable) == (6, 1)
    told = "\n".join(pack.problems)
    assert "Bea: nobody.png: there is no face in it." in told
    assert "Cas: two.png: there are 2 faces of about the same size in it. Cut it to one." in told
    assert "Dee: broken.png: Not an image." in told
    assert "Eva: gone.png: it is not in the pack." in told
    assert "Fay has neither a picture nor a vector." in told


def test_the_face_in_the_middle_is_meant_and_small_ones_behind_are_not(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "stars"
    folder.mkdir()
    middle = painted([(person_color(1), (20, 200, 90)), (person_color(0), (280, 200, 90))])
    save_image(folder / "middle.png", middle)
    behind = painted([(person_color(2), (40, 40, 100)), (person_color(3), (300, 300, 40))])
    save_image(folder / "behind.png", behind)
    write_list(
        folder,
        [
            {"id": "A", "name": "Ada", "pictures": ["middle.png"]},
            {"id": "C", "name": "Cas", "pictures": ["behind.png"]},
        ],
    )
    assert bench.load(folder) == "Stars 1 loaded: 2 people."
    for number, name in ((0, "Ada"), (2, "Cas")):
        result = bench.service.recognize(painted([(person_color(number), (60, 60, 120))]))
        assert [each.celebrity.name for each in result.faces] == [name]


def test_a_pack_in_which_nobody_can_be_recognised(bench: Bench, tmp_path: Path) -> None:
    folder = write_list(tmp_path / "stars", [{"id": "1", "name": "Ada", "pictures": ["gone.png"]}])
    final = bench.ended(bench.service.load(folder))
    assert final.state is JobState.FAILED
    assert final.message.startswith("Nobody in the pack Stars can be recognised. Ada: gone.png: it is not in")
    assert bench.leftovers() == []


@pytest.mark.parametrize(
    ("people", "more", "words"),
    [
        ([{"id": "1", "name": "Ada", "pictures": ["CON.jpg"]}], {}, "No picture can be called CON.jpg"),
        ([{"id": "1", "name": "Ada", "pictures": ["disabled"]}], {}, "No picture can be called disabled"),
        ([{"id": "1", "name": "Ada", "pictures": ["faces-x.npz"]}], {}, "No picture can be called"),
        ([{"id": "1", "name": "Ada", "pictures": ["a.jpg", "A.jpg"]}], {}, "differ in nothing but case"),
        ([{"id": "1", "name": "Ada", "pictures": ["a", "a/b"]}], {}, "Nobody in the pack"),
        (
            [{"id": "1", "name": "Ada"}],
            {"vectors": [{"contract": "0" * 16, "file": "v.npy", "people": ["1"]}]},
            "v.npy is not in the pack, though pack.json speaks of it",
        ),
    ],
)
def test_lists_that_are_refused(
    bench: Bench, tmp_path: Path, people: list[dict[str, object]], more: dict[str, object], words: str
) -> None:
    final = bench.ended(bench.service.load(write_list(tmp_path / "stars", people, **more)))
    assert final.state is JobState.FAILED and words in final.message
    assert bench.leftovers() == [] and bench.service.packs() == []


def test_vectors_of_the_model_in_use_are_taken_as_they_are(bench: Bench, tmp_path: Path) -> None:
    folder = with_vectors(tmp_path / "stars", {"Ada": [0, 4], "Bea": [0]}, bench.engine.contract.digest)
    before = bench.engine.detections
    assert bench.load(folder) == "Stars 1 loaded: 2 people."
    assert bench.engine.detections == before
    (face,) = bench.service.recognize(painted([(person_color(0), (60, 60, 120))])).faces
    assert face.celebrity.name == "Ada" and face.match_confidence > 90


def test_vectors_of_another_model(bench: Bench, tmp_path: Path) -> None:
    foreign = with_vectors(tmp_path / "stars", {"Ada": [0], "Bea": [0]}, "0" * 16)
    final = bench.ended(bench.service.load(foreign))
    assert final.state is JobState.FAILED
    assert "2 people have only vectors of the model other-model and no picture" in final.message
    assert "fake-squares cannot compare them" in final.message
    # With a picture Ada is measured again, and Bea is told of.
    portrait(foreign / "ada.png", 0)
    table = json.loads((foreign / "pack.json").read_text())
    table["celebrities"][0]["pictures"] = ["ada.png"]
    (foreign / "pack.json").write_text(json.dumps(table))
    assert bench.load(foreign) == "Stars 1 loaded: 1 of 2 people. 1 problem found."
    (pack,) = bench.service.packs()
    assert pack.problems[0].startswith("1 person has only vectors of the model other-model")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (np.zeros((2, 128), np.float32), "numbers that are no vectors of faces"),
        (np.full((2, 128), np.nan, np.float32), "numbers that are no vectors of faces"),
        (np.ones((2, 64), np.float32), "speaks of float32 (2, 128)"),
        (np.ones((3, 128), np.float32), "speaks of float32 (2, 128)"),
        (np.ones((2, 128), np.int32), "it has int32"),
        (np.array([{"a": 1}, {}], object), "cannot be used"),
    ],
)
def test_vectors_that_are_none(bench: Bench, tmp_path: Path, rows: np.ndarray, words: str) -> None:
    folder = with_vectors(tmp_path / "stars", {"Ada": [0], "Bea": [0]}, bench.engine.contract.digest)
    np.save(folder / "v.npy", rows)
    final = bench.ended(bench.service.load(folder))
    assert final.state is JobState.FAILED and words in final.message


def test_a_zip_of_arrays_is_not_opened_for_vectors(bench: Bench, tmp_path: Path) -> None:
    folder = with_vectors(tmp_path / "stars", {"Ada": [0]}, bench.engine.contract.digest)
    with (folder / "v.npy").open("wb") as file:
        np.savez_compressed(file, a=np.zeros((1, 128), np.float32))
    assert "it is no .npy file" in bench.load(folder)


def test_a_new_version_takes_the_place_of_the_old(bench: Bench, tmp_path: Path) -> None:
    bench.load(a_pack(tmp_path / "stars", {"Ada": 0}))
    bench.service.set_enabled("stars", False)
    newer = a_pack(tmp_path / "new" / "stars", {"Ada": 0, "Bea": 1}, version="2")
    assert bench.load(newer) == "Stars 2 replaced: 2 people."
    (pack,) = bench.service.packs()
    assert (pack.version, pack.people, pack.enabled) == ("2", 2, False)
    (old,) = bench.service.removed()
    assert bench.service.restore(old.token).version == "1"


def test_one_id_is_not_two_people(bench: Bench, tmp_path: Path) -> None:
    bench.load(a_pack(tmp_path / "stars", {"Ada": 0}))
    other = a_pack(tmp_path / "more", {"Zoe": 0})
    final = bench.ended(bench.service.load(other))
    assert final.state is JobState.FAILED
    assert final.message.startswith("The id P0 is Zoe in More and Ada in Stars. Change it in one")
    token = bench.service.remove("stars")
    assert bench.load(other) == "More 1 loaded: 1 person."
    with pytest.raises(Exception, match="The id P0 is Ada in Stars and Zoe in More"):
        bench.service.restore(token)
    same = a_pack(tmp_path / "again", {"ZOE": 0})
    assert bench.load(same) == "Again 1 loaded: 1 person."


def test_cancelling_leaves_nothing(bench: Bench, tmp_path: Path) -> None:
    going = threading.Event()
    stop = threading.Event()
    detect = bench.engine.detect

    def slow(pixels):  # type: ignore[no-untyped-def]
        going.set()
        stop.wait(10)
        return detect(pixels)

    bench.engine.detect = slow  # type: ignore[method-assign]
    view = bench.service.load(a_pack(tmp_path / "stars", {f"N{n}": n for n in range(12)}))
    assert going.wait(10)
    bench.jobs.cancel(view.id)
    stop.set()
    assert bench.ended(view).state is JobState.CANCELLED
    assert bench.leftovers() == [] and bench.service.packs() == []


def test_what_is_not_there(bench: Bench, tmp_path: Path) -> None:
    final = bench.ended(bench.service.load(tmp_path / "gone.zip"))
    assert final.state is JobState.FAILED and "cannot be read: No such file" in final.message
    with pytest.raises(ResourceNotFound):
        bench.service.remove("stars")
    with pytest.raises(ResourceNotFound):
        bench.service.measure("stars")


def test_one_person_under_two_names_is_told(bench: Bench, tmp_path: Path) -> None:
    folder = a_pack(tmp_path / "stars", {"Ada": 0, "Bea": 1})
    portrait(folder / "twin.png", 0)
    table = json.loads((folder / "pack.json").read_text())
    table["celebrities"].append({"id": "T", "name": "Twin", "pictures": ["twin.png"]})
    (folder / "pack.json").write_text(json.dumps(table))
    bench.load(folder)
    (pack,) = bench.service.packs()
    assert pack.problems == ("Ada and Twin look like one person: neither will be recognised.",)
