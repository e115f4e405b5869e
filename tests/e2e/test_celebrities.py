"""Celebrity packs with the real models: portraits of politicians as a pack, their other photos as probes."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.bootstrap.workbench import open_workbench
from app.domain.errors import ResourceNotFound
from app.domain.records import Origin
from app.jobs import JobState
from app.services.celebrities import PackPlan, shapes
from app.services.workbench import Workbench
from app.settings.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
KNOWN, UNKNOWN = 24, 24


@dataclass(frozen=True)
class Congress:
    """`pack` is a zip of one portrait of each of 24 people; `others` their other photos, by id; `strangers`
    photos of 24 people who are not in it."""

    pack: Path
    others: dict[str, list[Path]]
    strangers: list[Path]


@pytest.fixture(scope="module")
def congress(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Congress:
    root = shared_data / "congress"
    photos: dict[str, list[Path]] = {}
    with (root / "identities.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            photos.setdefault(row["identity"], []).append(root / row["path"])
    with (root / "attributes.csv").open(newline="", encoding="utf-8") as file:
        genders = {root / row["path"]: row["gender"].capitalize() for row in csv.DictReader(file)}
    several = sorted(who for who, own in photos.items() if len(own) > 1 and who.isalnum())[:KNOWN]
    folder = tmp_path_factory.mktemp("packs") / "congress"
    (folder / "pictures").mkdir(parents=True)
    lines = ['name = "Members of Congress"', 'version = "2026.1"', 'licence = "Public domain"']
    for who in several:
        shutil.copy(photos[who][0], folder / "pictures" / f"{who}.jpg")
        lines += [
            "[[celebrities]]",
            f'id = "{who}"',
            f'name = "Member {who}"',
            f'urls = ["https://bioguide.congress.gov/search/bio/{who}"]',
            f'known_gender = "{genders[photos[who][0]]}"',
            f'pictures = ["pictures/{who}.jpg"]',
        ]
    (folder / "pack.toml").write_text("\n".join(lines), encoding="utf-8")
    pack = Path(shutil.make_archive(str(folder), "zip", folder.parent, folder.name))
    strangers = [own[0] for who, own in sorted(photos.items()) if len(own) == 1][:UNKNOWN]
    return Congress(pack, {who: photos[who][1:] for who in several}, strangers)


def ended(bench: Workbench, job_id: int) -> str:
    final = bench.jobs.wait(job_id, 300)
    assert final is not None and final.state is JobState.DONE, final
    return final.message


@pytest.fixture(scope="module")
def bench(congress: Congress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    opened = open_workbench(tmp_path_factory.mktemp("library"), Origin.WINDOW, Settings(workers=2))
    try:
        said = ended(opened, opened.celebrities.load(congress.pack).id)
        assert said == f"Members of Congress 2026.1 loaded: {KNOWN} people."
        yield opened
    finally:
        opened.close()


def test_people_of_a_pack_are_recognised_on_other_photos(bench: Workbench, congress: Congress) -> None:
    asked = right = 0
    for who, photos in congress.others.items():
        for photo in photos:
            faces = bench.celebrities.recognize(photo).faces
            asked += 1
            right += [each.celebrity.id for each in faces] == [who]
            assert {each.celebrity.id for each in faces} <= {who}, "nobody is taken for someone else"
    assert asked >= KNOWN and right >= 0.95 * asked


def test_strangers_stay_strangers(bench: Workbench, congress: Congress, shared_data: Path) -> None:
    for photo in congress.strangers:
        result = bench.celebrities.recognize(photo)
        assert result.faces == () and result.unrecognized
    crowd = bench.celebrities.recognize(shared_data / "scenes" / "solvay1927.jpg")
    assert crowd.faces == () and len(crowd.unrecognized) > 20


def test_a_photo_that_lies_on_its_side(bench: Workbench, congress: Congress, tmp_path: Path) -> None:
    who, photos = next(iter(congress.others.items()))
    with Image.open(photos[0]) as upright:
        upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "lying.png")
    result = bench.celebrities.recognize(tmp_path / "lying.png")
    assert [each.celebrity.id for each in result.faces] == [who]
    assert shapes.recognized(result)["OrientationCorrection"] == "ROTATE_90"


def test_hostile_pictures_are_told_one_by_one(
    bench: Workbench, congress: Congress, shared_data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    lines = ['name = "Hostile"', 'version = "1"', 'licence = "x"', "[[celebrities]]"]
    files = sorted(path for path in (shared_data / "bad_input" / "generated").iterdir() if path.is_file())
    for path in files:
        shutil.copy(path, folder / path.name)
    shutil.copy(congress.strangers[0], folder / "good.jpg")
    names = json.dumps([*(path.name for path in files), "good.jpg"])
    lines += ['id = "H1"', 'name = "Somebody"', f"pictures = {names}"]
    (folder / "pack.toml").write_text("\n".join(lines), encoding="utf-8")
    try:
        said = ended(bench, bench.celebrities.load(folder).id)
        assert said.startswith("Hostile 1 loaded: 1 person. ")
        (pack,) = [each for each in bench.celebrities.packs() if each.id == "hostile"]
        assert len(pack.problems) >= 10
        assert all(problem.startswith("Somebody: ") for problem in pack.problems)
    finally:
        bench.celebrities.remove("hostile")


def test_as_rekognition_answers(bench: Workbench, congress: Congress) -> None:
    who, photos = next(iter(congress.others.items()))
    result = bench.celebrities.recognize(photos[0])
    (face,) = shapes.recognized(result)["CelebrityFaces"]
    assert (face["Id"], face["Name"]) == (who, f"Member {who}")
    assert face["Urls"] == [f"https://bioguide.congress.gov/search/bio/{who}"]
    assert face["KnownGender"]["Type"] in ("Male", "Female")
    assert 80 <= face["MatchConfidence"] <= 100 and len(face["Face"]["Landmarks"]) == 5
    assert {"Value", "Confidence"} == set(face["Face"]["Smile"])
    assert sum(each["Confidence"] for each in face["Face"]["Emotions"]) == pytest.approx(100, abs=5)
    assert bench.celebrities.info(who).urls == tuple(face["Urls"])
    with pytest.raises(ResourceNotFound):
        bench.celebrities.info("nobody")


def test_a_collection_becomes_a_pack_that_another_library_loads(
    bench: Workbench, shared_data: Path, tmp_path: Path
) -> None:
    scenes = shared_data / "scenes"
    pk = bench.collections.create_named("Friends").id
    portraits = [scenes / name for name in ("person-vlado.jpg", "person-vlado1.jpg")]
    bench.ingest.run_to_end(bench.ingest.index_paths(pk, portraits).id)
    bench.users.name_faces(pk, bench.faces.listing(pk).ids.tolist(), "Vlado")
    plan = PackPlan("Friends", "private", "He agreed.", pictures=True)
    ended(bench, bench.celebrities.make_from_collection(pk, tmp_path / "friends.zip", plan).id)
    other = open_workbench(tmp_path / "other", Origin.WINDOW, Settings(workers=2))
    try:
        assert ended(other, other.celebrities.load(tmp_path / "friends.zip").id).endswith("1 person.")
        found = other.celebrities.recognize(scenes / "person-vlado5.jpg")
        assert [each.celebrity.name for each in found.faces] == ["Vlado"]
        crowd = other.celebrities.recognize(scenes / "group-2.jpg")
        assert [each.celebrity.name for each in crowd.faces] == ["Vlado"] and crowd.unrecognized
    finally:
        other.close()


def test_the_commands(congress: Congress, tmp_path: Path) -> None:
    def likeness(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app", "--library", str(tmp_path / "library"), "celebrities"]
        return subprocess.run(
            [*command, *map(str, words)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def as_json(*words: str | Path) -> Any:
        done = likeness(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    loaded = likeness("packs", "load", congress.pack)
    assert loaded.stdout == f"Members of Congress 2026.1 loaded: {KNOWN} people.\n", loaded.stderr
    who, photos = list(congress.others.items())[3]
    answer = as_json("recognize", photos[0])
    assert [each["Id"] for each in answer["CelebrityFaces"]] == [who]
    assert as_json("info", who)["Name"] == f"Member {who}"
    assert likeness("packs", "disable", "members-of-congress").returncode == 0
    assert as_json("recognize", photos[0])["CelebrityFaces"] == []
    removed = likeness("packs", "remove", "members-of-congress")
    assert removed.returncode == 0 and "packs restore members-of-congress.1" in removed.stdout
    assert likeness("info", who).returncode == 1
