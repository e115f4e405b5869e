"""Every operation is counted once, with what became of it."""

from __future__ import annotations

import threading
from contextvars import copy_context
from pathlib import Path

import pytest

from app.domain.errors import (
    Cancelled,
    DiskFull,
    ImageTooLarge,
    InvalidParameter,
    LibraryReadOnly,
    LikenessError,
    ModelError,
    NoFace,
)
from app.domain.records import Origin
from app.services.metrics import Meter, Observation, Outcome, counts


class Throttled(Exception):
    code, status = "ThrottlingException", 400


class Refused(Exception):
    def __init__(self, code: str, status: int) -> None:
        super().__init__("A sentence.")
        self.code, self.status = code, status


@pytest.fixture
def seen() -> list[Observation]:
    return []


@pytest.fixture
def meter(seen: list[Observation]) -> Meter:
    return Meter(seen.append, Origin.COMMAND_LINE)


def test_an_operation_is_told_of_when_it_has_ended(meter: Meter, seen: list[Observation]) -> None:
    with meter.operation("DetectFaces") as running:
        running.faces = 3
        assert not seen
    (one,) = seen
    assert (one.operation, one.origin, one.outcome, one.faces, one.code) == (
        "DetectFaces",
        Origin.COMMAND_LINE,
        Outcome.SUCCESS,
        3,
        "",
    )
    assert 0 <= one.milliseconds < 1000


def test_an_operation_within_another_is_a_part_of_it(meter: Meter, seen: list[Observation]) -> None:
    with meter.operation("SearchFacesByImage", Origin.ENDPOINT):
        with meter.operation("DetectFaces"):
            meter.detected(faces=2)
        assert not seen
    (one,) = seen
    assert (one.operation, one.origin, one.faces) == ("SearchFacesByImage", Origin.ENDPOINT, 2)
    with meter.operation("DetectFaces"):
        pass
    assert seen[1].faces == 0


def test_threads_do_not_see_each_others_operations_unless_they_are_handed_on(
    meter: Meter, seen: list[Observation]
) -> None:
    def inside() -> None:
        with meter.operation("DetectFaces"):
            pass

    with meter.operation("IndexFaces"):
        other = threading.Thread(target=inside)
        other.start()
        other.join()
        context = copy_context()
        handed = threading.Thread(target=lambda: context.run(inside))
        handed.start()
        handed.join()
    assert [one.operation for one in seen] == ["DetectFaces", "IndexFaces"]


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (InvalidParameter("No."), Outcome.USER_ERROR, "InvalidParameterException"),
        (NoFace("No."), Outcome.USER_ERROR, "InvalidParameterException"),
        (ImageTooLarge("Too large"), Outcome.USER_ERROR, "ImageTooLargeException"),
        (LibraryReadOnly("No."), Outcome.SERVER_ERROR, "InternalServerError"),
        (DiskFull("No."), Outcome.SERVER_ERROR, "InternalServerError"),
        (ModelError("No."), Outcome.SERVER_ERROR, "InternalServerError"),
        (LikenessError("No."), Outcome.SERVER_ERROR, "InternalServerError"),
        (KeyError("x"), Outcome.SERVER_ERROR, "KeyError"),
        (Throttled(), Outcome.THROTTLED, "ThrottlingException"),
        (Refused("AccessDeniedException", 400), Outcome.USER_ERROR, "AccessDeniedException"),
        (Refused("InternalServerError", 500), Outcome.SERVER_ERROR, "InternalServerError"),
    ],
)
def test_errors_are_the_callers_or_ours(
    meter: Meter, seen: list[Observation], error: Exception, outcome: Outcome, code: str
) -> None:
    with pytest.raises(type(error)), meter.operation("IndexFaces") as running:
        running.faces = 5
        raise error
    (one,) = seen
    assert (one.outcome, one.code, one.faces) == (outcome, code, 0)


def test_what_an_unforeseen_error_says_is_kept_out(meter: Meter, seen: list[Observation]) -> None:
    with pytest.raises(ValueError, match="hunter2"), meter.operation("IndexFaces"):
        raise ValueError("the key was hunter2")
    assert "hunter2" not in seen[0].message and seen[0].message


@pytest.mark.parametrize("error", [Cancelled("Stopped."), KeyboardInterrupt(), SystemExit(0)])
def test_what_was_cancelled_is_not_counted(
    meter: Meter, seen: list[Observation], error: BaseException
) -> None:
    with pytest.raises(type(error)), meter.operation("IndexFaces"):
        raise error
    assert not seen
    # And the next one is no part of it.
    with meter.operation("DetectFaces"):
        pass
    assert len(seen) == 1


def test_a_failure_that_a_job_went_on_after_is_one(meter: Meter, seen: list[Observation]) -> None:
    with meter.operation("IndexFaces") as running:
        running.failure = InvalidParameter("No picture.")
    meter.failed("IndexFaces", InvalidParameter("Cannot be read."))
    assert [(one.outcome, one.message) for one in seen] == [
        (Outcome.USER_ERROR, "No picture."),
        (Outcome.USER_ERROR, "Cannot be read."),
    ]


def test_a_method_that_counts(meter: Meter, seen: list[Observation], tmp_path: Path) -> None:
    class Service:
        def __init__(self) -> None:
            self._meter = meter

        @counts("DetectLabels")
        def labels(self, path: Path, *, least: float = 55.0) -> str:
            """Told of by help()."""
            self._meter.detected(labels=2)
            return f"{path.name} {least:g}"

    assert Service().labels(tmp_path / "a", least=60) == "a 60"
    assert Service.labels.__doc__ == "Told of by help()."
    assert [(one.operation, one.labels) for one in seen] == [("DetectLabels", 2)]
