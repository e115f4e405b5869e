import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings.settings import Settings, SettingsError, SettingsStore


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "deep" / "settings.json")
    store.save(store.current.changed(theme="dark"))
    assert json.loads(store.path.read_text()) == {"theme": "dark"}
    assert SettingsStore(store.path).current.theme == "dark"


def test_a_damaged_file_is_kept_aside_and_said(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{ not json")
    store = SettingsStore(path)
    assert store.current == Settings()
    assert store.problem is not None and str(path) in store.problem
    assert path.with_suffix(".damaged.json").read_text() == "{ not json"


def test_a_value_out_of_range_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings().changed(threshold=101)


def test_the_endpoint_is_off_and_takes_no_port_that_is_none() -> None:
    assert (Settings().endpoint_on, Settings().endpoint_port) == (False, None)
    assert Settings().changed(endpoint_on=True, endpoint_port=8123).endpoint_port == 8123
    for wrong in (
        {"endpoint_port": 0},
        {"endpoint_port": 65_536},
        {"endpoint_rate": 0},
        {"endpoint_burst": 0},
    ):
        with pytest.raises(ValidationError):
            Settings().changed(**wrong)


def test_a_setting_of_a_newer_version_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"theme": "light", "from_the_future": 1}))
    assert SettingsStore(path).current.theme == "light"


def test_the_folder_cannot_be_made(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    store = SettingsStore(blocker / "settings.json")
    with pytest.raises(SettingsError, match=r"settings\.json"):
        store.save(Settings())


def test_recent_libraries_are_ten_and_the_last_is_first() -> None:
    settings = Settings()
    for number in range(12):
        settings = settings.with_recent(Path(f"/l/{number}"))
    settings = settings.with_recent(Path("/l/5"))
    assert [Path(entry).name for entry in settings.recent_libraries] == [
        "5", "11", "10", "9", "8", "7", "6", "4", "3", "2",
    ]  # fmt: skip
