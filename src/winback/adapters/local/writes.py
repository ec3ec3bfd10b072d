"""The five kinds of write, each as its guarded statement inside a transaction somebody else began."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from winback.adapters.local.rows import ORDERS, TABLES, USERS, read
from winback.domain.errors import Conflict, Retryable
from winback.domain.order import Order
from winback.domain.user import User, etag
from winback.ports import Add, Put, Remove, Replace, ShowScore, Write


def apply(connection: sqlite3.Connection, writes: Sequence[Write]) -> None:
    """All of the writes or none. Raises Conflict if a guard fails, Retryable if the store cannot take them."""
    try:
        if len(writes) == 1:
            _apply(connection, writes[0])  # one statement is all or nothing by itself
            return
        connection.execute("SAVEPOINT writes")
        try:
            for write in writes:
                _apply(connection, write)
        except BaseException:
            connection.execute("ROLLBACK TO writes")
            raise
        finally:
            connection.execute("RELEASE writes")
    except sqlite3.IntegrityError as error:
        # The id exists already, or the trigger refused the e-mail's transition: somebody was here before us.
        raise Conflict(f"the store refused a write: {error}") from error
    except sqlite3.Error as error:
        raise Retryable(f"the store cannot be written now: {error}") from error


def _apply(connection: sqlite3.Connection, write: Write) -> None:
    match write:
        case Replace():
            _replace(connection, write.record)
        case Add():
            _add(connection, write.record)
        case ShowScore():
            _show(connection, write)
        case Put():
            _put(connection, write)
        case Remove():
            table = TABLES[write.kind]
            connection.execute(f"DELETE FROM {table.name} WHERE {table.key} = ?", (write.key,))  # noqa: S608


def _add(connection: sqlite3.Connection, record: Any) -> None:
    table = TABLES[type(record)]
    *values, _ = table.row(record)  # the version is the last column of every record of ours
    connection.execute(table.insert, (*values, 1))


def _replace(connection: sqlite3.Connection, record: Any) -> None:
    table = TABLES[type(record)]
    key, *values, version = table.row(record)
    if connection.execute(table.update, (*values, version + 1, key, version)).rowcount != 1:
        raise Conflict(f"{table.name}: the record is no longer at version {record.version}")


def _put(connection: sqlite3.Connection, write: Put) -> None:
    record = write.record
    if write.etag is not None and isinstance(record, User):
        rows = read(connection, USERS.get, (record.user_id,))
        if not rows or etag(USERS.record(rows[0])) != write.etag:
            raise Conflict("users: the user is no longer the one that was read")
    table = TABLES[type(record)]
    key, *values = table.row(record)
    # Not as an upsert: that would be told as an INSERT that replaces as well.
    if not isinstance(record, Order) or not connection.execute(ORDERS.change, (*values, key)).rowcount:
        connection.execute(table.put, (key, *values))


def _show(connection: sqlite3.Connection, write: ShowScore) -> None:
    shown = connection.execute(
        "UPDATE users SET engagement_score = ?, engagement_score_computed = ?"
        " WHERE user_id = ? AND engagement_score IS ?",
        (write.score, write.score, write.user_id, write.read),
    )
    if shown.rowcount != 1:
        raise Conflict("users: the score that was read no longer stands there")
