"""The log of the functions on AWS: a log group for each."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any, Final

import typer

from winback.adapters.aws.logs import LogGroup, LogLine
from winback.bootstrap import Deployment
from winback.cli.asked import deployment
from winback.domain.instant import iso
from winback.runtime.log import Function

_LOOK_EVERY_SECONDS: Final = 2.0
"""AWS answers a few such questions a second, for the whole account."""
_LAMBDAS_OWN: Final = ("INIT_START ", "START ", "END ", "REPORT ", "XRAY ")
_METRICS: Final = "_aws"


def log_on_aws(ctx: typer.Context) -> "GroupsLog":
    return GroupsLog(deployment(ctx))


class GroupsLog:
    """By the clock of AWS, which no setting turns: functions may date their lines by another."""

    def __init__(self, deployed: Deployment) -> None:
        self._deployed = deployed

    def lines(self, back: timedelta, function: Function | None) -> Iterator[dict[str, Any]]:
        since = datetime.now(UTC) - back
        return _entries((name, group.lines(since)) for name, group in self._asked(function))

    def close(self) -> None:
        self._deployed.close()

    def followed(self, back: timedelta, function: Function | None) -> Iterator[dict[str, Any]]:
        since, asked = datetime.now(UTC) - back, self._asked(function)
        while True:
            yield from _entries((name, iter(group.added(since))) for name, group in asked)
            time.sleep(_LOOK_EVERY_SECONDS)

    def _asked(self, function: Function | None) -> list[tuple[Function, LogGroup]]:
        logs, names = self._deployed.clients.logs, [function] if function else list(Function)
        return [(name, LogGroup(logs, self._deployed.output(f"{name}-log-group"))) for name in names]


def _entries(of_groups: Iterator[tuple[Function, Iterator[LogLine]]]) -> Iterator[dict[str, Any]]:
    """The lines of all groups in one order, without what Lambda and its metrics need them for."""
    dated = merge(*(_dated(name, lines) for name, lines in of_groups), key=lambda each: each[0])
    for _, name, line in dated:
        entry = entry_of(name, line)
        if entry is not None:
            yield entry


def _dated(function: Function, lines: Iterator[LogLine]) -> Iterator[tuple[datetime, Function, LogLine]]:
    return ((line.at, function, line) for line in lines)


def entry_of(function: Function, line: LogLine) -> dict[str, Any] | None:
    """Ours as it was written; what Python or Lambda say of a fault as text; None for figures."""
    try:
        told = json.loads(line.text)
    except ValueError:
        told = None
    if isinstance(told, dict) and "step" in told and _METRICS not in told:
        return told
    if line.text.startswith(_LAMBDAS_OWN) or (isinstance(told, dict) and _METRICS in told):
        return None
    return {"at": iso(line.at), "function": str(function), "text": line.text.rstrip()}
