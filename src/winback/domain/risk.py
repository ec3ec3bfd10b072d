"""Risk date: the first whole day on which the score lies below the threshold if nothing happens."""

from datetime import date

from winback.domain.instant import DAY
from winback.domain.score import Figures, days_until_below, engagement


def risk_date(of: Figures, threshold: float, usual_value: float = 100.0) -> date | None:
    """The first UTC day with a score below `threshold`; None if the calendar has no such day.

    It may lie in the past: that client is at risk. Before the last order's own day nobody is. Source: docs/scoring.md.
    """
    fresh = engagement(of, of.last, usual_value)
    if fresh.loyal + fresh.worth >= threshold:
        return None
    days = days_until_below(fresh, threshold)
    if days >= (date.max - of.last).days:
        return None
    return _first_below(of, of.last + days * DAY, threshold, usual_value)


def _first_below(of: Figures, day: date, threshold: float, usual_value: float) -> date:
    """The logarithm rounds: of the days next to `day` the score itself decides."""
    while engagement(of, day, usual_value).value >= threshold:
        day += DAY
    while day > of.last and engagement(of, day - DAY, usual_value).value < threshold:
        day -= DAY
    return day
