import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from app.domain.errors import DiskFull, LibraryCorrupt, LibraryError, LibraryReadOnly, LibraryTooNew
from app.storage import tables
from app.storage.library import SCHEMA_REVISION, back_up_if_due, open_library, require_library
from app.storage.migrations import configuration, upgrade


def test_a_new_library_opens_twice(tmp_path: Path) -> None:
    first = open_library(tmp_path / "a")
    with first.database.write() as connection:
        connection.execute(tables.contracts.insert().values(digest="d", description="{}"))
    second = open_library(tmp_path / "a")
    with second.database.read() as connection:
        assert connection.execute(select(tables.contracts.c.digest)).scalars().all() == ["d"]
    first.close()
    second.close()


def test_the_newest_migration_is_the_one_a_new_library_is_stamped_with() -> None:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(configuration(Path("unused.db")))
    assert script.get_current_head() == SCHEMA_REVISION


def test_migrations_end_at_the_tables(tmp_path: Path) -> None:
    """What a migrated old library looks like is what a new one looks like."""
    migrated = tmp_path / "migrated.db"
    upgrade(migrated)
    fresh = open_library(tmp_path / "fresh")
    fresh.close()

    def schema(path: Path) -> dict[str, list[str]]:
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
            )
            # The order of a table's constraints says nothing, so the words are compared sorted.
            return {name: sorted(sql.replace(",", " ").split()) for name, sql in rows}

    assert schema(migrated) == schema(tmp_path / "fresh" / "library.db")


def test_a_newer_library_is_left_alone(tmp_path: Path) -> None:
    open_library(tmp_path).close()
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LibraryTooNew, match="newer Likeness"):
        open_library(tmp_path)


