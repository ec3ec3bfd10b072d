"""Records as others hand them to us: taken whole, or refused with every field and reason."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from winback.domain.order import Order
from winback.domain.user import FIELDS, Fault, User, faults, user_of
from winback.domain.wire import codes

USER_FIELDS: Final = frozenset(code.wire for code in FIELDS)
ORDER_FIELDS: Final = frozenset(code.wire for code in codes(Order))
_SHORTEST_PHONE_NUMBER: Final = 7
_PHONE_FIELDS: Final = frozenset({"phone", "phoneNumber", "mobile", "mobilePhone", "telephone"})


def user_from(item: Mapping[str, object], now: datetime) -> User | list[Fault]:
    """The user an item describes, or every rule it breaks, by field."""
    user = user_of(item)
    found = faults(user, now)
    if not found and _tells_who(user, item):
        found = [Fault("userId", "holds the client's own address or phone number, and ids stand in logs")]
    return found or user


def _tells_who(user: User, item: Mapping[str, object]) -> bool:
    """Whether the id is the row's own address or phone number, however it is punctuated."""
    if not _PHONE_FIELDS.isdisjoint(item):
        numbers = (item[field] for field in _PHONE_FIELDS if field in item)
        if any(_is_in(number, user.user_id) for number in numbers):
            return True
    address = (user.email or "").lower()
    # Hardly any id holds so much as the end of the address: most rows need no closer look.
    return address[-2:] in user.user_id.lower() and _holds(user.user_id, address)


def _holds(user_id: str, address: str) -> bool:
    local, at, domain = address.rpartition("@")
    name = _bare(user_id)
    return bool(at) and any(_bare(local) + between + _bare(domain) in name for between in ("", "at"))


def _is_in(number: object, user_id: str) -> bool:
    """Digits alone are no phone number: shops count their clients."""
    digits = "".join(filter(str.isdigit, str(number)))
    return len(digits) >= _SHORTEST_PHONE_NUMBER and not user_id.isdigit() and digits in _bare(user_id)


def _bare(text: str) -> str:
    return text.lower().translate(_PUNCTUATION)


_PUNCTUATION: Final = {ord(mark): None for mark in "._:-+@ "}
