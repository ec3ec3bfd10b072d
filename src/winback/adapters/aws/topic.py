"""The topic on AWS: events to SNS, whose subscriptions filter by type; messages from the SQS queues behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from winback.adapters.aws.dead_letters import MOST_TAKEN, DeadLetters, Lost
from winback.adapters.aws.faults import name_of, retryable
from winback.adapters.aws.messages import TEN, Envelope, SqsMessage, event_in, in_tens, text_of
from winback.adapters.aws.publisher import SnsPublisher
from winback.domain.errors import Retryable
from winback.domain.event import Event
from winback.ports import DeadLetter, Message, QueueState

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

MOST_RECEIVES: Final = 3
NOT_FINISHED: Final = "was handed out three times and never finished"
NOT_READABLE: Final = "is no event that this version knows"
_LONGEST_INVISIBLE: Final = timedelta(hours=12)
_WHILE_BURIED_SECONDS: Final = 60
_OVER: Final = frozenset({"ReceiptHandleIsInvalid", "MessageNotInflight", "InvalidParameterValue"})
"""What SQS says of a receipt whose message is gone or was handed out again."""


@dataclass(frozen=True, slots=True)
class QueueUrls:
    """A queue and its dead-letter queue. SQS's own redrive must strike later than after three receives: it gives no
    reason."""

    url: str
    dead_url: str


class SqsTopic:
    """The instants that are handed in date the dead letters; when a message is visible again, SQS's clock says."""

    def __init__(
        self, publisher: SnsPublisher, sqs: "SQSClient", queues: Mapping[str, QueueUrls], wait_seconds: int = 1
    ) -> None:
        self._publisher = publisher
        self._sqs = sqs
        self._queues = queues
        # With a wait SQS asks all its servers; without one a short queue may seem empty.
        self._wait = wait_seconds
        self._dead = {name: DeadLetters(sqs, name, urls.dead_url, wait_seconds) for name, urls in queues.items()}

    def publish(self, events: Iterable[Event], now: datetime) -> None:
        """Raises NotPublished, after it has tried them all, with those that did not get there."""
        self._publisher.publish(events, now)

    def receive(self, queue: str, limit: int, now: datetime, visible_after: timedelta) -> list[Message]:
        received: list[Message] = []
        while len(received) < limit:
            envelopes = self._envelopes(queue, min(limit - len(received), TEN), visible_after)
            if not envelopes:
                break
            admitted = [self.admit(queue, envelope, now) for envelope in envelopes]
            received += [message for message in admitted if message is not None]
        return received

    def admit(self, queue: str, envelope: Envelope, now: datetime) -> SqsMessage | None:
        """The message in an envelope that was handed out; None if it had to be buried at once."""
        event = event_in(envelope.body)
        if event is None or envelope.receives > MOST_RECEIVES:
            self._give_up(queue, envelope, now, NOT_READABLE if event is None else NOT_FINISHED)
            return None
        return SqsMessage(envelope.message_id, queue, event, envelope.receives, envelope.receipt)

    def done(self, messages: Sequence[Message], now: datetime) -> None:  # noqa: ARG002  others keep the instant
        for queue in {message.queue for message in messages}:
            for ten in in_tens(_receipt(message) for message in messages if message.queue == queue):
                self._delete(queue, ten)

    def back(self, message: Message, now: datetime, reason: str, delay: timedelta = timedelta()) -> None:
        if message.receives >= MOST_RECEIVES:
            self.bury(message, now, reason)
        else:
            self._still_ours(message.queue, _receipt(message), delay)

    def bury(self, message: Message, now: datetime, reason: str) -> None:
        envelope = Envelope(message.message_id, _receipt(message), message.receives, text_of(message.event))
        self._give_up(message.queue, envelope, now, reason)

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """The newest first of at most a thousand a queue. While they are listed another listing may miss them."""
        letters = [letter for dead in self._dead.values() for letter in dead.listed()]
        return sorted(letters, key=lambda letter: letter.at, reverse=True)[:limit]

    def redrive(self, message_ids: Sequence[str] | None, now: datetime) -> int:  # noqa: ARG002  others keep the instant
        """Sent first, then deleted: what is cut off between the two comes twice."""
        return sum(self._redrive(queue, dead, message_ids) for queue, dead in self._dead.items())

    def state(self, queue: str, now: datetime) -> QueueState:  # noqa: ARG002  SQS counts by its own clock
        """Approximate. Since when the oldest waits SQS does not say; its metric does, which an alarm watches."""
        waiting, in_work = self._counts(self._queues[queue].url)
        dead = sum(self._counts(self._queues[queue].dead_url))
        return QueueState(waiting, in_work, dead, None)

    def _redrive(self, queue: str, dead: DeadLetters, message_ids: Sequence[str] | None) -> int:
        """As many at once as may be in hand, until none is left but those that were given up anew meanwhile."""
        redriven, done = 0, set[str]()
        while True:
            with dead.taken() as lost:
                wanted = [one for one in lost if message_ids is None or one.letter.message_id in message_ids]
                chosen = [one for one in wanted if one.letter.message_id not in done]
                for ten in in_tens(chosen):
                    self._send_back(queue, ten)
                    dead.delete(ten)
                    redriven += len(ten)
                    done |= {one.letter.message_id for one in ten}
            if not chosen or len(lost) < MOST_TAKEN:
                return redriven

    def _envelopes(self, queue: str, limit: int, visible_after: timedelta) -> list[Envelope]:
        with retryable(f"queue {queue}"):
            answer = self._sqs.receive_message(
                QueueUrl=self._queues[queue].url,
                MaxNumberOfMessages=limit,
                VisibilityTimeout=_seconds(visible_after),
                WaitTimeSeconds=self._wait,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [_envelope(message) for message in answer.get("Messages", [])]

    def _give_up(self, queue: str, envelope: Envelope, now: datetime, reason: str) -> None:
        # Taken in hand first: a message that is over, or in somebody else's work again, is no dead letter.
        if self._still_ours(queue, envelope.receipt, timedelta(seconds=_WHILE_BURIED_SECONDS)):
            self._dead[queue].add(envelope, now, reason)
            self._delete(queue, [envelope.receipt])

    def _still_ours(self, queue: str, receipt: str, invisible_for: timedelta) -> bool:
        """Sets when the message is visible again; False if the receipt is over."""
        with retryable(f"queue {queue}"):
            try:
                self._sqs.change_message_visibility(
                    QueueUrl=self._queues[queue].url,
                    ReceiptHandle=receipt,
                    VisibilityTimeout=_seconds(invisible_for),
                )
            except ClientError as error:
                if name_of(error) in _OVER:
                    return False
                raise
        return True

    def _delete(self, queue: str, receipts: Sequence[str]) -> None:
        entries = [{"Id": str(place), "ReceiptHandle": receipt} for place, receipt in enumerate(receipts)]
        with retryable(f"queue {queue}"):
            answer = self._sqs.delete_message_batch(QueueUrl=self._queues[queue].url, Entries=entries)  # type: ignore[arg-type]  # a comprehension is no TypedDict
        left = [entry["Code"] for entry in answer.get("Failed", []) if entry["Code"] not in _OVER]
        if left:
            raise Retryable(f"queue {queue}: {len(left)} messages were not deleted: {left[0]}")

    def _send_back(self, queue: str, lost: Sequence[Lost]) -> None:
        with retryable(f"queue {queue}"):
            answer = self._sqs.send_message_batch(
                QueueUrl=self._queues[queue].url,
                Entries=[{"Id": str(place), "MessageBody": one.body} for place, one in enumerate(lost)],
            )
        if answer.get("Failed"):
            raise Retryable(f"queue {queue}: {len(answer['Failed'])} messages were not sent back")

    def _counts(self, url: str) -> tuple[int, int]:
        """Visible ones, and those in work or put off."""
        with retryable("counting a queue"):
            answer = self._sqs.get_queue_attributes(
                QueueUrl=url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                    "ApproximateNumberOfMessagesDelayed",
                ],
            )
        counts = {name: int(value) for name, value in answer["Attributes"].items()}
        visible = counts.pop("ApproximateNumberOfMessages")
        return visible, sum(counts.values())


def _envelope(message: "MessageTypeDef") -> Envelope:
    receives = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
    return Envelope(message["MessageId"], message["ReceiptHandle"], receives, message["Body"])


def _receipt(message: Message) -> str:
    if not isinstance(message, SqsMessage):
        raise TypeError(f"message {message.message_id} was not received from SQS")
    return message.receipt


def _seconds(span: timedelta) -> int:
    return int(min(span, _LONGEST_INVISIBLE).total_seconds())
