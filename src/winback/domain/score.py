"""Score: how engaged a client is, 0 to 100, as a sum of parts that explain it. Source: docs/scoring.md."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime

from winback.domain.instant import whole_days
from winback.domain.order import OrderFigures
from winback.domain.user import User

GAP_USUAL_DAYS = 90.0
GAP_LEAST_DAYS, GAP_MOST_DAYS = 7.0, 180.0
FRESH_POINTS, LOYAL_POINTS, VALUE_POINTS = 60.0, 30.0, 10.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What the score is computed from: of the user's own figures and the orders', whichever say more.

    `last` is the day of the last order, or of creation where there is none yet; `first` likewise the first.
    """

    last: date
    first: date
    count: int
    mean_value: float


@dataclass(frozen=True, slots=True)
class Score:
    """The parts add up to the value. `gap_days` is the client's usual gap, `silent_days` the days since `last`."""

    value: float
    fresh: float
    loyal: float
    worth: float
    gap_days: float
    silent_days: int


def last_order_at(user: User, orders: OrderFigures) -> datetime | None:
    """The later of the two sources."""
    known = [at for at in (user.last_order_date, orders.last_at) if at is not None]
    return max(known, default=None)


def figures(user: User, orders: OrderFigures, since: datetime) -> Figures | None:
    """The figures of a user; None if orders are claimed and no date of the last one is known.

    `since` (when we first saw the user) stands for a missing `created_at`.
    """
    own = user.order_count or 0
    count = max(own, orders.count)
    created = _day(user.created_at or since)
    last = last_order_at(user, orders)
    if last is None:
        return None if count else Figures(created, created, 0, 0.0)
    mean = orders.mean_value if orders.count > own or user.average_order_value is None else user.average_order_value
    first = min((at for at in (user.first_order_date, orders.first_at) if at is not None), default=None)
    return Figures(_day(last), _day(first) if first else created, max(count, 1), mean or 0.0)


def engagement(of: Figures, today: date, usual_value: float = 100.0) -> Score:
    """How engaged the client is on `today` (UTC), 0 to 100; below the policy's threshold is at risk.

    Falls strictly with the days since the last order, measured against the client's own rhythm.
    `usual_value` is A0, the order value that earns half of the value points. Source: docs/scoring.md.
    """
    gap, loyal, worth = usual_gap_days(of), _loyal(of.count), _worth(of, usual_value)
    silent = whole_days(of.last, today)
    fresh = FRESH_POINTS * 2.0 ** (-silent / (2.0 * gap))
    return Score(fresh + loyal + worth, fresh, loyal, worth, gap, silent)


def usual_gap_days(of: Figures) -> float:
    """The client's usual gap between orders, shrunk to 90 days by three pseudo-gaps, 7 to 180."""
    span = (of.last - of.first).days
    if of.count < 2 or span <= 0:
        return GAP_USUAL_DAYS
    return min(max((3.0 * GAP_USUAL_DAYS + span) / (3 + of.count - 1), GAP_LEAST_DAYS), GAP_MOST_DAYS)


def days_until_below(score: Score, threshold: float) -> int:
    """Whole days after the last order on which the score first lies below `threshold`; a closed form."""
    left = threshold - (score.loyal + score.worth)
    if left >= FRESH_POINTS:
        return 0
    if left <= 0:
        raise ValueError("the score never falls below this threshold")
    return math.floor(2.0 * score.gap_days * (math.log2(FRESH_POINTS) - math.log2(left))) + 1


def _loyal(count: int) -> float:
    return LOYAL_POINTS * (1.0 - 2.0 ** (-(count - 1) / 3.0)) if count >= 1 else 0.0


def _worth(of: Figures, usual_value: float) -> float:
    if of.count < 1 or of.mean_value <= 0:
        return 0.0
    return VALUE_POINTS / (1.0 + usual_value / of.mean_value)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
