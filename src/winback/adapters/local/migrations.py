"""The version of the file's schema: a new file is made, an older one copied and moved forward, a newer one refused."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from winback.domain.errors import Refused

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Scripts:
    """What makes a file of `version`: `schema.sql` a new one, `migrations/0002.sql` one of version 1, and so on."""

    version: int = SCHEMA_VERSION
    folder: Traversable = field(default_factory=lambda: files(__package__))

    def after(self, version: int) -> list[tuple[int, str]]:
        """The versions that follow, each with the script that leads to it; one script alone for a new file."""
        if not version:
            return [(self.version, self._text("schema.sql"))]
        return [(step, self._text(f"migrations/{step:04}.sql")) for step in range(version + 1, self.version + 1)]

    def _text(self, name: str) -> str:
        return self.folder.joinpath(name).read_text(encoding="utf-8")


def migrate(connection: sqlite3.Connection, path: Path, scripts: Scripts | None = None) -> None:
    """Brings the open file to the version of the scripts, all at once. Raises Refused if a newer Winback wrote it."""
    scripts = scripts or Scripts()
    if _version(connection) == scripts.version:
        return
    # The version is read again inside the transaction: two processes may open a file at once.
    connection.execute("BEGIN IMMEDIATE")
    try:
        _move(connection, path, scripts)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # on a full disk SQLite has undone it already
            connection.execute("ROLLBACK")
        raise


def _move(connection: sqlite3.Connection, path: Path, scripts: Scripts) -> None:
    version = _version(connection)
    if version > scripts.version:
        raise Refused(
            f"{path.name} was written by a newer Winback (schema {version}, this one knows {scripts.version}): "
            "install that version, or start with another --data-dir"
        )
    if 0 < version < scripts.version:
        _copy(path, path.with_name(f"{path.name}.before-{scripts.version}"))
    for step, script in scripts.after(version):
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {step}")


def _statements(script: str) -> list[str]:
    """The script's statements one by one, since `executescript` would end our transaction."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _copy(path: Path, to: Path) -> None:
    """What is committed, on a connection of its own: the one that holds the write lock cannot be copied from."""
    to.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
