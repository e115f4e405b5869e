"""The examples of the developer guide of 2017 and of the later pages on users, sent as they stand there.

Only names of buckets, collections and files are other ones. Each request goes through boto3 in this process
and through boto3 over the endpoint, each line of a shell through the AWS CLI over the endpoint (in process:
test_aws_clients.py), each sample of HTTP as bytes with the headers that it shows. An answer must have every
member that the guide's answer has; what the service's newer model has beside them is held against botocore.
"""

from __future__ import annotations

import http.client
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.jobs import JobState
from app.rekognition import boto3_client
from app.rekognition.access.policy import FULL, policy_of
from app.rekognition.access.secrets import FileSecrets
from app.rekognition.endpoint.service import EndpointService
from app.settings.settings import Settings
from tests.unit.rekognition.shapes_of_botocore import check

PROJECT = Path(__file__).resolve().parents[2]

# The guide's answers as their members; a list's one entry stands for each of its entries.
BOX = {"Width": 0.0, "Height": 0.0, "Left": 0.0, "Top": 0.0}
FACE = {
    "BoundingBox": BOX,
    "Confidence": 0.0,
    "Landmarks": [{"Type": "", "X": 0.0, "Y": 0.0}],
    "Pose": {"Yaw": 0.0, "Roll": 0.0, "Pitch": 0.0},
    "Quality": {"Sharpness": 0.0, "Brightness": 0.0},
}
SEEN = {"Value": True, "Confidence": 0.0}
WHOLE_FACE = {
    **FACE,
    **dict.fromkeys(
        ("Eyeglasses", "Sunglasses", "EyesOpen", "Smile", "MouthOpen", "Mustache", "Beard"), SEEN
    ),
    "Gender": {"Value": "", "Confidence": 0.0},
    "Emotions": [{"Type": "", "Confidence": 0.0}],
    "AgeRange": {"Low": 0, "High": 0},
}
STORED = {"BoundingBox": BOX, "FaceId": "", "Confidence": 0.0, "ImageId": ""}
NAMED = {**STORED, "ExternalImageId": ""}
LANDMARKS_OF_2017 = {
    "eyeLeft",
    "eyeRight",
    "nose",
    "mouthLeft",
    "mouthRight",
    "leftPupil",
    "rightPupil",
    "leftEyeBrowLeft",
    "leftEyeBrowRight",
    "leftEyeBrowUp",
    "rightEyeBrowLeft",
    "rightEyeBrowRight",
    "rightEyeBrowUp",
    "leftEyeLeft",
    "leftEyeRight",
    "leftEyeUp",
    "leftEyeDown",
    "rightEyeLeft",
    "rightEyeRight",
    "rightEyeUp",
    "rightEyeDown",
    "noseLeft",
    "noseRight",
    "mouthUp",
    "mouthDown",
}

LABELS = {"Labels": [{"Name": "", "Confidence": 0.0}]}
COMPARED = {
    "FaceMatches": [{"Similarity": 0.0, "Face": FACE}],
    "UnmatchedFaces": [FACE],
    "SourceImageFace": {"BoundingBox": BOX, "Confidence": 0.0},
}
INDEXED = {"FaceRecords": [{"Face": STORED, "FaceDetail": FACE}]}
FOUND = {"FaceMatches": [{"Similarity": 0.0, "Face": NAMED}]}
BY_FACE = {**FOUND, "SearchedFaceId": ""}
BY_IMAGE = {**FOUND, "SearchedFaceBoundingBox": BOX, "SearchedFaceConfidence": 0.0}
USER_MATCHES = [{"User": {"UserId": "", "UserStatus": ""}, "Similarity": 0.0}]
BY_IMAGE_USERS = {
    "SearchedFace": {"FaceDetail": {"BoundingBox": BOX}},
    "UserMatches": USER_MATCHES,
    "FaceModelVersion": "",
    "UnsearchedFaces": [{"FaceDetails": {"BoundingBox": BOX}, "Reasons": [""]}],
}
CELEBRITIES = {
    "CelebrityFaces": [{"Face": FACE, "Id": "", "MatchConfidence": 0.0, "Name": "", "Urls": [""]}],
    "UnrecognizedFaces": [FACE],
}
MADE = {"CollectionArn": "", "StatusCode": 200}


