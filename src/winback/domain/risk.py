"""Risk date: the first whole day on which the score lies below the threshold if nothing happens."""

from datetime import date, timedelta

from winback.domain.score import Figures, days_until_below, engagement


def risk_date(of: Figures, threshold: float, usual_value: float = 100.0) -> date | None:
    """The first UTC day with a score below `threshold` (strictly between 0 and 100); None if there never is one.

    It may lie in the past: that client is at risk. Before the last order's own day nobody is. Source: docs/scoring.md.
    """
    fresh = engagement(of, of.last, usual_value)
    if fresh.loyal + fresh.worth >= threshold:
        return None
    day = of.last + timedelta(days=days_until_below(fresh, threshold))
    # The logarithm rounds: of two neighbouring days the score itself decides.
    if engagement(of, day, usual_value).value >= threshold:
        return day + timedelta(days=1)
    eve = day - timedelta(days=1)
    return eve if eve >= of.last and engagement(of, eve, usual_value).value < threshold else day
