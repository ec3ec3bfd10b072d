"""What a step gives back to the runner: whether the next arrow goes on, and why not."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    GO_ON = "go on"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """`why` is for the log line: ids and words, nothing personal."""

    result: Result
    why: str = ""


def go_on(why: str = "") -> Step:
    return Step(Result.GO_ON, why)


def done(why: str = "") -> Step:
    return Step(Result.DONE, why)
