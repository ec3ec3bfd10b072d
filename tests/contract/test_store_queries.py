"""The contract of the named queries: what they give, in which order, how much, and how pages follow each other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from builders import NOW, USER_ID, a_contact, a_decision, an_email, an_order, days_ago
from winback.domain.contact import Contact
from winback.domain.email import Email, EmailStatus
from winback.domain.order import OrderStatus
from winback.ports import Add, Page, Put, Record, Remove, Replace, Store, T

SECOND = timedelta(seconds=1)


def add(store: Store, *records: Record) -> None:
    for record in records:
        store.commit(Add(record))


def ids(records: list[Contact] | list[Email]) -> list[str]:
    return [record.user_id if isinstance(record, Contact) else record.email_id for record in records]


def pages(query: Callable[[str | None], Page[T]]) -> list[list[T]]:
    """All pages from the first to the last, at most a hundred."""
    page = query(None)
    found = [page.items]
    while page.next is not None:
        assert len(found) < 100, "the pages do not end"
        page = query(page.next)
        found.append(page.items)
    return found


def joined(found: list[list[T]]) -> list[T]:
    return [item for page in found for item in page]


def test_orders_come_oldest_first_and_only_those_of_the_user(store: Store) -> None:
    newest = an_order(order_id="o-a", ordered_at=days_ago(1))
    oldest = an_order(order_id="o-b", ordered_at=days_ago(30), status=OrderStatus.CANCELLED)
    middle = an_order(order_id="o-c", ordered_at=days_ago(2))
    store.commit(Put(newest), Put(oldest), Put(middle), Put(an_order(order_id="o-d", user_id="u-2")))

    assert store.orders_of(USER_ID) == [oldest, middle, newest]
    assert store.orders_of("nobody") == []


def test_an_order_that_moves_to_another_user_is_the_others(store: Store) -> None:
    store.commit(Put(an_order()))
    store.commit(Put(an_order(user_id="u-2")))

    assert store.orders_of(USER_ID) == []
    assert store.orders_of("u-2") == [an_order(user_id="u-2")]


def test_contacts_are_due_once_their_instant_has_come_the_longest_due_first(store: Store) -> None:
    add(
        store,
        a_contact(user_id="u-now", due_at=NOW),
        a_contact(user_id="u-long", due_at=days_ago(3)),
        a_contact(user_id="u-later", due_at=NOW + SECOND),
        a_contact(user_id="u-never", due_at=None),
        a_contact(user_id="u-before", due_at=days_ago(1)),
    )

    assert ids(store.due(NOW, 10)) == ["u-long", "u-before", "u-now"]
    assert ids(store.due(NOW, 2)) == ["u-long", "u-before"]
    assert store.due(days_ago(4), 10) == []


def test_the_next_due_is_the_earliest_and_none_where_nobody_waits(store: Store) -> None:
    add(store, a_contact(user_id="u-1", due_at=None))
    assert store.next_due() is None

    add(store, a_contact(user_id="u-2", due_at=NOW + SECOND), a_contact(user_id="u-3", due_at=NOW))
    assert store.next_due() == NOW

    store.commit(Replace(a_contact(user_id="u-3", due_at=None, version=1)))
    assert store.next_due() == NOW + SECOND


def test_contacts_judged_by_another_line_are_found_unless_deleted_or_never_judged(store: Store) -> None:
    add(
        store,
        a_contact(user_id="u-same", line="line-5"),
        a_contact(user_id="u-less", line="line-4"),
        a_contact(user_id="u-more", line="line-6"),
        a_contact(user_id="u-gone", line="line-4", deleted_at=NOW),
        a_contact(user_id="u-new", line=None),
    )

    assert sorted(ids(store.judged_elsewhere(("line-5", "line-5|rules"), 10))) == ["u-less", "u-more"]
    assert len(store.judged_elsewhere(("line-5", "line-5|rules"), 1)) == 1


def test_a_lease_is_over_only_after_its_end_and_only_in_sending(store: Store) -> None:
    sending = an_email(status=EmailStatus.SENDING)
    add(
        store,
        replace(sending, email_id="e-over", lease_until=NOW - SECOND),
        replace(sending, email_id="e-long", lease_until=days_ago(1)),
        replace(sending, email_id="e-ends", lease_until=NOW),
        replace(sending, email_id="e-held", lease_until=NOW + SECOND),
        an_email(email_id="e-sent", status=EmailStatus.SENT, lease_until=days_ago(1)),
    )

    assert sorted(ids(store.lease_over(NOW, 10))) == ["e-long", "e-over"]
    assert len(store.lease_over(NOW, 1)) == 1


def test_decisions_come_oldest_first_from_the_instant_on(store: Store) -> None:
    decisions = [a_decision(decision_id=f"e-{9 - n}", at=NOW + n * SECOND, number=n) for n in range(4)]
    add(store, *reversed(decisions), a_decision(decision_id="e-other", user_id="u-2"))

    assert [found.number for found in store.decisions_of(USER_ID, NOW)] == [0, 1, 2, 3]
    assert [found.number for found in store.decisions_of(USER_ID, NOW + 2 * SECOND)] == [2, 3]
    assert store.decisions_of("nobody", NOW) == []


def test_the_emails_of_a_user_come_newest_first(store: Store) -> None:
    add(store, *(an_email(email_id=f"e-{n}", created_at=NOW + n * SECOND) for n in (1, 3, 2)))
    add(store, an_email(email_id="e-other", user_id="u-2"))

    assert ids(store.emails_of(USER_ID)) == ["e-3", "e-2", "e-1"]
    assert ids(store.emails_of(USER_ID, limit=2)) == ["e-3", "e-2"]
    assert store.emails_of("nobody") == []


def test_emails_of_all_users_come_newest_first(store: Store) -> None:
    add(
        store,
        *(an_email(email_id=f"e-{n}", user_id=f"u-{n % 2}", created_at=NOW + n * SECOND) for n in (2, 4, 1, 3, 0)),
    )

    assert ids(store.emails(None, 10, None).items) == ["e-4", "e-3", "e-2", "e-1", "e-0"]


def test_emails_of_one_status_leave_out_all_others(store: Store) -> None:
    add(store, *(an_email(email_id=f"e-{status}", status=status) for status in EmailStatus))

    for status in EmailStatus:
        assert ids(store.emails(status, 10, None).items) == [f"e-{status}"]


def test_an_email_is_listed_under_its_present_status(store: Store) -> None:
    add(store, an_email(email_id="e-1"))
    store.commit(Replace(an_email(email_id="e-1", status=EmailStatus.SENDING, version=1)))

    assert store.emails(EmailStatus.GENERATED, 10, None).items == []
    assert ids(store.emails(EmailStatus.SENDING, 10, None).items) == ["e-1"]


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
@pytest.mark.parametrize("status", [None, EmailStatus.SENT])
def test_pages_of_emails_follow_each_other_without_gap_or_repeat(
    store: Store, limit: int, status: EmailStatus | None
) -> None:
    times = [0, 1, 1, 1, 2, 3]  # three of the same instant: the id decides among them
    emails = [
        an_email(email_id=f"e-{n}", status=EmailStatus.SENT, created_at=NOW + at * SECOND) for n, at in enumerate(times)
    ]
    add(store, *emails)

    found = pages(lambda cursor: store.emails(status, limit, cursor))
    assert joined(found) == [replace(email, version=1) for email in reversed(emails)]
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)


def test_the_last_page_has_no_next_even_if_it_is_full(store: Store) -> None:
    add(store, *(an_email(email_id=f"e-{n}") for n in range(4)))
    add(store, *(a_contact(user_id=f"u-{n}") for n in range(4)))

    assert [len(page) for page in pages(lambda cursor: store.emails(None, 2, cursor))] == [2, 2]
    assert [len(page) for page in pages(lambda cursor: store.emails(EmailStatus.GENERATED, 2, cursor))] == [2, 2]
    assert [len(page) for page in pages(lambda cursor: store.contacts(None, None, 2, cursor))] == [2, 2]
    assert [len(page) for page in pages(lambda cursor: store.contacts(True, None, 2, cursor))] == [2, 2]


def test_an_empty_list_is_one_empty_page(store: Store) -> None:
    assert store.emails(None, 10, None) == Page([], None)
    assert store.contacts(None, None, 10, None) == Page([], None)
    assert store.contacts(True, None, 10, None) == Page([], None)


def test_emails_that_come_between_two_pages_do_not_disturb_them(store: Store) -> None:
    add(store, *(an_email(email_id=f"e-{n}", created_at=NOW + n * SECOND) for n in range(4)))
    first = store.emails(None, 2, None)
    add(store, an_email(email_id="e-new", created_at=NOW + 9 * SECOND))

    assert ids(first.items) == ["e-3", "e-2"]
    assert ids(store.emails(None, 2, first.next).items) == ["e-1", "e-0"]


RISK_DATES = {
    "u-f": date(2026, 1, 1),
    "u-b": date(2026, 6, 1),
    "u-e": date(2026, 6, 10),
    "u-a": date(2026, 6, 11),
    "u-c": date(2026, 6, 11),
    "u-d": None,
    "u-g": None,
}
"""In the order of the list: by day, then by id, without a day last."""
AT_RISK = {"u-f", "u-b", "u-e", "u-d"}


@pytest.fixture
def with_contacts(store: Store) -> Store:
    add(
        store,
        *(
            a_contact(user_id=user, risk_date=RISK_DATES[user], at_risk=user in AT_RISK)
            for user in ["u-g", "u-a", "u-f", "u-b", "u-d", "u-c", "u-e"]
        ),
    )
    return store


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_contacts_come_by_risk_date_those_without_one_last(with_contacts: Store, limit: int) -> None:
    found = pages(lambda cursor: with_contacts.contacts(None, None, limit, cursor))

    assert ids(joined(found)) == list(RISK_DATES)


@pytest.mark.parametrize("limit", [1, 2, 10])
@pytest.mark.parametrize("at_risk", [True, False])
def test_contacts_at_risk_and_not_at_risk_are_told_apart(with_contacts: Store, limit: int, at_risk: bool) -> None:
    found = pages(lambda cursor: with_contacts.contacts(at_risk, None, limit, cursor))

    assert ids(joined(found)) == [user for user in RISK_DATES if (user in AT_RISK) is at_risk]


@pytest.mark.parametrize("limit", [1, 2, 10])
@pytest.mark.parametrize("at_risk", [None, False])
def test_contacts_soon_at_risk_are_those_before_the_day_who_are_not_yet(
    store: Store, limit: int, at_risk: bool | None
) -> None:
    day = date(2026, 6, 13)
    add(
        store,
        a_contact(user_id="u-risk", at_risk=True, risk_date=date(2026, 6, 9)),
        a_contact(user_id="u-soon", at_risk=False, risk_date=date(2026, 6, 12)),
        a_contact(user_id="u-next", at_risk=False, risk_date=date(2026, 6, 11)),
        a_contact(user_id="u-then", at_risk=False, risk_date=day),
        a_contact(user_id="u-none", at_risk=False, risk_date=None),
    )

    found = pages(lambda cursor: store.contacts(at_risk, day, limit, cursor))
    assert ids(joined(found)) == ["u-next", "u-soon"]


def test_what_was_removed_is_in_no_list(store: Store) -> None:
    store.commit(Put(an_order()), Put(an_order(order_id="o-2")))
    store.commit(Remove(type(an_order()), "o-2"))

    assert store.orders_of(USER_ID) == [an_order()]
