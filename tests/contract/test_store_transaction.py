"""The contract of EmbeddedStore.transaction: store and topic together, seen by others only when all is done."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event as Flag
from threading import Thread

import pytest

from builders import NOW, USER_ID, a_day, a_user, an_event
from winback.domain.day import Day
from winback.domain.errors import Conflict
from winback.domain.user import User
from winback.ports import Add, EmbeddedStore, Put, Replace, Topic

VISIBLE_AFTER = timedelta(minutes=1)


class Interrupted(BaseException):
    """What ends a block without being an error, as Ctrl-C does."""


def test_what_a_transaction_did_stays_when_it_ends(embedded: EmbeddedStore, topic: Topic) -> None:
    embedded.commit(Put(a_user()))
    with embedded.transaction():
        waiting = embedded.waiting(10)
        embedded.relayed(waiting)
        topic.publish([an_event()], NOW)
        embedded.commit(Add(a_day()))

    assert embedded.waiting(10) == []
    assert [message.event for message in topic.receive("decisions", 10, NOW, VISIBLE_AFTER)] == [an_event()]
    assert embedded.get(Day, a_day().day_id) == a_day(version=1)


@pytest.mark.parametrize("error", [ValueError, Conflict, Interrupted])
def test_a_transaction_that_raises_leaves_store_and_topic_as_they_were(
    embedded: EmbeddedStore, topic: Topic, error: type[BaseException]
) -> None:
    embedded.commit(Put(a_user()), Add(a_day()))
    topic.publish([an_event(event_id="c-1"), an_event(event_id="c-2"), an_event(event_id="c-3")], NOW)
    first, second, _ = topic.receive("decisions", 3, NOW, VISIBLE_AFTER)
    before = embedded.waiting(10)
    later = NOW + VISIBLE_AFTER

    with pytest.raises(error), embedded.transaction():  # noqa: PT012  the block is what is tested
        embedded.commit(Put(a_user(name="Ada King")), Replace(a_day(decided=1, version=1)))
        embedded.commit(Add(a_day(day_id="2026-01-01")))
        embedded.relayed(embedded.waiting(10))
        topic.done([first], NOW)
        topic.bury(second, NOW, "no good")
        topic.publish([an_event(event_id="c-4")], NOW)
        topic.receive("decisions", 1, later, VISIBLE_AFTER)
        raise error

    assert embedded.get(User, USER_ID) == a_user()
    assert embedded.get(Day, a_day().day_id) == a_day(version=1)
    assert embedded.get(Day, "2026-01-01") is None
    assert embedded.waiting(10) == before
    assert topic.dead_letters() == []
    again = topic.receive("decisions", 10, later, VISIBLE_AFTER)
    assert [(message.event.event_id, message.receives) for message in again] == [("c-1", 2), ("c-2", 2), ("c-3", 2)]


def test_a_transaction_reads_what_it_wrote(embedded: EmbeddedStore, topic: Topic) -> None:
    with embedded.transaction():
        embedded.commit(Put(a_user()))
        topic.publish([an_event()], NOW)

        assert embedded.get(User, USER_ID) == a_user()
        assert len(embedded.waiting(10)) == 1
        assert len(topic.receive("decisions", 10, NOW, VISIBLE_AFTER)) == 1


def test_a_conflict_that_is_caught_inside_undoes_only_its_own_commit(embedded: EmbeddedStore) -> None:
    with embedded.transaction():
        embedded.commit(Add(a_day()))
        with pytest.raises(Conflict):
            embedded.commit(Put(a_user()), Add(a_day()))
        embedded.commit(Replace(a_day(decided=1, version=1)))

    assert embedded.get(Day, a_day().day_id) == a_day(decided=1, version=2)
    assert embedded.get(User, USER_ID) is None
    assert embedded.waiting(10) == []


def test_after_a_transaction_that_raised_the_next_one_works(embedded: EmbeddedStore) -> None:
    with pytest.raises(ValueError, match="no"), embedded.transaction():
        raise ValueError("no")
    with embedded.transaction():
        embedded.commit(Put(a_user()))

    assert embedded.get(User, USER_ID) == a_user()


def test_others_see_nothing_of_a_transaction_before_its_end(embedded: EmbeddedStore) -> None:
    seen: list[User | None] = []
    started = Flag()

    def look() -> None:
        started.set()
        seen.append(embedded.get(User, USER_ID))

    with embedded.transaction():
        embedded.commit(Put(a_user()))
        reader = _begun(look, started)
        reader.join(0.05)  # a store may let it read what was before, or make it wait
        assert seen in ([], [None])
    reader.join(30)

    assert seen in ([None], [a_user()])
    assert embedded.get(User, USER_ID) == a_user()


def test_commits_of_others_wait_for_the_end_of_a_transaction(embedded: EmbeddedStore) -> None:
    started = Flag()

    def write() -> None:
        started.set()
        embedded.commit(Put(a_user(name="of another")))

    with embedded.transaction():
        embedded.commit(Put(a_user(name="of the transaction")))
        writer = _begun(write, started)
        writer.join(0.05)
        assert embedded.get(User, USER_ID) == a_user(name="of the transaction")
    writer.join(30)

    assert embedded.get(User, USER_ID) == a_user(name="of another")


def _begun(work: Callable[[], None], started: Flag) -> Thread:
    thread = Thread(target=work)
    thread.start()
    assert started.wait(30)
    return thread
