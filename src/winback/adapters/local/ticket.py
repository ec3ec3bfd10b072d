"""Ticket: work that waits for the writer, done in one transaction with others that wait."""

import sqlite3
from collections.abc import Callable
from typing import Any

from winback.domain.errors import Retryable


class Ticket:
    """A piece of work; once `done` it has its `result` or its `error`."""

    def __init__(self, work: Callable[[sqlite3.Connection], Any]) -> None:
        self._work = work
        self.result: Any = None
        self.done = False
        self.error: Exception | None = None

    def run(self, writer: sqlite3.Connection) -> None:
        """All or nothing, in a transaction shared with others: what fails is undone alone and told to its owner."""
        writer.execute("SAVEPOINT ticket")
        try:
            self.result = self._work(writer)
        except Exception as error:
            still_inside(writer).execute("ROLLBACK TO ticket")
            self.error = error
        writer.execute("RELEASE ticket")


def still_inside(writer: sqlite3.Connection) -> sqlite3.Connection:
    """The writer, inside its transaction. Raises Retryable if SQLite has undone the whole of it, as it does when the
    disk is full: what follows would otherwise be written by itself."""
    if not writer.in_transaction:
        raise Retryable("the store undid the transaction: is its disk full?")
    return writer
