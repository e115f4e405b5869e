"""AWS's JSON 1.1: requests and answers as bytes."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from app.domain.text import printable
from app.rekognition.errors import ServiceError
from app.rekognition.model.reading import serialization_error

CONTENT_TYPE: Final = "application/x-amz-json-1.1"


@dataclass(frozen=True)
class Response:
    """What goes back over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes


def parsed(body: bytes) -> dict[str, Any]:
    """The object that the body is. Raises ServiceError (SerializationException) for any other bytes."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise serialization_error("The request is not UTF-8.") from error
    except RecursionError as error:
        raise serialization_error("The request is nested too deeply.") from error
    except ValueError as error:
        # Also a number of thousands of digits.
        raise serialization_error("The request is not JSON.") from error
    if not isinstance(value, dict):
        raise serialization_error("The request must be a JSON object.")
    return value


def answered(answer: dict[str, Any]) -> Response:
    return _response(200, answer)


def failed(error: ServiceError) -> Response:
    """botocore, and AWS's SDKs for Java and JavaScript, take the error's name from `__type` and its sentence
    from `message`."""
    return _response(error.status, {"__type": error.code, "message": printable(error.message)})


def _response(status: int, content: dict[str, Any]) -> Response:
    headers = {"Content-Type": CONTENT_TYPE, "x-amzn-RequestId": str(uuid.uuid4())}
    # ASCII: what is no text in a file's name cannot break the encoding.
    return Response(status, headers, json.dumps(content, allow_nan=False).encode("ascii"))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Programs that read the first and those that read the last would act on two different requests.
        raise serialization_error("The request has a member twice.")
    return found


def _constant(name: str) -> NoReturn:
    raise serialization_error(f"The request holds {name}, which is no JSON.")