def lacking(sample: Any, answer: Any, where: str = "") -> list[str]:
    """What the sample has and the answer has not."""
    if isinstance(sample, dict):
        if not isinstance(answer, dict):
            return [f"{where} is no structure"]
        gone = [f"{where}.{name}" for name in sample if name not in answer]
        both = [name for name in sample if name in answer]
        return gone + [
            each for name in both for each in lacking(sample[name], answer[name], f"{where}.{name}")
        ]
    if isinstance(sample, list):
        if not isinstance(answer, list) or not answer:
            return [f"{where} is empty"]
        return [each for item in answer for each in lacking(sample[0], item, f"{where}[]")]
    if isinstance(sample, float) and isinstance(answer, int | float):
        return []
    return [] if type(sample) is type(answer) else [f"{where} is {answer!r}"]


class Site:
    """A library with a bucket, celebrities and a collection with users; both ways in to it."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder, self.scenes = folder, data / "scenes"
        self.bench = open_workbench(folder / "library", Origin.WINDOW, Settings(workers=2))
        self.bench.buckets.add("bucketname", self.scenes)
        self.who = self._celebrity(data / "congress")
        self.service = EndpointService(
            self.bench, FileSecrets(folder / "secrets", folder / "key" / "key"), rate=5000, burst=5000
        )
        self.url = self.service.start()
        self.key = self.service.keys.create("adminuser", FULL)
        self.clients = {"in process": boto3_client(self.bench), "endpoint": self.over()}
        aws = self.clients["in process"]
        aws.create_collection(CollectionId="myphotos")
        for name in ("person-vlado.jpg", "group-2.jpg"):
            aws.index_faces(CollectionId="myphotos", Image=stored(name), ExternalImageId=name)
        faces = aws.list_faces(CollectionId="myphotos")["Faces"]
        for number, face in enumerate(faces):
            aws.create_user(CollectionId="myphotos", UserId=f"demoUser{number}")
            aws.associate_faces(CollectionId="myphotos", UserId=f"demoUser{number}", FaceIds=[face["FaceId"]])
        # One that is found by the other picture of the same person.
        self.face = next(face["FaceId"] for face in faces if face["ExternalImageId"] == "person-vlado.jpg")

    def _celebrity(self, congress: Path) -> str:
        """A pack with the largest face of group-2.jpg's picture of Vlado; gives the id."""
        pack = self.folder / "pack"
        pack.mkdir()
        shutil.copy(self.scenes / "person-vlado.jpg", pack / "v.jpg")
        lines = [
            'name = "Stars"',
            'version = "1"',
            'licence = "Public domain"',
            "[[celebrities]]",
            'id = "3Ir0du6"',
            'name = "Vlado"',
            'urls = ["www.example.org/vlado"]',
            'pictures = ["v.jpg"]',
        ]
        (pack / "pack.toml").write_text("\n".join(lines), encoding="utf-8")
        job = self.bench.jobs.wait(self.bench.celebrities.load(pack).id, 120)
        assert job is not None and job.state is JobState.DONE, job
        return "3Ir0du6"

    def over(self, **more: Any) -> Any:
        return boto3.client(
            "rekognition",
            region_name="us-east-1",
            endpoint_url=self.url,
            verify=False,
            aws_access_key_id=self.key.access_key_id,
            aws_secret_access_key=self.key.secret,
            **more,
        )

    def close(self) -> None:
        for client in self.clients.values():
            client.close()
        self.service.close()
        self.bench.close()


def stored(name: str) -> dict[str, Any]:
    return {"S3Object": {"Bucket": "bucketname", "Name": name}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("seeds"), shared_data)
    yield made
    made.close()


def held(operation: str, answer: dict[str, Any]) -> None:
    told = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    if isinstance(told.get("CreationTimestamp"), float | int):
        told["CreationTimestamp"] = datetime.fromtimestamp(told["CreationTimestamp"], UTC)
    check(operation, told)


