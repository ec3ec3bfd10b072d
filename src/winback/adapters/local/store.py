"""The store on SQLite: one file, one writer, every change recorded by triggers in the same transaction."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from winback.adapters.local.connections import Connections
from winback.adapters.local.folder import STORE_FILE, prepare
from winback.adapters.local.known import Known
from winback.adapters.local.migrations import migrate
from winback.adapters.local.queries import QUERIES
from winback.adapters.local.rows import CONTACTS, DECISIONS, EMAILS, ORDERS, TABLES, Row, Table, read
from winback.adapters.local.ticket import Ticket, still_inside
from winback.adapters.local.writes import apply
from winback.domain.change import Change, Noun, Verb
from winback.domain.contact import Contact
from winback.domain.decision import Decision
from winback.domain.email import Email, EmailStatus
from winback.domain.errors import Refused, Retryable, Unsure, WinbackError
from winback.domain.instant import instant, iso
from winback.domain.order import Order
from winback.ports import MOST_WRITES, Page, R, Write

T = TypeVar("T")
FILE_NAME = STORE_FILE
MOST_IN_ONE_COMMIT = 256
_AFTER_ALL = "\uffff"
_NO_DATE = "~"


class LocalStore:
    """EmbeddedStore on one SQLite file. Threads share it; each reads on a connection of its own.

    Commits outside a transaction are gathered: whoever gets the writer's lock first writes for all who wait (group
    commit), so that one flush to disk serves many.
    """

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)
        try:
            migrate(self._connections.writer, path)
        except BaseException:
            self._connections.close()
            raise
        self._lock = threading.Lock()
        self._inside = threading.local()
        self._known = Known()
        self._tickets: deque[Ticket] = deque()
        self._listeners: list[Callable[[], None]] = []
        self.path = path

    @classmethod
    def open(cls, folder: Path) -> "LocalStore":
        """The store in a data folder, made where there is none. Raises Refused with one line if it cannot be used."""
        path = prepare(folder) / FILE_NAME
        try:
            return cls(path)
        except (sqlite3.Error, OSError) as error:
            raise Refused(
                f"cannot use the store {path}: {error}: mend that, put a backup there, or choose another --data-dir"
            ) from error

    def close(self) -> None:
        with self._lock:
            self._connections.close()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """`listener` is called after each commit of this process, by the thread that made it."""
        self._listeners.append(listener)

    # Reading

    def get(self, kind: type[R], key: str) -> R | None:
        return self._known.get(kind, key, self._read) if self.inside else self._read(kind, key)

    def _read(self, kind: type[R], key: str) -> R | None:
        table: Table[Any] = TABLES[kind]
        rows = self._rows(table.get, key)
        if not rows:
            return None
        return cast("R | None", ORDERS.lenient(rows[0]) if table is ORDERS else table.record(rows[0]))

    def orders_of(self, user_id: str) -> list[Order]:
        found = map(ORDERS.lenient, self.rows("orders_of", user_id))
        return [order for order in found if order is not None]

    def due(self, now: datetime, limit: int) -> list[Contact]:
        return self._records(CONTACTS, "due", iso(now), limit)

    def next_due(self) -> datetime | None:
        rows = self.rows("next_due")
        return instant(rows[0][0]) if rows else None

    def judged_elsewhere(self, lines: tuple[str, str], limit: int) -> list[Contact]:
        first, second = lines
        found = self._records(CONTACTS, "judged_below", first, limit)
        found += self._records(CONTACTS, "judged_between", first, second, limit - len(found))
        return found + self._records(CONTACTS, "judged_above", second, limit - len(found))

    def lease_over(self, now: datetime, limit: int) -> list[Email]:
        return self._records(EMAILS, "lease_over", iso(now), limit)

    def decisions_of(self, user_id: str, since: datetime) -> list[Decision]:
        return self._records(DECISIONS, "decisions_of", user_id, iso(since))

    def emails_of(self, user_id: str, limit: int = 50) -> list[Email]:
        return self._records(EMAILS, "emails_of", user_id, limit)

    def emails(self, status: EmailStatus | None, limit: int, cursor: str | None) -> Page[Email]:
        before = cursor.split(" ", 1) if cursor else [_AFTER_ALL, ""]
        if status is None:
            found = self._records(EMAILS, "emails", *before, limit + 1)
        else:
            found = self._records(EMAILS, "emails_by_status", status.value, *before, limit + 1)
        return _page(found, limit, lambda email: f"{iso(email.created_at)} {email.email_id}")

    def contacts(self, at_risk: bool | None, due_before: date | None, limit: int, cursor: str | None) -> Page[Contact]:
        after = cursor.split(" ", 1) if cursor else ["", ""]
        if at_risk and due_before is not None:
            return Page([])  # whom the day will bring below the line is not below it yet
        if at_risk is None and due_before is None:
            found = self._records(CONTACTS, "contacts", *after, limit + 1)
        else:
            day = due_before.isoformat() if due_before else _AFTER_ALL
            found = self._records(CONTACTS, "contacts_at_risk", bool(at_risk), *after, day, limit + 1)
        return _page(found, limit, lambda contact: f"{contact.risk_date or _NO_DATE} {contact.user_id}")

    # Changes waiting for the relay

    def waiting(self, limit: int) -> list[Change]:
        return [
            Change(str(number), instant(at), Noun(noun), Verb(verb), key, user_id, detail)
            for number, at, noun, verb, key, user_id, detail in self.rows("changes_waiting", limit)
        ]

    def relayed(self, changes: Sequence[Change]) -> None:
        if changes:
            self.execute("relayed", int(changes[-1].change_id))

    def prune(self, relayed_before: datetime, bodies_before: datetime, limit: int = 500) -> int:
        """Deletes what is old, at most `limit` rows of each kind; gives how many, so that zero means done."""
        gone = self.execute("prune_changes", limit, iso(relayed_before))
        gone += self.execute("prune_messages", iso(relayed_before), limit)
        return gone + self.execute("prune_bodies", iso(bodies_before), limit)

    # Writing

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            self._begin()
            self._inside.now = True
            try:
                yield
            except BaseException:
                self._undo()
                raise
            else:
                self._end()
            finally:
                self._inside.now = False
                self._known.clear()
        self._tell()

    def commit(self, *writes: Write) -> None:
        if len(writes) > MOST_WRITES:
            raise ValueError(f"{len(writes)} writes in one commit, at most {MOST_WRITES}")
        if self.inside:
            self._known.forget(writes)
        self._do(lambda writer: apply(writer, writes))

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` on the writing connection, all or nothing; outside a transaction with others that wait."""
        if self.inside:
            self._known.clear()  # it may write any record
        return self._do(work)

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self.inside:
            return work(still_inside(self._connections.writer))
        ticket = Ticket(work)
        self._tickets.append(ticket)
        with self._lock:
            while not ticket.done:
                self._write_for_all()
        self._tell()
        if ticket.error is not None:
            raise ticket.error
        return cast("T", ticket.result)

    def execute(self, sql: str, *values: object) -> int:
        """A statement of ours outside the records, by its name or its text. Gives the rows it touched."""
        with _our_errors():
            return self._do(lambda writer: writer.execute(QUERIES.get(sql, sql), values).rowcount)

    def execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        with _our_errors():
            self._do(lambda writer: writer.executemany(sql, rows))

    def rows(self, query: str, *values: object) -> list[Row]:
        """What a query gives, by its name. Raises Retryable if the store cannot be read now."""
        return self._rows(QUERIES[query], *values)

    def connection(self) -> sqlite3.Connection:
        """For reading: the writer inside a transaction, else this thread's own."""
        return self._connections.writer if self.inside else self._connections.reader()

    @property
    def inside(self) -> bool:
        """Whether this thread is inside a transaction."""
        return getattr(self._inside, "now", False)

    def _rows(self, sql: str, *values: object) -> list[Row]:
        try:
            return read(self.connection(), sql, values)
        except sqlite3.Error as error:
            raise Retryable(f"the store cannot be read now: {error}") from error

    def _records(self, table: Table[Any], query: str, *values: object) -> list[Any]:
        return [table.record(row) for row in self.rows(query, *values)]

    def _write_for_all(self) -> None:
        """Does every waiting piece of work, each all or nothing, in one transaction. The lock is held."""
        batch: list[Ticket] = []
        while self._tickets and len(batch) < MOST_IN_ONE_COMMIT:
            batch.append(self._tickets.popleft())
        try:
            with _our_errors():
                self._begin()
                for ticket in batch:
                    ticket.run(self._connections.writer)
                self._end()
        except BaseException as error:
            # Nobody may believe in a commit that never was: what undid one of them undid all.
            self._undo()
            fault = error if isinstance(error, WinbackError) else Unsure("the store was interrupted")
            for ticket in batch:
                ticket.error = fault
            if fault is not error:
                raise
        finally:
            for ticket in batch:
                ticket.done = True

    def _begin(self) -> None:
        with _our_errors():
            self._connections.writer.execute("BEGIN IMMEDIATE")

    def _undo(self) -> None:
        if self._connections.writer.in_transaction:  # after some faults SQLite has undone it already
            self._connections.writer.execute("ROLLBACK")

    def _end(self) -> None:
        writer = still_inside(self._connections.writer)
        try:
            writer.execute("COMMIT")
        except sqlite3.Error as error:
            if writer.in_transaction:
                self._undo()
                raise Retryable(f"the store did not take the commit: {error}") from error
            raise Unsure(f"the commit may or may not be on disk: {error}") from error

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Retryable(f"the store cannot be written now: {error}") from error


def _page(found: list[T], limit: int, cursor: Callable[[T], str]) -> Page[T]:
    """The page of a query that asked for one row more than `limit`."""
    return Page(found[:limit], cursor(found[limit - 1]) if len(found) > limit else None)
