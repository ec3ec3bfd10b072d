"""What a start, a change and an e-mail take on AWS, as far as an emulator can tell."""

from typing import Final

from benchmarks.benchmark import Benchmark, Goal, at_most_times
from benchmarks.measured import Measured

_STARTS: Final = 15
_IMPORTS: Final[dict[str, tuple[Goal, ...]]] = {
    "stream-processor": (at_most_times(1.15),),
    "email-processor": (at_most_times(1.5),),
    "sweep": (),
    "backend": (),
}
_MOST_BYTES: Final = 2_000_000
_SIZES: Final[dict[str, tuple[Goal, ...]]] = {
    "stream-processor": (Goal("< 2 MB", lambda _, ours: ours.figures["bytes"] < _MOST_BYTES),),
    "email-processor": (),
    "backend": (),
}
_ASKED: Final[dict[str, str]] = {
    "confirmed": "calls for a change that changes nothing of ours",
    "rescored": "calls for a change that moves the score",
    "mailed": "calls for a new user's e-mail, put to SENT",
}


def _start(of: Measured) -> str:
    return f"{of.seconds * 1000:.0f} ms\n{of.figures['first_event_ms']:.0f} ms with first event"


def _size(of: Measured) -> str:
    return f"{of.figures['bytes'] / 1e6:.2f} MB"


def _calls(of: Measured) -> str:
    """Operations are written as AWS does, in capitals; units are not."""
    calls = ", ".join(f"{count:g} {name}" for name, count in of.figures.items() if name[0].isupper())
    return f"{calls}\n{of.figures['read_units']:g} read, {of.figures['write_units']:g} write units"


AWS: Final = (
    *(
        Benchmark(
            f"start-{function}",
            "import of the function's modules",
            "import boto3; with first event: a client and a call of it",
            "benchmarks.start_function",
            0,
            goals,
            _start,
            prepared=True,
            subject=function,
            rounds=_STARTS,
        )
        for function, goals in _IMPORTS.items()
    ),
    *(
        Benchmark(
            f"size-{package}",
            "the package, unzipped, without boto3",
            None,
            "benchmarks.package_size",
            0,
            goals,
            _size,
            subject=package,
            rounds=1,
        )
        for package, goals in _SIZES.items()
    ),
    *(
        Benchmark(f"calls-{what}", words, None, "benchmarks.aws_calls", 10, (), _calls, subject=what, rounds=1)
        for what, words in _ASKED.items()
    ),
)
