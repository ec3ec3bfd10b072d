"""What a write tells: the reference for the triggers and streams of the other stores."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from winback.domain.change import Change, Noun, Verb
from winback.domain.contact import Contact
from winback.domain.email import WAITING, Email, EmailStatus
from winback.domain.order import Order
from winback.domain.user import User
from winback.ports import Outside, Record

Row = Record | Outside
_STEPS_ON: Final = frozenset({EmailStatus.GENERATED, EmailStatus.APPROVED, EmailStatus.SENT, EmailStatus.FAILED})
"""The states that a later step waits for: an e-mail that comes to another one is silent."""


def changes_of(old: Row | None, new: Row | None, at: datetime) -> Iterator[Change]:
    """The changes from `old` to `new` (None: not there), still without ids; none where nothing is told."""
    verb = Verb.ADDED if old is None else Verb.REMOVED if new is None else Verb.CHANGED
    match old, new:
        case (User() as user, None) | (None, User() as user):
            yield Change("", at, Noun.USER, verb, user.user_id, user.user_id)
        case User() as before, User() as after if _written_outside(before, after):
            yield Change("", at, Noun.USER, verb, after.user_id, after.user_id)
        case (Order() as order, None) | (None, Order() as order):
            yield Change("", at, Noun.ORDER, verb, order.order_id, order.user_id)
        case Order() as before, Order() as after if before != after:
            for user_id in dict.fromkeys((after.user_id, before.user_id)):
                yield Change("", at, Noun.ORDER, verb, after.order_id, user_id)
        case Contact() as before, Contact() as after if before.swept_at != after.swept_at and after.due_at is None:
            yield Change("", at, Noun.CONTACT, verb, after.user_id, after.user_id, after.due_for)
        case (None, Email() as email):
            yield Change("", at, Noun.EMAIL, verb, email.email_id, email.user_id, email.status)
        case Email() as before, Email() as after if _goes_on(before, after):
            yield Change("", at, Noun.EMAIL, verb, after.email_id, after.user_id, after.status)


def _goes_on(before: Email, after: Email) -> bool:
    """Whether it came to a state that a later step waits for. Going back after a send that did not happen is none: its
    contact is due again, and that is told."""
    went_back = before.status is EmailStatus.SENDING and after.status in WAITING
    return before.status is not after.status and after.status in _STEPS_ON and not went_back


def _written_outside(before: User, after: User) -> bool:
    """Whether an attribute other than `updated_at` changed that is not ours; the loss of our score counts too."""
    lost = before.engagement_score is not None and after.engagement_score is None
    return lost or before.given_score != after.given_score or _others(before) != _others(after)


def _others(user: User) -> User:
    return replace(user, updated_at=None, engagement_score=None, engagement_score_computed=None)
