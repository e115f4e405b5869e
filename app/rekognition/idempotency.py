"""The same ClientRequestToken is the same request: it is done once and answered alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from app.rekognition.errors import ServiceError
from app.rekognition.model import ServiceModel
from app.rekognition.operations.handler import Json
from app.services.workbench import Workbench
from app.storage.clock import now_ms
from app.storage.repositories import request_tokens
from app.storage.repositories.request_tokens import RememberedAnswer

# As long as the service remembers a token.
KEPT_MS: Final = 8 * 3600 * 1000


class Idempotency:
    """Remembers answers in the library, in the transaction of the act itself: whatever ends the program,
    the act and its answer are both there or neither is. A request that failed is not remembered."""

    def __init__(self, bench: Workbench, model: ServiceModel, clock: Callable[[], int] = now_ms) -> None:
        self._bench = bench
        self._model = model
        self._clock = clock

    def once(self, operation: str, request: Mapping[str, Any], act: Callable[[], Json]) -> Json:
        """What `act` answers, or answered to the same request with the same token before.

        Raises ServiceError: IdempotentParameterMismatchException for a token that came with other inputs.
        Two that come at once wait for each other, also from two processes: there is one writer.
        """
        member = self._model.operations[operation].token
        token = request.get(member) if member is not None else None
        if token is None:
            return act()
        digest = _digest({name: value for name, value in request.items() if name != member})
        with self._bench.events.held(), self._bench.library.database.together() as connection:
            now = self._clock()
            request_tokens.forget_before(connection, now - KEPT_MS)
            known = request_tokens.find(connection, operation, token)
            if known is not None:
                return _answered(known, digest)
            answer = act()
            kept = json.dumps(self._model.encode(operation, answer), separators=(",", ":"))
            request_tokens.keep(connection, operation, token, RememberedAnswer(digest, kept), now)
            return answer


def _digest(inputs: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).digest()


def _answered(known: RememberedAnswer, digest: bytes) -> Json:
    if known.digest != digest:
        raise ServiceError(
            "IdempotentParameterMismatchException",
            "This ClientRequestToken came with other inputs before. Take a new one for a new request.",
        )
    # These operations answer with texts and numbers alone, which JSON gives back as they were.
    answer: Json = json.loads(known.response)
    return answer
