"""What the topic does with SNS and SQS beyond the contract: faults of the two, and what others leave on a queue."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from aws.emulated import clients
from aws.queues import Queues, new_queues
from builders import NOW, an_event
from winback.adapters.aws.messages import event_in, text_of
from winback.adapters.aws.publisher import NotPublished, SnsPublisher
from winback.adapters.aws.topic import SqsTopic
from winback.domain.errors import Retryable
from winback.domain.event import Event, EventType
from winback.domain.wire import to_wire
from winback.ports import Message

QUEUE = "email"
GOOD = to_wire(an_event())
EVENTS = [an_event(event_id=f"u{number}") for number in range(23)]


@pytest.fixture
def queues() -> Queues:
    return new_queues({QUEUE: frozenset({EventType.USER_UPDATED})})


@pytest.fixture
def topic(queues: Queues) -> SqsTopic:
    return queues.topic()


def received(topic: SqsTopic) -> list[Message]:
    return topic.receive(QUEUE, 10, NOW, timedelta(minutes=1))


@pytest.fixture
def sns() -> Iterator[Stubber]:
    with Stubber(clients().sns) as stubber:
        yield stubber


def published(numbers: range, *failed: int) -> dict[str, Any]:
    return {
        "Successful": [{"Id": str(number), "MessageId": "m", "SequenceNumber": "1"} for number in numbers],
        "Failed": [{"Id": str(number), "Code": "InternalError", "SenderFault": False} for number in failed],
    }


def test_a_message_is_the_bare_event_with_its_type_beside_it(queues: Queues, topic: SqsTopic) -> None:
    topic.publish([an_event(event_id="u17")], NOW)
    answer = clients().sqs.receive_message(QueueUrl=queues.urls[QUEUE].url, MessageAttributeNames=["All"])
    (message,) = answer["Messages"]
    assert json.loads(message["Body"]) == {
        "eventId": "u17",
        "type": "USER_UPDATED",
        "userId": "u-1",
        "subjectId": "u-1",
        "at": "2026-06-10T12:00:00.000Z",
    }
    assert message["MessageAttributes"]["type"]["StringValue"] == "USER_UPDATED"


def test_more_events_than_a_call_takes_are_published_in_tens(topic: SqsTopic) -> None:
    topic.publish(EVENTS, NOW)
    found: list[Message] = []
    while more := received(topic):
        found += more
    assert [message.event for message in found] == EVENTS


def test_what_was_not_published_is_named_after_all_were_tried(sns: Stubber) -> None:
    sns.add_response("publish_batch", published(range(9), 3))
    sns.add_client_error("publish_batch", "ThrottledException", http_status_code=429)
    sns.add_response("publish_batch", published(range(3)))
    with pytest.raises(NotPublished, match="ThrottledException") as error:
        SnsPublisher(lambda: clients().sns, "arn:aws:sns:eu-central-1:000000000000:events").publish(EVENTS, NOW)
    assert error.value.failed == (EVENTS[3], *EVENTS[10:20])
    sns.assert_no_pending_responses()


def test_a_topic_out_of_reach_is_retryable(sns: Stubber) -> None:
    sns.add_client_error("publish_batch", "InternalError", http_status_code=500)
    with pytest.raises(Retryable):
        SnsPublisher(lambda: clients().sns, "arn:aws:sns:eu-central-1:000000000000:events").publish(EVENTS[:1], NOW)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "null",
        "[" * 100_000,
        '{"eventId": "u1"}',
        json.dumps({**GOOD, "userId": "jane roe"}),
        json.dumps({**GOOD, "userId": 7}),
        json.dumps({**GOOD, "type": "USER_MOVED"}),
        json.dumps({**GOOD, "at": "noon"}),
    ],
    ids=range(10),
)
def test_what_is_no_event_is_a_dead_letter_whose_text_stands_in_no_log(
    queues: Queues, topic: SqsTopic, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clients().sqs.send_message(QueueUrl=queues.urls[QUEUE].url, MessageBody=body or " ")
    assert received(topic) == []
    (letter,) = topic.dead_letters()
    assert letter.event is None
    assert "jane" not in f"{letter!r}{caplog.text}"


def test_what_sqs_moved_by_itself_is_a_dead_letter_that_says_so(queues: Queues, topic: SqsTopic) -> None:
    topic.publish([an_event()], NOW)
    for _ in range(6):
        clients().sqs.receive_message(QueueUrl=queues.urls[QUEUE].url, VisibilityTimeout=0)
    (letter,) = topic.dead_letters()
    assert letter.event == an_event()
    assert "redrive policy" in letter.reason


def test_dead_letters_are_still_there_after_they_were_listed(topic: SqsTopic) -> None:
    topic.publish([an_event()], NOW)
    (message,) = received(topic)
    topic.bury(message, NOW, "no good")
    assert topic.dead_letters() == topic.dead_letters() != []


def test_many_dead_letters_are_listed_and_redriven(topic: SqsTopic) -> None:
    topic.publish(EVENTS, NOW)
    while messages := received(topic):
        for message in messages:
            topic.bury(message, NOW, "no good")
    assert len(topic.dead_letters()) == len(EVENTS)
    assert len(topic.dead_letters(limit=5)) == 5
    assert topic.redrive(None, NOW) == len(EVENTS)
    assert topic.dead_letters() == []


def test_more_dead_letters_than_are_taken_at_once_are_all_redriven(
    topic: SqsTopic, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("dead_letters", "topic"):
        monkeypatch.setattr(f"winback.adapters.aws.{module}.MOST_TAKEN", 10)
    topic.publish(EVENTS, NOW)
    while messages := received(topic):
        for message in messages:
            topic.bury(message, NOW, "no good")
    assert topic.redrive(None, NOW) == len(EVENTS)
    assert topic.dead_letters() == []


def test_a_message_that_was_handed_out_again_is_not_buried_by_who_had_it_before(topic: SqsTopic) -> None:
    topic.publish([an_event()], NOW)
    (before,) = received(topic)
    topic.back(before, NOW, "again")
    (after,) = received(topic)
    topic.bury(before, NOW, "too late")
    assert topic.dead_letters() == []
    topic.bury(after, NOW, "no good")
    assert len(topic.dead_letters()) == 1


def test_a_message_of_another_topic_is_refused(topic: SqsTopic) -> None:
    stranger = Message("1", QUEUE, an_event(), 1)
    with pytest.raises(TypeError, match="was not received from SQS"):
        topic.done([stranger], NOW)


@pytest.mark.parametrize("call", ["receive_message", "change_message_visibility", "delete_message_batch"])
def test_a_queue_out_of_reach_is_retryable_and_its_words_are_not_repeated(topic: SqsTopic, call: str) -> None:
    topic.publish([an_event()], NOW)
    (message,) = received(topic)
    calls: dict[str, Callable[[], object]] = {
        "receive_message": lambda: received(topic),
        "change_message_visibility": lambda: topic.back(message, NOW, "again"),
        "delete_message_batch": lambda: topic.done([message], NOW),
    }
    with Stubber(clients().sqs) as stubber:
        stubber.add_client_error(call, "InternalFailure", "said of jane.roe@example.com", http_status_code=500)
        with pytest.raises(Retryable, match=r"^queue email: InternalFailure$"):
            calls[call]()


def test_what_was_not_deleted_is_retryable(topic: SqsTopic) -> None:
    topic.publish([an_event()], NOW)
    (message,) = received(topic)
    with Stubber(clients().sqs) as stubber:
        failed = [{"Id": "0", "Code": "InternalError", "SenderFault": False}]
        stubber.add_response("delete_message_batch", {"Successful": [], "Failed": failed})
        with pytest.raises(Retryable, match="InternalError"):
            topic.done([message], NOW)


def test_an_event_of_any_type_reads_back_as_it_was_written() -> None:
    for kind in EventType:
        event: Event = an_event(type=kind)
        assert event_in(text_of(event)) == event
