from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore import auth

from app.domain.records import Origin
from app.rekognition.access.door import Door, Throttled
from app.rekognition.access.keys import KeyService, NewKey
from app.rekognition.access.policy import FULL, READ_ONLY, policy_of
from app.rekognition.access.replay import ReplayGuard
from app.rekognition.access.signature import Wire
from app.rekognition.access.throttle import Throttle
from app.rekognition.errors import ServiceError
from app.services.metrics.ledger import Ledger
from app.services.metrics.meter import Meter, Observation, Outcome
from app.storage.database import Database
from tests.unit.rekognition.access.test_signature import signed, with_header

BODY = b"{}"


class Bench:
    """A door with its keys, and what it counted."""

    def __init__(
        self, keys: KeyService, throttle: Throttle | None = None, replays: ReplayGuard | None = None
    ) -> None:
        self.keys = keys
        self.counted: list[Observation] = []
        self.late = timedelta()
        self.door = Door(
            keys,
            Meter(self.counted.append),
            ["ListCollections", "DeleteCollection"],
            throttle,
            replays,
            now=lambda: datetime.now(UTC) + self.late,
        )

    def pass_through(self, wire: Wire, body: bytes = BODY, operation: str = "ListCollections") -> None:
        caller = self.door.knock(wire)
        self.door.enter(caller, wire, body)
        self.door.permit(caller)(operation, {"CollectionId": "a"})

    def refused(self, wire: Wire, body: bytes = BODY, operation: str = "ListCollections") -> ServiceError:
        with pytest.raises(ServiceError) as caught:
            self.pass_through(wire, body, operation)
        return caught.value


@pytest.fixture
def bench(keys: KeyService) -> Bench:
    return Bench(keys)


def request(new: NewKey) -> Wire:
    wire = signed(secret=new.secret, key=new.access_key_id)
    assert wire.value("host")
    return wire


def test_a_good_request_is_let_in_and_counted_by_nobody_here(bench: Bench) -> None:
    bench.pass_through(request(bench.keys.create("script", FULL)))
    assert bench.counted == []


def test_an_unknown_or_revoked_key_is_not_recognised(bench: Bench) -> None:
    new = bench.keys.create("script", FULL)
    wire = request(new)
    bench.keys.revoke(new.access_key_id)
    error = bench.refused(wire)
    assert (error.code, error.status) == ("UnrecognizedClientException", 400)
    assert error.message == "The security token included in the request is invalid."


def test_a_key_that_is_revoked_while_its_request_waits_does_nothing_more(bench: Bench) -> None:
    new = bench.keys.create("script", FULL)
    wire = request(new)
    caller = bench.door.knock(wire)
    bench.door.enter(caller, wire, BODY)
    bench.keys.revoke(new.access_key_id)
    with pytest.raises(ServiceError) as caught:
        bench.door.permit(caller)("ListCollections", {})
    assert caught.value.code == "UnrecognizedClientException"


def test_a_session_token_is_explained(bench: Bench) -> None:
    new = bench.keys.create("script", FULL)
    wire = signed(
        secret=new.secret, key=new.access_key_id, headers={"X-Amz-Security-Token": "left over from AWS"}
    )
    error = bench.refused(wire)
    assert error.code == "UnrecognizedClientException"
    assert "AWS_SESSION_TOKEN" in error.message


def test_what_the_policy_forbids_is_said_as_aws_says_it(bench: Bench) -> None:
    new = bench.keys.create("script", READ_ONLY)
    error = bench.refused(request(new), operation="DeleteCollection")
    assert (error.code, error.status) == ("AccessDeniedException", 400)
    assert error.message == (
        f"User: arn:aws:iam::000000000000:user/{new.access_key_id} is not authorized to perform: "
        "rekognition:DeleteCollection on resource: arn:aws:rekognition:local:000000000000:collection/a "
        "because no identity-based policy allows the rekognition:DeleteCollection action"
    )
    own = policy_of(
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},'
        '{"Effect": "Deny", "Action": "rekognition:List*", "Resource": "*"}]}'
    )
    bench.keys.set_policy(new.access_key_id, own)
    error = bench.refused(request(new))
    assert "on resource: * with an explicit deny in an identity-based policy" in error.message


