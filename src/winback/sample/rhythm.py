"""Rhythm: how often a made-up client ordered, for how much, and how long ago the last time was."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

from winback.domain.policy import Policy
from winback.domain.risk import risk_date
from winback.domain.score import Figures

_ANY_DAY: Final = date(2000, 1, 1)
_USUAL_GAPS_DAYS: Final = (7, 14, 30, 30, 45, 60, 90)
_SMALL_GAP_DAYS: Final = 4


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Orders by whole days ago, oldest first, and their values. `silent_days` counts from the account's first day
    where there is no order."""

    days_ago: tuple[int, ...]
    values: tuple[float, ...]
    silent_days: int

    @property
    def mean_value(self) -> float:
        return round(sum(self.values) / len(self.values), 2)


def rhythm(rng: random.Random, orders: int, slips_in_days: int) -> Rhythm:
    """A past of so many orders after which the client falls below the default threshold in so many days.

    A negative number of days is so long ago. At the earliest the last order was placed yesterday.
    """
    usual_gap, usual_value = rng.choice(_USUAL_GAPS_DAYS), rng.choice((30.0, 60.0, 90.0, 140.0, 220.0))
    gaps = [max(round(usual_gap * rng.uniform(0.6, 1.4)), _SMALL_GAP_DAYS) for _ in range(orders - 1)]
    values = tuple(round(usual_value * rng.uniform(0.5, 1.6), 2) for _ in range(orders))
    mean = round(sum(values) / orders, 2) if orders else 0.0
    silent = max(_days_engaged(orders, sum(gaps), mean) - slips_in_days, 1)
    return Rhythm(_days_ago(gaps, silent) if orders else (), values, silent)


def _days_engaged(orders: int, span_days: int, mean_value: float) -> int:
    """Days from the last order to the risk date."""
    policy = Policy()
    figures = Figures(_ANY_DAY, _ANY_DAY - timedelta(days=span_days), orders, mean_value)
    at_risk = risk_date(figures, policy.threshold, policy.average_order_value_usual)
    if at_risk is None:
        raise ValueError("the default score falls below the default threshold for everybody")
    return (at_risk - _ANY_DAY).days


def _days_ago(gaps: list[int], silent: int) -> tuple[int, ...]:
    return tuple(accumulate(reversed(gaps), initial=silent))[::-1]
