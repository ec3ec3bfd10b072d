"""The contract of the changes: which write is told, as what, and that none is lost or told under a used number."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from builders import (
    NOW,
    USER_ID,
    a_body,
    a_contact,
    a_day,
    a_decision,
    a_mailbox,
    a_policy,
    a_user,
    an_email,
    an_order,
    an_outcome,
    days_ago,
)
from winback.domain.change import Change, Noun, Verb
from winback.domain.contact import DueFor
from winback.domain.email import EmailStatus
from winback.domain.errors import Conflict
from winback.domain.order import Order, OrderStatus
from winback.domain.switch import Switch
from winback.domain.user import EmailPermission, PermissionState, User
from winback.ports import Add, EmbeddedStore, Put, Record, Remove, Replace, ShowScore, Write

Told = tuple[Noun, Verb, str, str, str | None]
EMAIL_ID = an_email().email_id
USER_ADDED: Told = (Noun.USER, Verb.ADDED, USER_ID, USER_ID, None)
USER_CHANGED: Told = (Noun.USER, Verb.CHANGED, USER_ID, USER_ID, None)
USER_REMOVED: Told = (Noun.USER, Verb.REMOVED, USER_ID, USER_ID, None)
SHOWN = a_user(engagement_score=48.0, engagement_score_computed=48.0)
GIVEN = a_user(engagement_score=30.0, engagement_score_computed=48.0)
DUE = a_contact(due_at=NOW, due_for=DueFor.CROSSING)
SENDING = an_email(status=EmailStatus.SENDING)


def an_order_is(verb: Verb, user_id: str = USER_ID) -> Told:
    return (Noun.ORDER, verb, "o-1", user_id, None)


def a_sweep_for(why: DueFor) -> Told:
    return (Noun.CONTACT, Verb.CHANGED, USER_ID, USER_ID, why)


def an_email_is(verb: Verb, status: EmailStatus) -> Told:
    return (Noun.EMAIL, verb, EMAIL_ID, USER_ID, status)


def replaced(record: Record, **changes: object) -> Replace:
    return Replace(replace(record, version=1, **changes))  # type: ignore[arg-type]  # the fields of whichever record


CASES: dict[str, tuple[list[Write], Write, list[Told]]] = {
    "a new user": ([], Put(a_user()), [USER_ADDED]),
    "a user put again as it is": ([Put(a_user())], Put(a_user()), []),
    "a user put with another updated_at": ([Put(a_user())], Put(a_user(updated_at=NOW)), []),
    "a user put with another computed score": ([Put(a_user())], Put(a_user(engagement_score_computed=40.0)), []),
    "a user removed": ([Put(a_user())], Remove(User, USER_ID), [USER_REMOVED]),
    "nobody removed": ([], Remove(User, USER_ID), []),
    "a removed user put again": ([Put(a_user()), Remove(User, USER_ID)], Put(a_user()), [USER_ADDED]),
    "our score shown": ([Put(a_user())], ShowScore(USER_ID, None, 48), []),
    "another score of ours shown": ([Put(SHOWN)], ShowScore(USER_ID, 48.0, 47), []),
    "the shown score put back": ([Put(SHOWN)], Put(replace(SHOWN, updated_at=NOW)), []),
    "the shown score dropped": ([Put(SHOWN)], Put(a_user()), [USER_CHANGED]),
    "a score given": ([Put(a_user())], Put(a_user(engagement_score=30.0)), [USER_CHANGED]),
    "a score given over ours": ([Put(SHOWN)], Put(GIVEN), [USER_CHANGED]),
    "a given score changed": ([Put(GIVEN)], Put(replace(GIVEN, engagement_score=31.0)), [USER_CHANGED]),
    "a given score dropped": ([Put(GIVEN)], Put(a_user()), [USER_CHANGED]),
    "a new order": ([], Put(an_order()), [an_order_is(Verb.ADDED)]),
    "an order put again as it is": ([Put(an_order())], Put(an_order()), []),
    "an order's value": ([Put(an_order())], Put(an_order(value=1.0)), [an_order_is(Verb.CHANGED)]),
    "an order returned": (
        [Put(an_order())],
        Put(an_order(status=OrderStatus.RETURNED)),
        [an_order_is(Verb.CHANGED)],
    ),
    "an order of another user": (
        [Put(an_order())],
        Put(an_order(user_id="u-2")),
        [an_order_is(Verb.CHANGED, USER_ID), an_order_is(Verb.CHANGED, "u-2")],
    ),
    "an order removed": ([Put(an_order())], Remove(Order, "o-1"), [an_order_is(Verb.REMOVED)]),
    "no order removed": ([], Remove(Order, "o-1"), []),
    "a new contact": ([], Add(replace(DUE, swept_at=NOW)), []),
    "a contact's score": ([Add(DUE)], replaced(DUE, score=10.0), []),
    "a contact swept for a crossing": (
        [Add(DUE)],
        replaced(DUE, due_at=None, swept_at=NOW),
        [a_sweep_for(DueFor.CROSSING)],
    ),
    "a contact swept for the end of a wait": (
        [Add(DUE)],
        replaced(DUE, due_at=None, swept_at=NOW, due_for=DueFor.WAIT_OVER),
        [a_sweep_for(DueFor.WAIT_OVER)],
    ),
    "a contact swept and due again": ([Add(DUE)], replaced(DUE, due_at=days_ago(-1), swept_at=NOW), []),
    "a contact no longer due": ([Add(DUE)], replaced(DUE, due_at=None), []),
    "a contact due at another time": ([Add(DUE)], replaced(DUE, due_at=days_ago(1)), []),
    "a new e-mail": ([], Add(an_email()), [an_email_is(Verb.ADDED, EmailStatus.GENERATED)]),
    "an e-mail's text": ([Add(an_email())], replaced(an_email(), text="Hello again"), []),
    "an e-mail claimed": ([Add(an_email())], replaced(SENDING, owner="w-1"), []),
    "an e-mail for approval": ([Add(an_email())], replaced(an_email(), status=EmailStatus.PENDING_APPROVAL), []),
    "an e-mail approved": (
        [Add(an_email(status=EmailStatus.PENDING_APPROVAL))],
        replaced(an_email(), status=EmailStatus.APPROVED),
        [an_email_is(Verb.CHANGED, EmailStatus.APPROVED)],
    ),
    "an e-mail sent": (
        [Add(SENDING)],
        replaced(SENDING, status=EmailStatus.SENT),
        [an_email_is(Verb.CHANGED, EmailStatus.SENT)],
    ),
    "an e-mail failed": (
        [Add(SENDING)],
        replaced(SENDING, status=EmailStatus.FAILED),
        [an_email_is(Verb.CHANGED, EmailStatus.FAILED)],
    ),
    "an e-mail not sent after all": ([Add(SENDING)], replaced(SENDING, status=EmailStatus.GENERATED), []),
    "an approved e-mail not sent after all": ([Add(SENDING)], replaced(SENDING, status=EmailStatus.APPROVED), []),
}


@pytest.mark.parametrize(("before", "write", "expected"), CASES.values(), ids=CASES.keys())
def test_a_write_tells_this_and_nothing_else(
    embedded: EmbeddedStore, before: list[Write], write: Write, expected: list[Told]
) -> None:
    for each in before:
        embedded.commit(each)
    assert tells(embedded, write) == expected


OUTSIDE = {
    "email": "other@example.com",
    "name": "Ada King",
    "last_order_date": NOW,
    "order_count": 6,
    "average_order_value": 100.5,
    "preferred_categories": ("tops",),
    "created_at": NOW,
    "given_name": "Ada",
    "language": "en",
    "time_zone": "Europe/London",
    "country": "GB",
    "first_order_date": days_ago(900),
    "email_permission": EmailPermission(PermissionState.GRANTED),
    "do_not_email": "asked",
}


@pytest.mark.parametrize("attribute", OUTSIDE)
def test_every_outside_attribute_is_told_when_it_comes_changes_or_goes(embedded: EmbeddedStore, attribute: str) -> None:
    embedded.commit(Put(User(USER_ID)))
    came = a_user(**{attribute: OUTSIDE[attribute]})

    assert tells(embedded, Put(replace(User(USER_ID), **{attribute: OUTSIDE[attribute]}))) == [USER_CHANGED]  # type: ignore[arg-type]
    assert tells(embedded, Put(User(USER_ID))) == [USER_CHANGED]
    assert tells(embedded, Put(a_user())) == [USER_CHANGED]
    assert tells(embedded, Put(came)) == [USER_CHANGED]


SILENT: list[Record] = [a_mailbox(), a_day(), a_decision(), a_body(created_at=NOW), an_outcome(), a_policy(), Switch()]


@pytest.mark.parametrize("record", SILENT, ids=lambda record: type(record).__name__)
def test_of_our_other_records_nothing_is_told(embedded: EmbeddedStore, record: Record) -> None:
    assert tells(embedded, Add(record)) == []
    assert tells(embedded, replaced(record)) == []


def test_a_change_bears_the_instant_of_its_commit(embedded: EmbeddedStore) -> None:
    embedded.commit(Put(a_user()))

    (change,) = embedded.waiting(10)
    assert abs(datetime.now(UTC) - change.at) < timedelta(minutes=1)
    assert change.at.microsecond % 1000 == 0


def test_a_refused_commit_tells_nothing(embedded: EmbeddedStore) -> None:
    with pytest.raises(Conflict):
        embedded.commit(Put(a_user()), Put(an_order()), Replace(a_day()))

    assert embedded.waiting(10) == []


def test_one_commit_tells_each_of_its_writes_in_order(embedded: EmbeddedStore) -> None:
    embedded.commit(Put(a_user(user_id="u-2")), Put(a_user()), Put(an_order()), Add(an_email()), Remove(User, "u-2"))

    assert [change.key for change in embedded.waiting(10)] == ["u-2", USER_ID, "o-1", EMAIL_ID, "u-2"]


def test_changes_wait_oldest_first_until_they_are_relayed(embedded: EmbeddedStore) -> None:
    users = [f"u-{number:02}" for number in range(12)]
    for user in users:
        embedded.commit(Put(a_user(user_id=user)))

    first = embedded.waiting(5)
    assert [change.key for change in first] == users[:5]
    assert embedded.waiting(5) == first

    embedded.relayed(first)
    assert [change.key for change in embedded.waiting(100)] == users[5:]


def test_to_relay_nothing_is_no_fault(embedded: EmbeddedStore) -> None:
    embedded.commit(Put(a_user()))
    embedded.relayed([])

    assert len(embedded.waiting(10)) == 1


def test_the_number_of_a_change_is_never_used_again(embedded: EmbeddedStore) -> None:
    seen: list[Change] = []
    for number in range(6):
        embedded.commit(Put(a_user(order_count=number)))
        with pytest.raises(Conflict):
            embedded.commit(Put(a_user(order_count=99)), Replace(a_day()))
        waiting = embedded.waiting(10)
        embedded.relayed(waiting)
        seen += waiting

    assert len(seen) == 6
    assert len({change.change_id for change in seen}) == 6


def tells(store: EmbeddedStore, write: Write) -> list[Told]:
    """What this write alone tells; of one write the order says nothing."""
    before = len(store.waiting(100))
    store.commit(write)
    told = [(each.noun, each.verb, each.key, each.user_id, each.detail) for each in store.waiting(100)[before:]]
    return sorted(told, key=lambda each: each[:4])
