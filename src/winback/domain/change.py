"""Change: one committed write, of whom, and which attributes it changed; and the events it tells."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from winback.domain.contact import DueFor
from winback.domain.event import Event, EventType


class Noun(StrEnum):
    """The records whose changes are told."""

    USER = "user"
    ORDER = "order"
    CONTACT = "contact"
    EMAIL = "email"
    MAILBOX = "mailbox"


class Verb(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """`change_id` is never used twice. `key` is the record's raw id, `user_id` the raw id of the user it is about.

    `detail` is the one attribute the event depends on: an e-mail's new status, what a swept contact was due for.
    The stores record only what is told: a user's outside attributes, orders, swept contacts, an e-mail's status.
    """

    change_id: str
    at: datetime
    noun: Noun
    verb: Verb
    key: str
    user_id: str
    detail: str | None = None

    def __repr__(self) -> str:
        return f"Change({self.change_id}, {self.noun} {self.verb})"


_OF_STATUS = {
    "GENERATED": EventType.EMAIL_GENERATED,
    "APPROVED": EventType.EMAIL_APPROVED,
    "SENT": EventType.EMAIL_SENT,
    "FAILED": EventType.EMAIL_FAILED,
}


def event_of(change: Change, user_exists: bool, contact_is_known: bool, safe_id: str, subject: str) -> Event | None:
    """The event a change tells, or None if it is silent. `safe_id` is the user's id and `subject` the record's, both
    fit for a log.

    For a user the present decides between created, updated and deleted, not the verb: an INSERT OR REPLACE of a
    known user is an update, a delete of one who is there again is none.
    """
    kind = _type_of(change, user_exists, contact_is_known)
    return None if kind is None else Event(change.change_id, kind, safe_id, subject, change.at)


def _type_of(change: Change, user_exists: bool, contact_is_known: bool) -> EventType | None:
    match change.noun:
        case Noun.USER if not user_exists:
            return EventType.USER_DELETED
        case Noun.USER:
            return EventType.USER_UPDATED if contact_is_known else EventType.USER_CREATED
        case Noun.ORDER:
            return EventType.ORDER_CREATED if change.verb is Verb.ADDED else EventType.ORDER_UPDATED
        case Noun.CONTACT:
            return EventType.USER_AT_RISK if change.detail == DueFor.CROSSING else EventType.USER_DUE
        case Noun.EMAIL:
            return _OF_STATUS.get(change.detail or "")
        case Noun.MAILBOX:
            return EventType.USER_UNSUBSCRIBED
