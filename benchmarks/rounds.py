"""Rounds: ours and the yardstick in turns, each in a fresh process and folder; the medians of what they gave."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.benchmark import Benchmark
from benchmarks.measured import Measured
from benchmarks.side import MISSING

Progress = Callable[[str], None]
_TESTS: Final = Path(__file__).resolve().parent.parent / "tests"
"""Where that lies which starts the emulator of AWS."""


class Failed(Exception):
    """A side did not come to its end; the message is its last line, or what to type."""


@dataclass(frozen=True, slots=True)
class Row:
    """A benchmark's result; `pairs` are its rounds, ours first."""

    benchmark: Benchmark
    pairs: list[tuple[Measured, Measured | None]]

    @property
    def ours(self) -> Measured:
        return _median_round([ours for ours, _ in self.pairs])

    @property
    def yardstick(self) -> Measured | None:
        yardsticks = [yardstick for _, yardstick in self.pairs if yardstick is not None]
        return _median_round(yardsticks) if yardsticks else None

    @property
    def ratio(self) -> float | None:
        """The median over the rounds of our time by the yardstick's, so that a slow minute weighs on both alike."""
        ratios = [ours.seconds / yardstick.seconds for ours, yardstick in self.pairs if yardstick is not None]
        return statistics.median(ratios) if ratios else None

    @property
    def met(self) -> bool:
        return all(goal.met(self.ratio, self.ours) for goal in self.benchmark.goals)


def run(benchmark: Benchmark, scale: float, rounds: int, folder: Path, progress: Progress) -> Row:
    """All rounds of one benchmark, below `folder`. Raises Failed."""
    size = benchmark.scaled(scale)
    with TemporaryDirectory(dir=folder, prefix=f"{benchmark.name}-") as shared:
        if benchmark.prepared:
            progress("prepares")
            _side(benchmark, "prepare", size, Path(shared), Path(shared))
        pairs: list[tuple[Measured, Measured | None]] = []
        rounds = benchmark.rounds or rounds
        for number in range(1, rounds + 1):
            progress(f"round {number} of {rounds}: ours")
            ours, yardstick = _measured(benchmark, "ours", size, folder, Path(shared)), None
            if benchmark.yardstick is not None:
                progress(f"round {number} of {rounds}: yardstick")
                yardstick = _measured(benchmark, "yardstick", size, folder, Path(shared))
            pairs.append((ours, yardstick))
    return Row(benchmark, pairs)


def _measured(benchmark: Benchmark, side: str, size: int, folder: Path, shared: Path) -> Measured:
    with TemporaryDirectory(dir=folder, prefix=f"{benchmark.name}-{side}-") as own:
        said = _side(benchmark, side, size, Path(own), shared)
    return Measured(**json.loads(said.splitlines()[-1]))


def _side(benchmark: Benchmark, side: str, size: int, own: Path, shared: Path) -> str:
    arguments = [benchmark.module, side, str(size), str(own), str(shared), benchmark.subject]
    command = [sys.executable, "-m", "benchmarks.side", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(_TESTS)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode == MISSING:
        raise Failed(done.stderr.strip())
    if done.returncode:
        raise Failed(f"{side} failed: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    return done.stdout


def _median_round(of: list[Measured]) -> Measured:
    return sorted(of, key=lambda measured: measured.seconds)[(len(of) - 1) // 2]
