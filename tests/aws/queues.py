"""A topic with its queues on the emulator, and a test's clock before SQS, which has one of its own."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from botocore.exceptions import ClientError

from aws.emulated import clients
from winback.adapters.aws.messages import SqsMessage
from winback.adapters.aws.publisher import TYPE, SnsPublisher
from winback.adapters.aws.topic import QueueUrls, SqsTopic
from winback.domain.event import Event, EventType
from winback.ports import DeadLetter, Message, QueueState

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_RECEIVES_BY_SQS = 5
"""Its own redrive policy: later than ours, which knows the reason."""


@dataclass(frozen=True, slots=True)
class Queues:
    """An SNS topic and the queues that subscribed to it, all new."""

    arn: str
    urls: Mapping[str, QueueUrls]

    def topic(self) -> SqsTopic:
        return SqsTopic(SnsPublisher(lambda: clients().sns, self.arn), clients().sqs, self.urls, wait_seconds=0)


def new_queues(taken: Mapping[str, frozenset[EventType]]) -> Queues:
    """For each queue the event types it takes."""
    prefix = uuid4().hex
    arn = clients().sns.create_topic(Name=f"events-{prefix}")["TopicArn"]
    return Queues(arn, {name: _queue(arn, f"{name}-{prefix}", types) for name, types in taken.items()})


def _queue(topic_arn: str, name: str, types: Iterable[EventType]) -> QueueUrls:
    sqs = clients().sqs
    dead_url = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    net = {"deadLetterTargetArn": _arn(sqs, dead_url), "maxReceiveCount": MOST_RECEIVES_BY_SQS}
    url = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": json.dumps(net)})["QueueUrl"]
    clients().sns.subscribe(
        TopicArn=topic_arn,
        Protocol="sqs",
        Endpoint=_arn(sqs, url),
        Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps({TYPE: sorted(types)})},
    )
    return QueueUrls(url, dead_url)


def _arn(sqs: "SQSClient", url: str) -> str:
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


class ByTheTestsClock:
    """An SqsTopic before which the test's time passes: what is visible again by it, SQS is told to show."""

    def __init__(self, queues: Queues) -> None:
        self._urls = queues.urls
        self._topic = queues.topic()
        self._hidden: dict[str, tuple[Message, datetime]] = {}

    def publish(self, events: Iterable[Event], now: datetime) -> None:
        self._topic.publish(events, now)

    def receive(self, queue: str, limit: int, now: datetime, visible_after: timedelta) -> list[Message]:
        self._pass_time(now)
        messages = self._topic.receive(queue, limit, now, timedelta(hours=1))
        self._hidden |= {message.message_id: (message, now + visible_after) for message in messages}
        return messages

    def done(self, messages: Sequence[Message], now: datetime) -> None:
        self._topic.done(messages, now)

    def back(self, message: Message, now: datetime, reason: str, delay: timedelta = timedelta()) -> None:
        self._topic.back(message, now, reason, delay)
        self._hidden[message.message_id] = message, now + delay

    def bury(self, message: Message, now: datetime, reason: str) -> None:
        self._topic.bury(message, now, reason)

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        return self._topic.dead_letters(limit)

    def redrive(self, message_ids: Sequence[str] | None, now: datetime) -> int:
        return self._topic.redrive(message_ids, now)

    def state(self, queue: str, now: datetime) -> QueueState:
        self._pass_time(now)
        return self._topic.state(queue, now)

    def _pass_time(self, now: datetime) -> None:
        for name, (message, until) in list(self._hidden.items()):
            if until <= now:
                del self._hidden[name]
                self._show(message)

    def _show(self, message: Message) -> None:
        if isinstance(message, SqsMessage):
            with suppress(ClientError):  # done meanwhile
                clients().sqs.change_message_visibility(
                    QueueUrl=self._urls[message.queue].url, ReceiptHandle=message.receipt, VisibilityTimeout=0
                )
