"""Errors a person can read: what happened, to what, and what to do now.

`code` is Rekognition's name where it has one. Callers hand on the object, not its text.
"""

from __future__ import annotations

from app.domain.text import printable


class LikenessError(Exception):
    """Base of all expected errors. `str(error)` is a plain sentence for a person, fit to be stored."""

    code = "InternalServerError"

    def __init__(self, message: str = "") -> None:
        super().__init__(printable(message))


class InvalidParameter(LikenessError):
    code = "InvalidParameterException"


class ResourceNotFound(LikenessError):
    code = "ResourceNotFoundException"


class ResourceAlreadyExists(LikenessError):
    code = "ResourceAlreadyExistsException"


class Conflict(LikenessError):
    code = "ConflictException"


class ServiceQuotaExceeded(LikenessError):
    code = "ServiceQuotaExceededException"


class InvalidPaginationToken(LikenessError):
    code = "InvalidPaginationTokenException"


class InvalidS3Object(LikenessError):
    """There is no such bucket, or nothing in it that may be read under that name."""

    code = "InvalidS3ObjectException"


class ImageError(LikenessError):
    """A picture that cannot be read. `reason` is short enough for a grid cell."""

    code = "InvalidImageFormatException"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}. {detail}".strip() if detail else reason)
        self.reason = printable(reason)


class ImageTooLarge(ImageError):
    code = "ImageTooLargeException"


class NoFace(InvalidParameter):
    """There is no face in the image where one is needed."""


class LibraryError(LikenessError):
    """The library itself cannot be opened, read or written."""


class LibraryCorrupt(LibraryError):
    pass


class LibraryTooNew(LibraryError):
    pass


class LibraryReadOnly(LibraryError):
    pass


class DiskFull(LibraryError):
    pass


class DependedOn(Conflict):
    """An undo that later changes rest on. `changes` are those, newest first."""

    def __init__(self, message: str, changes: tuple[int, ...]) -> None:
        super().__init__(message)
        self.changes = changes


class Cancelled(LikenessError):
    """The person asked the job to stop."""


class ModelError(LikenessError):
    """A model file is missing, altered, or cannot be run."""
