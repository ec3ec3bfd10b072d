"""Arrow: user and contact → brief, which is all a composer may know."""

from datetime import datetime
from typing import Final

from winback.compose.categories import Category, Naming, category_of
from winback.compose.span import rounded_days
from winback.domain.brief import Brief, House
from winback.domain.contact import Contact
from winback.domain.instant import whole_days
from winback.domain.user import User

_ORDER_STEPS: Final = (100, 50, 20, 10, 5, 3, 2, 1)
_MOST_CATEGORIES = 5


def brief_of(user: User, contact: Contact, house: House, now: datetime, email_id: str) -> Brief:
    """What may be said to this user at `now`. Source: docs/house-copy.md, "The brief"."""
    usable = [category_of(raw, house.quiet_categories) for raw in user.preferred_categories]
    return Brief(
        seed=email_id,
        mail_in_episode=min((contact.episode.mails if contact.episode else 0) + 1, 2),
        silent_days=_silent_days(contact, now),
        orders=_orders(user, contact),
        categories=_names(usable),
        theme=_theme(usable),
        language=user.language or "en",
        house=house,
    )


def _silent_days(contact: Contact, now: datetime) -> int | None:
    return None if contact.last_order_at is None else rounded_days(whole_days(contact.last_order_at, now))


def _orders(user: User, contact: Contact) -> int | None:
    """Rounded down, so that what is said of it stays true; a known last order is one, whatever the count says."""
    count = max(user.order_count or 0, contact.orders.count, 0 if contact.last_order_at is None else 1)
    return next((step for step in _ORDER_STEPS if step <= count), None)


def _names(usable: list[Category]) -> tuple[str, ...]:
    names = dict.fromkeys(category.name for category in usable if category.name is not None)
    return tuple(names)[:_MOST_CATEGORIES]


def _theme(usable: list[Category]) -> str | None:
    """Of the first category that may be named; where there is none, of the first that may choose the copy."""
    named_first = sorted(usable, key=lambda category: category.naming is not Naming.NORMAL)
    return next((category.theme for category in named_first if category.theme is not None), None)
