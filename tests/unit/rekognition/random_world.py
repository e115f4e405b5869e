"""A small library to send random requests to, and requests that know what is in it.

Values are made from the shapes of botocore's model, not from the program's own table: where that lost
something, requests still come as Amazon's clients would send them. A member whose name says what it holds
(a collection, a face, a picture) mostly gets what is there, for a random text would never get past the door.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from app.jobs import JobState
from tests.fakes import painted, person_color, shade
from tests.unit.rekognition.operations.pictures import encoded, people
from tests.unit.rekognition.operations.workbenches import Client
from tests.unit.rekognition.shapes_of_botocore import service_model
from tests.unit.services.celebrities.bench import portrait, write_list

COLLECTIONS = ("album", "Album", "spare")
USERS = ("ada", "bea:2", "c-3")
UNKNOWN_FACE = "00000000-0000-4000-8000-000000000000"
BUCKET = "pictures"


def _shot(
    kind: str, *sides: int, first: int = 0, size: tuple[int, int] = (400, 160), **options: Any
) -> bytes:
    return encoded(painted(people(*sides, first=first), size), kind, **options)


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return _shot("JPEG", 60, 40, quality=95, exif=exif)


def _pictures() -> dict[str, bytes]:
    noise = np.random.default_rng(4).integers(0, 255, (90, 90, 3), np.uint8)
    png = _shot("PNG", 60, 50, 40)
    grey = io.BytesIO()
    Image.new("L", (81, 80), 7).save(grey, "PNG")
    alpha = io.BytesIO()
    Image.new("RGBA", (100, 100), (200, 10, 10, 120)).save(alpha, "PNG")
    return {
        "three.png": png,
        "two.jpg": _shot("JPEG", 90, 60, first=1, quality=95),
        "one.png": _shot("PNG", 100, first=3),
        "turned.jpg": _turned(),
        "nobody.png": encoded(noise),
        "grey.png": grey.getvalue(),
        "alpha.png": alpha.getvalue(),
        "tiny.png": _shot("PNG", size=(79, 200)),
        "cut.png": png[: len(png) // 2],
        "cut.jpg": _turned()[:300],
        "bent.png": png[:60] + b"\xff" * 20 + png[80:],
        "gif.gif": _shot("GIF", 60),
        "text.jpg": b"no picture",
        "only head.png": b"\x89PNG\r\n\x1a\n",
        "only head.jpg": b"\xff\xd8\xff\xe0",
        # A header that claims 60,000 x 60,000 pixels.
        "huge.png": png[:16] + b"\x00\x00\xea\x60\x00\x00\xea\x60" + png[24:],
    }


PICTURES = _pictures()


@dataclass
class World:
    """A library with three collections, users, celebrities and a bucket; `refresh` brings back what random
    requests deleted. `faces`, `tokens`: ids and page tokens that are, or were, good."""

    folder: Path
    client: Client = field(init=False)
    faces: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Client(self.folder)
        bucket = self.folder / "bucket"
        (bucket / "sub").mkdir(parents=True)
        for name, content in PICTURES.items():
            (bucket / name).write_bytes(content)
        (bucket / "sub" / "é 名.png").write_bytes(PICTURES["one.png"])
        (bucket / "empty.png").touch()
        (self.folder / "outside.png").write_bytes(PICTURES["one.png"])
        (bucket / "link.png").symlink_to(self.folder / "outside.png")
        self.client.bench.buckets.add(BUCKET, bucket)
        stars = self.folder / "stars"
        portrait(stars / "0.png", 0)
        write_list(stars, [{"id": "s0", "name": "Ada", "pictures": ["0.png"]}])
        job = self.client.bench.jobs.wait(self.client.bench.celebrities.load(stars).id, 20)
        assert job is not None and job.state is JobState.DONE, job

    def close(self) -> None:
        self.client.close()

    def refresh(self) -> None:
        """Three collections, at least one with faces and users."""
        there = self.client.ListCollections()["CollectionIds"]
        for name in COLLECTIONS[:2]:
            if name not in there:
                self.client.CreateCollection(CollectionId=name)
        if len(self.client.ListFaces(CollectionId="album", MaxResults=3)["Faces"]) < 3:
            squares = [
                (shade(person_color(number % 3), 6 * (number // 3)), (10 + 100 * number, 20, 60 + 2 * number))
                for number in range(6)
            ]
            self.faces = [*self.client.index("album", squares), *self.faces][:40]
        users = {user["UserId"] for user in self.client.ListUsers(CollectionId="album")["Users"]}
        for user in USERS[:2]:
            if user not in users:
                self.client.CreateUser(CollectionId="album", UserId=user)
        free = [
            face["FaceId"]
            for face in self.client.ListFaces(CollectionId="album")["Faces"]
            if "UserId" not in face
        ]
        if not any(
            user["UserStatus"] == "ACTIVE" for user in self.client.ListUsers(CollectionId="album")["Users"]
        ):
            self.client.AssociateFaces(
                CollectionId="album", UserId="ada", FaceIds=free[:1], UserMatchThreshold=0
            )

    def learn(self, answer: dict[str, Any]) -> None:
        """Remember the ids and tokens of an answer for later requests."""
        if answer.get("NextToken"):
            self.tokens = [answer["NextToken"], *self.tokens][:10]
        for record in answer.get("FaceRecords", ()):
            self.faces = [record["Face"]["FaceId"], *self.faces][:40]


# Requests. Those strategies give functions of the world, so that what is drawn stays the same when an example
# is run again: FACES is the second-last face that was made, whichever that is.


@dataclass(frozen=True)
class Live:
    """A value that only the world knows."""

    what: str
    read: Callable[[World], Any]

    def __repr__(self) -> str:
        return f"<{self.what}>"


def _face(number: int) -> Live:
    return Live(f"face {number}", lambda world: world.faces[number % len(world.faces)])


def _token(number: int) -> Live:
    return Live(f"token {number}", lambda world: [*world.tokens, "none"][number % (len(world.tokens) + 1)])


PLAIN_ID = st.text("aZ0_.-", min_size=1, max_size=12)
IMAGES = st.one_of(
    st.sampled_from(sorted(PICTURES)).map(lambda name: {"Bytes": PICTURES[name]}),
    st.sampled_from([*sorted(PICTURES), "sub/é 名.png"]).map(
        lambda name: {"S3Object": {"Bucket": BUCKET, "Name": name}}
    ),
    st.builds(
        lambda name: {"Bytes": PICTURES[name]},
        st.sampled_from(["three.png", "two.jpg", "one.png", "turned.jpg"]),
    ),
)
OBJECT_NAMES = st.one_of(
    st.sampled_from(
        [
            *sorted(PICTURES),
            "sub/é 名.png",
            "sub",
            "sub/",
            "empty.png",
            "link.png",
            "../outside.png",
            "/etc/passwd",
            "sub/../three.png",
            "a//b",
            "..",
            "%2e%2e/outside.png",
            "three.png/x",
            "CON",
            "nul.png",
            "three.png ",
            "three.png.",
            "three.png::$DATA",
            "..\\outside.png",
            "x" * 1024,
            "x/" * 512,
            "\u202e.png",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
)
WHO = ("UserId", "FaceId")
KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "CollectionId": st.one_of(
        st.just("album"), st.just("album"), st.sampled_from(COLLECTIONS), PLAIN_ID, st.just("x" * 255)
    ),
    "UserId": st.one_of(st.sampled_from(USERS), PLAIN_ID),
    "Id": st.sampled_from(["s0", "s0", "s1", "0AbC9"]),
    "FaceId": st.one_of(st.integers(0, 9).map(_face), st.just(UNKNOWN_FACE), st.uuids().map(str)),
    "ClientRequestToken": st.sampled_from(["t0", "t1", "t2", "T-_9"]),
    "NextToken": st.integers(0, 9).map(_token),
    "Bucket": st.sampled_from([BUCKET, BUCKET, "nowhere", "other.bucket"]),
    "Name": OBJECT_NAMES,
    "ExternalImageId": st.one_of(st.sampled_from(["a.jpg", "b:1"]), PLAIN_ID),
    "Bytes": st.one_of(
        st.sampled_from(sorted(PICTURES)).map(PICTURES.__getitem__), st.binary(min_size=1, max_size=40)
    ),
    "MaxFaces": st.sampled_from([1, 2, 3, 100, 4096]),
    "MaxUsers": st.sampled_from([1, 2, 500]),
    "MaxResults": st.sampled_from([1, 2, 100, 500]),
}


def requests(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    """As the operation's input shape has them, with Live values in place of ids."""
    shape = service_model().operation_model(operation).input_shape
    made: st.SearchStrategy[dict[str, Any]] = _of(shape)
    if operation == "SearchUsers":
        # Valid by its shape, it takes only one of the two.
        return st.one_of(
            made, *(made.map(lambda request, name=name: _without(request, name)) for name in WHO)
        )
    return made


