"""Records of streams through the relay to the topic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from winback.adapters.aws.publisher import NotPublished
from winback.adapters.aws.stream import StreamRecord, changes_in, sequence_number
from winback.bootstrap import Relaying
from winback.domain.event import Event
from winback.runtime.log import Observer, StepLine
from winback.steps.relay import relay


@dataclass(frozen=True, slots=True)
class Stuck:
    """The first record that was not relayed, by its number; its successors come again with it."""

    number: str
    error: Exception


def relay_records(
    relaying: Relaying, records: Sequence[StreamRecord], now: datetime, observe: Observer
) -> Stuck | None:
    """All of them or up to the first that fails, whatever is wrong with it: those before it are told."""
    told, stuck = _events_of(relaying, records)
    failed: tuple[Event, ...] = ()
    try:
        relaying.publisher.publish([event for _, event in told], now)
    except NotPublished as error:
        failed = error.failed
        stuck = Stuck(next(number for number, event in told if event in failed), error)
    for _, event in told:
        if event not in failed:
            observe(StepLine("relay", "published", event, 0.0))
    return stuck


def _events_of(relaying: Relaying, records: Sequence[StreamRecord]) -> tuple[list[tuple[str, Event]], Stuck | None]:
    """The events of all records before the first that fails, each with its record's number; and which one that is."""
    told: list[tuple[str, Event]] = []
    for record in records:
        number = sequence_number(record)
        try:
            told += [(number, event) for event in relay(relaying, changes_in(record, relaying.names))]
        except Exception as error:
            return told, Stuck(number, error)
    return told, None
