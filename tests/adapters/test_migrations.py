"""The schema's version: made, moved forward with a copy kept, refused when newer, whole after any crash."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from builders import a_user
from winback.adapters.local.migrations import SCHEMA_VERSION, Scripts, migrate
from winback.adapters.local.store import FILE_NAME, LocalStore
from winback.domain.errors import Refused
from winback.domain.user import User
from winback.ports import Put

FIRST = "CREATE TABLE clients (name TEXT);\nINSERT INTO clients VALUES ('Ada');\n"
SECOND = "-- how they like to be called\nALTER TABLE clients ADD COLUMN given TEXT;\nUPDATE clients SET given = name;\n"
THIRD = "CREATE INDEX clients_by_given\n    ON clients (given);\n"

MIGRATE = """
import os, signal, sqlite3, sys
from pathlib import Path
from winback.adapters.local.migrations import Scripts, migrate
path, folder = map(Path, sys.argv[1:])
connection = sqlite3.connect(path, isolation_level=None)
connection.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
migrate(connection, path, Scripts(2, folder))
"""


def scripts(folder: Path, version: int) -> Scripts:
    """A release that knows this many versions; its new files are made as they are after all steps."""
    steps = [FIRST, SECOND, THIRD]
    (folder / "migrations").mkdir(parents=True, exist_ok=True)
    (folder / "schema.sql").write_text("".join(steps[:version]))
    for number, script in enumerate(steps[1:version], start=2):
        (folder / "migrations" / f"{number:04}.sql").write_text(script)
    return Scripts(version, folder)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of the first version."""
    path = tmp_path / FILE_NAME
    moved(path, scripts(tmp_path / "first", 1))
    return path


def moved(path: Path, to: Scripts) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, path, to)


def read(path: Path) -> tuple[int, list[tuple[object, ...]]]:
    """The file's version and its clients."""
    with closing(sqlite3.connect(path)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        return version, connection.execute("SELECT * FROM clients").fetchall()


def copies(path: Path) -> list[str]:
    return sorted(copy.name for copy in path.parent.glob(f"{path.name}.before*"))


def test_a_new_file_is_made_in_the_newest_version_without_a_copy(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    moved(path, scripts(tmp_path, 3))
    assert read(path) == (3, [("Ada", "Ada")])
    assert copies(path) == []


def test_an_older_file_goes_through_every_step(path: Path, tmp_path: Path) -> None:
    moved(path, scripts(tmp_path, 3))
    assert read(path) == (3, [("Ada", "Ada")])


def test_before_it_is_moved_a_copy_is_kept_for_its_owner_alone(path: Path, tmp_path: Path) -> None:
    moved(path, scripts(tmp_path, 2))
    assert copies(path) == [f"{FILE_NAME}.before-2"]
    copy = path.with_name(f"{FILE_NAME}.before-2")
    assert read(copy) == (1, [("Ada",)])
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_step_that_fails_leaves_the_version_before(path: Path, tmp_path: Path) -> None:
    broken = scripts(tmp_path, 3)
    (tmp_path / "migrations" / "0003.sql").write_text("DELETE FROM clients;\nCREATE INDEX no ON nothing (at);\n")
    with pytest.raises(sqlite3.OperationalError, match="nothing"):
        moved(path, broken)
    assert read(path) == (1, [("Ada",)])

    moved(path, scripts(tmp_path, 3))
    assert read(path) == (3, [("Ada", "Ada")])


def test_a_process_that_dies_within_a_step_leaves_the_version_before(path: Path, tmp_path: Path) -> None:
    scripts(tmp_path, 2)
    (tmp_path / "migrations" / "0002.sql").write_text("DELETE FROM clients;\nSELECT die();\n")
    child = subprocess.run([sys.executable, "-c", MIGRATE, path, tmp_path], check=False, timeout=60)
    assert child.returncode == -signal.SIGKILL
    assert read(path) == (1, [("Ada",)])


def test_two_that_start_at_once_move_it_once_and_copy_only_the_old(path: Path, tmp_path: Path) -> None:
    newer = scripts(tmp_path, 2)
    with closing(sqlite3.connect(path, isolation_level=None)) as late:
        known_to_be_old = late.execute("PRAGMA user_version").fetchone()[0]
        moved(path, newer)
        migrate(late, path, newer)
    assert known_to_be_old == 1
    assert read(path)[0] == 2
    assert read(path.with_name(f"{FILE_NAME}.before-2")) == (1, [("Ada",)])


def test_a_newer_file_is_refused_in_one_line_and_left_alone(tmp_path: Path) -> None:
    with closing(LocalStore.open(tmp_path)) as store:
        store.commit(Put(a_user()))
        store.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")

    with pytest.raises(Refused) as refused:
        LocalStore.open(tmp_path)
    assert str(refused.value) == (
        f"winback.db was written by a newer Winback (schema {SCHEMA_VERSION + 1}, this one knows {SCHEMA_VERSION}): "
        "install that version, or start with another --data-dir"
    )


def test_a_file_of_this_version_is_opened_as_it_is(tmp_path: Path) -> None:
    with closing(LocalStore.open(tmp_path)) as store:
        store.commit(Put(a_user()))
    with closing(LocalStore.open(tmp_path)) as store:
        assert store.get(User, a_user().user_id) == a_user()
    assert copies(tmp_path / FILE_NAME) == []
