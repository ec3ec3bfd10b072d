"""The risk date: one closed form that agrees with looking every day."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winback.domain.risk import risk_date
from winback.domain.score import Figures, engagement

LAST = date(2026, 1, 10)
thresholds = st.floats(0, 100, exclude_min=True, exclude_max=True)
usual_values = st.floats(0.01, 1e6)


@st.composite
def clients(draw: st.DrawFn) -> Figures:
    count = draw(st.integers(0, 400))
    first = LAST - timedelta(days=draw(st.integers(-50, 5000)))
    return Figures(LAST, first, count, draw(st.floats(0, 1e6)) if count else 0.0)


def scan(of: Figures, threshold: float, usual_value: float, days: int) -> date | None:
    """The first day below, by looking at each."""
    for day in (of.last + timedelta(days=number) for number in range(days)):
        if engagement(of, day, usual_value).value < threshold:
            return day
    return None


@pytest.mark.parametrize(
    ("count", "rhythm", "days"), [(0, 0, 48), (1, 0, 75), (5, 30, 129), (10, 30, 152), (20, 7, 72)]
)
def test_the_documented_examples(count: int, rhythm: int, days: int) -> None:
    first = LAST - timedelta(days=rhythm * max(count - 1, 0))
    of = Figures(LAST, first, count, 100.0 if count else 0.0)
    assert risk_date(of, 50) == LAST + timedelta(days=days)


@given(clients(), thresholds, usual_values)
def test_below_on_the_risk_date_and_not_on_the_day_before(of: Figures, threshold: float, usual_value: float) -> None:
    day = risk_date(of, threshold, usual_value)
    if day is None:
        assert engagement(of, date.max, usual_value).value >= threshold
        return
    assert engagement(of, day, usual_value).value < threshold
    assert day == LAST or engagement(of, day - timedelta(days=1), usual_value).value >= threshold


@given(clients(), st.floats(40, 99.9), usual_values)
def test_the_closed_form_agrees_with_looking_every_day(of: Figures, threshold: float, usual_value: float) -> None:
    found = scan(of, threshold, usual_value, days=800)
    day = risk_date(of, threshold, usual_value)
    assert day == found if found else day is None or (day - LAST).days >= 800


@given(clients(), st.integers(0, 3000))
def test_where_a_score_meets_the_threshold_exactly_the_risk_date_is_the_next_day(of: Figures, days: int) -> None:
    """The worst case for rounding: the closed form's own answer lies on the line."""
    day = LAST + timedelta(days=days)
    threshold = engagement(of, day).value
    found = risk_date(of, threshold)
    assert found is None or (found > day and engagement(of, found - timedelta(days=1)).value >= threshold)
    assert found is None or engagement(of, found).value < threshold


def test_a_threshold_below_loyalty_and_value_is_never_crossed() -> None:
    assert risk_date(Figures(LAST, LAST - timedelta(days=300), 20, 100.0), 30) is None


def test_a_threshold_a_hair_above_loyalty_and_value_is_crossed_late_but_rightly() -> None:
    of = Figures(LAST, LAST - timedelta(days=120), 5, 100.0)
    fresh = engagement(of, LAST)
    threshold = fresh.loyal + fresh.worth + 1e-14
    day = risk_date(of, threshold)
    assert day
    assert engagement(of, day).value < threshold <= engagement(of, day - timedelta(days=1)).value


def test_who_is_below_at_once_is_at_risk_on_the_day_of_the_last_order() -> None:
    assert risk_date(Figures(LAST, LAST, 0, 0.0), 60.5) == LAST


def test_a_score_on_the_threshold_is_not_below_it() -> None:
    assert risk_date(Figures(LAST, LAST, 0, 0.0), 60) == LAST + timedelta(days=1)


def test_past_the_end_of_the_calendar_there_is_no_risk_date() -> None:
    assert risk_date(Figures(date.max, date.max, 1, 100.0), 50) is None


def test_a_hundred_thousand_clients_take_at_most_two_seconds() -> None:
    """Of this process's own time, so that a busy machine does not decide."""
    of = [Figures(LAST, LAST - timedelta(days=days), 1 + days % 30, days / 3) for days in range(1000)]
    started = time.process_time()
    for client in of * 10:
        risk_date(client, 50)
    assert (time.process_time() - started) * 10 < 2.0
