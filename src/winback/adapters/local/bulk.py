"""Many records from outside at once: what a `commit` of their puts would do, several times faster."""

import sqlite3
from collections.abc import Sequence

from winback.adapters.local.rows import TABLES
from winback.adapters.local.store import LocalStore
from winback.domain.errors import Retryable
from winback.domain.order import Order
from winback.domain.user import User


def put_all(store: LocalStore, records: Sequence[User] | Sequence[Order]) -> None:
    """All of them in one transaction, or none; all of one kind. Raises Retryable if the store cannot be written."""
    if not records:
        return
    table = TABLES[type(records[0])]
    rows = [table.row(record) for record in records]  # before the transaction: others want the writer too
    try:
        store.do(lambda writer: writer.executemany(table.put, rows))
    except sqlite3.Error as error:
        raise Retryable(f"the store cannot be written now: {error}") from error
