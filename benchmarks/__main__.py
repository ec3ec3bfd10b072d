"""`python -m benchmarks`: runs what was chosen, prints one table, writes one JSON file."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from benchmarks.benchmark import Benchmark
from benchmarks.catalog import CATALOG
from benchmarks.machine import is_busy, machine
from benchmarks.report import Fault, table, write_json
from benchmarks.rounds import Failed, Row, run

RESULTS = Path(__file__).parent / "results"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if every benchmark ran, whether or not it met its goal; else 1."""
    chosen = _parser().parse_args(arguments)
    console, at = Console(), datetime.now().astimezone()
    RESULTS.mkdir(exist_ok=True)
    of = machine(RESULTS)
    console.print(" · ".join(f"{name} {value}" for name, value in of.items()), style="dim", highlight=False)
    if is_busy():
        console.print("This machine is busy with something else: take the ratios, not the rates.", style="yellow")
    results = [_run(benchmark, chosen, console) for benchmark in chosen.only]
    path = RESULTS / f"{at:%Y-%m-%dT%H-%M-%S}.json"
    write_json(path, results, of, chosen.scale, at)
    console.print(table(results, chosen.scale))
    console.print(
        f"Medians of {chosen.rounds} rounds, or of a benchmark's own number of them. × is our time by the yardstick's. "
        f"All rounds: {path}",
        soft_wrap=True,
    )
    return 1 if any(isinstance(result, Fault) for result in results) else 0


def _run(benchmark: Benchmark, chosen: argparse.Namespace, console: Console) -> Row | Fault:
    with console.status(benchmark.name) as status:

        def progress(words: str) -> None:
            line = f"{benchmark.name}: {words}"
            status.update(line)
            if not console.is_terminal:
                console.print(line, highlight=False)

        try:
            row = run(benchmark, chosen.scale, chosen.rounds, RESULTS, progress)
        except Failed as failed:
            console.print(f"{benchmark.name}: {failed}", style="red", highlight=False, markup=False)
            return Fault(benchmark, str(failed))
    sides = [benchmark.shown(of).replace("\n", ", ") for of in (row.ours, row.yardstick) if of is not None]
    console.print(f"{benchmark.name}: {'; yardstick '.join(sides)}", highlight=False)
    return row


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", type=_benchmarks, default=CATALOG, metavar="A,B", help=f"some of {_names()}")
    parser.add_argument("--scale", type=_positive, default=1.0, help="part of the full size, such as 0.1 (default 1)")
    parser.add_argument("--rounds", type=_whole, default=3, help="how often each side is measured (default 3)")
    return parser


def _benchmarks(text: str) -> tuple[Benchmark, ...]:
    """By name, or by the first word of several names."""
    asked = text.split(",")
    for name in asked:
        if not any(_is_called(benchmark, name) for benchmark in CATALOG):
            raise argparse.ArgumentTypeError(f"no benchmark is called {name}; there are {_names()}")
    return tuple(benchmark for benchmark in CATALOG if any(_is_called(benchmark, name) for name in asked))


def _is_called(benchmark: Benchmark, name: str) -> bool:
    return benchmark.name == name or benchmark.name.startswith(f"{name}-")


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be above 0")
    return number


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _names() -> str:
    return ", ".join(benchmark.name for benchmark in CATALOG)


if __name__ == "__main__":
    sys.exit(main())
