"""Lets a request in, or says why not: signature, date, replay, how often, and what its key may do."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.domain.records import Origin
from app.rekognition.access import signature
from app.rekognition.access.actions import resource_of
from app.rekognition.access.keys import AccessKey, KeyService
from app.rekognition.access.policy import Verdict
from app.rekognition.access.replay import GRACE_SECONDS, ReplayGuard
from app.rekognition.access.signature import Claim, Wire
from app.rekognition.access.throttle import Throttle
from app.rekognition.errors import ServiceError
from app.services.metrics.meter import Meter, Observation, Outcome

_TARGET: Final = "RekognitionService."
# So many refusals a minute are told in full, in the log and among the errors of the metrics; of the rest only
# the number is kept. Somebody who tries keys must not fill either.
_TOLD_A_MINUTE: Final = 20

_log = logging.getLogger(__name__)


class Throttled(ServiceError):
    """`wait`: seconds after which another try will do."""

    def __init__(self, wait: float) -> None:
        super().__init__("ThrottlingException", "Rate exceeded")
        self.wait = wait


@dataclass(frozen=True)
class Caller:
    """Whom a request says it is from, with the key of that name. Not proven before `Door.enter`."""

    claim: Claim
    key: AccessKey


class Door:
    """Thread-safe. Each refusal is counted as an operation of the endpoint, where it names one."""

    def __init__(
        self,
        keys: KeyService,
        meter: Meter,
        operations: Collection[str],
        throttle: Throttle | None = None,
        replays: ReplayGuard | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.keys = keys
        self._meter = meter
        self._operations = frozenset(operations)
        self._throttle = throttle or Throttle()
        if replays is None:  # an empty one counts as false
            # The grace: for those that were signed when the program was about to be ready.
            replays = ReplayGuard(known_since=now() - timedelta(seconds=GRACE_SECONDS))
        self._replays = replays
        self._now = now
        self._lock = threading.Lock()
        self._minute = 0.0
        self._told = 0

    def knock(self, wire: Wire) -> Caller:
        """What can be told before the body is read. Raises ServiceError."""
        started = time.perf_counter()
        try:
            claim = signature.claim_of(wire)
            signature.check_date(claim, self._now())
            key = self.keys.find(claim.access_key_id)
            if key is None:
                raise _unrecognized("The security token included in the request is invalid.")
            if wire.value("x-amz-security-token"):
                raise _unrecognized(
                    "Keys of Likeness have no session token: leave out AWS_SESSION_TOKEN, aws_session_token."
                )
        except ServiceError as error:
            self.refused(wire, error, started)
            raise
        return Caller(claim, key)

    def enter(self, caller: Caller, wire: Wire, body: bytes) -> None:
        """Raises ServiceError, Throttled. May wait for the keyring, the first time that a key is used."""
        started = time.perf_counter()
        try:
            secret = self.keys.secret(caller.key.access_key_id)
            if secret is None:
                if self._may_tell():
                    _log.warning(
                        "The secret of the access key %s is not on this machine, or its keyring is locked.",
                        caller.key.access_key_id,
                    )
                raise _unrecognized("The security token included in the request is invalid.")
            signature.verify(caller.claim, wire, body, secret)
            # First: a key that asks without an end would fill the memory of what came, and with dates that
            # lie ahead keep all other keys out.
            wait = self._throttle.take(caller.key.access_key_id)
            if wait:
                raise Throttled(wait)
            self._replays.admit(caller.claim)
        except ServiceError as error:
            self.refused(wire, error, started)
            raise

    def permit(self, caller: Caller) -> Callable[[str, Mapping[str, Any]], None]:
        """Asked with the operation and its request; raises ServiceError where its policy forbids it."""

        def ask(operation: str, request: Mapping[str, Any]) -> None:
            # Again: it may have been revoked, or its policy changed, while the request waited.
            key = self.keys.find(caller.key.access_key_id)
            if key is None:
                raise _unrecognized("The security token included in the request is invalid.")
            resource = resource_of(operation, request)
            verdict = key.policy.judge(operation, resource)
            if verdict is not Verdict.ALLOWED:
                raise _denied(key, operation, resource, verdict)

        return ask

    def note_use(self, caller: Caller) -> bool:
        """Whether that the key is used should be written now."""
        return self.keys.due(caller.key.access_key_id)

    def refused(self, wire: Wire, error: ServiceError, started: float) -> None:
        """Count it. `started`: by time.perf_counter."""
        target = wire.value("x-amz-target") or ""
        operation = target.removeprefix(_TARGET)
        if operation == target or operation not in self._operations:
            # Names that anybody can make up must not become rows of the metrics.
            return
        told = self._may_tell()
        if told:
            _log.info("Refused %s: %s: %s", operation, error.code, error.message)
        throttled = isinstance(error, Throttled)
        self._meter.record(
            Observation(
                operation,
                Origin.ENDPOINT,
                Outcome.THROTTLED if throttled else Outcome.USER_ERROR,
                1000 * (time.perf_counter() - started),
                code=error.code if told else "",
                message=error.message if told else "",
            )
        )

    def _may_tell(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if now - self._minute > 60:
                self._minute, self._told = now, 0
            self._told += 1
            return self._told <= _TOLD_A_MINUTE


def _unrecognized(message: str) -> ServiceError:
    return ServiceError("UnrecognizedClientException", message)


def _denied(key: AccessKey, operation: str, resource: str | None, verdict: Verdict) -> ServiceError:
    because = (
        "with an explicit deny in an identity-based policy"
        if verdict is Verdict.DENIED
        else f"because no identity-based policy allows the rekognition:{operation} action"
    )
    return ServiceError(
        "AccessDeniedException",
        f"User: arn:aws:iam::000000000000:user/{key.access_key_id} is not authorized to perform: "
        f"rekognition:{operation} on resource: {resource or '*'} {because}",
    )
