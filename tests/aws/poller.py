"""A test's own poller: drives the stream's function as Lambda's event source mapping does, which the emulator does not.

As AWS documents it: batches of ten; after a partial answer what comes before the first failed record is over and the
rest is tried again; an error halves the batch, and halving counts as no try; after three more tries the batch is laid,
whole, into the bucket of the unrelayed.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from winback.runtime.envelopes import Answer, Context, Payload

BATCH: Final = 10
RETRIES: Final = 3
Record = Mapping[str, Any]
Function = Callable[[Payload, Context], Answer]


@dataclass
class AnInvocation:
    """What Lambda tells a function of one call."""

    function_name: str = "a-function"
    aws_request_id: str = "request-1"
    remaining_ms: int = 120_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@dataclass
class Poller:
    """`calls` holds the sequence numbers of each batch handed out, `given_up` the objects laid into the bucket."""

    function: Function
    context: Context = field(default_factory=AnInvocation)
    calls: list[list[str]] = field(default_factory=list)
    given_up: list[bytes] = field(default_factory=list)

    def drive(self, records: Sequence[Record]) -> None:
        """In order, until every record is over: relayed, or given up."""
        for start in range(0, len(records), BATCH):
            self._drive(list(records[start : start + BATCH]))

    def _drive(self, batch: list[Record]) -> None:
        tries = 0
        while batch:
            left = self._invoke(batch)
            if left is None:
                if len(batch) > 1:
                    half = len(batch) // 2
                    self._drive(batch[:half])
                    batch, tries = batch[half:], 0
                    continue
                left = batch
            tries = tries + 1 if len(left) == len(batch) else 1
            batch = left
            if batch and tries > RETRIES:
                self._give_up(batch)
                return

    def _invoke(self, batch: list[Record]) -> list[Record] | None:
        """The records that are left of the batch; None after an error of the whole function."""
        self.calls.append([number_of(record) for record in batch])
        try:
            answer = self.function({"Records": batch}, self.context)
        except Exception:
            return None
        failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        if not failed:
            return []
        first = min(number for number, record in enumerate(batch) if number_of(record) in failed)
        return batch[first:]

    def _give_up(self, batch: list[Record]) -> None:
        self.given_up.append(invocation_record(batch))


def invocation_record(batch: Sequence[Record]) -> bytes:
    """The object that Lambda lays into an on-failure bucket."""
    told = {
        "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": RETRIES + 1},
        "responseContext": {"statusCode": 200, "functionError": None},
        "version": "1.0",
        "timestamp": "2026-06-10T12:00:00.000Z",
        "DDBStreamBatchInfo": {"batchSize": len(batch), "startSequenceNumber": number_of(batch[0])},
        "payload": json.dumps({"Records": list(batch)}),
    }
    return json.dumps(told).encode()


def number_of(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def stream_records(streams: Any, stream_arn: str) -> Iterator[Record]:
    """All records of a table's stream, as Lambda would hand them out; `streams` is a client of DynamoDB's streams."""
    shards = streams.describe_stream(StreamArn=stream_arn)["StreamDescription"]["Shards"]
    for shard in shards:
        position = streams.get_shard_iterator(
            StreamArn=stream_arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        answer = streams.get_records(ShardIterator=position["ShardIterator"])
        yield from (_as_lambda_tells(record, stream_arn) for record in answer["Records"])


def _as_lambda_tells(record: Record, stream_arn: str) -> Record:
    stored = dict(record["dynamodb"])
    stored["ApproximateCreationDateTime"] = stored["ApproximateCreationDateTime"].timestamp()
    return {**record, "dynamodb": stored, "eventSourceARN": stream_arn}
