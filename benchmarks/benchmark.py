"""What a benchmark is: ours and a yardstick, a size, and goals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmarks.measured import Measured

LEAST_UNITS: Final = 50


@dataclass(frozen=True, slots=True)
class Goal:
    """An orientation: `met` looks at the median ratio (ours by the yardstick's time) and at our median round.

    The ratio is None where there is no yardstick.
    """

    words: str
    met: Callable[[float | None, Measured], bool]


def at_most_times(times: float) -> Goal:
    return Goal(f"≤ {times:g} ×", lambda ratio, _: ratio is not None and ratio <= times)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`module` has `ours(place)`; `yardstick(place)` where `yardstick` says what that is; and, where both need the same
    input, `prepare(place)`. `subject` is told to all three where they measure one thing of several.

    `rounds` is how many there are whatever was asked for: one where nothing varies, many where much does.
    """

    name: str
    what: str
    yardstick: str | None
    module: str
    size: int
    goals: tuple[Goal, ...]
    shown: Callable[[Measured], str]
    prepared: bool = False
    subject: str = ""
    rounds: int | None = None

    def scaled(self, scale: float) -> int:
        return max(round(self.size * scale), min(self.size, LEAST_UNITS))
