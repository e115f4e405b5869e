"""The picture of a request: where it comes from, and what it may be."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.imaging.kinds import sniff
from app.rekognition.errors import ServiceError
from tests.fakes import painted
from tests.unit.rekognition.operations.pictures import encoded, people, shot
from tests.unit.rekognition.operations.workbenches import Client

# Every operation that takes a picture, with what else it needs.
OPERATIONS: dict[str, dict[str, Any]] = {
    "DetectFaces": {},
    "IndexFaces": {"CollectionId": "c"},
    "SearchFacesByImage": {"CollectionId": "c"},
    "SearchUsersByImage": {"CollectionId": "c"},
    "DetectLabels": {},
    "DetectModerationLabels": {},
    "RecognizeCelebrities": {},
}
FACES = people(100, 60)


@pytest.fixture
def bucket(client: Client, tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    client.bench.buckets.add("photos", folder)
    return folder


def stored(name: str, version: str | None = None) -> dict[str, Any]:
    found = {"Bucket": "photos", "Name": name}
    return {"S3Object": found if version is None else {**found, "Version": version}}


def compared(client: Client, image: dict[str, Any]) -> str:
    """The code that CompareFaces answers with for the picture in either place."""
    good = shot(FACES)
    codes = {
        client.refused("CompareFaces", SourceImage=image, TargetImage=good),
        client.refused("CompareFaces", SourceImage=good, TargetImage=image),
    }
    (code,) = codes
    return code


def test_every_operation_reads_bytes_and_objects(client: Client, bucket: Path) -> None:
    client.CreateCollection(CollectionId="c")
    (bucket / "ä b").mkdir()
    (bucket / "ä b" / "1.jpg").write_bytes(shot(FACES, kind="JPEG", quality=95)["Bytes"])
    for operation, more in OPERATIONS.items():
        for image in (shot(FACES), shot(FACES, kind="JPEG"), stored("ä b/1.jpg")):
            client.call(operation, {"Image": image, **more})
    answer = client.CompareFaces(SourceImage=stored("ä b/1.jpg"), TargetImage=shot(FACES))
    assert len(answer["FaceMatches"]) == 1


@pytest.mark.parametrize(
    "image",
    [
        {},
        {**shot([]), "S3Object": {"Bucket": "photos", "Name": "a"}},
        {"S3Object": {}},
        {"S3Object": {"Bucket": "photos"}},
        {"S3Object": {"Name": "a.png"}},
    ],
    ids=["neither", "both", "empty object", "no name", "no bucket"],
)
def test_a_picture_is_one_thing(client: Client, image: dict[str, Any]) -> None:
    client.CreateCollection(CollectionId="c")
    for operation, more in OPERATIONS.items():
        assert client.refused(operation, Image=image, **more) == "InvalidParameterException"
    assert compared(client, image) == "InvalidParameterException"


def other_kinds() -> dict[str, bytes]:
    pixels = painted(FACES)
    found = {kind: encoded(pixels, kind) for kind in ("GIF", "BMP", "TIFF", "WEBP", "AVIF", "PPM")}
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
    text = {"text": b"a picture, they said", "zip": b"PK\3\4" + bytes(100), "svg": b"<svg/>", "heic": heic}
    return {**found, **text, "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100), "pdf": b"%PDF-1.7\n"}


@pytest.mark.parametrize("kind", other_kinds())
def test_only_jpeg_and_png_by_their_content(client: Client, bucket: Path, kind: str) -> None:
    data = other_kinds()[kind]
    (bucket / "photo.jpg").write_bytes(data)
    client.CreateCollection(CollectionId="c")
    for image in ({"Bytes": data}, stored("photo.jpg")):
        for operation, more in OPERATIONS.items():
            assert client.refused(operation, Image=image, **more) == "InvalidImageFormatException"
        assert compared(client, image) == "InvalidImageFormatException"


def test_a_jpeg_under_another_name_is_a_jpeg(client: Client, bucket: Path) -> None:
    (bucket / "letter.docx").write_bytes(shot(FACES, kind="JPEG", quality=95)["Bytes"])
    assert len(client.DetectFaces(Image=stored("letter.docx"))["FaceDetails"]) == 2


def damaged() -> dict[str, bytes]:
    png, jpeg = encoded(painted(FACES)), encoded(painted(FACES), "JPEG", quality=95)
    broken = bytearray(png)
    broken[len(png) // 2] ^= 0xFF
    return {
        "png cut": png[: len(png) // 2],
        "png head": png[:30],
        "png magic": png[:8],
        "png crc": bytes(broken),
        "jpeg cut": jpeg[: len(jpeg) // 2],
        "jpeg head": jpeg[:20],
        "jpeg magic": jpeg[:3],
        "jpeg zeros": jpeg[: len(jpeg) // 2] + bytes(len(jpeg)),
        "jpeg loop": b"\xff\xd8\xff\xe0\0\0" * 100,
    }


@pytest.mark.parametrize("kind", damaged())
def test_damaged_pictures_are_no_pictures(client: Client, kind: str) -> None:
    image = {"Bytes": damaged()[kind]}
    assert sniff(image["Bytes"]) is not None, "the case must get past the first look"
    client.CreateCollection(CollectionId="c")
    for operation, more in OPERATIONS.items():
        assert client.refused(operation, Image=image, **more) == "InvalidImageFormatException"
    assert compared(client, image) == "InvalidImageFormatException"
    assert client.DescribeCollection(CollectionId="c")["FaceCount"] == 0


def test_five_megabytes_as_bytes_fifteen_as_an_object(client: Client, bucket: Path) -> None:
    client.CreateCollection(CollectionId="c")
    # A JPEG may have anything after its end.
    small = shot(FACES, kind="JPEG", quality=95)["Bytes"]

    def padded(size: int) -> bytes:
        return small + bytes(size - len(small))

    megabyte = 1024 * 1024
    (bucket / "most.jpg").write_bytes(padded(15 * megabyte))
    (bucket / "more.jpg").write_bytes(padded(15 * megabyte + 1))
    assert client.DetectFaces(Image={"Bytes": padded(5 * megabyte)})["FaceDetails"]
    assert client.DetectFaces(Image=stored("most.jpg"))["FaceDetails"]
    for operation, more in OPERATIONS.items():
        for image in ({"Bytes": padded(5 * megabyte + 1)}, stored("more.jpg")):
            assert client.refused(operation, Image=image, **more) == "ImageTooLargeException"
    assert compared(client, stored("more.jpg")) == "ImageTooLargeException"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("size", [(79, 500), (500, 79), (1, 1)])
def test_eighty_pixels_a_side_are_the_least(client: Client, kind: str, size: tuple[int, int]) -> None:
    client.CreateCollection(CollectionId="c")
    image = shot([], size, kind)
    for operation, more in OPERATIONS.items():
        assert client.refused(operation, Image=image, **more) == "InvalidParameterException"
    assert compared(client, image) == "InvalidParameterException"
    assert client.DetectFaces(Image=shot([], (80, 80), kind))["FaceDetails"] == []


def test_a_size_that_only_decoding_tells_is_held_to_it(client: Client) -> None:
    """A comment between the markers hides the frame header from the quick look."""
    jpeg = shot([], (60, 60), "JPEG")["Bytes"]
    image = {"Bytes": jpeg[:20] + b"\0\0" + jpeg[20:]}
    client.CreateCollection(CollectionId="c")
    for operation, more in OPERATIONS.items():
        assert client.refused(operation, Image=image, **more) == "InvalidParameterException"


def png_that_states(width: int, height: int) -> bytes:
    """A PNG whose header promises so much, and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(bytes(1000))), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_labels_are_read_of_ten_thousand_pixels_a_side(client: Client) -> None:
    wide = {"Bytes": encoded(np.zeros((80, 10_001, 3), np.uint8), "JPEG")}
    for operation in ("DetectLabels", "DetectModerationLabels"):
        assert client.refused(operation, Image=wide) == "ImageTooLargeException"
        client.call(operation, {"Image": {"Bytes": encoded(np.zeros((80, 10_000, 3), np.uint8), "JPEG")}})
    assert client.DetectFaces(Image=wide)["FaceDetails"] == []


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (20_000, 20_000)])
def test_bombs_are_refused_unopened(client: Client, size: tuple[int, int]) -> None:
    client.CreateCollection(CollectionId="c")
    image = {"Bytes": png_that_states(*size)}
    for operation, more in OPERATIONS.items():
        assert client.refused(operation, Image=image, **more) == "ImageTooLargeException"


