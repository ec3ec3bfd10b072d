"""What the functions wrote into their log groups, by the time at which CloudWatch got it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from winback.adapters.aws.faults import retryable

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

LATE_BY: Final = timedelta(seconds=15)
"""A line may be seen only when others that were written after it have been."""


@dataclass(frozen=True, slots=True)
class LogLine:
    line_id: str
    at: datetime
    text: str = field(repr=False)


class LogGroup:
    def __init__(self, logs: "CloudWatchLogsClient", name: str) -> None:
        self._logs = logs
        self._name = name
        self._seen: dict[str, datetime] = {}

    def lines(self, since: datetime) -> Iterator[LogLine]:
        """Oldest first, page after page."""
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._name, startTime=int(since.timestamp() * 1000)
        )
        with retryable(f"log group {self._name}"):
            for page in pages:
                yield from map(_line, page["events"])

    def added(self, since: datetime) -> Iterable[LogLine]:
        """Those since then that were not given yet, however late they came."""
        latest = max(self._seen.values(), default=since)
        begin = max(since, latest - LATE_BY)
        new = [line for line in self.lines(begin) if line.line_id not in self._seen]
        self._seen |= {line.line_id: line.at for line in new}
        self._seen = {name: at for name, at in self._seen.items() if at >= begin}
        return new


def _line(event: "FilteredLogEventTypeDef") -> LogLine:
    at, text = datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"]
    # Not every endpoint gives an id.
    return LogLine(event.get("eventId") or f"{event.get('logStreamName')} {event['timestamp']} {text}", at, text)
