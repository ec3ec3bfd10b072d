"""Event: a past fact that says "look at this user". It carries ids and an instant, nothing personal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventType(StrEnum):
    USER_CREATED = "USER_CREATED"
    USER_UPDATED = "USER_UPDATED"
    USER_DELETED = "USER_DELETED"
    ORDER_CREATED = "ORDER_CREATED"
    ORDER_UPDATED = "ORDER_UPDATED"
    USER_AT_RISK = "USER_AT_RISK"
    USER_DUE = "USER_DUE"
    EMAIL_REQUESTED = "EMAIL_REQUESTED"
    EMAIL_GENERATED = "EMAIL_GENERATED"
    EMAIL_APPROVED = "EMAIL_APPROVED"
    EMAIL_SENT = "EMAIL_SENT"
    EMAIL_DELIVERED = "EMAIL_DELIVERED"
    EMAIL_OPENED = "EMAIL_OPENED"
    EMAIL_CLICKED = "EMAIL_CLICKED"
    EMAIL_BOUNCED = "EMAIL_BOUNCED"
    EMAIL_COMPLAINED = "EMAIL_COMPLAINED"
    EMAIL_FAILED = "EMAIL_FAILED"
    USER_UNSUBSCRIBED = "USER_UNSUBSCRIBED"


@dataclass(frozen=True, slots=True)
class Event:
    """`event_id` is the change's number; `subject_id` the record that changed (user, order, e-mail)."""

    event_id: str
    type: EventType
    user_id: str
    subject_id: str
    at: datetime