def test_objects_that_are_not_there(client: Client, bucket: Path, tmp_path: Path) -> None:
    client.CreateCollection(CollectionId="c")
    (tmp_path / "secret.png").write_bytes(shot(FACES)["Bytes"])
    (bucket / "link.png").symlink_to(tmp_path / "secret.png")
    (bucket / "folder").mkdir()
    wrong = [
        *(stored(name) for name in ("none.png", "../secret.png", "/secret.png", "link.png", "folder", "\0")),
        stored(str(tmp_path / "secret.png")),
        {"S3Object": {"Bucket": "Other_1", "Name": "a.png"}},
    ]
    for image in wrong:
        for operation, more in OPERATIONS.items():
            assert client.refused(operation, Image=image, **more) == "InvalidS3ObjectException"
        assert compared(client, image) == "InvalidS3ObjectException"
    with pytest.raises(ServiceError) as caught:
        client.DetectFaces(Image=stored("none.png"))
    assert str(tmp_path) not in caught.value.message


def test_the_version_of_an_object(client: Client, bucket: Path) -> None:
    data = shot(FACES)["Bytes"]
    (bucket / "a.png").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    for version in (digest, digest.upper()):
        assert client.DetectFaces(Image=stored("a.png", version))["FaceDetails"]
    for version in ("1", digest[::-1]):
        assert client.refused("DetectFaces", Image=stored("a.png", version)) == "InvalidS3ObjectException"


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, 1), (8, 3)])
def test_exif_says_how_a_picture_lies(client: Client, orientation: int, turns: int) -> None:
    """Boxes are in the upright picture, and nothing is left to correct."""
    pixels = painted(people(200), (800, 600))
    lying = Image.fromarray(np.ascontiguousarray(np.rot90(pixels, turns)))
    exif = Image.Exif()
    exif[274] = orientation
    buffer = io.BytesIO()
    lying.save(buffer, "JPEG", quality=95, exif=exif.tobytes())
    answer = client.DetectFaces(Image={"Bytes": buffer.getvalue()})
    box = answer["FaceDetails"][0]["BoundingBox"]
    assert box["Left"] == pytest.approx(10 / 800, abs=0.01)
    assert box["Top"] == pytest.approx(20 / 600, abs=0.01)
    assert "OrientationCorrection" not in answer
