"""How long the modules of a function on AWS take to import, beside boto3 alone; each in a bare process.

First what Lambda imports before the first event, which the sides are compared by; then what that event loads besides.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from benchmarks.measured import Measured, Place

_FILE: Final = "loaded.json"
_TIMED: Final = """
import importlib, resource, sys, time
start, first_event = ([name for name in names.split(",") if name] for names in sys.argv[1:])
began = time.perf_counter()
for name in start:
    importlib.import_module(name)
started = time.perf_counter()
for name in first_event:
    importlib.import_module(name)
print(started - began, time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def prepare(place: Place) -> None:
    """What the first event loads is found out once, by an event; and Python keeps the modules compiled."""
    from benchmarks.first_event import loaded_by, loaded_by_a_client  # a side that measures must itself be small

    loaded = {"ours": loaded_by(place.subject), "yardstick": loaded_by_a_client()}
    (place.shared / _FILE).write_text(json.dumps(loaded), encoding="utf-8")


def ours(place: Place) -> Measured:
    return _timed(f"winback.runtime.functions.{place.subject.replace('-', '_')}", "ours", place.shared)


def yardstick(place: Place) -> Measured:
    return _timed("boto3", "yardstick", place.shared)


def _timed(start: str, side: str, shared: Path) -> Measured:
    first_event = json.loads((shared / _FILE).read_text(encoding="utf-8"))[side]
    command = [sys.executable, "-c", _TIMED, start, ",".join(first_event)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    started, handled, peak = map(float, done.stdout.split())
    return Measured(1, started, {"first_event_ms": handled * 1000}, peak * 1024 / 1e6)
