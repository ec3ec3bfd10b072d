"""Lists longer than a page, read page by page."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from typing import Final, TypeVar

from winback.domain.contact import Contact
from winback.domain.email import Email, EmailStatus
from winback.domain.user import User
from winback.ports import Page, Store

T = TypeVar("T")
_PAGE: Final = 500
_MOST_OF_ONE: Final = 10_000
"""More than anybody gets in a life: all of one client's."""


def contacts(store: Store, at_risk: bool, due_before: date | None, limit: int) -> Iterator[tuple[Contact, User]]:
    """Contacts with their users, by risk date; deleted ones are left out."""
    found = _pages(lambda size, cursor: store.contacts(True if at_risk else None, due_before, size, cursor), limit)
    for contact in found:
        user = store.get(User, contact.user_id)
        if user is not None:
            yield contact, user
            limit -= 1
            if not limit:
                return


def emails(store: Store, status: EmailStatus | None, limit: int) -> Iterator[Email]:
    """The newest e-mails first."""
    for email in _pages(lambda size, cursor: store.emails(status, size, cursor), limit):
        yield email
        limit -= 1
        if not limit:
            return


def emails_of(store: Store, user_id: str, status: EmailStatus | None, limit: int) -> Iterator[Email]:
    """The client's, the newest first; the limit counts only those in this state."""
    found = store.emails_of(user_id, max(limit, _MOST_OF_ONE))
    return islice((email for email in found if status in {None, email.status}), limit)


def _pages(page: Callable[[int, str | None], Page[T]], limit: int) -> Iterator[T]:
    cursor = None
    while True:
        found = page(min(limit, _PAGE), cursor)
        yield from found.items
        cursor = found.next
        if cursor is None:
            return
