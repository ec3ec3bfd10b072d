"""How long ago, as people say it: whole days rounded for the brief, and the words for them."""

from dataclasses import dataclass
from typing import Final

SAID_FROM_DAYS: Final = 14
"""Below this, nothing is said of the time: nobody finds two weeks worth a remark."""
_WEEKS_BELOW, _HALF_MONTHS_BELOW, _MONTHS_BELOW = 60, 180, 375
_YEAR_DAYS, _MOST_YEARS = 365, 10
AMOUNTS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
"""Numbers as words, each at its own index."""


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of time in halves of its unit (`day`, `week`, `month`, `year`): "two and a half months" is 5."""

    halves: int
    unit: str
    more_than: bool = False


def rounded_days(days: int) -> int:
    """Exact below 14 days, then to weeks, from 60 to half-months, from 180 to months, from 375 down to whole years.

    Never falls as `days` grows.
    """
    if days < SAID_FROM_DAYS:
        return days
    if days >= _MONTHS_BELOW:
        return min(days // _YEAR_DAYS, _MOST_YEARS) * _YEAR_DAYS
    return _nearest(days, 7 if days < _WEEKS_BELOW else 15 if days < _HALF_MONTHS_BELOW else 30)


def span_of(days: int | None) -> Span | None:
    """The span that rounded days are told as; None where nothing is said of the time."""
    if days is None or days < SAID_FROM_DAYS:
        return None
    if days < _WEEKS_BELOW:
        return Span(2 * (days // 7), "week")
    if days < 360:
        return Span(days // 15, "month")
    if days < _YEAR_DAYS:
        return Span(2, "year")
    return Span(2 * (days // _YEAR_DAYS), "year", more_than=True)


def in_words(span: Span) -> str:
    """`about two and a half months`, `about a year`, `more than two years`: fits after "it has been", before "ago"."""
    whole = "a" if span.halves == 2 else AMOUNTS[span.halves // 2]
    half = " and a half" if span.halves % 2 else ""
    plural = "" if span.halves == 2 else "s"
    return f"{'more than' if span.more_than else 'about'} {whole}{half} {span.unit}{plural}"


def _nearest(days: int, step: int) -> int:
    return (days + step // 2) // step * step
