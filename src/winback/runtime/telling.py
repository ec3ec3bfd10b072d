"""What a function says of itself: JSON lines on standard output, where CloudWatch reads them, then its metrics."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from winback.domain.instant import iso
from winback.ports import Clock
from winback.runtime.envelopes import Context
from winback.runtime.log import StepLine, fields_of
from winback.runtime.metrics import Metrics

_writing = threading.Lock()


class Telling:
    """One invocation's, for many threads. `function` as commands and logs name it: `email-processor`."""

    def __init__(self, function: str, context: Context, now: Callable[[], datetime]) -> None:
        self._function = function
        self._request = context.aws_request_id
        self._now = now
        self._metrics = Metrics(context.function_name)

    def step(self, line: StepLine) -> None:
        """An observer of the runner."""
        self._metrics.count(line, self._now())
        self.line(**fields_of(line))

    def line(self, **fields: object) -> None:
        told = {"at": iso(self._now()), "function": self._function, "requestId": self._request, **fields}
        _write(json.dumps(told, ensure_ascii=False))

    def end(self) -> None:
        for metric in self._metrics.lines(self._now()):
            _write(metric)


@contextmanager
def telling(function: str, context: Context, clock: Clock) -> Iterator[Telling]:
    """The metrics are told however the block ends."""
    told = Telling(function, context, clock.now)
    try:
        yield told
    finally:
        told.end()


def _write(line: str) -> None:
    with _writing:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
