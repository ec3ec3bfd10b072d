"""One dead-letter queue: messages with the reason they were given up for, read without being taken away."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from winback.adapters.aws.faults import AWS_ERRORS, retryable
from winback.adapters.aws.messages import TEN, Envelope, event_in, in_tens
from winback.domain.errors import Retryable
from winback.domain.instant import instant, iso
from winback.ports import DeadLetter

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

MOVED_BY_SQS: Final = "was handed out too often and never finished: moved by the queue's own redrive policy"
MOST_TAKEN: Final = 1_000
_INVISIBLE_WHILE_READ_SECONDS: Final = 120
_REASON, _AT, _MESSAGE_ID = "reason", "at", "messageId"


@dataclass(frozen=True, slots=True)
class Lost:
    """A dead letter in hand: the text it had, and the receipt to delete it by."""

    letter: DeadLetter
    body: str = field(repr=False)
    receipt: str = field(repr=False)


class DeadLetters:
    """`queue` is the name of the queue they come from."""

    def __init__(self, sqs: "SQSClient", queue: str, url: str, wait_seconds: int) -> None:
        self._sqs = sqs
        self._queue = queue
        self._url = url
        self._wait = wait_seconds

    def add(self, envelope: Envelope, now: datetime, reason: str) -> None:
        """The letter keeps the id of the message, which SQS would give anew."""
        told = {_REASON: reason or "no reason was given", _AT: iso(now), _MESSAGE_ID: envelope.message_id}
        with retryable(f"dead letters of queue {self._queue}"):
            self._sqs.send_message(
                QueueUrl=self._url,
                MessageBody=envelope.body,
                MessageAttributes={name: {"DataType": "String", "StringValue": text} for name, text in told.items()},
            )

    def listed(self) -> list[DeadLetter]:
        """The newest first, at most a thousand."""
        with self.taken() as lost:
            return [one.letter for one in reversed(lost)]

    @contextmanager
    def taken(self) -> Iterator[list[Lost]]:
        """The letters in hand, oldest first; what is not deleted inside the block lies there again after it."""
        lost: list[Lost] = []
        try:
            while len(lost) < MOST_TAKEN and (more := self._receive()):
                lost += more
            yield sorted(lost, key=lambda one: one.letter.at)
        finally:
            self._lay_back(lost)

    def delete(self, lost: Sequence[Lost]) -> None:
        """At most ten."""
        with retryable(f"dead letters of queue {self._queue}"):
            answer = self._sqs.delete_message_batch(
                QueueUrl=self._url,
                Entries=[{"Id": str(place), "ReceiptHandle": one.receipt} for place, one in enumerate(lost)],
            )
        if answer.get("Failed"):
            raise Retryable(f"dead letters of queue {self._queue}: {len(answer['Failed'])} were not deleted")

    def _receive(self) -> list[Lost]:
        with retryable(f"dead letters of queue {self._queue}"):
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=TEN,
                VisibilityTimeout=_INVISIBLE_WHILE_READ_SECONDS,
                WaitTimeSeconds=self._wait,
                MessageSystemAttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            )
        return [self._lost(message) for message in answer.get("Messages", [])]

    def _lay_back(self, lost: Sequence[Lost]) -> None:
        """Best effort, those deleted among them: what is missed is visible again by itself."""
        for ten in in_tens(lost):
            with suppress(*AWS_ERRORS):
                self._sqs.change_message_visibility_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {"Id": str(place), "ReceiptHandle": one.receipt, "VisibilityTimeout": 0}
                        for place, one in enumerate(ten)
                    ],
                )

    def _lost(self, message: "MessageTypeDef") -> Lost:
        told = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
        letter = DeadLetter(
            message_id=told.get(_MESSAGE_ID) or message["MessageId"],
            queue=self._queue,
            event=event_in(message["Body"]),
            reason=told.get(_REASON) or MOVED_BY_SQS,
            at=instant(told[_AT]) if _AT in told else _sent_at(message),
        )
        return Lost(letter, message["Body"], message["ReceiptHandle"])


def _sent_at(message: "MessageTypeDef") -> datetime:
    return datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
