"""The score: its parts, what moves it, and the figures it is computed from."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builders import NOW, a_user, days_ago
from winback.domain.order import OrderFigures
from winback.domain.score import Figures, engagement, figures, usual_gap_days

TODAY = NOW.date()
NO_ORDERS = OrderFigures()


@st.composite
def some_figures(draw: st.DrawFn) -> Figures:
    """Clients of every kind: without order, with one, regulars; with a known first order or without."""
    count = draw(st.integers(0, 400))
    span = draw(st.integers(-100, 4000))
    value = draw(st.floats(0, 1e6)) if count else 0.0
    return Figures(TODAY, TODAY - timedelta(days=span), count, value)


def test_the_formula_gives_the_documented_example() -> None:
    """Five orders of the usual value, one every 30 days, 60 days silent."""
    score = engagement(Figures(TODAY, TODAY - timedelta(days=120), 5, 100.0), TODAY + timedelta(days=60))
    assert score.gap_days == pytest.approx(390 / 7)
    assert score.fresh == pytest.approx(60 * 2 ** (-60 / (780 / 7)))
    assert score.loyal == pytest.approx(30 * (1 - 2 ** (-4 / 3)))
    assert score.worth == pytest.approx(5)
    assert score.silent_days == 60


@given(some_figures(), st.integers(0, 4000), st.floats(0.01, 1e6))
def test_the_parts_add_up_to_the_score_and_each_keeps_its_range(of: Figures, days: int, usual_value: float) -> None:
    score = engagement(of, of.last + timedelta(days=days), usual_value)
    assert score.value == score.fresh + score.loyal + score.worth
    assert 0 <= score.fresh <= 60
    assert 0 <= score.loyal <= 30
    assert 0 <= score.worth <= 10


@given(some_figures(), st.integers(0, 500))
def test_the_score_lies_strictly_between_0_and_100(of: Figures, days: int) -> None:
    assume(of.count < 150)  # from there on loyalty is 30 to the last bit
    assert 0 < engagement(of, of.last + timedelta(days=days)).value < 100


@given(some_figures(), st.integers(0, 400))
def test_each_further_day_of_silence_lowers_the_score(of: Figures, days: int) -> None:
    today, tomorrow = (engagement(of, of.last + timedelta(days=days + more)).value for more in (0, 1))
    assert tomorrow < today


@given(some_figures())
def test_nobody_stays_at_50_for_ever(of: Figures) -> None:
    assert engagement(of, of.last + timedelta(days=2000)).value < 50


@given(some_figures(), st.integers(0, 2000), st.floats(0, 1e6), st.floats(1, 1e4))
def test_an_order_today_lowers_the_score_by_less_than_a_tenth_of_a_point(
    of: Figures, days: int, value: float, usual_value: float
) -> None:
    """One more order of the same source, its value in the mean: only that can fall, and loyalty makes up for most."""
    today = of.last + timedelta(days=days)
    mean = (of.mean_value * of.count + value) / (of.count + 1)
    first = min(of.first, of.last) if of.count else today
    after = replace(of, last=today, first=first, count=of.count + 1, mean_value=mean)
    assert engagement(after, today, usual_value).value > engagement(of, today, usual_value).value - 0.1


@given(some_figures(), st.integers(1, 2000))
def test_an_order_of_at_least_the_mean_value_never_lowers_the_score(of: Figures, days: int) -> None:
    today = of.last + timedelta(days=days)
    after = replace(of, last=today, count=of.count + 1)
    assert engagement(after, today).value > engagement(of, today).value


@pytest.mark.parametrize(
    ("count", "span", "gap"),
    [
        (0, 0, 90),
        (1, 400, 90),
        (2, 0, 90),
        (2, -5, 90),
        (2, 90, 90),
        (5, 120, 390 / 7),
        (300, 299, 7),
        (2, 3000, 180),
    ],
)
def test_the_usual_gap_is_the_own_one_drawn_towards_90_days(count: int, span: int, gap: float) -> None:
    assert usual_gap_days(Figures(TODAY, TODAY - timedelta(days=span), count, 0.0)) == pytest.approx(gap)


def test_an_order_dated_tomorrow_counts_as_ordered_today() -> None:
    tomorrow = Figures(TODAY + timedelta(days=1), TODAY, 1, 0.0)
    assert engagement(tomorrow, TODAY).silent_days == 0


@pytest.mark.parametrize("value", [1e308, 5e-324])
def test_extreme_order_values_stay_within_the_value_points(value: float) -> None:
    assert 0 <= engagement(Figures(TODAY, TODAY, 1, value), TODAY).worth <= 10


def test_figures_take_the_later_date_and_the_larger_count_with_its_mean() -> None:
    user = a_user(last_order_date=days_ago(50), order_count=3, average_order_value=40.0)
    orders = OrderFigures(count=4, mean_value=80.0, first_at=days_ago(200), last_at=days_ago(90))
    assert figures(user, orders, NOW) == Figures(days_ago(50).date(), days_ago(200).date(), 4, 80.0)


def test_the_users_own_mean_stands_where_the_counts_are_equal() -> None:
    user = a_user(order_count=2, average_order_value=40.0)
    orders = OrderFigures(count=2, mean_value=80.0, first_at=days_ago(9), last_at=days_ago(5))
    found = figures(user, orders, NOW)
    assert found
    assert (found.mean_value, found.last) == (40.0, days_ago(5).date())


def test_a_mean_the_user_does_not_tell_comes_from_the_orders() -> None:
    user = a_user(order_count=5, average_order_value=None)
    found = figures(user, OrderFigures(2, 80.0, days_ago(9), days_ago(5)), NOW)
    assert found
    assert found.mean_value == 80.0


def test_the_first_order_is_the_earlier_of_the_two_sources_else_the_creation() -> None:
    orders = OrderFigures(1, 80.0, days_ago(300), days_ago(300))
    known = figures(a_user(first_order_date=days_ago(400)), orders, NOW)
    unknown = figures(a_user(created_at=days_ago(500)), NO_ORDERS, NOW)
    assert known
    assert unknown
    assert (known.first, unknown.first) == (days_ago(400).date(), days_ago(500).date())


def test_claimed_orders_without_any_date_of_the_last_give_no_figures() -> None:
    assert figures(a_user(order_count=1, last_order_date=None), NO_ORDERS, NOW) is None


def test_a_date_from_our_own_orders_is_enough() -> None:
    orders = OrderFigures(1, 80.0, days_ago(5), days_ago(5))
    found = figures(a_user(order_count=7, last_order_date=None), orders, NOW)
    assert found
    assert (found.last, found.count) == (days_ago(5).date(), 7)


@pytest.mark.parametrize("count", [None, 0])
def test_a_date_without_a_count_is_one_order(count: int | None) -> None:
    found = figures(a_user(order_count=count), NO_ORDERS, NOW)
    assert found
    assert found.count == 1


@pytest.mark.parametrize("count", [None, 0])
def test_who_never_ordered_is_measured_from_the_creation(count: int | None) -> None:
    user = a_user(order_count=count, last_order_date=None, created_at=days_ago(20))
    assert figures(user, NO_ORDERS, NOW) == Figures(days_ago(20).date(), days_ago(20).date(), 0, 0.0)


def test_the_day_we_first_saw_the_user_stands_for_a_missing_creation() -> None:
    user = a_user(order_count=None, last_order_date=None, created_at=None)
    found = figures(user, NO_ORDERS, days_ago(3))
    assert found
    assert found.last == days_ago(3).date()


def test_days_are_days_of_utc_wherever_the_date_was_written() -> None:
    late = datetime(2026, 6, 9, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    found = figures(a_user(last_order_date=late), NO_ORDERS, NOW)
    assert found
    assert found.last == date(2026, 6, 10)
    assert late.astimezone(UTC).date() == found.last


@pytest.mark.parametrize(
    ("shown", "computed", "given_score"),
    [
        (None, None, None),
        (30.0, None, 30.0),
        (61.0, 61.0, None),
        (61.0, 60.0, 61.0),
        (0.0, None, 0.0),
        (None, 61.0, None),
    ],
)
def test_a_score_is_given_when_it_is_not_the_one_we_showed(
    shown: float | None, computed: float | None, given_score: float | None
) -> None:
    assert a_user(engagement_score=shown, engagement_score_computed=computed).given_score == given_score
