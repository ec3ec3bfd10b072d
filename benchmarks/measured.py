"""Measured: what one side of a benchmark gave in one round; and what a side is handed to work with."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measured:
    """`seconds` is what sides are compared by, the less the better; `figures` are further findings, by name.

    `peak_mb` is the most memory the side's process ever held; a side that says nothing of it leaves it at 0.
    """

    units: int
    seconds: float
    figures: dict[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0

    @property
    def per_second(self) -> float:
        return self.units / self.seconds


@dataclass(frozen=True, slots=True)
class Place:
    """`own` is the side's fresh folder, `shared` what `prepare` made once for both; `size` how many units to do;
    `subject` what of several things to measure."""

    own: Path
    shared: Path
    size: int
    subject: str = ""


class Missing(Exception):
    """A program the benchmark needs is not there; the message says what to type."""
