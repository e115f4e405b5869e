"""The real AWS CLI and a real boto3 client, in process, with the shipped models and real photographs.

Every answer is read from the wire and held against botocore's output shapes, every error against the
operation's own.
"""

from __future__ import annotations

import base64
import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.jobs import JobState
from app.rekognition import boto3_client
from app.rekognition.model.table import service_table
from app.services.workbench import Workbench
from app.settings.settings import Settings
from tests.unit.rekognition.shapes_of_botocore import check, check_error

pytest.importorskip("boto3", reason="needs the extra: pip install 'likeness[aws]'")
pytest.importorskip("awscli", reason="needs the extra: pip install 'likeness[aws]'")

PROJECT = Path(__file__).resolve().parents[2]
LIMIT_S = 120
MEMBERS = 3


@pytest.fixture(scope="module")
def scenes(shared_data: Path) -> Path:
    return shared_data / "scenes"


@pytest.fixture(scope="module")
def member(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path]:
    """A celebrity pack, the id of one of its people, and another photo of that one."""
    root = shared_data / "congress"
    photos: dict[str, list[Path]] = {}
    with (root / "identities.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            photos.setdefault(row["identity"], []).append(root / row["path"])
    chosen = sorted(who for who, own in photos.items() if len(own) > 1 and who.isalnum())[:MEMBERS]
    pack = tmp_path_factory.mktemp("pack")
    lines = ['name = "Members"', 'version = "1"', 'licence = "Public domain"']
    for who in chosen:
        shutil.copy(photos[who][0], pack / f"{who}.jpg")
        lines += ["[[celebrities]]", f'id = "{who}"', f'name = "Member {who}"', f'pictures = ["{who}.jpg"]']
    (pack / "pack.toml").write_text("\n".join(lines), encoding="utf-8")
    return pack, chosen[0], photos[chosen[0]][1]


@pytest.fixture(scope="module")
def bench(
    tmp_path_factory: pytest.TempPathFactory, scenes: Path, member: tuple[Path, str, Path]
) -> Iterator[Workbench]:
    opened = open_workbench(
        tmp_path_factory.mktemp("boto3") / "library", Origin.COMMAND_LINE, Settings(workers=2)
    )
    try:
        opened.buckets.add("photo-collection", scenes)
        loaded = opened.jobs.wait(opened.celebrities.load(member[0]).id, LIMIT_S)
        assert loaded is not None and loaded.state is JobState.DONE, loaded
        yield opened
    finally:
        opened.close()


def held(operation: str, body: bytes, status: int) -> None:
    """An answer's bytes are JSON that the operation's output shape describes, or an error it may answer."""
    told = json.loads(body)
    if status == 200:
        if operation == "DescribeCollection":
            told["CreationTimestamp"] = datetime.fromtimestamp(told["CreationTimestamp"], UTC)
        check(operation, told)
        return
    assert set(told) == {"__type", "message"} and status == 400, told
    check_error(operation, told["__type"])


class Checked:
    """A boto3 client; notes which operations it had answered."""

    def __init__(self, bench: Workbench) -> None:
        self.client = boto3_client(bench)
        self.answered: set[str] = set()
        self.client.meta.events.register("before-parse.rekognition.*", self._hold)

    def _hold(self, operation_model: Any, response_dict: dict[str, Any], **_: object) -> None:
        held(operation_model.name, response_dict["body"], response_dict["status_code"])
        if response_dict["status_code"] == 200:
            self.answered.add(operation_model.name)


@pytest.fixture(scope="module")
def checked(bench: Workbench) -> Checked:
    return Checked(bench)


def picture(path: Path) -> dict[str, Any]:
    return {"Bytes": path.read_bytes()}


def test_boto3_through_every_operation(
    checked: Checked, scenes: Path, member: tuple[Path, str, Path]
) -> None:
    client = checked.client
    vlado, group = scenes / "person-vlado.jpg", scenes / "group-2.jpg"

    found = client.detect_faces(Image=picture(group), Attributes=["ALL"])["FaceDetails"]
    assert len(found) == 3 and len(found[0]["Landmarks"]) == 30 and "AgeRange" in found[0]
    bucket = {"S3Object": {"Bucket": "photo-collection", "Name": "group-2.jpg"}}
    assert client.detect_faces(Image=bucket, Attributes=["ALL"])["FaceDetails"] == found
    labels = client.detect_labels(Image=picture(scenes / "astronaut.png"), MaxLabels=5)["Labels"]
    assert "Person" in [label["Name"] for label in labels] and len(labels) <= 5
    moderated = client.detect_moderation_labels(Image=picture(vlado))
    assert moderated["ModerationLabels"] == []
    compared = client.compare_faces(SourceImage=picture(vlado), TargetImage=bucket)
    assert len(compared["FaceMatches"]) == 1 and len(compared["UnmatchedFaces"]) == 2
    assert compared["FaceMatches"][0]["Similarity"] >= 80

    assert client.create_collection(CollectionId="friends")["StatusCode"] == 200
    one = client.index_faces(CollectionId="friends", Image=picture(vlado), ExternalImageId="vlado.jpg")
    assert len(one["FaceRecords"]) == 1
    many = client.index_faces(CollectionId="friends", Image=bucket, ExternalImageId="group", MaxFaces=10)
    assert len(many["FaceRecords"]) + len(many["UnindexedFaces"]) == 3
    described = client.describe_collection(CollectionId="friends")
    assert described["FaceCount"] == 1 + len(many["FaceRecords"])
    assert abs((datetime.now(UTC) - described["CreationTimestamp"]).total_seconds()) < 600
    assert client.list_collections()["CollectionIds"] == ["friends"]
    faces = client.list_faces(CollectionId="friends")["Faces"]
    assert {face.get("ExternalImageId") for face in faces} == {"vlado.jpg", "group"}

    face_id = one["FaceRecords"][0]["Face"]["FaceId"]
    alike = client.search_faces(CollectionId="friends", FaceId=face_id)["FaceMatches"]
    assert [match["Face"]["ExternalImageId"] for match in alike] == ["group"]
    by_image = client.search_faces_by_image(
        CollectionId="friends", Image=picture(scenes / "person-vlado1.jpg"), MaxFaces=5
    )["FaceMatches"]
    own = {match["Face"]["FaceId"] for match in by_image}
    assert own == {face_id, alike[0]["Face"]["FaceId"]}

    assert client.create_user(CollectionId="friends", UserId="vlado")["ResponseMetadata"]
    given = client.associate_faces(CollectionId="friends", UserId="vlado", FaceIds=sorted(own))
    assert {each["FaceId"] for each in given["AssociatedFaces"]} == own
    assert given["UserStatus"] == "ACTIVE"
    assert client.list_users(CollectionId="friends")["Users"] == [{"UserId": "vlado", "UserStatus": "ACTIVE"}]
    users = client.search_users(CollectionId="friends", FaceId=face_id)["UserMatches"]
    assert [match["User"]["UserId"] for match in users] == ["vlado"]
    seen = client.search_users_by_image(CollectionId="friends", Image=picture(scenes / "person-vlado5.jpg"))
    assert [match["User"]["UserId"] for match in seen["UserMatches"]] == ["vlado"]
    taken = client.disassociate_faces(CollectionId="friends", UserId="vlado", FaceIds=[face_id])
    assert [each["FaceId"] for each in taken["DisassociatedFaces"]] == [face_id]
    kept = client.delete_faces(CollectionId="friends", FaceIds=sorted(own))
    assert kept["DeletedFaces"] == [face_id]
    assert kept["UnsuccessfulFaceDeletions"][0]["Reasons"] == ["ASSOCIATED_TO_AN_EXISTING_USER"]
    client.delete_user(CollectionId="friends", UserId="vlado")

    _, who, photo = member
    known = client.recognize_celebrities(Image=picture(photo))["CelebrityFaces"]
    assert [face["Id"] for face in known] == [who]
    assert client.get_celebrity_info(Id=who)["Name"] == f"Member {who}"
    assert client.delete_collection(CollectionId="friends")["StatusCode"] == 200
    assert checked.answered == set(service_table().operations)


def test_boto3_is_told_what_is_wrong(checked: Checked, scenes: Path, shared_data: Path) -> None:
    client = checked.client
    wrong = client.exceptions
    image = picture(scenes / "astronaut.png")
    with pytest.raises(wrong.ResourceNotFoundException):
        client.search_faces_by_image(CollectionId="nowhere", Image=image)
    with pytest.raises(wrong.InvalidParameterException, match="maxFaces"):
        client.search_faces_by_image(CollectionId="c", Image=image, MaxFaces=4097)
    with pytest.raises(wrong.InvalidImageFormatException):
        client.detect_faces(Image={"Bytes": b"no picture"})
    with pytest.raises(wrong.ImageTooLargeException):
        client.detect_faces(Image={"Bytes": bytes(5_242_881)})
    for name in ("nowhere.jpg", "../LICENSES.md", "/etc/passwd"):
        with pytest.raises(wrong.InvalidS3ObjectException):
            client.detect_faces(Image={"S3Object": {"Bucket": "photo-collection", "Name": name}})
    with pytest.raises(wrong.InvalidPaginationTokenException):
        client.list_collections(NextToken="nonsense")
    with pytest.raises(wrong.ResourceNotFoundException):
        client.get_celebrity_info(Id="nobody")
    files = [path for path in (shared_data / "bad_input" / "generated").iterdir() if path.is_file()]
    assert len(files) > 5
    for path in files:
        if not 0 < path.stat().st_size <= 5_242_880:
            continue
        try:
            client.detect_faces(Image=picture(path))
        except client.exceptions.ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, path


def test_boto3s_paginators(checked: Checked, scenes: Path) -> None:
    client = checked.client
    for number in range(3):
        client.create_collection(CollectionId=f"page{number}")
    client.index_faces(CollectionId="page0", Image=picture(scenes / "solvay1927.jpg"))
    for number in range(5):
        client.create_user(CollectionId="page0", UserId=f"u{number}")

    def all_of(operation: str, result: str, size: int, **request: Any) -> list[Any]:
        pages = list(client.get_paginator(operation).paginate(**request, PaginationConfig={"PageSize": size}))
        assert len(pages) > 1 and all(0 < len(page[result]) <= size for page in pages)
        return [item for page in pages for item in page[result]]

    listed = all_of("list_collections", "CollectionIds", 1)
    assert [name for name in listed if name.startswith("page")] == ["page0", "page1", "page2"]
    users = all_of("list_users", "Users", 2, CollectionId="page0")
    assert [user["UserId"] for user in users] == [f"u{number}" for number in range(5)]
    faces = [face["FaceId"] for face in all_of("list_faces", "Faces", 4, CollectionId="page0")]
    assert len(faces) == len(set(faces)) == client.describe_collection(CollectionId="page0")["FaceCount"] > 20
    # The collection changes between two pages.
    first = client.list_faces(CollectionId="page0", MaxResults=4)
    client.delete_faces(CollectionId="page0", FaceIds=[*faces[:4], faces[6]])
    rest = client.list_faces(CollectionId="page0", NextToken=first["NextToken"])
    assert [face["FaceId"] for face in rest["Faces"]] == [*faces[4:6], *faces[7:]]


# The AWS CLI, as a shell starts it


@dataclass(frozen=True)
class Aws:
    """`likeness aws ...` in a process of its own, in an account that has no configuration."""

    library: Path
    home: Path

    def __call__(self, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return self.program("aws", *words, **more)

    def program(self, *words: str | Path, stdin: bytes = b"", **more: str) -> Any:
        command = [sys.executable, "-m", "app", "--library", str(self.library), *map(str, words)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        folders = ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
        done = subprocess.run(
            command,
            cwd=PROJECT,
            env={**kept, **dict.fromkeys(folders, str(self.home)), **more},
            input=stdin,
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def json(self, *words: str | Path) -> Any:
        done = self(*words)
        assert (done.returncode, done.stderr) == (0, ""), done
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory, scenes: Path) -> Aws:
    """A library with Vlado's pictures in "collection-id"; the folder of scenes is the bucket "bucketname"."""
    folder = tmp_path_factory.mktemp("aws")
    made = Aws(folder / "library", folder / "home")
    made.json("rekognition", "create-collection", "--collection-id", "collection-id")
    assert made.program("buckets", "add", "bucketname", scenes).returncode == 0
    for name in ("person-vlado.jpg", "group-2.jpg"):
        made.json("rekognition", "index-faces", "--collection-id", "collection-id",
                  "--image-bytes", f"fileb://{scenes / name}", "--external-image-id", name)  # fmt: skip
    return made


# As the guides write them: region, profile and all. The answers' members are what the guides show.
EXAMPLES = {
    """aws rekognition detect-labels --image '{"S3Object":{"Bucket":"bucketname","Name":"astronaut.png"}}'
    --region us-east-1 --profile adminuser""": "Labels",
    """aws rekognition detect-labels --image "S3Object={Bucket=bucketname,Name=astronaut.png}"
    --region us-west-2""": "Labels",
    """aws rekognition detect-faces --image '{"S3Object":{"Bucket":"bucketname","Name":"group-2.jpg"}}'
    --attributes "ALL" --region us-east-1 --profile adminuser""": "FaceDetails",
    """aws rekognition compare-faces
    --source-image '{"S3Object":{"Bucket":"bucketname","Name":"person-vlado.jpg"}}'
    --target-image '{"S3Object":{"Bucket":"bucketname","Name":"group-2.jpg"}}'
    --region us-east-1 --profile adminuser""": "FaceMatches",
    """aws rekognition recognize-celebrities
    --image "S3Object={Bucket=bucketname,Name=person-vlado.jpg}" """: "UnrecognizedFaces",
    """aws rekognition detect-moderation-labels
    --image '{"S3Object":{"Bucket":"bucketname","Name":"person-vlado.jpg"}}'
    --region us-east-1 --profile adminuser""": "ModerationLabels",
    """aws rekognition list-collections --region us-east-1 --profile adminuser""": "CollectionIds",
    """aws rekognition list-faces --collection-id "collection-id"
    --region us-east-1 --profile adminuser""": "Faces",
    """aws rekognition index-faces --image '{"S3Object":{"Bucket":"bucketname","Name":"group-2.jpg"}}'
    --collection-id "collection-id" --detection-attributes "ALL" --external-image-id "group-2.jpg"
    --region us-east-1 --profile adminuser""": "FaceRecords",
    """aws rekognition search-faces-by-image
    --image '{"S3Object":{"Bucket":"bucketname","Name":"person-vlado1.jpg"}}'
    --collection-id "collection-id" --region us-east-1 --profile adminuser""": "FaceMatches",
    """aws rekognition search-users-by-image
    --image '{"S3Object":{"Bucket":"bucketname","Name":"person-vlado1.jpg"}}'
    --collection-id collection-id --region region-name""": "UserMatches",
    """aws rekognition describe-collection --collection-id collection-id""": "FaceCount",
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split()[2])
def test_the_examples_of_the_guides(aws: Aws, example: str) -> None:
    import shlex

    words = shlex.split(example.replace("\n", " "))
    answer = aws.json(*words[1:])
    operation = "".join(part.capitalize() for part in words[2].split("-"))
    told = dict(answer)
    if operation == "DescribeCollection":
        told["CreationTimestamp"] = datetime.fromtimestamp(told["CreationTimestamp"], UTC)
    check(operation, told)
    assert EXAMPLES[example] in answer


def test_the_aws_cli_finds_a_person(aws: Aws, scenes: Path) -> None:
    found = aws.json(
        *("rekognition", "search-faces-by-image", "--collection-id", "collection-id"),
        *("--image-bytes", f"fileb://{scenes / 'person-vlado5.jpg'}", "--face-match-threshold", "80"),
        *("--query", "FaceMatches[].Face.ExternalImageId"),
    )
    assert sorted(found) == ["group-2.jpg", "person-vlado.jpg"]
    token = ("--client-request-token", "token-1")
    for _ in range(2):
        done = aws("create-user", "--collection-id", "collection-id", "--user-id", "vlado", *token)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    ids = aws("list-faces", "--collection-id", "collection-id", "--query",
              "Faces[?ExternalImageId=='person-vlado.jpg'].FaceId", "--output", "text")  # fmt: skip
    given = aws.json("associate-faces", "--collection-id", "collection-id", "--user-id", "vlado",
                     "--face-ids", ids.stdout.strip())  # fmt: skip
    assert given["UserStatus"] == "ACTIVE"
    users = aws.json("search-users-by-image", "--collection-id", "collection-id",
                     "--image-bytes", f"fileb://{scenes / 'person-vlado5.jpg'}")  # fmt: skip
    assert [match["User"]["UserId"] for match in users["UserMatches"]] == ["vlado"]


def test_the_aws_clis_output_paging_and_input(aws: Aws, scenes: Path, tmp_path: Path) -> None:
    faces = ("rekognition", "list-faces", "--collection-id", "collection-id")
    everything = aws.json(*faces)["Faces"]
    assert aws.json(*faces, "--page-size", "1")["Faces"] == everything
    part = aws.json(*faces, "--max-items", "2")
    rest = aws.json(*faces, "--starting-token", part["NextToken"])
    assert part["Faces"] + rest["Faces"] == everything
    alone = aws.json(*faces, "--no-paginate", "--max-results", "1")
    assert alone["Faces"] == everything[:1] and alone["NextToken"]
    assert "ListFaces" in aws(*faces, "--output", "table").stdout
    text = aws(*faces, "--output", "text", "--query", "Faces[].FaceId").stdout.split()
    assert text == [face["FaceId"] for face in everything]
    # The YAML of an answer, and of a skeleton that is filled in and sent.
    import yaml

    assert yaml.safe_load(aws(*faces, "--output", "yaml").stdout)["Faces"] == everything
    skeleton = yaml.safe_load(aws("detect-faces", "--generate-cli-skeleton", "yaml-input").stdout)
    filled = {**skeleton, "Attributes": ["DEFAULT"], "Image": picture(scenes / "astronaut.png")}
    (tmp_path / "in.yaml").write_text(yaml.safe_dump(filled))
    by_yaml = aws.json("detect-faces", "--cli-input-yaml", f"file://{tmp_path / 'in.yaml'}")
    filled["Image"] = {"Bytes": base64.b64encode(filled["Image"]["Bytes"]).decode()}
    (tmp_path / "in.json").write_text(json.dumps(filled))
    by_json = aws.json("detect-faces", "--cli-input-json", f"file://{tmp_path / 'in.json'}")
    assert by_yaml == by_json and len(by_json["FaceDetails"]) == 1


def test_the_aws_clis_errors_and_help(aws: Aws) -> None:
    missing = aws("rekognition", "list-faces", "--collection-id", "nowhere")
    assert missing.returncode == 255 and missing.stdout == ""
    assert "(ResourceNotFoundException) when calling the ListFaces operation" in missing.stderr
    assert aws("rekognition", "list-faces").returncode == 2
    assert aws("s3", "ls").returncode == 255
    other = aws("rekognition", "create-project", "--project-name", "p")
    assert other.returncode == 255 and "CreateProject" in other.stderr
    shown = aws("rekognition", "list-faces", "help", PAGER="cat", AWS_PAGER="cat", MANPAGER="cat")
    if "groff" in shown.stderr or "mandoc" in shown.stderr:
        pytest.skip("the AWS CLI shows its help with groff or mandoc, and neither is installed")
    assert "--collection-id" in shown.stdout.replace("\b", "")


def test_plain_json_gives_the_aws_clis_answer(aws: Aws, scenes: Path) -> None:
    path = scenes / "astronaut.png"
    by_aws = aws.json("detect-faces", "--image-bytes", f"fileb://{path}")
    request = json.dumps({"Image": {"Bytes": f"@{path}"}})
    called = aws.program("call", "DetectFaces", "-", stdin=request.encode())
    assert called.returncode == 0 and json.loads(called.stdout) == by_aws
    assert not (aws.home / ".aws").exists(), "the AWS CLI keeps nothing"
    failed = aws.program("call", "list-faces", '{"CollectionId": "nowhere"}')
    assert failed.returncode == 1
    assert failed.stderr == "ResourceNotFoundException: There is no collection “nowhere”.\n"
