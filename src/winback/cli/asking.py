"""What people type as a time: a span such as 7d, a day such as 2026-12-24, an instant with its zone."""

import getpass
import re
from datetime import date, datetime, timedelta
from typing import Final

import typer

from winback.domain.instant import DAY, day_start, instant

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SPAN: Final = re.compile(r"(\d{1,5})([smhd])", re.ASCII)
_NO_NAME: Final = "the command line"


def span(text: str) -> timedelta:
    """`30s`, `15m`, `12h` or `7d`."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise typer.BadParameter("must be a span of time, such as 1m, 12h or 7d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def begin_of(text: str, zone: str) -> datetime:
    """The instant itself, or the day's beginning in `zone`."""
    day = _day(text)
    return day_start(day, zone) if day else _instant(text)


def end_of(text: str, zone: str) -> datetime:
    """The instant itself, or the day's end in `zone`."""
    day = _day(text)
    return day_start(day + DAY, zone) if day else _instant(text)


def operator() -> str:
    """Who types: the name signed in with, which is no address."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return _NO_NAME
    return name if name.isprintable() and len(name) <= 64 else _NO_NAME


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < date.max - 2 * DAY else None


def _instant(text: str) -> datetime:
    try:
        return instant(text)
    except ValueError:
        raise typer.BadParameter("must be a day such as 2026-12-24, or an instant such as 2026-12-24T18:00Z") from None