def _without(request: dict[str, Any], name: str) -> dict[str, Any]:
    other = WHO[1 - WHO.index(name)]
    return {
        other: "ada" if other == "UserId" else _face(0),
        **{key: request[key] for key in request if key != name},
    }


def resolved(value: Any, world: World) -> Any:
    """The request with what the world has in place of what is named."""
    if isinstance(value, Live):
        return value.read(world)
    if isinstance(value, dict):
        return {key: resolved(item, world) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, world) for item in value]
    return value


def _of(shape: Any, name: str = "") -> st.SearchStrategy[Any]:
    kind = shape.type_name
    if kind == "structure":
        members = {member: _of(inner, member) for member, inner in shape.members.items()}
        if shape.name == "Image":
            return st.one_of(IMAGES, IMAGES, IMAGES, st.fixed_dictionaries({}, optional=members))
        needed = {member: members.pop(member) for member in shape.required_members}
        return st.fixed_dictionaries(needed, optional=members)
    if name in KNOWN:
        return KNOWN[name]
    facts = shape.metadata
    low = int(facts.get("min", 0))
    high = int(min(facts.get("max", low + 5), low + 5))
    if kind == "list":
        return st.lists(_of(shape.member, "FaceId" if name == "FaceIds" else ""), min_size=low, max_size=high)
    if kind == "map":
        return st.dictionaries(_of(shape.key), _of(shape.value), min_size=low, max_size=high)
    if kind == "boolean":
        return st.booleans()
    if kind in ("integer", "long"):
        return st.integers(low, int(facts.get("max", 2**31 - 1)))
    if kind in ("float", "double"):
        return st.floats(facts.get("min", -1e9), facts.get("max", 1e9), allow_nan=False)
    if kind == "blob":
        return st.binary(min_size=low, max_size=high)
    assert kind == "string", shape
    if shape.enum:
        return st.sampled_from(shape.enum)
    if "pattern" in facts and "\\p" not in facts["pattern"]:
        return st.from_regex(facts["pattern"], fullmatch=True).map(lambda text: text[: facts.get("max", 64)])
    return st.text("aZé名 5_.:/=+-@", min_size=max(low, 1), max_size=max(high, 1))
