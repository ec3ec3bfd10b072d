"""Metrics in CloudWatch's embedded format: log lines that CloudWatch counts, without a call. Nothing personal."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from winback.runtime.log import StepLine

NAMESPACE: Final = "Winback"
STEPS: Final = "Steps"
EVENT_AGE: Final = "EventAge"
DIMENSIONS: Final = ("function", "step", "result")
_MOST_VALUES: Final = 100
_KINDS: Final = [{"Name": STEPS, "Unit": "Count"}, {"Name": EVENT_AGE, "Unit": "Milliseconds"}]


class Metrics:
    """Of one invocation, for many threads: how many steps went how, and how old their events were."""

    def __init__(self, function: str) -> None:
        self._function = function
        self._lock = threading.Lock()
        self._ages: dict[tuple[str, str], list[float]] = defaultdict(list)

    def count(self, line: StepLine, now: datetime) -> None:
        age = max((now - line.event.at).total_seconds() * 1000, 0.0)
        with self._lock:
            self._ages[line.step, line.result].append(age)

    def lines(self, now: datetime) -> Iterator[str]:
        """A line for each step and result, and more where there are more than a line holds."""
        at = int(now.timestamp() * 1000)
        for (step, result), ages in sorted(self._ages.items()):
            for start in range(0, len(ages), _MOST_VALUES):
                yield self._line(step, result, ages[start : start + _MOST_VALUES], at)

    def _line(self, step: str, result: str, ages: list[float], at: int) -> str:
        told = {"Namespace": NAMESPACE, "Dimensions": [list(DIMENSIONS)], "Metrics": _KINDS}
        values = dict(zip(DIMENSIONS, (self._function, step, result), strict=True))
        meant = {"Timestamp": at, "CloudWatchMetrics": [told]}
        return json.dumps({"_aws": meant, **values, STEPS: len(ages), EVENT_AGE: [round(age) for age in ages]})