@pytest.mark.parametrize("rubbish", [b"rubbish" * 1000, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_corrupt_library_is_left_alone(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "library.db"
    path.write_bytes(rubbish)
    with pytest.raises(LibraryCorrupt, match="damaged"):
        open_library(tmp_path)
    assert path.read_bytes() == rubbish


def test_a_damaged_page_is_noticed(tmp_path: Path) -> None:
    open_library(tmp_path).close()
    path = tmp_path / "library.db"
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 4] = b"\xa5" * 4096
    path.write_bytes(data)
    with pytest.raises(LibraryCorrupt):
        open_library(tmp_path)


def test_somebody_elses_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE notes (text)")
    with pytest.raises(LibraryCorrupt, match="not a library of Likeness"):
        open_library(tmp_path)


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(LibraryReadOnly):
        open_library(blocker)


def test_lost_or_damaged_thumbnails_are_made_again(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    library.thumbnails.put("photo", 7, b"jpeg")
    library.close()
    (tmp_path / "cache" / "thumbnails.db").write_bytes(b"not a database" * 500)
    library = open_library(tmp_path)
    assert library.thumbnails.get("photo", 7) is None
    library.thumbnails.put_many([("photo", 7, b"again"), ("face", 7, b"other")])
    assert library.thumbnails.get("photo", 7) == b"again"
    assert library.thumbnails.has("photo", [6, 7]) == {7}
    library.thumbnails.drop("photo", [7])
    assert library.thumbnails.get("photo", 7) is None
    library.close()


def test_foreign_keys_are_enforced(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    assert set(inspect(library.database.engine).get_table_names()) >= set(tables.JOURNALLED)
    with pytest.raises(Exception, match="FOREIGN KEY"), library.database.write() as connection:
        connection.execute(tables.rejections.insert().values(face_pk=1, user_pk=1, created_at=0))
    library.close()


def test_a_backup_is_made_when_it_is_due_and_opens(tmp_path: Path) -> None:
    library = open_library(tmp_path / "a")
    first = back_up_if_due(library)
    assert first is not None
    assert back_up_if_due(library) is None
    for _ in range(4):
        back_up_if_due(library, every_days=-1, keep=2)
    assert len(list((library.folder / "backups").iterdir())) <= 2
    library.close()
    newest = max((tmp_path / "a" / "backups").iterdir())
    (tmp_path / "b").mkdir()
    newest.rename(tmp_path / "b" / "library.db")
    open_library(tmp_path / "b").close()


@pytest.mark.parametrize("name", [b"why?mode=ro", b"100%25 #1", b"caf\xe9 \xff"])
def test_a_folder_of_any_name(tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / os.fsdecode(name)
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes no such names")
    open_library(folder).close()
    assert (folder / "library.db").stat().st_size
    open_library(folder).close()


def damage(path: Path) -> bytes:
    """Overwrite its second half; what it then holds."""
    data = bytearray(path.read_bytes())
    half = len(data) // 2
    data[half:] = b"\xa5" * (len(data) - half)
    path.write_bytes(data)
    return bytes(data)


def test_thumbnails_that_turn_out_damaged_are_made_again(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    library.thumbnails.put_many([("photo", key, bytes(3000)) for key in range(200)])
    library.close()
    damage(tmp_path / "cache" / "thumbnails.db")
    library = open_library(tmp_path)
    found = [library.thumbnails.get("photo", key) for key in range(200)]
    assert None in found
    library.thumbnails.put("photo", 500, b"new")
    library.thumbnails.has("photo", range(200))
    library.thumbnails.drop("photo", [1])
    library.close()
    library = open_library(tmp_path)
    assert library.thumbnails.has("photo", range(200)) == set()
    library.thumbnails.put("photo", 7, b"again")
    assert library.thumbnails.get("photo", 7) == b"again"
    library.close()
    library = open_library(tmp_path)
    assert library.thumbnails.get("photo", 7) == b"again"
    library.close()


def test_thumbnails_for_which_there_is_no_room_are_left_out(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    library.thumbnails.put("photo", 1, b"small")
    library.thumbnails._connection().execute("PRAGMA max_page_count = 3")
    library.thumbnails.put("photo", 2, bytes(100_000))
    assert library.thumbnails.get("photo", 1) == b"small"
    assert library.thumbnails.get("photo", 2) is None
    library.close()


def test_what_the_sentence_of_a_damaged_library_advises_brings_it_back(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    with library.database.write() as connection:
        connection.execute(tables.contracts.insert().values(digest="d", description="{}"))
    backup = back_up_if_due(library)
    assert backup is not None
    library.close()
    damaged = damage(tmp_path / "library.db")
    with pytest.raises(LibraryCorrupt) as caught:
        open_library(tmp_path)
    assert (tmp_path / "library.db").read_bytes() == damaged
    assert f"copy {backup.name} from its backups folder" in str(caught.value)
    for name in ("library.db", "library.db-wal", "library.db-shm"):
        assert name in str(caught.value)
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "library.db").write_bytes(backup.read_bytes())
    library = open_library(tmp_path)
    with library.database.read() as connection:
        assert connection.execute(select(tables.contracts.c.digest)).scalars().all() == ["d"]
    library.close()


def test_a_damaged_library_without_a_backup_is_told_so(tmp_path: Path) -> None:
    open_library(tmp_path).close()
    damage(tmp_path / "library.db")
    with pytest.raises(LibraryCorrupt, match="no backup yet"):
        open_library(tmp_path)


@pytest.mark.parametrize("writable", [True, False])
def test_a_library_file_that_may_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writable: bool
) -> None:
    open_library(tmp_path).close()
    opened = Path.open

    def refuse(self: Path, mode: str = "r", *rest: object, **more: object) -> object:
        if self.name == "library.db" and not writable:
            raise PermissionError(13, "Permission denied")
        return opened(self, mode, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    if writable:
        open_library(tmp_path).close()
    else:
        with pytest.raises(LibraryReadOnly, match="can be read but not written"):
            open_library(tmp_path)
    assert not list(tmp_path.glob(".writable*"))


def test_a_backup_that_fails_leaves_no_half_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = open_library(tmp_path)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(DiskFull):
        back_up_if_due(library)
    assert list((tmp_path / "backups").iterdir()) == []
    library.close()


@pytest.mark.parametrize("what", ["empty", "missing"])
def test_a_library_file_that_is_gone_is_not_replaced_by_an_empty_one(tmp_path: Path, what: str) -> None:
    library = open_library(tmp_path)
    backup = back_up_if_due(library)
    library.close()
    path = tmp_path / "library.db"
    path.unlink()
    if what == "empty":
        path.touch()
    with pytest.raises(LibraryCorrupt, match="missing or empty") as caught:
        open_library(tmp_path)
    assert backup is not None
    assert backup.name in str(caught.value)
    assert path.exists() == (what == "empty")
    # There is a library, and opening says what is wrong with it.
    require_library(tmp_path)


def test_a_library_is_required_where_none_may_be_made(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="There is no library in"):
        require_library(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    open_library(tmp_path).close()
    require_library(tmp_path)
