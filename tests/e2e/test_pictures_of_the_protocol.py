"""Pictures of the protocol with the shipped models: where they come from, what they may be, who waits."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.protocol import Service, of, opened, opened_service, sent

# Operations that take a picture and nothing else but perhaps a collection.
OF_ONE = (
    *("DetectFaces", "IndexFaces", "SearchFacesByImage", "SearchUsersByImage"),
    *("DetectLabels", "DetectModerationLabels", "RecognizeCelebrities"),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with opened_service(tmp_path_factory.mktemp("protocol")) as made:
        yield made


def test_a_bucket_of_real_photographs(service: Service, shared_data: Path) -> None:
    service.bench.buckets.add("congress", shared_data / "congress")
    path = sorted((shared_data / "congress" / "images").iterdir())[3]
    image = {"S3Object": {"Bucket": "congress", "Name": f"images/{path.name}"}}
    album = service.collection()
    (record,) = service("IndexFaces", CollectionId=album, Image=image)["FaceRecords"]
    version = {**image["S3Object"], "Version": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert service("DetectFaces", Image={"S3Object": version})["FaceDetails"]
    bench = service.bench
    (photo,) = bench.photos.listing(bench.collections.pk(album)).ids.tolist()
    assert [place.path for place in bench.photos.detail(bench.collections.pk(album), photo).paths] == [path]
    (again,) = service("IndexFaces", CollectionId=album, Image=of(path))["FaceRecords"]
    assert again["Face"]["FaceId"] == record["Face"]["FaceId"], "the same picture, however it comes"
    wrong = "InvalidS3ObjectException"
    for name in ("identities.csv/x", "../scenes/group-2.jpg", "images", "images/nobody.jpg"):
        assert service.code("DetectFaces", Image={"S3Object": {"Bucket": "congress", "Name": name}}) == wrong
    table = {"S3Object": {"Bucket": "congress", "Name": "identities.csv"}}
    assert service.code("DetectFaces", Image=table) == "InvalidImageFormatException"


@pytest.mark.parametrize("kind", ["WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_photographs_of_other_kinds(service: Service, shared_data: Path, kind: str) -> None:
    """They are photographs, and the window reads them; the protocol has two kinds."""
    image = sent(opened(shared_data / "scenes" / "person-vlado.jpg").resize((640, 480)), kind)
    album = service.collection()
    for operation in OF_ONE:
        more = {"CollectionId": album} if operation in ("IndexFaces",) or "Search" in operation else {}
        assert service.code(operation, Image=image, **more) == "InvalidImageFormatException", operation


def test_every_bad_file_gets_a_plain_answer(service: Service, shared_data: Path) -> None:
    known = {
        *("InvalidImageFormatException", "ImageTooLargeException", "InvalidParameterException"),
        None,
    }
    files = sorted(path for path in (shared_data / "bad_input").rglob("*") if path.is_file())
    files = [path for path in files if "exif_" not in path.parent.name]
    assert len(files) > 50
    album = service.collection()
    service.bench.buckets.add("bad-input", shared_data / "bad_input")
    seen: dict[str | None, int] = {}
    for path in files:
        key = path.relative_to(shared_data / "bad_input").as_posix()
        image = {"S3Object": {"Bucket": "bad-input", "Name": key}}
        code = service.code("IndexFaces", CollectionId=album, Image=image)
        assert code in known, (key, code)
        assert service.code("DetectLabels", Image=image) in known
        seen[code] = seen.get(code, 0) + 1
    assert set(seen) == known, seen


def test_sizes(service: Service, shared_data: Path) -> None:
    portrait = opened(shared_data / "scenes" / "astronaut.png")
    assert service.code("DetectFaces", Image=sent(portrait.resize((79, 120)))) == "InvalidParameterException"
    assert service("DetectFaces", Image=sent(portrait.resize((80, 80))))["FaceDetails"] == []
    assert service("DetectFaces", Image=sent(portrait.resize((300, 300))))["FaceDetails"]
    wide = sent(portrait.resize((10_001, 200)))
    assert service.code("DetectLabels", Image=wide) == "ImageTooLargeException"
    assert service.code("DetectModerationLabels", Image=wide) == "ImageTooLargeException"
    assert service.code("DetectFaces", Image=wide) is None
    large = sent(portrait.resize((1600, 1600)), "PNG")
    assert len(large["Bytes"]) < 5 * 1024 * 1024, "the case must be under the limit"
    padded = {"Bytes": sent(portrait)["Bytes"] + bytes(5 * 1024 * 1024)}
    assert service.code("DetectFaces", Image=padded) == "ImageTooLargeException"


def test_the_window_does_not_wait_behind_requests(service: Service, shared_data: Path) -> None:
    """Sixteen callers ask without a pause; a picture that is pasted meanwhile is the next but what runs."""
    bench, album = service.bench, service.collection()
    image = of(shared_data / "scenes" / "astronaut.png")
    stop, lock, answered = threading.Event(), threading.Lock(), [0]

    def ask() -> None:
        while not stop.is_set():
            service("DetectFaces", Image=image)
            with lock:
                answered[0] += 1

    callers = [threading.Thread(target=ask) for _ in range(16)]
    for caller in callers:
        caller.start()
    passed = []
    try:
        for number in range(3):
            shown = opened(shared_data / "scenes" / "person-vlado.jpg").resize((640 + number, 480))
            before = answered[0]
            indexed = bench.ingest.index_image(album, sent(shown)["Bytes"])
            passed.append(answered[0] - before)
            assert indexed.added
    finally:
        stop.set()
        for caller in callers:
            caller.join()
    # With a worker of its own, or after the one request that ran; not after the sixteen that wait. What is
    # left is how many are answered while its own models run.
    assert min(passed) <= 8, passed
