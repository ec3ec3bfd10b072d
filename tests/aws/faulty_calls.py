"""Calls of AWS that fail: each of the functions' is counted by its name, and some of them can be made to fail.

A fault is what is left after the SDK's own tries.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ReadTimeoutError

from winback.adapters.aws.calls import TRIES


@dataclass(frozen=True, slots=True)
class Fault:
    """AWS answers with a `code` and does nothing. Without a status the code is the answer for each entry of a batch;
    without a code no answer comes. What is `done` was done all the same."""

    name: str
    status: int = 0
    code: str = ""
    reason: str = ""
    done: bool = False

    def __str__(self) -> str:
        return self.name


TIMED_OUT: Final = Fault("timed out, nothing done")
TIMED_OUT_DONE: Final = Fault("timed out, done", done=True)
_TIME_OUTS: Final = (TIMED_OUT, TIMED_OUT_DONE)
_DYNAMO_THROTTLED: Final = Fault("throttled", 400, "ProvisionedThroughputExceededException")
_DYNAMO_CONFLICT: Final = Fault("conflict", 400, "TransactionCanceledException", "TransactionConflict")
_SQS_THROTTLED: Final = Fault("throttled", 403, "RequestThrottled")
FAULTS: Final[dict[str, tuple[Fault, ...]]] = {
    "GetItem": (_DYNAMO_THROTTLED, TIMED_OUT),
    "Query": (_DYNAMO_THROTTLED, TIMED_OUT),
    "TransactWriteItems": (_DYNAMO_THROTTLED, _DYNAMO_CONFLICT, *_TIME_OUTS),
    "PublishBatch": (
        Fault("throttled", 429, "ThrottledException"),
        Fault("failed each, done", code="InternalError", done=True),
        *_TIME_OUTS,
    ),
    "PutObject": (
        Fault("throttled", 503, "SlowDown"),
        Fault("conflict", 409, "ConditionalRequestConflict"),
        *_TIME_OUTS,
    ),
    "GetAccount": (Fault("throttled", 429, "TooManyRequestsException"), TIMED_OUT),
    "SendEmail": (Fault("throttled", 429, "TooManyRequestsException"), *_TIME_OUTS),
    "ChangeMessageVisibility": (_SQS_THROTTLED, *_TIME_OUTS),
    "SendMessage": (_SQS_THROTTLED, *_TIME_OUTS),
    "DeleteMessageBatch": (_SQS_THROTTLED, *_TIME_OUTS),
}
"""What may befall each operation. A read that is done but not answered is one that was not done."""
_MARK: Final = "the fault of the tests"
_STORE: Final = frozenset({"GetItem", "Query", "TransactWriteItems"})


@dataclass(frozen=True, slots=True)
class Planned:
    """The call of `operation` with number `at` (from 0) meets the fault; of the store also those that it makes in its
    place, so that it cannot help itself."""

    operation: str
    at: int
    fault: Fault

    @property
    def numbers(self) -> range:
        return range(self.at, self.at + (TRIES if self.operation in _STORE else 1))

    def __str__(self) -> str:
        return f"{self.operation} {self.at + 1} {self.fault}"


@dataclass(frozen=True, slots=True)
class _Answer:
    """As much of an HTTP answer as a client looks at."""

    status_code: int


class FaultyCalls:
    """`calls` counts by operation; `met` is whether the plan has come true."""

    def __init__(self, planned: Planned | None = None) -> None:
        self.calls = Counter[str]()
        self.met = False
        self._planned = planned
        self._lock = threading.Lock()

    @contextmanager
    def of(self, clients: Iterable[Any]) -> Iterator[None]:
        """For the length of the block the clients' calls are counted, and fail as planned."""
        heard = [(client.meta.events, *pair) for client in clients for pair in self._hooks]
        for events, name, hook in heard:
            events.register(name, hook)
        try:
            yield
        finally:
            for events, name, hook in heard:
                events.unregister(name, hook)

    @property
    def _hooks(self) -> tuple[tuple[str, Callable[..., Any]], ...]:
        return ("before-call", self._before), ("after-call", self._after)

    def _before(self, model: Any, context: dict[str, Any], **_: object) -> tuple[_Answer, dict[str, Any]] | None:
        fault = self._due(model.name)
        if fault is None:
            return None
        if fault.done:
            context[_MARK] = fault
            return None
        if not fault.code:
            raise ReadTimeoutError(endpoint_url=model.name)
        said = {"Error": {"Code": fault.code}, "ResponseMetadata": {"HTTPStatusCode": fault.status}}
        reasons = {"CancellationReasons": [{"Code": fault.reason}]} if fault.reason else {}
        return _Answer(fault.status), {**said, **reasons}

    def _after(self, model: Any, parsed: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        fault = context.pop(_MARK, None)
        if fault is None:
            return
        if not fault.code:
            raise ReadTimeoutError(endpoint_url=model.name)
        entries = parsed.pop("Successful")
        parsed["Failed"] = [{"Id": each["Id"], "Code": fault.code, "SenderFault": False} for each in entries]

    def _due(self, operation: str) -> Fault | None:
        with self._lock:
            number = self.calls[operation]
            self.calls[operation] += 1
            planned = self._planned
            if planned is None or operation != planned.operation or number not in planned.numbers:
                return None
            self.met = True
            return planned.fault
