"""Instants and days as they are written: UTC, ISO-8601, milliseconds, so that text sorts like time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def iso(instant: datetime) -> str:
    """`2026-11-21T22:54:00.000Z` for an aware datetime of any zone."""
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    # In two parts: nearly twice as fast as the aware isoformat, and every record passes here several times.
    return utc.date().isoformat() + "T" + utc.time().isoformat("milliseconds") + "Z"


def instant(text: str) -> datetime:
    """The aware UTC instant of an ISO-8601 text. Raises ValueError if it is none or has no zone."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is UTC:
        return parsed
    if parsed.tzinfo is None:
        raise ValueError("has no time zone")
    try:
        return parsed.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


def day_start(day: date, zone: str = "UTC") -> datetime:
    """Midnight at the beginning of `day` in `zone`, as a UTC instant."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def local_day(now: datetime, zone: str) -> date:
    """The calendar day of `now` in `zone`."""
    return now.astimezone(ZoneInfo(zone)).date()


def whole_days(since: datetime | date, until: datetime | date) -> int:
    """Whole days between the UTC dates of the two, never negative."""
    return max((_date(until) - _date(since)).days, 0)


def _date(moment: datetime | date) -> date:
    return moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment


DAY = timedelta(days=1)
