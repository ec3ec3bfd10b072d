"""change → event, for the streams of the tables."""

import os
from functools import cache
from typing import Final

from winback.adapters.aws.stream import sequence_number
from winback.bootstrap import Relaying, relaying
from winback.domain.errors import Retryable
from winback.runtime.envelopes import Answer, Context, Payload, failed
from winback.runtime.relaying import Stuck, relay_records
from winback.runtime.telling import Telling, telling
from winback.settings import Settings

NAME: Final = "stream-processor"
KEPT_MS: Final = 20_000
"""What a try may take."""
LONGEST_PAUSE_SECONDS: Final = 30


class FirstOfBatchFailed(Exception):
    """Lambda halves a batch only where the function fails as a whole: a bad record must not take others with it."""


def handler(payload: Payload, context: Context) -> Answer:
    return handle(_relaying(), payload, context)


def handle(relaying: Relaying, payload: Payload, context: Context) -> Answer:
    """Tells of the first record that failed: it and its successors come again. Once it comes first the batch is
    halved until it is alone, and in the end it is laid into the bucket of the unrelayed."""
    records = payload["Records"]
    with telling(NAME, context, relaying.clock) as told:
        stuck = _relay_patiently(relaying, records, context, told)
    if stuck is None:
        return failed([])
    if stuck.number == sequence_number(records[0]) and len(records) > 1:
        raise FirstOfBatchFailed(f"record {stuck.number} of {len(records)}: {type(stuck.error).__name__}")
    return failed([stuck.number])


def _relay_patiently(relaying: Relaying, payload: list[Payload], context: Context, told: Telling) -> Stuck | None:
    """While store or topic are down it waits for them: Lambda's few tries are for records that are at fault."""
    records, pause = payload, 1
    while True:
        stuck = relay_records(relaying, records, relaying.clock.now(), told.step)
        if stuck is None:
            return None
        _tell(told, stuck)
        left_ms = context.get_remaining_time_in_millis() - pause * 1000
        if not isinstance(stuck.error, Retryable) or left_ms < KEPT_MS:
            return stuck
        relaying.clock.sleep(pause)
        records = _from(records, stuck.number)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _from(records: list[Payload], number: str) -> list[Payload]:
    place = next(place for place, record in enumerate(records) if sequence_number(record) == number)
    return records[place:]


def _tell(told: Telling, stuck: Stuck) -> None:
    # The type alone: the text of an unforeseen error may hold anything.
    told.line(step="relay", result="failed", sequenceNumber=stuck.number, why=type(stuck.error).__name__)


@cache
def _relaying() -> Relaying:
    return relaying(Settings.from_env(os.environ))
