"""Records as rows: which table, which columns, and both ways between dataclass and row.

A column is named as the field; scalars are stored as on the wire, everything else as JSON text, empty as NULL.
"""

import json
import sqlite3
import typing
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter
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
_json = json.JSONEncoder(separators=(",", ":")).encode
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
        self._values = attrgetter(*self.columns)
        # Only the columns that are not stored as they are, by their place: every record passes here both ways.
        self._encoders = [(at, encode) for at, code in enumerate(of_kind) if (encode := _to_column(code))]
        self._decoders = [(at, decode) for at, code in enumerate(of_kind) if (decode := _from_column(code))]
        defaults = [_when_null(field) for field in fields(kind)]  # type: ignore[arg-type]  # T is a dataclass
        self._when_null = [(at, default) for at, default in enumerate(defaults) if default is not None]
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
        row = list(self._values(record))
        for at, encode in self._encoders:
            if row[at] is not None:
                row[at] = encode(row[at])
        return row

    def record(self, row: Row) -> T:
        """The record a row holds."""
        values = list(row)
        for at, decode in self._decoders:
            if values[at] is not None:
                values[at] = decode(values[at])
        for at, default in self._when_null:
            if values[at] is None:
                values[at] = default
        return self.kind(*values)


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
        version = item.pop("version")  # it has its own column
        return [getattr(record, self.key), json.dumps(item), version]

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
        self._values = attrgetter(*self.columns)
        self._encoders = [(at, encode) for at, encode in self._encoders if at < len(self.columns)]

    def record(self, row: Row) -> User:
        item = {code.wire: value for code, value in zip(FIELDS, row, strict=True) if value is not None}
        for wire in ("preferredCategories", "emailPermission"):
            if wire in item:
                item[wire] = _json_or_raw(item[wire])
        return user_of(item)


class OrderTable(Table[Order]):
    """Orders come from outside too: a row that is no order is None. Whether its date lies ahead, the reader asks."""

    _wires = tuple(code.wire for code in codes(Order))

    def __init__(self) -> None:
        super().__init__(Order, "orders")
        sets = ", ".join(f"{column} = ?" for column in self.columns[1:])
        self.change = f"UPDATE orders SET {sets} WHERE order_id = ?"  # noqa: S608

    def lenient(self, row: Row) -> Order | None:
        order = read_order(dict(zip(self._wires, row, strict=True)), _NO_DATE_IS_AHEAD)
        return order if isinstance(order, Order) else None


def read(connection: sqlite3.Connection, sql: str, values: Sequence[object]) -> list[Row]:
    """The rows, even where a text is no UTF-8: such bytes become surrogates, which the rules of a record refuse."""
    try:
        return connection.execute(sql, values).fetchall()
    except sqlite3.OperationalError as error:
        # An error of SQLite has a code. One without is Python's own: it could not decode what SQLite gave it.
        if getattr(error, "sqlite_errorcode", None) is not None:
            raise
    connection.text_factory = _lenient
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.text_factory = str


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


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
    return lambda value: _json(encode(value)) if value else None


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
ORDERS = OrderTable()
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
