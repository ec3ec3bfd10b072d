"""The report: one table for people, one JSON file for programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from benchmarks.benchmark import Benchmark
from benchmarks.rounds import Row

_NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class Fault:
    """A benchmark that gave no row, and why."""

    benchmark: Benchmark
    why: str


def table(results: Sequence[Row | Fault], scale: float) -> Table:
    benchmarks = [result.benchmark for result in results]
    yardsticks = [f"{each.name}: {each.yardstick}" for each in benchmarks if each.yardstick is not None]
    caption = "\n".join(("The yardsticks", *yardsticks))
    drawn = Table(box=SIMPLE_HEAD, padding=(0, 1, 1, 0), caption=caption, caption_justify="left")
    for heading in ("what", "ours", "yardstick", "×", "goal", "met", "peak"):
        drawn.add_column(heading, overflow="fold")
    for result in results:
        drawn.add_row(*(_cells(result, scale) if isinstance(result, Row) else _fault_cells(result)))
    return drawn


def write_json(
    path: Path, results: Sequence[Row | Fault], of: Mapping[str, object], scale: float, at: datetime
) -> None:
    report = {
        "at": at.isoformat(timespec="seconds"),
        "machine": dict(of),
        "scale": scale,
        "rows": [_item(row, scale) if isinstance(row, Row) else _fault_item(row) for row in results],
    }
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _cells(row: Row, scale: float) -> list[str]:
    benchmark, size = row.benchmark, row.benchmark.scaled(scale)
    return [
        f"[bold]{benchmark.name}[/bold]: {benchmark.what}" + (f", {size:,}" if size else ""),
        benchmark.shown(row.ours),
        _NOTHING if row.yardstick is None else benchmark.shown(row.yardstick),
        _NOTHING if row.ratio is None else f"{row.ratio:.2f}" if row.ratio < 2 else f"{row.ratio:.1f}",
        "\n".join(goal.words for goal in benchmark.goals) or _NOTHING,
        _met(row),
        _NOTHING if row.yardstick is None else f"{row.ours.peak_mb:.0f} MB",
    ]


def _met(row: Row) -> str:
    if not row.benchmark.goals:
        return _NOTHING
    return "[green]yes[/green]" if row.met else "[yellow]no[/yellow]"


def _fault_cells(fault: Fault) -> list[str]:
    return [f"[bold]{fault.benchmark.name}[/bold]: {fault.benchmark.what}", f"[red]{escape(fault.why)}[/red]"]


def _item(row: Row, scale: float) -> dict[str, object]:
    return {
        "name": row.benchmark.name,
        "size": row.benchmark.scaled(scale),
        "ours": asdict(row.ours),
        "yardstick": asdict(row.yardstick) if row.yardstick else None,
        "ratio": row.ratio,
        "goals": [goal.words for goal in row.benchmark.goals],
        "met": row.met,
        "rounds": [
            {"ours": asdict(ours), "yardstick": asdict(yardstick) if yardstick else None}
            for ours, yardstick in row.pairs
        ],
    }


def _fault_item(fault: Fault) -> dict[str, object]:
    return {"name": fault.benchmark.name, "failed": fault.why}
