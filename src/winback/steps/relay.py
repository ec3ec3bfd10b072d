"""change → event. The only arrow that makes events, and it makes them of committed changes alone."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Protocol

from winback.domain.change import Change, Noun, Verb, event_of
from winback.domain.contact import Contact
from winback.domain.event import Event
from winback.domain.reading import ID
from winback.domain.user import User
from winback.ports import Store

_ALIAS = "invalid-"
_ALIAS_DIGITS = 24


class Asked(Protocol):
    """What relaying needs of a world: on AWS it has no more."""

    @property
    def store(self) -> Store: ...

    @property
    def key(self) -> bytes: ...


def relay(world: Asked, changes: Iterable[Change]) -> list[Event]:
    """change → event: what these changes tell, in their order; silent ones tell nothing."""
    told = (_event(world, change) for change in changes)
    return [event for event in told if event is not None]


def safe_id(world: Asked, raw: str) -> str:
    """The id as it may stand in an event or a log: an id that breaks the rule goes by an alias (docs/decisions)."""
    if ID.fullmatch(raw):
        return raw
    return _ALIAS + hmac.new(world.key, raw.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_ALIAS_DIGITS]


def is_alias(user_id: str) -> bool:
    """Whether an id is one that `safe_id` made up."""
    digits = user_id.removeprefix(_ALIAS)
    return user_id != digits and len(digits) == _ALIAS_DIGITS and set(digits) <= set("0123456789abcdef")


def _event(world: Asked, change: Change) -> Event | None:
    user_id = safe_id(world, change.user_id)
    if change.noun is not Noun.USER:
        subject = safe_id(world, change.key)
        return event_of(change, user_exists=True, contact_is_known=True, safe_id=user_id, subject=subject)
    # A user whose id is an alias cannot be read by it: for these alone the verb must do.
    exists = change.verb is not Verb.REMOVED
    if user_id == change.user_id:
        exists = world.store.get(User, user_id) is not None
    contact = world.store.get(Contact, user_id)
    known = contact is not None and contact.deleted_at is None
    return event_of(change, exists, known, user_id, subject=user_id)