def test_a_replay_is_refused_and_repeating_in_the_same_second_is_not(
    keys: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(keys)
    wire = request(keys.create("script", FULL))
    bench.pass_through(wire)
    bench.pass_through(wire)
    now = time.monotonic()
    monkeypatch.setattr(bench.door._replays, "_clock", lambda: now + 60)
    assert "received before" in bench.refused(wire).message
    bench.late = timedelta(minutes=16)
    assert "Signature expired" in bench.refused(wire).message


def test_a_request_that_was_caught_does_nothing_after_a_restart(keys: KeyService) -> None:
    new = keys.create("script", FULL)
    with pytest.MonkeyPatch.context() as patch:
        earlier = datetime.now(UTC) - timedelta(minutes=2)
        patch.setattr(auth, "get_current_datetime", lambda: earlier)
        caught = request(new)
    restarted = Bench(keys)
    assert restarted.refused(caught).code == "InvalidSignatureException"
    restarted.pass_through(request(new))


def test_nobody_without_a_key_fills_the_memory_of_replays(bench: Bench) -> None:
    new = bench.keys.create("script", FULL)
    for number in range(20):
        bench.refused(replace(request(new), query=f"n={number}"))
    assert len(bench.door._replays) == 0


def test_a_key_that_floods_does_not_keep_the_others_out(keys: KeyService) -> None:
    bench = Bench(keys, Throttle(rate=1, burst=3), ReplayGuard(most=10))
    eager, calm = keys.create("eager", READ_ONLY), keys.create("calm", FULL)
    with pytest.MonkeyPatch.context() as patch:
        later = datetime.now(UTC) + timedelta(minutes=14)
        patch.setattr(auth, "get_current_datetime", lambda: later)
        flood = [
            signed(body=b"%d" % number, secret=eager.secret, key=eager.access_key_id) for number in range(40)
        ]
    for number, wire in enumerate(flood):
        with suppress(Throttled):
            bench.pass_through(wire, b"%d" % number)
    assert len(bench.door._replays) == 3 and bench.door._replays._most == 10
    bench.pass_through(request(calm))


def test_a_key_that_calls_too_often_is_throttled_and_counted_so(keys: KeyService) -> None:
    bench = Bench(keys, Throttle(rate=1, burst=2))
    new = keys.create("script", FULL)
    bench.pass_through(request(new))
    bench.pass_through(request(new))
    error = bench.refused(request(new))
    assert isinstance(error, Throttled)
    assert (error.code, error.status, error.message) == ("ThrottlingException", 400, "Rate exceeded")
    assert 0 < error.wait <= 5
    (counted,) = bench.counted
    assert (counted.operation, counted.outcome) == ("ListCollections", Outcome.THROTTLED)
    bench.pass_through(request(keys.create("another", FULL)))


def test_refusals_are_counted_as_errors_of_the_operation_that_they_name(bench: Bench) -> None:
    new = bench.keys.create("script", FULL)
    bench.refused(request(new), body=b"altered")
    (counted,) = bench.counted
    assert (counted.operation, counted.origin, counted.outcome, counted.code) == (
        "ListCollections",
        Origin.ENDPOINT,
        Outcome.USER_ERROR,
        "InvalidSignatureException",
    )
    assert counted.milliseconds > 0


@pytest.mark.parametrize(
    "target", ["RekognitionService.Made up", "Other.ListCollections", "ListCollections", ""]
)
def test_operations_that_somebody_makes_up_are_not_counted(bench: Bench, target: str) -> None:
    new = bench.keys.create("script", FULL)
    bench.refused(with_header(request(new), "x-amz-target", target))
    assert bench.counted == []


def test_somebody_who_tries_keys_fills_no_log(
    bench: Bench, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    new = bench.keys.create("script", FULL)
    wire = request(new)
    with caplog.at_level("INFO"):
        for _ in range(300):
            bench.refused(wire, body=b"altered")
    assert len(bench.counted) == 300
    assert sum(bool(each.code or each.message) for each in bench.counted) == 20
    assert len(caplog.records) == 20
    assert new.secret not in caplog.text
    ledger = Ledger(database)
    for each in bench.counted:
        ledger.record(each)
    assert len(ledger.errors(1000)) == 20
    now = int(time.time())
    assert sum(sums.user_errors for _, sums in ledger.sums(now - 3600, now + 60)) == 300


def test_a_secret_that_is_not_here_lets_nobody_in(bench: Bench, keys: KeyService) -> None:
    new = keys.create("script", FULL)
    keys._store.delete(new.access_key_id)
    assert bench.refused(request(new)).code == "UnrecognizedClientException"
