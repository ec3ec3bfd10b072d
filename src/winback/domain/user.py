"""User: a client of the shop, written from outside; and the rules of a valid one."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from winback.domain import reading
from winback.domain.wire import codes, to_wire

MOST_AHEAD: Final = timedelta(days=1)
AHEAD: Final = "lies more than a day ahead"


class PermissionState(StrEnum):
    GRANTED = "granted"
    CUSTOMER = "customer"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EmailPermission:
    """What the shop's own records say about mailing this client, since when and from where."""

    state: PermissionState
    at: datetime | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that breaks a rule, and which one. Never holds the field's value."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class User:
    """A client as others wrote it. Fields that could not be read are None and stand in `unreadable`.

    `engagement_score_computed` is the number we last showed in `engagement_score`; a score that differs is given.
    """

    user_id: str
    email: str | None = None
    name: str | None = None
    last_order_date: datetime | None = None
    order_count: int | None = None
    average_order_value: float | None = None
    preferred_categories: tuple[str, ...] = ()
    engagement_score: float | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    given_name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    country: str | None = None
    first_order_date: datetime | None = None
    email_permission: EmailPermission | None = None
    do_not_email: str | None = None
    engagement_score_computed: float | None = None
    unreadable: tuple[Fault, ...] = ()

    def __repr__(self) -> str:
        return f"User({self.user_id if reading.ID.fullmatch(self.user_id) else 'invalid id'})"

    @property
    def given_score(self) -> float | None:
        """The score its writer gave, if one did; ours shown back to us is none."""
        if self.engagement_score is None or self.engagement_score == self.engagement_score_computed:
            return None
        return self.engagement_score


FIELDS = tuple(code for code in codes(User) if code.name != "unreadable")
"""The wire fields of a user, in order; all but `engagementScoreComputed` are written from outside."""


def user_of(item: Mapping[str, object]) -> User:
    """The user an item describes, however broken: what cannot be read is None and named in `unreadable`."""
    raw_id = item.get("userId")
    values: dict[str, Any] = {"user_id": raw_id if isinstance(raw_id, str) else ""}
    unreadable: list[Fault] = []
    for name, wire, read in _READERS:
        raw = item.get(wire)
        if raw is not None:
            try:
                values[name] = read(raw)
            except ValueError as error:
                unreadable.append(Fault(wire, str(error)))
    return User(**values, unreadable=tuple(unreadable))


def item_of(user: User) -> dict[str, object]:
    """The user's wire form; what is absent is left out."""
    item = to_wire(user)
    del item["unreadable"]
    if not user.preferred_categories:
        del item["preferredCategories"]
    return item


def faults(user: User, now: datetime) -> list[Fault]:
    """Every rule the user breaks, by field; empty for a valid user."""
    found = list(user.unreadable)
    if not reading.ID.fullmatch(user.user_id):
        found.append(Fault("userId", reading.ID_RULE))
    if user.email is None and not any(fault.field == "email" for fault in found):
        found.append(Fault("email", "is missing"))
    latest = now + MOST_AHEAD
    return found + [Fault(wire, AHEAD) for wire, at in _dates(user) if at is not None and at > latest]


def etag(user: User) -> str:
    """A hash of what was written from outside: it changes exactly when somebody else wrote something we read."""
    item = item_of(user)
    item.pop("engagementScoreComputed", None)
    if user.given_score is None:
        item.pop("engagementScore", None)
    if user.unreadable:
        item["unreadable"] = [(fault.field, fault.reason) for fault in user.unreadable]
    return hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:24]


def _dates(user: User) -> tuple[tuple[str, datetime | None], ...]:
    permission = user.email_permission
    return (
        ("lastOrderDate", user.last_order_date),
        ("createdAt", user.created_at),
        ("updatedAt", user.updated_at),
        ("firstOrderDate", user.first_order_date),
        ("emailPermission", permission.at if permission else None),
    )


def _permission(raw: object) -> EmailPermission:
    if not isinstance(raw, Mapping):
        raise ValueError("must have state, at and source")
    state, at, source = raw.get("state"), raw.get("at"), raw.get("source")
    if state not in list(PermissionState):
        raise ValueError(f"state must be one of {', '.join(PermissionState)}")
    return EmailPermission(
        PermissionState(state),
        None if at is None else reading.moment(at),
        None if source is None else reading.text(source),
    )


_READ: Final[dict[str, Callable[[object], Any]]] = {
    "email": reading.address,
    "last_order_date": reading.moment,
    "order_count": reading.count,
    "average_order_value": reading.number,
    "preferred_categories": reading.categories,
    "engagement_score": reading.score,
    "engagement_score_computed": reading.score,
    "created_at": reading.moment,
    "updated_at": reading.moment,
    "first_order_date": reading.moment,
    "language": reading.matching(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", "must be a language tag, such as en or de-CH"),
    "country": reading.matching(r"[A-Za-z]{2}", "must be a country code of two letters"),
    "time_zone": reading.time_zone,
    "email_permission": _permission,
}
_READERS: Final = tuple(
    (code.name, code.wire, _READ.get(code.name, reading.text)) for code in FIELDS if code.name != "user_id"
)
