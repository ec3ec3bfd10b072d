"""The version of the file's schema: a new file is made, an older one copied and moved forward, a newer one refused."""

import sqlite3
from importlib.resources import files
from pathlib import Path

from winback.domain.errors import Refused

SCHEMA_VERSION = 1


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Brings the open file to SCHEMA_VERSION. Raises Refused if a newer Winback wrote it."""
    version = _version(connection)
    if version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise Refused(
            f"{path.name} was written by a newer Winback (schema {version}, this one knows {SCHEMA_VERSION}): "
            "install that version, or start with another --data-dir"
        )
    if version:
        _copy(connection, path.with_name(f"{path.name}.before-{SCHEMA_VERSION}"))
    _run(connection, [(SCHEMA_VERSION, "schema.sql")] if not version else _steps(version))


def _run(connection: sqlite3.Connection, steps: list[tuple[int, str]]) -> None:
    for version, name in steps:
        script = files(__package__).joinpath(name).read_text(encoding="utf-8")
        # The version is read again inside the transaction: two processes may open a new file at once.
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) < version:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _steps(version: int) -> list[tuple[int, str]]:
    return [(after, f"migrations/{after:04}.sql") for after in range(version + 1, SCHEMA_VERSION + 1)]


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


def _copy(connection: sqlite3.Connection, to: Path) -> None:
    to.touch(mode=0o600)
    with sqlite3.connect(to) as copy:
        connection.backup(copy)
    copy.close()
