"""CreateCollection, DescribeCollection, ListCollections, DeleteCollection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.fakes import light_model, person_color
from tests.unit.rekognition.operations.workbenches import Client

ARN = "arn:aws:rekognition:local:000000000000:collection/"


def test_a_collection_is_made_and_described(client: Client) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert client.CreateCollection(CollectionId="Family_2024.v-1", Tags={"team": "a", "empty": ""}) == {
        "StatusCode": 200,
        "CollectionArn": ARN + "Family_2024.v-1",
        "FaceModelVersion": "fake-squares",
    }
    described = client.DescribeCollection(CollectionId="Family_2024.v-1")
    made = described.pop("CreationTimestamp")
    assert before <= made <= datetime.now(UTC)
    assert described == {
        "FaceCount": 0,
        "UserCount": 0,
        "CollectionARN": ARN + "Family_2024.v-1",
        "FaceModelVersion": "fake-squares",
    }


def test_what_is_in_it_is_counted(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    client.CreateCollection(CollectionId="other")
    faces = client.index("c", [(person_color(n), (10 + 100 * n, 10, 60)) for n in range(3)])
    client.index("other", [(person_color(7), (10, 10, 60))])
    client.CreateUser(CollectionId="c", UserId="u")
    client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:1])
    client.DeleteFaces(CollectionId="c", FaceIds=faces[1:2])
    described = client.DescribeCollection(CollectionId="c")
    assert (described["FaceCount"], described["UserCount"]) == (2, 1)


def test_an_id_is_taken_once_and_in_its_case(client: Client) -> None:
    client.CreateCollection(CollectionId="a")
    client.CreateCollection(CollectionId="A")
    assert client.refused("CreateCollection", CollectionId="a") == "ResourceAlreadyExistsException"
    client.DeleteCollection(CollectionId="a")
    client.CreateCollection(CollectionId="a")
    assert client.ListCollections()["CollectionIds"] == ["A", "a"], "in order of creation"


def test_a_deleted_collection_takes_all_along(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    (face,) = client.index("c", [(person_color(0), (10, 10, 60))])
    client.CreateUser(CollectionId="c", UserId="u")
    assert client.DeleteCollection(CollectionId="c") == {"StatusCode": 200}
    requests = {
        "DescribeCollection": {},
        "DeleteCollection": {},
        "ListFaces": {},
        "DeleteFaces": {"FaceIds": [face]},
        "SearchFaces": {"FaceId": face},
        "CreateUser": {"UserId": "v"},
        "DeleteUser": {"UserId": "u"},
        "ListUsers": {},
        "AssociateFaces": {"UserId": "u", "FaceIds": [face]},
        "DisassociateFaces": {"UserId": "u", "FaceIds": [face]},
        "SearchUsers": {"FaceId": face},
    }
    for operation, request in requests.items():
        assert client.refused(operation, CollectionId="c", **request) == "ResourceNotFoundException"
    assert client.refused("SearchUsers", CollectionId="c", UserId="u") == "ResourceNotFoundException"
    client.CreateCollection(CollectionId="c")
    assert client.DescribeCollection(CollectionId="c")["FaceCount"] == 0
    assert client.ListUsers(CollectionId="c") == {"Users": []}
    assert client.refused("SearchFaces", CollectionId="c", FaceId=face) == "InvalidParameterException"


def test_each_collection_stands_beside_its_own_model(client: Client) -> None:
    client.CreateCollection(CollectionId="old")
    light = light_model()
    client.engine.others.append(light)
    default, client.engine.contract = client.engine.contract, light.contract
    client.engine.others.append(type(light)(default, client.engine.scale))
    client.restart()
    assert client.CreateCollection(CollectionId="new")["FaceModelVersion"] == "fake-light"
    assert client.ListCollections() == {
        "CollectionIds": ["old", "new"],
        "FaceModelVersions": ["fake-squares", "fake-light"],
    }
    assert client.ListFaces(CollectionId="old")["FaceModelVersion"] == "fake-squares"
