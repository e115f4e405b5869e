"""The endpoint, its keys and the buckets in Settings: over a real socket, with boto3's own signing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.rekognition.access.policy import READ_ONLY
from app.rekognition.endpoint.service import EndpointState
from app.ui.settings.buckets import suggested
from app.ui.settings.page import SettingsPage
from tests.gui.program.stage import KEY, Stage

boto3 = pytest.importorskip("boto3")


def settings(stage: Stage) -> SettingsPage:
    page = stage.page("settings")
    assert isinstance(page, SettingsPage)
    return page


def switch_on(stage: Stage, page: SettingsPage) -> str:
    page.endpoint.switch.chosen.emit("on")
    stage.rest(lambda: stage.shown.endpoint().status.state is EndpointState.ON)
    stage.rest(lambda: page.endpoint.copy.isVisible())
    return stage.shown.endpoint().status.url


def client(url: str, key_id: str, secret: str):
    return boto3.client(
        "rekognition",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
    )


def test_it_is_off_until_it_is_switched_on_and_off_again_at_once(stage: Stage) -> None:
    page = settings(stage)
    assert stage.shown.endpoint().status.state is EndpointState.OFF
    assert page.endpoint.switch.current() == "off" and page.endpoint.copy.isHidden()
    url = switch_on(stage, page)
    assert url in page.endpoint.row.hint._text
    assert stage.shown._settings.current.endpoint_on
    page.endpoint.copy.click()
    assert f"AWS_ENDPOINT_URL_REKOGNITION={url}" in QGuiApplication.clipboard().text()
    page.endpoint.switch.chosen.emit("off")
    stage.rest(lambda: stage.shown.endpoint().status.state is EndpointState.OFF)
    assert not stage.shown._settings.current.endpoint_on


def test_it_is_on_again_when_the_window_is(stage: Stage, qtbot) -> None:
    switch_on(stage, settings(stage))
    stage.close()
    assert json.loads((stage.folder / "settings.json").read_text())["endpoint_on"] is True
    stage.open(qtbot)
    stage.rest(lambda: stage.shown.endpoint().status.state is EndpointState.ON)


def test_a_key_is_made_used_and_revoked(stage: Stage) -> None:
    page = settings(stage)
    url = switch_on(stage, page)
    page.keys.new_button.click()
    assert not page.keys.form.save.isEnabled()
    QTest.keyClicks(page.keys.form.name, "nightly import")
    QTest.keyClick(page.keys.form.name, KEY.Key_Return)
    stage.rest(lambda: page.keys.secret is not None and len(page.keys.rows) == 1)
    key_id, secret = (field.text() for field in page.keys.secret.fields)
    page.keys.secret.copy_line.click()
    assert secret in QGuiApplication.clipboard().text()
    asked = client(url, key_id, secret)
    assert asked.list_collections()["CollectionIds"] == ["archive"]
    with pytest.raises(asked.exceptions.AccessDeniedException):
        asked.create_collection(CollectionId="more")
    page.keys.close_secret()
    assert page.keys.secret is None
    (row,) = page.keys.rows
    row.revoke.click()
    assert row.really.isVisible() and not row.revoke.isVisible()
    row.keep.click()
    assert row.revoke.isVisible() and len(stage.shown.endpoint().keys.list()) == 1
    row.revoke.click()
    row.really.click()
    stage.rest(lambda: not page.keys.rows)
    with pytest.raises(Exception, match="UnrecognizedClientException"):
        asked.list_collections()


def test_another_policy_counts_at_once(stage: Stage) -> None:
    page = settings(stage)
    new = stage.shown.endpoint().keys.create("reader", READ_ONLY)
    page.keys.refresh()
    stage.rest(lambda: len(page.keys.rows) == 1)
    page.keys.rows[0].policy.click()
    form = page.keys.form
    assert form.isVisible() and form.policy.current() == "ReadOnlyAccess"
    form.policy.set_current("custom")
    form._chosen("custom")
    assert '"Effect": "Allow"' in form.document.toPlainText()
    form.document.setPlainText("{")
    assert not form.save.isEnabled() and form.problem.isVisible()
    document = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}, "Version": "2012-10-17"}
    form.document.setPlainText(json.dumps(document))
    assert form.save.isEnabled()
    form.save.click()
    stage.rest(lambda: page.keys.rows[0].key.policy.name == "Custom")
    assert not stage.shown.endpoint().keys.get(new.access_key_id).policy.allows("ListCollections")


def test_the_secret_goes_when_the_page_does(stage: Stage) -> None:
    page = settings(stage)
    page.keys.new_button.click()
    page.keys.form.name.setText("once")
    page.keys.form.save.click()
    stage.rest(lambda: page.keys.secret is not None)
    stage.page("photos")
    assert page.keys.secret is None


def test_a_bucket_is_added_and_removed(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "Family Photos"
    folder.mkdir()
    page = settings(stage)
    page.buckets.begin(folder)
    assert page.buckets.name.text() == "family-photos"
    page.buckets.name.setText("No")
    page.buckets.save.click()
    stage.rest(lambda: "small letters" in page.buckets.problem._text)
    page.buckets.name.setText("family")
    page.buckets.save.click()
    stage.rest(lambda: list(page.buckets.removers) == ["family"])
    assert page.buckets.form.isHidden()
    page.buckets.removers["family"].click()
    stage.rest(lambda: not page.buckets.removers)
    assert folder.is_dir() and stage.bench.buckets.list() == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("Family Photos", "family-photos"), ("A", "bucket-a"), ("Ä", "bucket"), ("x" * 90, "x" * 63)],
)
def test_a_name_is_made_of_the_folders(name: str, wanted: str) -> None:
    assert suggested(Path("/somewhere") / name) == wanted
