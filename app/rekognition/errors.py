"""What an operation answers when it cannot do what it was asked."""

from __future__ import annotations

from typing import Final

from app.domain.errors import LibraryError, LikenessError, ModelError

INTERNAL: Final = "InternalServerError"
# What a damaged library says to a person at the window names files; a caller over the wire gets this.
_SENTENCE: Final = "The request could not be carried out because of a fault of this machine. See its log."


class ServiceError(Exception):
    """`code` is Rekognition's name of the error (`__type` on the wire), `status` that of HTTP."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def service_error(error: Exception) -> ServiceError:
    """The error as the protocol has it: 400 for what the caller can mend, 500 for the rest."""
    if isinstance(error, ServiceError):
        return error
    if isinstance(error, LikenessError) and not isinstance(error, LibraryError | ModelError):
        status = 500 if error.code == INTERNAL else 400
        return ServiceError(error.code, str(error), status)
    return ServiceError(INTERNAL, _SENTENCE, 500)
