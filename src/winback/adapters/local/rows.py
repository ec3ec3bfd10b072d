"""Records as rows: which table, which columns, and both ways between dataclass and row.

A column is named as the field; scalars are stored as on the wire, everything else as JSON text, empty as NULL.
"""

import json
import sqlite3
import typing
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from winback.domain.contact import Contact
from winback.domain.day import Day
from winback.domain.decision import Decision
from winback.domain.email import Body, Email
from winback.domain.mailbox import Mailbox
from winback.domain.order import Order, read_order
from winback.domain.outcome import Outcome
from winback.domain.policy import Policy
from winback.domain.switch import Switch
from winback.domain.user import FIELDS, User, user_of
from winback.domain.wire import FieldCode, codes, from_wire, to_wire

T = TypeVar("T")
_NO_DATE_IS_AHEAD = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)
Row = Sequence[Any]


class Table(Generic[T]):
    """How records of one kind lie in their table; the first field is the key."""

    def __init__(self, kind: type[T], name: str) -> None:
        self.kind = kind
        self.name = name
        of_kind = codes(kind)
        self.key = of_kind[0].name
        self.columns = [code.name for code in of_kind]
        self._getters = [(code.name, _to_column(code)) for code in of_kind]
        self._readers = [
            (_from_column(code), _when_null(field))
            for code, field in zip(of_kind, fields(kind), strict=True)  # type: ignore[arg-type]  # T is a dataclass
        ]
        names = ", ".join(self.columns)
        self.select = f"SELECT {names} FROM {name}"  # noqa: S608  names of our own fields
        self.get = f"{self.select} WHERE {self.key} = ?"
        self.insert = f"INSERT INTO {name} ({names}) VALUES ({', '.join('?' * len(self.columns))})"  # noqa: S608
        sets = ", ".join(f"{column} = ?" for column in self.columns[1:])
        self.update = f"UPDATE {name} SET {sets} WHERE {self.key} = ? AND version = ?"  # noqa: S608
        self.put = f"{self.insert} ON CONFLICT ({self.key}) DO UPDATE SET " + ", ".join(
            f"{column} = excluded.{column}" for column in self.columns[1:]
        )

    def row(self, record: T) -> list[Any]:
        """The record's columns, in order."""
        return [
            encode(value) if encode and value is not None else value
            for value, encode in [(getattr(record, name), encode) for name, encode in self._getters]
        ]

    def record(self, row: Row) -> T:
        """The record a row holds."""
        return self.kind(
            *[
                null if value is None else read(value) if read else value
                for value, (read, null) in zip(row, self._readers, strict=True)
            ]
        )


class Document(Table[T]):
    """Few records whose fields will grow: the whole record as JSON in one column."""

    def __init__(self, kind: type[T], name: str) -> None:
        super().__init__(kind, name)
        # Every step reads the policy, and it hardly ever changes: the record of the last row is kept.
        self._last: tuple[Row, T] | None = None
        self.columns = [self.key, "record", "version"]
        self.select = f"SELECT record, version FROM {name}"  # noqa: S608
        self.get = f"{self.select} WHERE {self.key} = ?"
        self.insert = f"INSERT INTO {name} ({self.key}, record, version) VALUES (?, ?, ?)"  # noqa: S608
        self.update = f"UPDATE {name} SET record = ?, version = ? WHERE {self.key} = ? AND version = ?"  # noqa: S608

    def row(self, record: T) -> list[Any]:
        item = to_wire(record)
        return [getattr(record, self.key), json.dumps(item), item["version"]]

    def record(self, row: Row) -> T:
        if self._last is None or self._last[0] != tuple(row):
            self._last = tuple(row), from_wire(self.kind, {**json.loads(row[0]), "version": row[1]})
        return self._last[1]


class UserTable(Table[User]):
    """Users are read leniently: whatever another program wrote becomes a User with its faults named."""

    def __init__(self) -> None:
        super().__init__(User, "users")
        self.columns = [code.name for code in FIELDS]
        names = ", ".join(self.columns)
        self.get = f"SELECT {names} FROM users WHERE user_id = ?"  # noqa: S608
        self.insert = f"INSERT INTO users ({names}) VALUES ({', '.join('?' * len(self.columns))})"  # noqa: S608
        self.put = f"{self.insert} ON CONFLICT (user_id) DO UPDATE SET " + ", ".join(
            f"{column} = excluded.{column}" for column in self.columns[1:]
        )
        self._getters = self._getters[: len(self.columns)]

    def record(self, row: Row) -> User:
        item = {code.wire: value for code, value in zip(FIELDS, row, strict=True) if value is not None}
        for wire in ("preferredCategories", "emailPermission"):
            if wire in item:
                item[wire] = _json_or_raw(item[wire])
        return user_of(item)


class OrderTable(Table[Order]):
    """Orders come from outside too: a row that is no order is None. Whether its date lies ahead, the reader asks."""

    _wires = tuple(code.wire for code in codes(Order))

    def lenient(self, row: Row) -> Order | None:
        order = read_order(dict(zip(self._wires, row, strict=True)), _NO_DATE_IS_AHEAD)
        return order if isinstance(order, Order) else None


def read_leniently(connection: sqlite3.Connection, sql: str, key: str) -> Row | None:
    """The row, even where its texts are no UTF-8: such bytes become surrogates, which the rules of a user refuse."""
    try:
        found: Row | None = connection.execute(sql, (key,)).fetchone()
    except sqlite3.OperationalError:
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        try:
            found = connection.execute(sql, (key,)).fetchone()
        finally:
            connection.text_factory = str
    return found


def _json_or_raw(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _to_column(code: FieldCode) -> Callable[[Any], Any] | None:
    if code.scalar:
        return code.encode
    encode = code.encode or (lambda value: value)
    return lambda value: json.dumps(encode(value), separators=(",", ":")) if value else None


def _from_column(code: FieldCode) -> Callable[[Any], Any] | None:
    if code.scalar:
        return code.decode
    decode = code.decode or (lambda value: value)
    return lambda text: decode(json.loads(text))


def _when_null(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    return {} if typing.get_origin(field.type) is dict else None


USERS = UserTable()
ORDERS = OrderTable(Order, "orders")
CONTACTS = Table(Contact, "contacts")
EMAILS = Table(Email, "emails")
DECISIONS = Table(Decision, "decisions")
TABLES: dict[type, Table[Any]] = {
    table.kind: table
    for table in (
        USERS,
        ORDERS,
        CONTACTS,
        EMAILS,
        DECISIONS,
        Table(Mailbox, "mailboxes"),
        Table(Day, "days"),
        Table(Body, "bodies"),
        Table(Outcome, "outcomes"),
        Document(Policy, "policies"),
        Document(Switch, "switches"),
    )
}
