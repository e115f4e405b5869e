"""Policies: the ready ones, and documents as IAM has them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from app.rekognition.access.actions import (
    ACTIONS,
    LOOKING,
    MANAGING,
    ON_COLLECTION,
    READING,
    WRITING,
    collection_arn,
    resource_of,
)
from app.rekognition.access.documents import matches
from app.rekognition.access.policy import (
    FULL,
    NOTHING,
    READ_ONLY,
    READ_WRITE,
    PolicyError,
    Verdict,
    kept_policy,
    policy_of,
)
from app.rekognition.model import ServiceModel

FRIENDS = collection_arn("friends")


def document(*statements: dict[str, Any], **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


def allow(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def deny(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def test_every_implemented_action_is_sorted_into_one_kind() -> None:
    assert set(ServiceModel().operations) == ACTIONS
    assert not READING & WRITING and not (READING | WRITING) & MANAGING


def test_the_actions_that_bear_on_a_collection_are_those_whose_request_names_one() -> None:
    model = get_session().get_service_model("rekognition")
    named = {name for name in ACTIONS if "CollectionId" in model.operation_model(name).input_shape.members}
    assert named == ON_COLLECTION
    assert resource_of("ListFaces", {"CollectionId": "friends"}) == FRIENDS
    assert resource_of("DetectFaces", {"CollectionId": "friends"}) is None


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_the_ready_policies(action: str) -> None:
    resource = FRIENDS if action in ON_COLLECTION else None
    assert FULL.allows(action, resource)
    assert READ_WRITE.allows(action, resource) is (action not in MANAGING)
    assert READ_ONLY.allows(action, resource) is (action in READING)
    assert not NOTHING.allows(action, resource)


@pytest.mark.parametrize(
    "text",
    [
        "ReadOnlyAccess",
        " readonlyaccess ",
        '"ReadOnlyAccess"',
        "AmazonRekognitionReadOnlyAccess",
        "arn:aws:iam::aws:policy/AmazonRekognitionReadOnlyAccess",
    ],
)
def test_a_ready_policy_is_known_by_its_names(text: str) -> None:
    assert policy_of(text) == READ_ONLY


def test_policies_are_kept_as_they_were_written() -> None:
    text = document(allow("rekognition:Detect*"))
    for policy in (FULL, READ_WRITE, READ_ONLY, policy_of(text)):
        assert kept_policy(policy.to_text()) == policy
        json.loads(policy.to_text())
    assert policy_of(text).as_document() == text
    assert policy_of(text).name == "Custom"


def test_a_ready_policy_as_a_document_judges_the_same() -> None:
    for ready in (FULL, READ_WRITE, READ_ONLY):
        own = policy_of(ready.as_document())
        for action in ACTIONS:
            assert own.judge(action, FRIENDS) is ready.judge(action, FRIENDS)


@pytest.mark.parametrize(
    "text", ["", "nonsense", '{"kind": 1}', "\x00", "{", '{"Version":' + "9" * 5000 + "}"]
)
def test_a_kept_policy_that_cannot_be_read_allows_nothing(text: str) -> None:
    assert not any(kept_policy(text).allows(action, FRIENDS) for action in ACTIONS)


def test_nothing_is_allowed_that_no_statement_allows() -> None:
    policy = policy_of(document(allow("rekognition:ListFaces", FRIENDS)))
    assert policy.judge("ListFaces", FRIENDS) is Verdict.ALLOWED
    assert policy.judge("ListFaces", collection_arn("others")) is Verdict.NOT_ALLOWED
    assert policy.judge("DeleteFaces", FRIENDS) is Verdict.NOT_ALLOWED
    assert policy.judge("ListCollections", None) is Verdict.NOT_ALLOWED


@pytest.mark.parametrize("order", [1, -1])
def test_deny_wins_wherever_it_stands(order: int) -> None:
    statements = [allow("rekognition:*"), deny("rekognition:Delete*", FRIENDS)][::order]
    policy = policy_of(document(*statements))
    assert policy.judge("DeleteFaces", FRIENDS) is Verdict.DENIED
    assert policy.judge("DeleteCollection", FRIENDS) is Verdict.DENIED
    assert policy.judge("DeleteFaces", collection_arn("others")) is Verdict.ALLOWED
    assert policy.judge("ListFaces", FRIENDS) is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("resource", "ids"),
    [
        ("*", {"friends", "Friends", "family", "fam"}),
        ("arn:aws:rekognition:*:*:collection/f*", {"friends", "family", "fam"}),
        ("arn:aws:rekognition:local:000000000000:collection/friends", {"friends"}),
        ("arn:aws:rekognition:*:*:collection/fam???", {"family"}),
        ("arn:*:rek*:*:*:collection/*", {"friends", "Friends", "family", "fam"}),
        (["arn:aws:rekognition:*:*:collection/fam", FRIENDS], {"fam", "friends"}),
    ],
)
def test_resources(resource: Any, ids: set[str]) -> None:
    policy = policy_of(document(allow("rekognition:ListFaces", resource)))
    for each in ("friends", "Friends", "family", "fam"):
        assert policy.allows("ListFaces", collection_arn(each)) is (each in ids)


def test_what_bears_on_no_collection_needs_a_resource_that_is_none() -> None:
    of_collections = policy_of(document(allow("*", "arn:aws:rekognition:*:*:collection/*")))
    assert not of_collections.allows("DetectFaces", None)
    # As the developer guide writes it for ListCollections.
    of_the_account = policy_of(document(allow("*", "arn:aws:rekognition:*:*:*")))
    assert of_the_account.allows("ListCollections", None)


@pytest.mark.parametrize(
    "pattern",
    ["rekognition:DetectFaces", "REKOGNITION:detectfaces", "rekognition:Detect*", "rekognition:?etectFaces"],
)
def test_actions_are_matched_without_their_case(pattern: str) -> None:
    policy = policy_of(document(allow([pattern])))
    assert policy.allows("DetectFaces")
    assert not policy.allows("CompareFaces")


def test_not_action_and_not_resource() -> None:
    but = {
        "Effect": "Allow",
        "NotAction": ["rekognition:Delete*", "rekognition:CreateCollection"],
        "NotResource": collection_arn("secret"),
    }
    policy = policy_of(document(but))
    assert policy.allows("IndexFaces", FRIENDS)
    assert not policy.allows("DeleteFaces", FRIENDS)
    assert not policy.allows("IndexFaces", collection_arn("secret"))
    assert policy.allows("DetectFaces", None)


def test_one_statement_needs_no_list_and_a_version_is_not_needed() -> None:
    text = json.dumps({"Statement": {"Sid": "one", **allow("rekognition:ListFaces")}})
    assert policy_of(text).allows("ListFaces", FRIENDS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "needs a policy"),
        ("Admin", "no policy “Admin”. Choose FullAccess, ReadWriteAccess or ReadOnlyAccess"),
        ("{", "no JSON: .* line 1, column 2"),
        (document(), "no Statement"),
        ('{"Version": "2012-10-17"}', "no Statement"),
        (document(allow("*"), Version="2020-01-01"), 'Version must be "2012-10-17"'),
        (document(allow("*"), Principal="*"), "no element “Principal”"),
        (document("x"), "Statement 1 must be an object"),  # type: ignore[arg-type]
        (document({**allow("*"), "Condition": {}}), "Condition, which is not supported"),
        (document(allow("*"), {**deny("*"), "Condition": {"Bool": {}}}), "Statement 2 has a Condition"),
        (document({**allow("*"), "Principal": "*"}), "has a Principal"),
        (document({**allow("*"), "Acton": "*"}), "element “Acton”"),
        (document({**allow("*"), "Sid": 1}), "Sid must be a text"),
        (document({**allow("*"), "Effect": "allow"}), 'Effect must be "Allow" or "Deny"'),
        (document({"Effect": "Allow", "Resource": "*"}), "one of Action and NotAction"),
        (document({**allow("*"), "NotAction": "*"}), "one of Action and NotAction"),
        (document({"Effect": "Allow", "Action": "*"}), "one of Resource and NotResource"),
        (document(allow([])), "list of texts that is not empty"),
        (document(allow(["*", 3])), "list of texts"),
        (document(allow("DetectFaces")), "is no action. Write it as rekognition:DetectFaces"),
        (document(allow("s3:GetObject")), "another service"),
        (document(deny("rekognition:DeletFaces")), "Rekognition has no action “rekognition:DeletFaces”"),
        (document(deny("*", "arn:aws:rekognition:us-west-2:*:collection/x")), "none of this program's"),
        (document(deny("*", "arn:aws:rekognition:*:123456789012:collection/x")), "none of this program's"),
        (document(deny("*", "arn:aws:rekognition:*")), "none of this program's"),
        (document(deny("*", "collection/x")), "none of this program's"),
        (document(deny("*", "arn:aws:s3:::bucket/*")), "none of this program's"),
        (document(deny("*", "arn:aws:rekognition:*:*:colection/x")), "names no collection"),
        (document(deny("*", "arn:aws:rekognition:*:*:Collection/*")), "names no collection"),
        (document(deny("*", "arn:aws:rekognition:*:*:collection/${aws:username}")), "policy variable"),
        ('{"Statement": [{"Effect": "Deny", "Effect": "Allow"}]}', "stands twice"),
        ('{"Statement": NaN}', "no place in a policy"),
        ('{"Version": ' + "9" * 5000 + "}", "thousands of digits"),
        ("{" + " " * 70_000 + "}", "at most 6,144 characters"),
        (document(*[allow("rekognition:DetectFaces")] * 100), "at most 6,144 characters"),
        ('{"Statement":' + "[" * 3000 + "]" * 3000 + "}", "nested too deeply|must be an object"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(PolicyError, match=sentence):
        policy_of(text)


def test_statements_on_what_is_not_here_are_taken() -> None:
    policy = policy_of(
        document(
            allow("rekognition:StartFaceSearch", "arn:aws:rekognition:*:*:streamprocessor/*"),
            allow("rekognition:ListFaces"),
        )
    )
    assert policy.allows("ListFaces", FRIENDS)


LETTERS = st.text("ab:*?", max_size=8)


@given(LETTERS, st.text("ab:", max_size=10))
def test_wildcards_match_as_a_regular_expression_would(pattern: str, text: str) -> None:
    import re

    expression = "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern)
    assert matches(pattern, text) is (re.fullmatch(expression, text) is not None)


def test_many_wildcards_take_no_time() -> None:
    assert not matches("*a" * 500 + "b", "a" * 2000)


def test_the_actions_that_look_at_a_picture_are_those_whose_request_has_one() -> None:
    model = get_session().get_service_model("rekognition")
    shapes = {name: model.operation_model(name).input_shape.members.values() for name in ACTIONS}
    assert {name for name, members in shapes.items() if any(m.name == "Image" for m in members)} == LOOKING
