"""User: a client of the shop, written from outside; and the rules of a valid one."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from winback.domain.instant import instant
from winback.domain.wire import codes, to_wire

USER_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
MOST_CATEGORIES = 50
LONGEST_TEXT = 1000
LONGEST_ADDRESS = 254
LATEST_DATE_AHEAD = timedelta(days=1)
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)


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
        return f"User({self.user_id if USER_ID.fullmatch(self.user_id) else 'invalid id'})"

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
    values: dict[str, Any] = {}
    unreadable: list[Fault] = []
    for name, wire, read in _readers():
        raw = item.get(wire)
        if raw is None:
            continue
        try:
            values[name] = read(raw)
        except (ValueError, TypeError, OverflowError) as error:
            unreadable.append(Fault(wire, str(error)))
    raw_id = item.get("userId")
    values["user_id"] = raw_id if isinstance(raw_id, str) else ""
    return User(**values, unreadable=tuple(unreadable))


def item_of(user: User) -> dict[str, object]:
    """The user's wire form; what is absent is left out."""
    item = to_wire(user)
    item.pop("unreadable", None)
    if not user.preferred_categories:
        item.pop("preferredCategories", None)
    return item


def faults(user: User, now: datetime) -> list[Fault]:
    """Every rule the user breaks, by field; empty for a valid user. The only place with these rules."""
    found = list(user.unreadable)
    if not USER_ID.fullmatch(user.user_id):
        found = [fault for fault in found if fault.field != "userId"]
        found.append(Fault("userId", "must be 1 to 128 of A-Z a-z 0-9 . _ : -"))
    if user.email is None and not any(fault.field == "email" for fault in found):
        found.append(Fault("email", "is missing"))
    latest = now + LATEST_DATE_AHEAD
    for wire, at in (
        ("lastOrderDate", user.last_order_date),
        ("createdAt", user.created_at),
        ("updatedAt", user.updated_at),
        ("firstOrderDate", user.first_order_date),
        ("emailPermission", user.email_permission.at if user.email_permission else None),
    ):
        if at is not None and at > latest:
            found.append(Fault(wire, "lies more than a day ahead"))
    return found


def etag(user: User) -> str:
    """A hash of what was written from outside: it changes exactly when somebody else wrote something."""
    item = item_of(user)
    item.pop("engagementScoreComputed", None)
    if user.given_score is None:
        item.pop("engagementScore", None)
    return hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:24]


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise TypeError("must be text")
    if len(raw) > LONGEST_TEXT:
        raise ValueError(f"has {len(raw)} characters, at most {LONGEST_TEXT}")
    if not raw.isprintable() and _NOT_PRINTABLE.search(raw):
        raise ValueError("has control characters")
    return raw


def _address(raw: object) -> str:
    text = _text(raw)
    local, at, domain = text.rpartition("@")
    if not at:
        raise ValueError("is no e-mail address")
    if not local.isascii():
        raise ValueError("needs SMTPUTF8, which many servers refuse")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            raise ValueError("has no valid domain") from None
    if len(local) > 64 or len(local) + len(domain) >= LONGEST_ADDRESS:
        raise ValueError("is too long for an e-mail address")
    if not (_LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise ValueError("is no e-mail address")
    return text


def _number(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise TypeError("must be a number")
    if not math.isfinite(raw):
        raise ValueError("must be finite")
    if raw < 0:
        raise ValueError("must not be negative")
    return float(raw)


def _count(raw: object) -> int:
    number = _number(raw)
    if number != int(number):
        raise ValueError("must be a whole number")
    if number > 2**31:
        raise ValueError("is too large for a count")
    return int(number)


def _score(raw: object) -> float:
    number = _number(raw)
    if number > 100:
        raise ValueError("must be 0 to 100")
    return number


def _date(raw: object) -> datetime:
    try:
        if isinstance(raw, str) and len(raw) <= 40:
            return instant(raw)
    except (ValueError, OverflowError):
        pass
    raise ValueError("must be an ISO-8601 date with a time zone, such as 2026-03-21T15:01:00Z")


def _categories(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple):
        raise TypeError("must be a list of texts")
    if len(raw) > MOST_CATEGORIES:
        raise ValueError(f"has {len(raw)} entries, at most {MOST_CATEGORIES}")
    return tuple(_text(entry) for entry in raw)


def _permission(raw: object) -> EmailPermission:
    if not isinstance(raw, Mapping):
        raise TypeError("must have state, at and source")
    try:
        state = PermissionState(str(raw.get("state")))
    except ValueError:
        raise ValueError(f"state must be one of {', '.join(PermissionState)}") from None
    at, source = raw.get("at"), raw.get("source")
    return EmailPermission(state, None if at is None else _date(at), None if source is None else _text(source))


def _matching(pattern: re.Pattern[str], reason: str) -> Callable[[object], str]:
    def read(raw: object) -> str:
        text = _text(raw)
        if not pattern.fullmatch(text):
            raise ValueError(reason)
        return text

    return read


def _zone(raw: object) -> str:
    text = _text(raw)
    if not _is_zone(text):
        raise ValueError("must be an IANA time zone, such as Europe/Berlin")
    return text


@cache
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):  # an unknown key is a KeyError's child in some versions, an OSError in others
        return False
    except KeyError:
        return False
    return True


@cache
def _readers() -> tuple[tuple[str, str, Callable[[object], Any]], ...]:
    special: dict[str, Callable[[object], Any]] = {
        "email": _address,
        "last_order_date": _date,
        "order_count": _count,
        "average_order_value": _number,
        "preferred_categories": _categories,
        "engagement_score": _score,
        "engagement_score_computed": _score,
        "created_at": _date,
        "updated_at": _date,
        "first_order_date": _date,
        "language": _matching(_LANGUAGE, "must be a language tag, such as en or de-CH"),
        "country": _matching(_COUNTRY, "must be a country code of two letters"),
        "time_zone": _zone,
        "email_permission": _permission,
    }
    return tuple((code.name, code.wire, special.get(code.name, _text)) for code in FIELDS)
