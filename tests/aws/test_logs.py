import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest

from aws.emulator import running
from winback.adapters.aws.clients import Clients
from winback.adapters.aws.logs import LATE_BY, LogGroup
from winback.domain.errors import Retryable

NOW = datetime.now(UTC).replace(microsecond=0)
SECOND = timedelta(seconds=1)


class Written:
    """A log group, and lines with times of the test's choosing."""

    def __init__(self, clients: Clients) -> None:
        self._logs = clients.logs
        self._name = f"/{uuid4().hex}"
        self._logs.create_log_group(logGroupName=self._name)
        self._logs.create_log_stream(logGroupName=self._name, logStreamName="one")
        self.group = LogGroup(self._logs, self._name)

    def write(self, text: str, at: datetime) -> None:
        event = {"timestamp": int(at.timestamp() * 1000), "message": text}
        self._logs.put_log_events(logGroupName=self._name, logStreamName="one", logEvents=[event])  # type: ignore[list-item]  # a plain dictionary

    def added(self, since: datetime) -> list[str]:
        return [line.text for line in self.group.added(since)]


@pytest.fixture
def clients() -> Iterator[Clients]:
    with patch.dict(os.environ, running().environment):
        made = Clients()
        made.logs  # noqa: B018  a client learns where AWS is when it is made
    yield made
    made.close()


def test_lines_come_oldest_first_since_the_time_that_is_asked(clients: Clients) -> None:
    log = Written(clients)
    for text, ago in (("old", 90), ("newer", 20), ("newest", 5)):
        log.write(text, NOW - ago * SECOND)
    assert [line.text for line in log.group.lines(NOW - 60 * SECOND)] == ["newer", "newest"]


def test_a_line_is_added_once_even_if_it_was_late(clients: Clients) -> None:
    log, since = Written(clients), NOW - 60 * SECOND
    log.write("first", NOW - 5 * SECOND)
    assert log.added(since) == ["first"]
    assert log.added(since) == []
    log.write("late", NOW - 6 * SECOND)
    log.write("next", NOW - 4 * SECOND)
    assert log.added(since) == ["late", "next"]
    assert log.added(since) == []


def test_what_was_written_long_before_the_last_line_is_not_looked_for(clients: Clients) -> None:
    log, since = Written(clients), NOW - 60 * SECOND
    log.write("last", NOW)
    assert log.added(since) == ["last"]
    log.write("too late", NOW - LATE_BY - SECOND)
    assert log.added(since) == []


def test_a_group_that_is_not_there_is_named(clients: Clients) -> None:
    with pytest.raises(Retryable, match="log group /nowhere: ResourceNotFoundException"):
        list(LogGroup(clients.logs, "/nowhere").lines(NOW))
