"""Packs out of collections, and exported ones."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.domain.celebrities import PackError
from app.domain.errors import InvalidParameter, ResourceNotFound
from app.jobs import JobState
from app.services.celebrities import PackPlan, WhichFaces
from tests.fakes import painted, person_color, shade
from tests.unit.services.celebrities.bench import Bench, a_pack, opened

PLAN = PackPlan("My family", "private", "All of them agreed.", attribution="me")


@pytest.fixture
def family(bench: Bench) -> int:
    """Anna has three faces, Bert one, Cora none; Dora is hidden."""
    studio = bench.studio
    pk = studio.collections.create_named("Family").id
    faces: dict[str, list[int]] = {"Anna": [], "Bert": [], "Dora": []}
    for steps in (0, 4, -4):
        faces["Anna"] += studio.add_photo(pk, [(shade(person_color(0), steps), (60, 60, 120))])[1]
    faces["Bert"] += studio.add_photo(pk, [(person_color(1), (60, 60, 100))])[1]
    faces["Dora"] += studio.add_photo(pk, [(person_color(2), (60, 60, 100))])[1]
    for name, pks in faces.items():
        studio.users.name_faces(pk, pks, name)
    studio.users.create_named(pk, "Cora")
    dora = next(user for user in studio.users.list(pk) if user.display_name == "Dora")
    studio.users.hide([dora.id], True)
    return pk


def test_a_pack_of_a_collection_is_loaded_and_recognises(bench: Bench, family: int, tmp_path: Path) -> None:
    path = tmp_path / "family.zip"
    assert bench.say(bench.service.make_from_collection(family, path, PLAN)) == (
        "family.zip made: 2 people, 4 faces."
    )
    with zipfile.ZipFile(path) as file:
        assert sorted(file.namelist()) == ["pack.json", "vectors.npy"]
        table = json.loads(file.read("pack.json"))
    assert (table["id"], table["consent"], table["licence"]) == ("my-family", PLAN.consent, "private")
    assert table["vectors"][0]["contract"] == bench.engine.contract.digest
    with opened(tmp_path / "elsewhere") as other:
        assert other.load(path) == "My family 1 loaded: 2 people."
        scene = painted([(shade(person_color(0), 2), (60, 60, 120)), (person_color(2), (300, 60, 80))])
        result = other.service.recognize(scene)
        assert [each.celebrity.name for each in result.faces] == ["Anna"]
        assert len(result.unrecognized) == 1


def test_with_pictures_another_model_can_use_it(bench: Bench, family: int, tmp_path: Path) -> None:
    path = tmp_path / "family"
    bench.say(bench.service.make_from_collection(family, path, replace(PLAN, pictures=True)))
    pictures = sorted(each.name for each in (path / "pictures").iterdir())
    assert pictures == ["00001-1.jpg", "00001-2.jpg", "00001-3.jpg", "00002-1.jpg"]
    with opened(tmp_path / "elsewhere") as other:
        other.engine.contract = replace(other.engine.contract, model_id="another")
        assert other.load(path) == "My family 1 loaded: 2 people."


def test_the_cover_alone(bench: Bench, family: int, tmp_path: Path) -> None:
    plan = replace(PLAN, faces=WhichFaces.COVER)
    said = bench.say(bench.service.make_from_collection(family, tmp_path / "f", plan))
    assert said == "f made: 2 people, 2 faces."
    assert np.load(tmp_path / "f" / "vectors.npy").shape == (2, 128)


def test_some_people_alone(bench: Bench, family: int, tmp_path: Path) -> None:
    bert = next(user for user in bench.studio.users.list(family) if user.display_name == "Bert")
    plan = replace(PLAN, user_pks=frozenset({bert.id}))
    said = bench.say(bench.service.make_from_collection(family, tmp_path / "f", plan))
    assert said == "f made: 1 person, 1 face."


def test_ids_stay_from_one_making_to_the_next_and_differ_between_libraries(
    bench: Bench, family: int, tmp_path: Path
) -> None:
    def ids(where: Bench, pk: int, name: str) -> list[str]:
        where.say(where.service.make_from_collection(pk, tmp_path / name, PLAN))
        table = json.loads((tmp_path / name / "pack.json").read_text())
        return [each["id"] for each in table["celebrities"]]

    first = ids(bench, family, "one")
    assert first == ids(bench, family, "two") and len(set(first)) == 2
    assert all(each.isalnum() and each.isascii() for each in first)
    with opened(tmp_path / "elsewhere") as other:
        pk = other.studio.collections.create_named("Family").id
        faces = other.studio.add_photo(pk, [(person_color(0), (60, 60, 120))])[1]
        other.studio.users.name_faces(pk, faces, "Anna")
        assert not set(first) & set(ids(other, pk, "three"))


def test_photos_whose_files_are_gone_are_counted(bench: Bench, family: int, tmp_path: Path) -> None:
    for path in tmp_path.glob("photo*.png"):
        path.unlink()
    said = bench.say(
        bench.service.make_from_collection(family, tmp_path / "f.zip", replace(PLAN, pictures=True))
    )
    assert said == "f.zip made: 2 people, 4 faces. 4 pictures had no file to cut from."


def test_what_must_be_said_and_what_must_be_there(bench: Bench, family: int, tmp_path: Path) -> None:
    make = bench.service.make_from_collection
    for plan, words in (
        (replace(PLAN, consent=" "), "Say why these people may be in a pack"),
        (replace(PLAN, licence=""), "Say under which licence"),
        (replace(PLAN, name=" "), "A name cannot be empty"),
    ):
        with pytest.raises(InvalidParameter, match=words):
            make(family, tmp_path / "f.zip", plan)
    with pytest.raises(ResourceNotFound):
        make(family + 99, tmp_path / "f.zip", PLAN)
    nobody = bench.studio.collections.create_named("Nobody").id
    with pytest.raises(InvalidParameter, match="Nobody is named in Nobody yet"):
        make(nobody, tmp_path / "f.zip", PLAN)
    (tmp_path / "f.zip").write_text("mine")
    with pytest.raises(PackError, match="There is something at"):
        make(family, tmp_path / "f.zip", PLAN)
    assert (tmp_path / "f.zip").read_text() == "mine"
    with pytest.raises(PackError, match="There is no folder"):
        make(family, tmp_path / "gone" / "f.zip", PLAN)


def test_export_is_what_was_loaded(bench: Bench, tmp_path: Path) -> None:
    bench.load(a_pack(tmp_path / "stars", {"Ada": 0, "Bea": 1}))
    path = tmp_path / "out.zip"
    assert bench.say(bench.service.export("stars", path)) == "Stars exported: 2 people in out.zip."
    with zipfile.ZipFile(path) as file:
        assert sorted(file.namelist()) == ["pack.json", "pictures/0.png", "pictures/1.png"]
    first = path.read_bytes()
    with opened(tmp_path / "elsewhere") as other:
        assert other.load(path) == "Stars 1 loaded: 2 people."
        other.say(other.service.export("stars", tmp_path / "again.zip"))
    assert (tmp_path / "again.zip").read_bytes() == first
    with pytest.raises(PackError, match="There is something at"):
        bench.service.export("stars", path)
    with pytest.raises(ResourceNotFound):
        bench.service.export("none", tmp_path / "x.zip")


def test_a_cancelled_export_leaves_no_file(bench: Bench, tmp_path: Path) -> None:
    bench.load(a_pack(tmp_path / "stars", {"Ada": 0}))
    before = sorted(tmp_path.iterdir())
    bench.jobs.close()
    final = bench.service.export("stars", tmp_path / "out.zip")
    assert final.state is JobState.INTERRUPTED
    assert sorted(tmp_path.iterdir()) == before
