"""The score and the risk date on 23,570 real clients of a record shop, 1997 to 1998 (docs/scoring.md)."""

import importlib.util
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from winback.domain.risk import risk_date
from winback.domain.score import Figures, engagement

CALIBRATED_TO = date(1997, 9, 30)
END = date(1998, 6, 30)
USUAL_VALUE = 32.9
"""The mean of the clients' mean order values at CALIBRATED_TO."""

Orders = dict[date, float]
"""One client's orders: what was spent on each day."""


@pytest.fixture(scope="module")
def shop() -> dict[str, Orders]:
    found: dict[str, Orders] = defaultdict(lambda: defaultdict(float))
    for line in cdnow().read_text().splitlines()[1:]:
        client, day, _, value = line.split()
        found[client][date.fromisoformat(day)] += float(value)
    return found


def cdnow() -> Path:
    """The data set that lies in the package `lifetimes`, which is found but not imported: it would need pandas."""
    package = importlib.util.find_spec("lifetimes")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "datasets" / "CDNOW_master.txt"


def figures_on(orders: Orders, day: date) -> Figures:
    """What a shop knew of the client on the evening of `day`."""
    until = sorted(ordered for ordered in orders if ordered <= day)
    return Figures(until[-1], until[0], len(until), sum(orders[ordered] for ordered in until) / len(until))


def test_the_higher_the_band_the_more_clients_order_within_90_days(shop: dict[str, Orders]) -> None:
    ordered: dict[int, list[bool]] = defaultdict(list)
    for orders in shop.values():
        score = engagement(figures_on(orders, CALIBRATED_TO), CALIBRATED_TO, USUAL_VALUE).value
        until = CALIBRATED_TO + timedelta(days=90)
        ordered[int(score // 10) * 10].append(any(CALIBRATED_TO < day <= until for day in orders))
    percent = {band: 100 * sum(each) / len(each) for band, each in sorted(ordered.items())}
    documented = {20: 6.8, 30: 10.6, 40: 24.8, 50: 31.6, 60: 39.2, 70: 54.8, 80: 75.4, 90: 84.4}
    assert percent == pytest.approx(documented, abs=0.3)
    assert list(percent.values()) == sorted(percent.values())
    below = sum(len(each) for band, each in ordered.items() if band < 50)
    assert below / len(shop) == pytest.approx(0.775, abs=0.003)


def test_the_sweep_by_risk_date_agrees_with_a_daily_rescore(shop: dict[str, Orders]) -> None:
    """On every day of 300 clients, from the first order to the end, orders coming in as they did."""
    judged = 0
    for client in Random(1997).sample(sorted(shop), 300):
        orders = shop[client]
        known = crossing = None
        for day in (min(orders) + timedelta(days=number) for number in range((END - min(orders)).days + 1)):
            if day in orders:
                known = figures_on(orders, day)
                crossing = risk_date(known, 50, USUAL_VALUE)
            assert known
            assert crossing
            assert (day >= crossing) is (engagement(known, day, USUAL_VALUE).value < 50), (client, day)
            judged += 1
    assert judged > 100_000


def test_the_data_set_is_whole(shop: dict[str, Orders]) -> None:
    assert (len(shop), sum(len(orders) for orders in shop.values())) == (23_570, 67_591)
