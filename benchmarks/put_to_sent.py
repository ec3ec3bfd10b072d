"""How long one change takes from the put to SENT while another process puts 100 a second.

Latencies count from the instant at which the put was due, so that a put that had to wait is not flattered.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks import people
from benchmarks.measured import Measured, Place
from benchmarks.plain_mail import PlainMail
from benchmarks.sent import Sent
from benchmarks.shop import opened, running
from benchmarks.sink import smtp_sink
from winback.adapters.local.store import LocalStore
from winback.domain.user import user_of
from winback.ports import Put

PER_SECOND: Final = 100
START_IN_SECONDS: Final = 0.5


def ours(place: Place) -> Measured:
    with smtp_sink() as (host, port):
        shop = opened(place.own, f"smtp://{host}:{port}")
        sent = Sent(place.size)
        with running(shop, sent):
            putting = [sys.executable, "-m", __name__, str(place.own), str(place.size)]
            put_at = json.loads(subprocess.run(putting, stdout=subprocess.PIPE, check=True, text=True).stdout)
            sent.wait()
        shop.close()
    return _measured([sent.at[user_id] - at for user_id, at in put_at.items()])


def yardstick(place: Place) -> Measured:
    with smtp_sink() as server:
        loop = PlainMail(place.own / "plain.db", server)
        latencies: list[float] = []

        def put_and_mail(item: dict[str, Any], due_at: float) -> None:
            loop.put(item)
            loop.mail(item)
            latencies.append(time.monotonic() - due_at)

        _at_pace(people.at_risk(place.size, datetime.now(UTC)), put_and_mail)
        loop.close()
    return _measured(latencies)


def put(folder: Path, size: int) -> dict[str, float]:
    """Puts the users at their pace; gives for each the instant at which it was due."""
    store = LocalStore.open(folder)
    due: dict[str, float] = {}

    def put_one(item: dict[str, object], due_at: float) -> None:
        store.commit(Put(user_of(item)))
        due[str(item["userId"])] = due_at

    _at_pace(people.at_risk(size, datetime.now(UTC)), put_one)
    store.close()
    return due


def _at_pace(items: Iterable[dict[str, Any]], act: Callable[[dict[str, Any], float], None]) -> None:
    started = time.monotonic() + START_IN_SECONDS
    for number, item in enumerate(items):
        due_at = started + number / PER_SECOND
        time.sleep(max(due_at - time.monotonic(), 0.0))
        act(item, due_at)


def _measured(latencies: list[float]) -> Measured:
    """Compared by the 99th percentile."""
    cuts = statistics.quantiles(latencies, n=100, method="inclusive")
    figures = {"p50_ms": cuts[49] * 1000, "p99_ms": cuts[98] * 1000, "worst_ms": max(latencies) * 1000}
    return Measured(len(latencies), cuts[98], figures)


if __name__ == "__main__":
    print(json.dumps(put(Path(sys.argv[1]), int(sys.argv[2]))))
