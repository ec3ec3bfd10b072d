"""Instants and days: UTC, milliseconds, text that sorts like time."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winback.domain.instant import day_start, instant, iso, local_day, whole_days

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=offsets).filter(lambda moment: 1 < moment.year < 9999)


@given(moments)
def test_an_instant_survives_writing_and_reading_to_the_millisecond(moment: datetime) -> None:
    written = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert instant(iso(moment)) == written
    assert instant(iso(moment)).tzinfo is UTC


@given(moments, moments)
def test_text_sorts_like_time(one: datetime, other: datetime) -> None:
    one, other = (each.replace(microsecond=each.microsecond // 1000 * 1000) for each in (one, other))
    assert (iso(one) < iso(other)) is (one < other)


def test_the_form_is_that_of_the_wire() -> None:
    berlin = datetime(2026, 7, 1, 12, 0, 0, 1500, tzinfo=ZoneInfo("Europe/Berlin"))
    assert iso(berlin) == "2026-07-01T10:00:00.001Z"
    assert iso(datetime(7, 1, 1, tzinfo=UTC)) == "0007-01-01T00:00:00.000Z"


@pytest.mark.parametrize("text", ["2026-03-21", "2026-03-21T15:01:00", "yesterday", "", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        instant(text)


def test_a_local_day_begins_at_its_own_midnight() -> None:
    start = day_start(date(2026, 3, 29), "Europe/Berlin")
    assert start == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert local_day(start, "Europe/Berlin") == date(2026, 3, 29)
    assert local_day(start - timedelta(milliseconds=1), "Europe/Berlin") == date(2026, 3, 28)


def test_days_are_counted_by_date_and_never_negative() -> None:
    late, early = datetime(2026, 3, 1, 23, 59, tzinfo=UTC), datetime(2026, 3, 2, 0, 1, tzinfo=UTC)
    assert whole_days(late, early) == 1
    assert whole_days(early, late) == 0
    assert whole_days(date(2026, 3, 1), early) == 1