PEOPLE, FAMILY = "person-vlado.jpg", "group-2.jpg"
IN = {"CollectionId": "myphotos"}
# By name: the operation, the request, the guide's answer. The requests that a program of the guide sends
# (Java, Python, PHP) stand here as the JSON that they become.
REQUESTS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "labels, sample": ("DetectLabels", {"Image": stored("astronaut.png")}, LABELS),
    "labels, Java": (
        "DetectLabels",
        {"Image": stored("astronaut.png"), "MaxLabels": 10, "MinConfidence": 77.0},
        LABELS,
    ),
    "faces, sample": ("DetectFaces", {"Image": stored(FAMILY)}, {"FaceDetails": [FACE]}),
    "faces, Java": (
        "DetectFaces",
        {"Image": stored(FAMILY), "Attributes": ["ALL"]},
        {"FaceDetails": [WHOLE_FACE]},
    ),
    "compare, sample": (
        "CompareFaces",
        {"SourceImage": stored(PEOPLE), "TargetImage": stored(FAMILY)},
        COMPARED,
    ),
    "compare, Java": (
        "CompareFaces",
        {"SourceImage": stored(PEOPLE), "TargetImage": stored(FAMILY), "SimilarityThreshold": 70.0},
        COMPARED,
    ),
    "moderation, sample": ("DetectModerationLabels", {"Image": stored(PEOPLE)}, {"ModerationLabels": []}),
    "celebrities, sample": ("RecognizeCelebrities", {"Image": stored(FAMILY)}, CELEBRITIES),
    "celebrity, sample": ("GetCelebrityInfo", {"Id": "3Ir0du6"}, {"Name": "", "Urls": [""]}),
    "collections, sample": ("ListCollections", {}, {"CollectionIds": [""]}),
    "collections, Java": ("ListCollections", {"MaxResults": 1}, {"CollectionIds": [""]}),
    "index, sample": ("IndexFaces", {**IN, "Image": stored(FAMILY)}, INDEXED),
    "index, Java": (
        "IndexFaces",
        {**IN, "Image": stored(FAMILY), "ExternalImageId": "image1.jpg", "DetectionAttributes": ["ALL"]},
        {"FaceRecords": [{"Face": NAMED, "FaceDetail": WHOLE_FACE}]},
    ),
    "list, sample": ("ListFaces", IN, {"Faces": [STORED]}),
    "list, Java": ("ListFaces", {**IN, "MaxResults": 1}, {"Faces": [STORED], "NextToken": ""}),
    "search, sample": (
        "SearchFaces",
        {**IN, "FaceId": "FACE"},
        {**BY_FACE, "FaceMatches": [{"Similarity": 0.0, "Face": STORED}]},
    ),
    "search, Java": (
        "SearchFaces",
        {**IN, "FaceId": "FACE", "FaceMatchThreshold": 70.0, "MaxFaces": 2},
        {"SearchedFaceId": ""},
    ),
    "by image, sample": (
        "SearchFacesByImage",
        {**IN, "Image": stored(PEOPLE)},
        {**BY_IMAGE, "FaceMatches": [{"Similarity": 0.0, "Face": STORED}]},
    ),
    "by image, Java": (
        "SearchFacesByImage",
        {**IN, "Image": stored(PEOPLE), "FaceMatchThreshold": 70.0, "MaxFaces": 2},
        {"FaceMatches": [{"Similarity": 0.0, "Face": STORED}], "SearchedFaceBoundingBox": BOX},
    ),
    "users by image, sample": (
        "SearchUsersByImage",
        {**IN, "Image": stored(FAMILY), "MaxUsers": 2, "UserMatchThreshold": 99},
        BY_IMAGE_USERS,
    ),
    "users by image, Java": (
        "SearchUsersByImage",
        {**IN, "Image": stored(FAMILY), "UserMatchThreshold": 70.0, "MaxUsers": 2},
        BY_IMAGE_USERS,
    ),
    "users, by face": (
        "SearchUsers",
        {**IN, "FaceId": "FACE"},
        {"UserMatches": USER_MATCHES, "FaceModelVersion": "", "SearchedFace": {"FaceId": ""}},
    ),
    "users, by user": (
        "SearchUsers",
        {**IN, "UserId": "demoUser0", "UserMatchThreshold": 0, "MaxUsers": 123},
        {"UserMatches": USER_MATCHES, "FaceModelVersion": "", "SearchedUser": {"UserId": ""}},
    ),
}


