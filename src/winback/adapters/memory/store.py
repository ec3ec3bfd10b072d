"""The store in memory: the simplest code that keeps the contract."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from heapq import nsmallest
from typing import Any, cast

from winback.adapters.changes import Row, changes_of
from winback.adapters.memory.tables import Tables
from winback.domain.change import Change
from winback.domain.contact import Contact
from winback.domain.decision import Decision
from winback.domain.email import TRANSITIONS, Email, EmailStatus
from winback.domain.errors import Conflict
from winback.domain.instant import iso
from winback.domain.order import Order
from winback.domain.user import User, etag
from winback.ports import MOST_WRITES, Add, Clock, Page, Put, R, Record, Remove, Replace, ShowScore, T, Write

_WAITING = "changes waiting"
_NEVER = date.max


class MemoryStore:
    """An EmbeddedStore. Without a clock its changes bear the machine's time, as those of a trigger do."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.tables = Tables()
        self._inside = False
        self._now: Callable[[], datetime] = clock.now if clock else _machine_time

    def get(self, kind: type[R], key: str) -> R | None:
        with self.tables.lock:
            return cast("R | None", self.tables.rows(kind).get(key))

    def commit(self, *writes: Write) -> None:
        if len(writes) > MOST_WRITES:
            raise ValueError(f"a commit has {len(writes)} writes, at most {MOST_WRITES}: split it")
        with self.tables.all_or_nothing():
            for write in writes:
                self._apply(write)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.tables.all_or_nothing():
            if self._inside:
                raise RuntimeError("a transaction in a transaction: end the first one before")
            self._inside = True
            try:
                yield
            finally:
                self._inside = False

    def waiting(self, limit: int) -> list[Change]:
        with self.tables.lock:
            rows = self.tables.rows(_WAITING)
            return [rows[number] for number in nsmallest(limit, rows)]

    def relayed(self, changes: Sequence[Change]) -> None:
        with self.tables.all_or_nothing():
            for change in changes:
                self.tables.drop(_WAITING, int(change.change_id))

    def orders_of(self, user_id: str) -> list[Order]:
        return sorted(self._all_of(Order, user_id), key=lambda order: (order.ordered_at, order.order_id))

    def due(self, now: datetime, limit: int) -> list[Contact]:
        due = [(at, contact.user_id, contact) for contact in self._all(Contact) if (at := contact.due_at) and at <= now]
        return [contact for _, _, contact in nsmallest(limit, due)]

    def judged_elsewhere(self, lines: tuple[str, str], limit: int) -> list[Contact]:
        elsewhere = [
            (contact.user_id, contact)
            for contact in self._all(Contact)
            if contact.line not in {*lines, None} and contact.deleted_at is None
        ]
        return [contact for _, contact in nsmallest(limit, elsewhere)]

    def next_due(self) -> datetime | None:
        return min((contact.due_at for contact in self._all(Contact) if contact.due_at), default=None)

    def lease_over(self, now: datetime, limit: int) -> list[Email]:
        over = [
            (until, email.email_id, email)
            for email in self._all(Email)
            if email.status is EmailStatus.SENDING and (until := email.lease_until) and until < now
        ]
        return [email for _, _, email in nsmallest(limit, over)]

    def decisions_of(self, user_id: str, since: datetime) -> list[Decision]:
        found = [decision for decision in self._all_of(Decision, user_id) if decision.at >= since]
        return sorted(found, key=lambda decision: (decision.at, decision.number))

    def emails_of(self, user_id: str, limit: int = 50) -> list[Email]:
        return sorted(self._all_of(Email, user_id), key=_by_time, reverse=True)[:limit]

    def emails(self, status: EmailStatus | None, limit: int, cursor: str | None) -> Page[Email]:
        found = [email for email in self._all(Email) if status in {None, email.status}]
        return _page(found, _by_time, limit, cursor, newest_first=True)

    def contacts(self, at_risk: bool | None, due_before: date | None, limit: int, cursor: str | None) -> Page[Contact]:
        found = [contact for contact in self._all(Contact) if at_risk in {None, contact.at_risk}]
        if due_before is not None:
            found = [each for each in found if not each.at_risk and (each.risk_date or _NEVER) < due_before]
        return _page(found, _by_risk_date, limit, cursor, newest_first=False)

    def _all(self, kind: type[T]) -> list[T]:
        with self.tables.lock:
            return list(self.tables.rows(kind).values())

    def _all_of(self, kind: type[T], user_id: str) -> list[T]:
        with self.tables.lock:
            return list(self.tables.rows((kind, user_id)).values())

    def _apply(self, write: Write) -> None:
        match write:
            case Add(record):
                if self._stored(record) is not None:
                    raise Conflict(f"{type(record).__name__} {_key(record)}: exists already")
                self._keep(replace(record, version=1))
            case Replace(record):
                self._check(record)
                self._keep(replace(record, version=record.version + 1))
            case Put(record, read):
                if read is not None and isinstance(record, User):
                    self._check_etag(record.user_id, read)
                self._keep(record)
            case Remove(kind, key):
                self._set(kind, key, None)
            case ShowScore():
                self._show(write)

    def _check(self, record: Record) -> None:
        stored = self._stored(record)
        if stored is None or stored.version != record.version:
            raise Conflict(f"{type(record).__name__} {_key(record)}: was written in between")
        if isinstance(record, Email) and record.status not in TRANSITIONS[stored.status] | {stored.status}:
            raise Conflict(f"Email {record.email_id}: cannot go from {stored.status} to {record.status}")

    def _check_etag(self, user_id: str, read: str) -> None:
        stored = self.get(User, user_id)
        if stored is None or etag(stored) != read:
            raise Conflict(f"User {user_id}: was written in between")

    def _show(self, write: ShowScore) -> None:
        stored = self.get(User, write.user_id)
        if stored is None or stored.engagement_score != write.read:
            raise Conflict(f"User {write.user_id}: was written in between")
        score = float(write.score)
        self._keep(replace(stored, engagement_score=score, engagement_score_computed=score))

    def _stored(self, row: Row) -> Any:
        return self.tables.rows(type(row)).get(_key(row))

    def _keep(self, row: Row) -> None:
        self._set(type(row), _key(row), row)

    def _set(self, kind: type[Row], key: str, new: Row | None) -> None:
        old = cast("Row | None", self.tables.rows(kind).get(key))
        if isinstance(old, Order | Decision | Email):
            self.tables.drop((kind, old.user_id), key)
        if isinstance(new, Order | Decision | Email):
            self.tables.put((kind, new.user_id), key, new)
        self.tables.put(kind, key, new)
        for change in changes_of(old, new, self._now()):
            number = self.tables.number()
            self.tables.put(_WAITING, number, replace(change, change_id=str(number)))


def _key(row: Row) -> str:
    """The id of a record: its first field, whichever record it is."""
    return cast("str", getattr(row, fields(row)[0].name))


def _by_time(email: Email) -> str:
    return f"{iso(email.created_at)} {email.email_id}"


def _by_risk_date(contact: Contact) -> str:
    return f"{contact.risk_date or _NEVER} {contact.user_id}"


def _page(rows: list[T], key: Callable[[T], str], limit: int, cursor: str | None, newest_first: bool) -> Page[T]:
    """The cursor is the key of the last row given; that row itself need not be there any more."""
    ordered = sorted(rows, key=key, reverse=newest_first)
    rest = [row for row in ordered if cursor is None or (key(row) != cursor and (key(row) < cursor) is newest_first)]
    return Page(rest[:limit], key(rest[limit - 1]) if len(rest) > limit else None)


def _machine_time() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
