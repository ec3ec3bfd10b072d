"""What Lambda hands a function and what it wants to hear: envelopes of streams and queues, partial-batch answers."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from winback.adapters.aws.messages import Envelope

Payload = Mapping[str, Any]
Answer = dict[str, Any]


class Context(Protocol):
    """What Lambda tells of one invocation."""

    function_name: str
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...


def envelopes_in(payload: Payload) -> list[Envelope]:
    """The messages of a batch from a queue."""
    return [_envelope(record) for record in payload["Records"]]


def failed(identifiers: Iterable[str]) -> Answer:
    """Only these come again; of a stream the first and all that follow it."""
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


def _envelope(record: Payload) -> Envelope:
    receives = int(record["attributes"]["ApproximateReceiveCount"])
    return Envelope(record["messageId"], record["receiptHandle"], receives, record["body"])
