"""Records as items and back: the record's own attributes, its key, and what the indexes need of it."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar, cast

from winback.adapters.aws.places import KINDS, Place, owned_place, place_of
from winback.adapters.aws.tables import AT_RISK, LEDGER, NOT_AT_RISK, SUPPRESSED, SWEPT, TELLS, shard
from winback.adapters.aws.values import Item, tagged
from winback.domain.contact import Contact
from winback.domain.decision import Decision
from winback.domain.dynamo import plain
from winback.domain.email import Body, Email
from winback.domain.instant import iso
from winback.domain.mailbox import Mailbox
from winback.domain.order import Order, read_order
from winback.domain.user import User, item_of, user_of
from winback.domain.wire import from_wire, to_wire
from winback.ports import Outside, Record

T = TypeVar("T")
BODIES_KEPT: Final = timedelta(days=400)
POINTER: Final = "pointer"
"""The kind of an item that says where an order or a decision lies; its stream records tell nothing."""
LINE_ENDS: Final = "#"
"""Between line and user in an entry of the index by line; no line has it in its name."""
_NO_DATE: Final = "~"
"""Sorts after every date: those without one come last."""
_NO_DATE_IS_AHEAD: Final = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)


def place(record: Record | Outside) -> Place:
    if isinstance(record, Order | Decision):
        return owned_place(record)
    return place_of(type(record), id_of(record))


def id_of(record: Record | Outside) -> str:
    """The id of a record: its first field, whichever record it is."""
    return cast("str", getattr(record, fields(record)[0].name))


def item(record: Record | Outside) -> Item:
    """The whole item that holds the record."""
    if isinstance(record, User):
        return tagged(item_of(record))
    where = place(record)
    named = {"kind": KINDS[type(record)]} if where.schema is LEDGER else {}
    return tagged({**to_wire(record), **where.attributes, **named, **_indexed(record), **_told(record)})


def pointer(record: Order | Decision) -> Item:
    """The item under the record's own id that says where the record lies."""
    at = owned_place(record).attributes
    attributes = place_of(type(record), id_of(record)).attributes
    return tagged({**attributes, "kind": POINTER, "atPk": at["pk"], "atSk": at["sk"]})


def pointed_at(found: Item) -> Place:
    """Where a pointer points."""
    return Place(LEDGER, (found["atPk"]["S"], found["atSk"]["S"]))


def record_of(kind: type[T], found: Item) -> T | None:
    """The record an item holds; None for an order that is none. A user is read however broken it is."""
    attributes = plain(found)
    if kind is User:
        return cast("T", user_of(attributes))
    if kind is Order:
        order = read_order(attributes, _NO_DATE_IS_AHEAD)
        return cast("T", order) if isinstance(order, Order) else None
    return from_wire(kind, attributes)


def _indexed(record: Record | Outside) -> dict[str, Any]:
    """The attributes that put the record into its indexes; one that is left out keeps it out of that index."""
    match record:
        case Contact():
            return {**_by_due(record), **_by_risk(record), **_by_line(record)}
        case Email():
            return {"statusSort": f"{iso(record.created_at)}#{record.email_id}"}
        case Body():
            return {"expiresAt": int((record.created_at + BODIES_KEPT).timestamp())}
    return {}


def _told(record: Record | Outside) -> dict[str, str]:
    """The mark that the filter of the ledger's stream looks for."""
    match record:
        case Contact() if record.swept_at and record.due_at is None:
            return {TELLS: SWEPT}
        case Mailbox() if record.suppressed_at:
            return {TELLS: SUPPRESSED}
    return {}


def _by_due(contact: Contact) -> dict[str, str]:
    return {"dueShard": shard(contact.user_id)} if contact.due_at else {}


def _by_risk(contact: Contact) -> dict[str, str]:
    group = AT_RISK if contact.at_risk else NOT_AT_RISK
    rank = contact.risk_date.isoformat() if contact.risk_date else _NO_DATE
    return {"riskShard": f"{group}{shard(contact.user_id)}", "riskRank": f"{rank} {contact.user_id}"}


def _by_line(contact: Contact) -> dict[str, str]:
    if contact.line is None or contact.deleted_at is not None:
        return {}
    return {"lineShard": shard(contact.user_id), "lineRank": f"{contact.line}{LINE_ENDS}{contact.user_id}"}
