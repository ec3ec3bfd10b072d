"""The contract of Topic: fan-out, visibility, three receives, dead letters."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, an_event
from winback.domain.event import Event, EventType
from winback.ports import MOST_COUNTED, EmbeddedStore, Message, QueueState, Topic

MINUTE = timedelta(minutes=1)
MILLISECOND = timedelta(milliseconds=1)
QUEUE = "decisions"


def published(topic: Topic, *event_ids: str) -> None:
    topic.publish([an_event(event_id=event_id) for event_id in event_ids], NOW)


def received(topic: Topic, at: timedelta = timedelta(), limit: int = 10, queue: str = QUEUE) -> list[Message]:
    return topic.receive(queue, limit, NOW + at, MINUTE)


def ids(messages: list[Message]) -> list[str]:
    return [message.event.event_id for message in messages]


def given_up(topic: Topic, event_id: str, reason: str = "no good") -> Message:
    published(topic, event_id)
    (message,) = received(topic)
    topic.bury(message, NOW, reason)
    return message


def test_an_event_comes_as_it_was_published(topic: Topic) -> None:
    event = Event("c-17", EventType.ORDER_CREATED, "u-1", "o-1", NOW - MILLISECOND)
    topic.publish([event], NOW)

    (message,) = received(topic)
    assert message.event == event
    assert message.queue == QUEUE
    assert message.receives == 1


def test_an_event_goes_to_every_queue_that_takes_its_type_and_no_other(topic: Topic) -> None:
    topic.publish([an_event(event_id="c-1"), an_event(event_id="c-2", type=EventType.ORDER_CREATED)], NOW)

    assert ids(received(topic)) == ["c-1", "c-2"]
    assert ids(received(topic, queue="orders")) == ["c-2"]


def test_an_event_nobody_takes_is_let_go(topic: Topic) -> None:
    topic.publish([an_event(type=EventType.EMAIL_SENT)], NOW)

    assert received(topic) == []
    assert received(topic, queue="orders") == []


def test_to_publish_nothing_is_no_fault(topic: Topic) -> None:
    topic.publish([], NOW)

    assert received(topic) == []


def test_the_same_event_published_twice_is_two_messages(topic: Topic) -> None:
    published(topic, "c-1")
    published(topic, "c-1")

    messages = received(topic)
    assert ids(messages) == ["c-1", "c-1"]
    assert len({message.message_id for message in messages}) == 2


def test_messages_come_in_the_order_they_were_published(topic: Topic) -> None:
    event_ids = [f"c-{number}" for number in range(25)]
    published(topic, *event_ids[:12])
    published(topic, *event_ids[12:])

    assert ids(received(topic) + received(topic) + received(topic)) == event_ids


def test_a_receive_gives_at_most_its_limit(topic: Topic) -> None:
    published(topic, "c-1", "c-2", "c-3")

    assert ids(received(topic, limit=2)) == ["c-1", "c-2"]
    assert ids(received(topic, limit=2)) == ["c-3"]
    assert received(topic, limit=2) == []


def test_what_is_in_work_comes_again_when_its_time_is_over(topic: Topic) -> None:
    published(topic, "c-1")

    assert [message.receives for message in received(topic)] == [1]
    assert received(topic, at=MINUTE - MILLISECOND) == []
    assert [message.receives for message in received(topic, at=MINUTE)] == [2]


def test_what_is_done_never_comes_again(topic: Topic) -> None:
    published(topic, "c-1", "c-2", "c-3")
    messages = received(topic)
    topic.done([messages[0], messages[2]], NOW)

    assert ids(received(topic, at=MINUTE)) == ["c-2"]


def test_a_late_word_about_a_done_message_changes_nothing(topic: Topic) -> None:
    published(topic, "c-1")
    for turn in range(3):
        (message,) = received(topic, at=turn * MINUTE)
    topic.done([message], NOW)

    topic.done([message], NOW)
    topic.back(message, NOW, "too late")
    topic.bury(message, NOW, "too late")
    assert topic.dead_letters() == []
    assert received(topic, at=9 * MINUTE) == []


def test_done_in_one_queue_is_not_done_in_another(topic: Topic) -> None:
    topic.publish([an_event(type=EventType.ORDER_CREATED)], NOW)
    topic.done(received(topic), NOW)

    assert len(received(topic, queue="orders")) == 1


def test_what_is_given_back_comes_again_at_once(topic: Topic) -> None:
    published(topic, "c-1")
    (message,) = received(topic)
    topic.back(message, NOW, "a lost race")

    assert [again.receives for again in received(topic)] == [2]


def test_what_is_given_back_with_a_delay_comes_after_it(topic: Topic) -> None:
    published(topic, "c-1")
    (message,) = received(topic)
    topic.back(message, NOW, "later", delay=5 * MINUTE)

    assert received(topic, at=5 * MINUTE - MILLISECOND) == []
    assert [again.receives for again in received(topic, at=5 * MINUTE)] == [2]


def test_what_is_given_back_three_times_is_a_dead_letter_with_the_last_reason(topic: Topic) -> None:
    published(topic, "c-1")
    for reason in ("first", "second", "third"):
        (message,) = received(topic)
        topic.back(message, NOW, reason)

    assert received(topic, at=9 * MINUTE) == []
    (letter,) = topic.dead_letters()
    assert letter.message_id == message.message_id
    assert letter.queue == QUEUE
    assert letter.event == message.event
    assert letter.reason == "third"
    assert letter.at == NOW


def test_what_was_handed_out_three_times_and_never_finished_is_a_dead_letter(topic: Topic) -> None:
    published(topic, "c-1")
    for turn in range(3):
        assert len(received(topic, at=turn * MINUTE)) == 1
    assert topic.dead_letters() == []

    assert received(topic, at=3 * MINUTE) == []
    (letter,) = topic.dead_letters()
    assert "three times" in letter.reason
    assert received(topic, at=9 * MINUTE) == []


def test_what_is_buried_is_a_dead_letter_at_once(topic: Topic) -> None:
    given_up(topic, "c-1", "cannot be handled")

    assert [letter.reason for letter in topic.dead_letters()] == ["cannot be handled"]
    assert received(topic, at=9 * MINUTE) == []


def test_dead_letters_come_newest_first_up_to_the_limit(topic: Topic) -> None:
    for event_id in ("c-1", "c-2", "c-3"):
        given_up(topic, event_id)

    assert [letter.event.event_id for letter in topic.dead_letters() if letter.event] == ["c-3", "c-2", "c-1"]
    assert [letter.event.event_id for letter in topic.dead_letters(limit=2) if letter.event] == ["c-3", "c-2"]


def test_all_dead_letters_go_back_with_a_fresh_count(topic: Topic) -> None:
    for event_id in ("c-1", "c-2"):
        given_up(topic, event_id)

    assert topic.redrive(None, NOW) == 2
    assert topic.dead_letters() == []
    assert [(message.event.event_id, message.receives) for message in received(topic)] == [("c-1", 1), ("c-2", 1)]


def test_a_redriven_message_may_fail_three_times_again(topic: Topic) -> None:
    given_up(topic, "c-1")
    topic.redrive(None, NOW)
    for _ in range(3):
        (message,) = received(topic)
        topic.back(message, NOW, "still no good")

    assert [letter.reason for letter in topic.dead_letters()] == ["still no good"]


def test_one_dead_letter_goes_back_and_the_others_stay(topic: Topic) -> None:
    chosen, other = given_up(topic, "c-1"), given_up(topic, "c-2")

    assert topic.redrive([chosen.message_id, "999999", "no id"], NOW) == 1
    assert [letter.message_id for letter in topic.dead_letters()] == [other.message_id]
    assert ids(received(topic)) == ["c-1"]


@pytest.mark.parametrize("end", ["open", "done"])
def test_only_a_dead_letter_is_redriven(topic: Topic, end: str) -> None:
    published(topic, "c-1")
    (message,) = received(topic)
    if end == "done":
        topic.done([message], NOW)

    assert topic.redrive([message.message_id], NOW) == 0
    assert topic.redrive(None, NOW) == 0
    assert received(topic) == []


def test_the_state_counts_what_waits_what_is_in_work_and_what_is_dead(topic: Topic) -> None:
    assert topic.state(QUEUE, NOW) == QueueState(0, 0, 0, None)

    given_up(topic, "c-0")
    published(topic, "c-1", "c-2", "c-3", "c-4")
    done, *_ = received(topic, limit=2)
    topic.done([done], NOW)

    assert replace(topic.state(QUEUE, NOW), oldest_at=None) == QueueState(waiting=2, in_work=1, dead=1, oldest_at=None)
    assert topic.state(QUEUE, NOW + MINUTE).waiting == 3
    assert topic.state("orders", NOW) == QueueState(0, 0, 0, None)


@pytest.mark.usefixtures("embedded")
def test_the_state_of_an_embedded_topic_tells_since_when_the_oldest_waits(topic: Topic) -> None:
    topic.publish([an_event(event_id="c-1")], NOW - 2 * MINUTE)
    topic.publish([an_event(event_id="c-2")], NOW - MINUTE)
    assert topic.state(QUEUE, NOW).oldest_at == NOW - 2 * MINUTE

    topic.done(received(topic, limit=1), NOW)
    assert topic.state(QUEUE, NOW).oldest_at == NOW - MINUTE


def test_the_state_stops_counting_where_a_number_says_enough(topic: Topic, embedded: EmbeddedStore) -> None:
    many = [an_event(event_id=f"c-{number}") for number in range(MOST_COUNTED + 5)]
    topic.publish(many, NOW)
    assert topic.state(QUEUE, NOW) == QueueState(MOST_COUNTED, 0, 0, NOW)

    messages = received(topic, limit=len(many))
    assert topic.state(QUEUE, NOW) == QueueState(0, MOST_COUNTED, 0, None)

    with embedded.transaction():
        for message in messages:
            topic.bury(message, NOW, "a fault")
    assert topic.state(QUEUE, NOW) == QueueState(0, 0, MOST_COUNTED, None)


def test_a_message_nobody_can_read_is_a_dead_letter_and_blocks_none_beside_it(
    topic: Topic, leave_unreadable: Callable[[str], None]
) -> None:
    published(topic, "c-1")
    leave_unreadable(QUEUE)
    published(topic, "c-2")

    assert ids(received(topic)) == ["c-1", "c-2"]
    (letter,) = topic.dead_letters()
    assert letter.event is None
    assert letter.queue == QUEUE
    assert letter.reason


def test_an_unreadable_message_that_is_redriven_is_a_dead_letter_again(
    topic: Topic, leave_unreadable: Callable[[str], None]
) -> None:
    leave_unreadable(QUEUE)
    assert received(topic) == []

    assert topic.redrive(None, NOW) == 1
    assert received(topic) == []
    assert len(topic.dead_letters()) == 1


def test_a_given_up_message_does_not_block_the_next(topic: Topic) -> None:
    published(topic, "c-1")
    for turn in range(3):
        received(topic, at=turn * MINUTE)
    published(topic, "c-2")

    assert ids(received(topic, at=3 * MINUTE)) == ["c-2"]