def request_of(site: Site, name: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    operation, request, sample = REQUESTS[name]
    return operation, {**request, **({"FaceId": site.face} if "FaceId" in request else {})}, sample


@pytest.mark.parametrize("way", ["in process", "endpoint"])
@pytest.mark.parametrize("name", REQUESTS)
def test_the_guides_requests(site: Site, name: str, way: str) -> None:
    from botocore import xform_name

    operation, request, sample = request_of(site, name)
    answer = getattr(site.clients[way], xform_name(operation))(**request)
    held(operation, answer)
    empty = [member for member in sample if sample[member] == []]
    assert lacking({key: value for key, value in sample.items() if key not in empty}, answer) == []
    assert all(isinstance(answer[member], list) for member in empty)
    if request.get("Attributes") == ["ALL"]:
        for face in answer["FaceDetails"]:
            assert {each["Type"] for each in face["Landmarks"]} >= LANDMARKS_OF_2017
    if "UnsearchedFaces" in sample:
        assert all(each["Reasons"] == ["FACE_NOT_LARGEST"] for each in answer["UnsearchedFaces"])
    for limit, member in (("MaxLabels", "Labels"), ("MaxFaces", "FaceMatches"), ("MaxUsers", "UserMatches")):
        assert len(answer.get(member, ())) <= request.get(limit, 4096)


def test_what_is_lacking_is_seen() -> None:
    sample = {"a": [{"b": 0.0, "c": ""}], "d": {"e": True}}
    assert lacking(sample, {"a": [{"b": 1, "c": "x"}], "d": {"e": False, "f": 1}}) == []
    assert lacking(sample, {"a": [{"b": 1.0}], "d": {"e": None}}) == [".a[].c", ".d.e is None"]
    assert lacking(sample, {"a": []}) == [".d", ".a is empty"]


def test_an_upright_picture_without_exif_says_so(site: Site) -> None:
    """The guide's OrientationCorrection: of a picture without EXIF, as those of 2017 were."""
    aws = site.clients["endpoint"]
    assert aws.detect_faces(Image=stored("astronaut.png"))["OrientationCorrection"] == "ROTATE_0"
    assert aws.detect_labels(Image=stored("astronaut.png"))["OrientationCorrection"] == "ROTATE_0"
    same = aws.compare_faces(SourceImage=stored("astronaut.png"), TargetImage=stored("astronaut.png"))
    assert same["SourceImageOrientationCorrection"] == same["TargetImageOrientationCorrection"] == "ROTATE_0"


# As the shell lines stand in the guides, with the profile that they tell to make.
LINES = {
    "labels": """detect-labels --image '{"S3Object":{"Bucket":"bucketname","Name":"astronaut.png"}}'
        --region us-east-1 --profile adminuser""",
    # cmd.exe takes the carets and the backslashes away.
    "labels, Windows": """detect-labels
        --image "{\\"S3Object\\":{\\"Bucket\\":\\"bucketname\\",\\"Name\\":\\"astronaut.png\\"}}"
        --region us-west-2 --profile adminuser""",
    "labels, shorthand": """detect-labels --image "S3Object={Bucket=bucketname,Name=astronaut.png}"
        --region us-west-2 --profile adminuser""",
    "faces": """detect-faces
        --image '{"S3Object":{"Bucket":"bucketname","Name":"group-2.jpg"}}' --attributes "ALL"
        --region us-east-1 --profile adminuser""",
    "compare": """compare-faces
        --source-image '{"S3Object":{"Bucket":"bucketname","Name":"person-vlado.jpg"}}'
        --target-image '{"S3Object":{"Bucket":"bucketname","Name":"group-2.jpg"}}'
        --region us-east-1 --profile adminuser""",
    "celebrities": """recognize-celebrities --image "S3Object={Bucket=bucketname,Name=group-2.jpg}"
        --profile adminuser""",
    "celebrity": "get-celebrity-info --id 3Ir0du6 --profile adminuser",
    "moderation": """detect-moderation-labels
        --image '{"S3Object":{"Bucket":"bucketname","Name":"person-vlado.jpg"}}'
        --region us-east-1 --profile adminuser""",
    "create": """create-collection
        --collection-id "examplecollection" --region us-east-1 --profile adminuser""",
    "list collections": "list-collections --region us-east-1 --profile adminuser",
    "delete": """delete-collection
        --collection-id "examplecollection" --region us-east-1 --profile adminuser""",
    "index": """index-faces --image '{"S3Object":{"Bucket":"bucketname","Name":"group-2.jpg"}}'
        --collection-id "myphotos" --region us-east-1 --profile adminuser""",
    "index all": """index-faces --image '{"S3Object":{"Bucket":"bucketname","Name":"group-2.jpg"}}'
        --collection-id "myphotos" --detection-attributes "ALL" --external-image-id "example-image.jpg"
        --region us-east-1 --profile adminuser""",
    "list faces": """list-faces --collection-id "myphotos" --region us-east-1 --profile adminuser""",
    "search": """search-faces
        --face-id FACE --collection-id "myphotos" --region us-east-1 --profile adminuser""",
    "search by image": """search-faces-by-image
        --image '{"S3Object":{"Bucket":"bucketname","Name":"person-vlado.jpg"}}'
        --collection-id "myphotos" --region us-east-1 --profile adminuser""",
    "users by image": """search-users-by-image
        --image '{"S3Object":{"Bucket":"bucketname","Name":"group-2.jpg"}}'
        --collection-id myphotos --region us-east-1 --profile adminuser""",
}
ANSWERS = {
    "labels": LABELS,
    "labels, Windows": LABELS,
    "labels, shorthand": LABELS,
    "faces": {"FaceDetails": [WHOLE_FACE]},
    "compare": COMPARED,
    "celebrities": CELEBRITIES,
    "celebrity": {"Name": "", "Urls": [""]},
    "moderation": {},
    "create": MADE,
    "list collections": {"CollectionIds": [""]},
    "delete": {"StatusCode": 200},
    "index": INDEXED,
    "index all": {"FaceRecords": [{"Face": NAMED, "FaceDetail": WHOLE_FACE}]},
    "list faces": {"Faces": [STORED]},
    "search": {"SearchedFaceId": "", "FaceMatches": [{"Similarity": 0.0, "Face": STORED}]},
    "search by image": {**BY_IMAGE, "FaceMatches": [{"Similarity": 0.0, "Face": STORED}]},
    "users by image": BY_IMAGE_USERS,
}
# Those that test_aws_clients.py does not send through the AWS CLI in process.
IN_PROCESS = {"labels, Windows", "celebrity", "create", "delete", "search"}


def words_of(site: Site, name: str) -> list[str]:
    return [site.face if word == "FACE" else word for word in shlex.split(LINES[name])]


def told(name: str, words: list[str], done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    held("".join(part.capitalize() for part in words[0].split("-")), answer)
    assert lacking(ANSWERS[name], answer) == []


@pytest.mark.parametrize("name", LINES)
def test_the_guides_lines_over_the_endpoint(site: Site, name: str) -> None:
    program = shutil.which("aws", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip("the AWS CLI is not installed")
    config = site.folder / "aws.config"
    config.write_text(
        f"[profile adminuser]\naws_access_key_id = {site.key.access_key_id}\n"
        f"aws_secret_access_key = {site.key.secret}\nregion = us-west-2\n"
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    words = words_of(site, name)
    done = subprocess.run(
        [program, "rekognition", *words],
        env={**kept, "AWS_CONFIG_FILE": str(config), "AWS_ENDPOINT_URL_REKOGNITION": site.url},
        capture_output=True,
        text=True,
        timeout=120,
    )
    told(name, words, done)


@pytest.mark.parametrize("name", [name for name in LINES if name in IN_PROCESS])
def test_the_guides_lines_in_process(site: Site, name: str) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    words = words_of(site, name)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "app",
            "--library",
            str(site.folder / "library"),
            "aws",
            "rekognition",
            *words,
        ],
        cwd=PROJECT,
        env={**kept, "HOME": str(site.folder / "home")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    told(name, words, done)


# The samples of HTTP: the header lines that they show, and those four signed.
def sent(site: Site, operation: str, body: bytes) -> tuple[http.client.HTTPResponse, dict[str, Any]]:
    host = site.url.removeprefix("http://")
    signed = {
        "Content-Type": "application/x-amz-json-1.1",
        "Host": host,
        "X-Amz-Target": f"RekognitionService.{operation}",
    }
    made = AWSRequest("POST", f"{site.url}/", data=body, headers=signed)
    SigV4Auth(Credentials(site.key.access_key_id, site.key.secret), "rekognition", "us-west-2").add_auth(made)
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-target," in made.headers["Authorization"]
    connection = http.client.HTTPConnection(host, timeout=60)
    headers = {
        "Accept-Encoding": "identity",
        "User-Agent": "aws-cli/1.11.25 Python/2.7.9 Windows/8 botocore/1.4.82",
        **dict(made.headers.items()),
    }
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.headers["Content-Length"] == str(len(content))
    return answer, json.loads(content)


def test_the_guides_samples_of_http(site: Site) -> None:
    face = "11111111-2222-3333-4444-555555555555"
    samples = [
        ("CreateCollection", b'{"CollectionId": "mycollection"}', MADE),
        ("ListCollections", b"{}", {"CollectionIds": [""]}),
        ("DeleteCollection", b'{"CollectionId": "mycollection"}', {"StatusCode": 200}),
        *(
            (operation, json.dumps(request, indent=3).encode(), sample)
            for operation, request, sample in (
                request_of(site, name) for name in REQUESTS if "sample" in name
            )
            if operation not in ("ListCollections", "DetectModerationLabels")
        ),
    ]
    for operation, body, sample in samples:
        answer, content = sent(site, operation, body)
        assert answer.status == 200, content
        assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
        assert answer.headers["x-amzn-RequestId"] and answer.headers["Date"]
        held(operation, content)
        assert lacking(sample, content) == [], operation
    # Faces of its own, to delete one.
    aws = site.clients["endpoint"]
    aws.create_collection(CollectionId="examplemyphotos")
    own = aws.index_faces(CollectionId="examplemyphotos", Image=stored(PEOPLE))["FaceRecords"][0]["Face"]
    body = json.dumps({"FaceIds": [own["FaceId"], face], "CollectionId": "examplemyphotos"}).encode()
    answer, content = sent(site, "DeleteFaces", body)
    assert answer.status == 200 and content["DeletedFaces"] == [own["FaceId"]]
    held("DeleteFaces", content)
    aws.delete_collection(CollectionId="examplemyphotos")


def test_the_guides_programs(site: Site) -> None:
    """What they do besides asking once: pages of one, local files, a token."""
    for aws in site.clients.values():
        for name in ("exampleCollection", "exampleCollection2"):
            assert aws.create_collection(CollectionId=name)["CollectionArn"].endswith(f":collection/{name}")
        listed: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = aws.list_collections(MaxResults=1, **token)
            listed += page["CollectionIds"]
            if "NextToken" not in page:
                break
            token = {"NextToken": page["NextToken"]}
        assert listed == ["myphotos", "exampleCollection", "exampleCollection2"]
        photo = (site.scenes / PEOPLE).read_bytes()
        answer = aws.index_faces(Image={"Bytes": photo}, CollectionId="exampleCollection")
        assert len(answer["FaceRecords"]) == 1
        users = aws.search_users_by_image(CollectionId="myphotos", Image={"Bytes": photo})
        assert users["UserMatches"] and "UserId" in users["UserMatches"][0]["User"]
        for name in ("exampleCollection", "exampleCollection2"):
            assert aws.delete_collection(CollectionId=name)["StatusCode"] == 200


def test_a_session_token_is_refused_with_a_reason(site: Site) -> None:
    """The guide's Python program takes one from its environment; keys of this program have none."""
    aws = site.over(aws_session_token="token")
    with pytest.raises(ClientError, match=r"UnrecognizedClientException.*no session token"):
        aws.list_collections()
    aws.close()


def test_the_guides_policies(site: Site) -> None:
    listing = {
        "Sid": "AllowsListCollectionAction",
        "Effect": "Allow",
        "Action": ["rekognition:ListCollections"],
    }
    reading = [
        "CompareFaces",
        "DetectFaces",
        "DetectLabels",
        "ListCollections",
        "ListFaces",
        "SearchFaces",
        "SearchFacesByImage",
    ]
    full = [*reading, "CreateCollection", "DeleteCollection", "DeleteFaces", "IndexFaces"]

    def policy(*statements: dict[str, Any]) -> Any:
        return policy_of(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))

    only = policy({**listing, "Resource": "*"})
    assert only.allows("ListCollections") and not only.allows("ListFaces", None)
    account = policy({**listing, "Resource": "arn:aws:rekognition:local:000000000000:*"})
    assert account.allows("ListCollections")
    for actions in (reading, full):
        given = policy(
            {"Effect": "Allow", "Action": [f"rekognition:{name}" for name in actions], "Resource": "*"}
        )
        arn = "arn:aws:rekognition:local:000000000000:collection/myphotos"
        assert all(given.allows(name, arn) for name in actions)
        assert not given.allows("CreateUser", arn)
    for name in ("AmazonRekognitionFullAccess", "AmazonRekognitionReadOnlyAccess"):
        assert policy_of(name).allows("ListCollections")
