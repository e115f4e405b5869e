"""The endpoint as the window switches it, over a library with a fake engine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from app.bootstrap.workbench import open_workbench
from app.domain.records import ChangeSet, Origin
from app.rekognition.access.policy import FULL
from app.rekognition.access.secrets import FileSecrets
from app.rekognition.endpoint.environment import powershell_line, shell_line, variables
from app.rekognition.endpoint.server import EndpointError
from app.rekognition.endpoint.service import EndpointService, EndpointState, EndpointStatus
from app.services.origins import with_origin
from app.services.workbench import Workbench
from app.settings.settings import Settings
from tests.fakes import FakeEngine, fake_describers, painted, person_color, save_image
from tests.unit.rekognition.endpoint.conftest import until


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    made = open_workbench(
        tmp_path / "library", Origin.WINDOW, Settings(workers=2), FakeEngine(), fake_describers()
    )
    yield made
    made.close()


@pytest.fixture
def service(bench: Workbench, tmp_path: Path) -> Iterator[EndpointService]:
    made = EndpointService(bench, FileSecrets(tmp_path / "secrets", tmp_path / "key"))
    yield made
    made.close()


def client(service: EndpointService) -> Any:
    new = service.keys.create("script", FULL)
    return boto3.client(
        "rekognition",
        endpoint_url=service.status.url,
        region_name="local",
        aws_access_key_id=new.access_key_id,
        aws_secret_access_key=new.secret,
    )


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("endpoint")]


def test_it_is_off_and_then_on_and_then_off(service: EndpointService) -> None:
    told: list[EndpointStatus] = []
    service.subscribe(told.append)
    assert service.status == EndpointStatus() and threads() == []
    url = service.start()
    assert service.status == EndpointStatus(EndpointState.ON, url, service.status.port)
    aws = client(service)
    assert aws.list_collections()["CollectionIds"] == []
    aws.close()
    service.stop()
    assert service.status == EndpointStatus() and threads() == []
    assert [each.state.value for each in told] == ["starting", "on", "stopping", "off"]


def test_switching_returns_at_once_and_tells_how_it_went(service: EndpointService) -> None:
    service.switch(True)
    until(lambda: service.status.state is EndpointState.ON)
    first = service.status.port
    service.switch(True, 0)
    until(lambda: service.status.state is EndpointState.ON and service.status.port != first)
    service.switch(False)
    until(lambda: service.status.state is EndpointState.OFF)


def test_a_port_that_is_taken_is_told_and_another_can_be_tried(service: EndpointService) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        service.switch(True, taken)
        until(lambda: service.status.state is EndpointState.FAILED)
        assert service.status.error.startswith(f"Port {taken} is taken by another program")
        assert service.status.url == "" and service.status.port is None
        with pytest.raises(EndpointError, match="is taken"):
            service.start(taken)
    service.start(taken)
    assert service.status.port == taken and service.status.error == ""


def test_it_goes_back_to_the_port_that_the_settings_name(bench: Workbench, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = EndpointService(bench, FileSecrets(tmp_path / "s", tmp_path / "key"), port=port)
    try:
        assert service.start() == f"http://127.0.0.1:{port}"
    finally:
        service.close()


def test_closed_it_stays_off(service: EndpointService) -> None:
    service.switch(True)
    service.close()
    assert service.status.state is EndpointState.OFF
    service.switch(True)
    with pytest.raises(EndpointError, match="is being closed"):
        service.start()
    assert threads() == []


def test_a_listener_that_fails_keeps_the_others_from_nothing(service: EndpointService) -> None:
    told: list[EndpointStatus] = []

    def failing(_status: EndpointStatus) -> None:
        raise RuntimeError

    service.subscribe(failing)
    unsubscribe = service.subscribe(told.append)
    service.start()
    unsubscribe()
    unsubscribe()
    service.stop()
    assert [each.state.value for each in told] == ["starting", "on"]


def test_what_comes_through_it_is_noted_as_its_own_and_told_to_the_window(
    bench: Workbench, service: EndpointService, tmp_path: Path
) -> None:
    told: list[ChangeSet] = []
    bench.events.subscribe(told.append)
    service.start()
    aws = client(service)
    aws.create_collection(CollectionId="friends")
    path = save_image(tmp_path / "a.png", painted([(person_color(0), (40, 40, 120))]))
    face = aws.index_faces(CollectionId="friends", Image={"Bytes": path.read_bytes()})["FaceRecords"][0]
    aws.create_user(CollectionId="friends", UserId="anna")
    aws.associate_faces(CollectionId="friends", UserId="anna", FaceIds=[face["Face"]["FaceId"]])
    aws.close()
    changes = [each.change for each in told if each.change is not None]
    assert len(changes) == 4
    assert {each.origin for each in changes} == {Origin.ENDPOINT}
    bench.collections.create("mine", "Mine")
    assert told[-1].change is not None and told[-1].change.origin is Origin.WINDOW


def test_another_origin_opens_nothing_twice(bench: Workbench) -> None:
    marks = set((bench.library.folder / "owners").glob("*.lock"))
    other = with_origin(bench, Origin.ENDPOINT)
    for shared in ("library", "engine", "events", "jobs", "search", "meter", "turns", "models"):
        assert getattr(other, shared) is getattr(bench, shared)
    assert other.closers == ()
    assert set((bench.library.folder / "owners").glob("*.lock")) == marks


def test_what_a_shell_must_know() -> None:
    assert variables("http://127.0.0.1:8080", "LKIA", "a/b+c") == {
        "AWS_ENDPOINT_URL_REKOGNITION": "http://127.0.0.1:8080",
        "AWS_ACCESS_KEY_ID": "LKIA",
        "AWS_SECRET_ACCESS_KEY": "a/b+c",
        "AWS_DEFAULT_REGION": "local",
    }
    assert shell_line("http://127.0.0.1:8080").startswith("export AWS_ENDPOINT_URL_REKOGNITION=http://127")
    assert "$env:AWS_SECRET_ACCESS_KEY='SECRET'" in powershell_line("http://127.0.0.1:8080")
