"""What is printed: JSON for programs, plain tables and sentences for people; notes and faults go to stderr."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Annotated, Any, Final

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="Print at most so many.")]
_WIDEST: Final = 60
_ODD: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def say(text: str = "") -> None:
    _write(clean(text))


def clean(text: str) -> str:
    """Without what could command a terminal: a server's words, or another program's rows, may hold anything."""
    return _ODD.sub("\N{REPLACEMENT CHARACTER}", text)


def note(text: str) -> None:
    """For people, beside the result."""
    sys.stdout.flush()
    sys.stderr.write(text + "\n")


def say_json(value: object) -> None:
    _write(_json(value, indent=2))


def say_json_list(values: Iterable[object]) -> None:
    """One JSON array, an entry a line, written as the entries come."""
    some = False
    for value in values:
        _write(("," if some else "[") + _json(value))
        some = True
    _write("]" if some else "[]")


def say_table(head: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Columns as wide as they need, the last one as it is; `empty` where there are no rows."""
    told = [[_cell(value) for value in row] for row in rows]
    if not told:
        say(empty)
        return
    widths = [min(max(map(len, column)), _WIDEST) for column in zip(*chain([head], told), strict=True)]
    for row in chain([list(head)], told):
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def moment(at: datetime | None) -> str:
    """`2026-11-24 09:30` in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else ""


def count(number: int, of: str, most: int | None = None) -> str:
    """`1 client`, `1,200 clients`; at `most` the counting stopped."""
    return f"{figure(number, most)} {of}{'' if number == 1 else 's'}"


def figure(number: int, most: int | None = None) -> str:
    """`1,200`; at `most` the counting stopped."""
    return f"{number:,} or more" if most is not None and number >= most else f"{number:,}"


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    return "" if value is None else " ".join(str(value).splitlines())


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "replace").decode()
