"""All benchmarks: what is measured, at which size, against which goal."""

from typing import Final

from benchmarks.benchmark import Benchmark, Goal, at_most_times
from benchmarks.catalog_aws import AWS
from benchmarks.measured import Measured


def _rate(of: Measured) -> str:
    return f"{of.per_second:,.0f}/s"


def _latency(of: Measured) -> str:
    return f"p50 {of.figures['p50_ms']:.0f} ms\np99 {of.figures['p99_ms']:.0f} ms"


def _swept(of: Measured) -> str:
    return f"{of.seconds:.3f} s\n{of.figures['rows_written']:,.0f} rows"


_ONE_MACHINE: Final = (
    Benchmark(
        "put",
        "users put from JSON Lines",
        "a loop: read, parse, executemany",
        "benchmarks.put_users",
        1_000_000,
        (at_most_times(3), Goal("< 200 MB", lambda _, ours: ours.peak_mb < 200)),
        _rate,
        prepared=True,
    ),
    Benchmark(
        "decide",
        "changes decided, nobody at risk",
        "a loop: take a row, update one, delete the first; 128 in one transaction",
        "benchmarks.decide_changes",
        20_000,
        (at_most_times(3),),
        _rate,
    ),
    Benchmark(
        "send",
        "change to SENT over SMTP",
        "a loop over smtplib: make, store, send, mark, one by one",
        "benchmarks.send_letters",
        2_000,
        (at_most_times(3),),
        _rate,
    ),
    Benchmark(
        "latency",
        "put to SENT at 100 a second",
        "the loop of `send` with a put before it, at the same pace",
        "benchmarks.put_to_sent",
        1_000,
        (Goal("p99 < 200 ms", lambda _, ours: ours.figures["p99_ms"] < 200),),
        _latency,
    ),
    Benchmark(
        "sweep",
        "contacts swept, one in 200 due",
        "one UPDATE over an index of the same rows",
        "benchmarks.sweep_contacts",
        1_000_000,
        (Goal("< 1 s", lambda _, ours: ours.seconds < 1),),
        _swept,
        prepared=True,
    ),
)

CATALOG: Final = (*_ONE_MACHINE, *AWS)
