"""Day: one record per day of the policy's time zone, so that daily limits are exact."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Day:
    """`day_id` is the date, `YYYY-MM-DD`; `decided` counts e-mails decided that day, held out ones included."""

    day_id: str
    decided: int = 0
    spent_usd: float = 0.0
    version: int = 0


def day_id(day: date) -> str:
    return day.isoformat()


def counted(day: Day) -> Day:
    """The day with one more e-mail decided."""
    return replace(day, decided=day.decided + 1)
