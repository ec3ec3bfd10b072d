"""The contract of Store.commit: its guards, all or nothing, and what happens when many write at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TypeVar

import pytest

from builders import NOW, USER_ID, a_contact, a_day, a_decision, a_mailbox, a_user, an_email, an_order
from winback.domain.contact import Contact
from winback.domain.day import Day, counted
from winback.domain.decision import Decision
from winback.domain.email import TRANSITIONS, Email, EmailStatus
from winback.domain.errors import Conflict
from winback.domain.mailbox import Mailbox
from winback.domain.order import Order
from winback.domain.user import User, etag
from winback.ports import MOST_WRITES, Add, Put, Remove, Replace, ShowScore, Store, Write

DAY_ID = a_day().day_id
Gives = TypeVar("Gives")


def test_what_was_never_written_is_none(store: Store) -> None:
    assert store.get(User, "nobody") is None
    assert store.get(Contact, "nobody") is None


def test_a_record_is_added_with_version_one_whatever_it_says_itself(store: Store) -> None:
    store.commit(Add(a_day(version=7)))

    assert store.get(Day, DAY_ID) == a_day(version=1)


def test_an_id_is_added_once(store: Store) -> None:
    store.commit(Add(a_day(decided=1)))

    with pytest.raises(Conflict):
        store.commit(Add(a_day(decided=2)))
    assert store.get(Day, DAY_ID) == a_day(decided=1, version=1)


def test_a_replace_of_what_was_read_makes_the_next_version(store: Store) -> None:
    store.commit(Add(a_day()))
    store.commit(Replace(a_day(decided=1, version=1)))
    store.commit(Replace(a_day(decided=2, version=2)))

    assert store.get(Day, DAY_ID) == a_day(decided=2, version=3)


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_replace_of_another_version_is_a_conflict(store: Store, version: int) -> None:
    store.commit(Add(a_day()))
    store.commit(Replace(a_day(decided=1, version=1)))

    with pytest.raises(Conflict):
        store.commit(Replace(a_day(decided=9, version=version)))
    assert store.get(Day, DAY_ID) == a_day(decided=1, version=2)


@pytest.mark.parametrize("version", [0, 1])
def test_a_replace_of_nothing_is_a_conflict(store: Store, version: int) -> None:
    with pytest.raises(Conflict):
        store.commit(Replace(a_day(version=version)))
    assert store.get(Day, DAY_ID) is None


@pytest.mark.parametrize("status", EmailStatus)
def test_an_email_goes_only_where_the_table_of_transitions_lets_it(store: Store, status: EmailStatus) -> None:
    reached = set()
    for to in EmailStatus:
        email = an_email(email_id=f"e-{to}", status=status)
        store.commit(Add(email))
        try:
            store.commit(Replace(replace(email, status=to, version=1)))
            reached.add(to)
        except Conflict:
            assert store.get(Email, email.email_id) == replace(email, version=1)

    assert reached == TRANSITIONS[status] | {status}


def test_of_two_puts_the_last_stays(store: Store) -> None:
    store.commit(Put(a_user(name="Ada")), Put(an_order(value=10.0)))
    store.commit(Put(a_user(name=None)), Put(an_order(value=20.0)))

    assert store.get(User, USER_ID) == a_user(name=None)
    assert store.get(Order, "o-1") == an_order(value=20.0)


def test_a_put_with_the_etag_of_what_stands_there_is_taken(store: Store) -> None:
    store.commit(Put(a_user()))
    store.commit(Put(a_user(name="Ada King"), etag=etag(a_user())))

    assert store.get(User, USER_ID) == a_user(name="Ada King")


def test_a_put_with_another_etag_is_a_conflict(store: Store) -> None:
    store.commit(Put(a_user(name="Ada")))

    with pytest.raises(Conflict):
        store.commit(Put(a_user(name="Ada King"), etag=etag(a_user(name="Augusta"))))
    assert store.get(User, USER_ID) == a_user(name="Ada")


def test_a_put_with_an_etag_where_nobody_is_any_more_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict):
        store.commit(Put(a_user(), etag=etag(a_user())))
    assert store.get(User, USER_ID) is None


def test_the_score_we_show_does_not_change_the_etag(store: Store) -> None:
    store.commit(Put(a_user()))
    store.commit(ShowScore(USER_ID, read=None, score=48))
    store.commit(Put(a_user(name="Ada King"), etag=etag(a_user())))

    assert store.get(User, USER_ID) == a_user(name="Ada King")


def test_what_is_removed_is_gone_and_may_come_again(store: Store) -> None:
    store.commit(Put(a_user()), Put(an_order()))
    store.commit(Remove(User, USER_ID), Remove(Order, "o-1"))

    assert store.get(User, USER_ID) is None
    assert store.get(Order, "o-1") is None
    assert store.orders_of(USER_ID) == []

    store.commit(Put(a_user(name="Ada again")))
    assert store.get(User, USER_ID) == a_user(name="Ada again")


def test_to_remove_nothing_is_no_fault(store: Store) -> None:
    store.commit(Remove(User, "nobody"), Remove(Order, "none"), Put(a_user()))

    assert store.get(User, USER_ID) == a_user()


@pytest.mark.parametrize("read", [None, 0.0, 41.0])
def test_our_score_is_shown_in_both_attributes_and_nowhere_else(store: Store, read: float | None) -> None:
    user = a_user(engagement_score=read, engagement_score_computed=read)
    store.commit(Put(user))
    store.commit(ShowScore(USER_ID, read=read, score=48))

    assert store.get(User, USER_ID) == replace(user, engagement_score=48.0, engagement_score_computed=48.0)


@pytest.mark.parametrize(("stands", "read"), [(30.0, None), (None, 30.0), (30.0, 31.0)])
def test_our_score_is_not_shown_over_one_we_did_not_read(
    store: Store, stands: float | None, read: float | None
) -> None:
    store.commit(Put(a_user(engagement_score=stands)))

    with pytest.raises(Conflict):
        store.commit(ShowScore(USER_ID, read=read, score=48))
    assert store.get(User, USER_ID) == a_user(engagement_score=stands)


def test_our_score_brings_nobody_back(store: Store) -> None:
    with pytest.raises(Conflict):
        store.commit(ShowScore(USER_ID, read=None, score=48))
    assert store.get(User, USER_ID) is None


def test_a_commit_of_nothing_does_nothing(store: Store) -> None:
    store.commit()

    assert store.next_due() is None


REFUSED: dict[str, Write] = {
    "an add": Add(a_mailbox()),
    "a replace": Replace(a_mailbox(version=2)),
    "a transition": Replace(an_email(status=EmailStatus.SENT, version=1)),
    "an etag": Put(a_user(name="Ada King"), etag="another"),
    "a score": ShowScore(USER_ID, read=30.0, score=48),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("place", [0, 1, 5])
def test_one_refused_write_leaves_nothing_of_the_others(store: Store, refused: Write, place: int) -> None:
    store.commit(Add(a_mailbox()), Add(an_email()), Put(a_user()), Add(a_day()), Put(an_order(order_id="o-0")))
    others: list[Write] = [
        Add(a_contact()),
        Replace(a_day(decided=1, version=1)),
        Put(an_order()),
        Remove(Order, "o-0"),
        Add(a_decision()),
    ]

    with pytest.raises(Conflict):
        store.commit(*others[:place], refused, *others[place:])

    assert store.get(Contact, USER_ID) is None
    assert store.get(Day, DAY_ID) == a_day(version=1)
    assert store.orders_of(USER_ID) == [an_order(order_id="o-0")]
    assert store.decisions_of(USER_ID, NOW) == []
    assert store.get(Mailbox, a_mailbox().mailbox_id) == a_mailbox(version=1)
    assert store.get(Email, an_email().email_id) == an_email(version=1)
    assert store.get(User, USER_ID) == a_user()


def test_a_commit_takes_ten_writes_and_not_one_more(store: Store) -> None:
    days = [Add(a_day(day_id=f"2026-01-{number:02}")) for number in range(1, MOST_WRITES + 2)]

    with pytest.raises(ValueError, match="10"):
        store.commit(*days)
    assert store.get(Day, "2026-01-01") is None

    store.commit(*days[:MOST_WRITES])
    assert store.get(Day, f"2026-01-{MOST_WRITES:02}") is not None


def test_of_two_who_replace_the_same_version_exactly_one_wins(store: Store) -> None:
    rounds = range(1, 51)
    start = Barrier(2, timeout=30)
    store.commit(Add(a_day()))

    def race(_: int) -> list[int]:
        won = []
        for version in rounds:
            start.wait()
            try:
                store.commit(Replace(a_day(decided=version, version=version)))
                won.append(version)
            except Conflict:
                pass
            start.wait()
        return won

    first, second = _in_threads(2, race)
    assert sorted(first + second) == list(rounds)
    assert store.get(Day, DAY_ID) == a_day(decided=50, version=51)


def test_eight_who_write_at_once_lose_nothing(store: Store) -> None:
    each = 8
    store.commit(Add(a_day()))

    def decide(thread: int) -> None:
        for number in range(each):
            decision = a_decision(decision_id=f"e-{thread}-{number}", user_id=f"u-{thread}", number=number)
            while not _counted(store, decision):
                pass

    _in_threads(8, decide)
    assert store.get(Day, DAY_ID) == a_day(decided=8 * each, version=8 * each + 1)
    for thread in range(8):
        assert [found.number for found in store.decisions_of(f"u-{thread}", NOW)] == list(range(each))


def _counted(store: Store, decision: Decision) -> bool:
    day = store.get(Day, DAY_ID)
    assert day is not None
    try:
        store.commit(Replace(counted(day)), Add(decision))
    except Conflict:
        return False
    return True


def _in_threads(threads: int, work: Callable[[int], Gives]) -> list[Gives]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(threads), timeout=60))
