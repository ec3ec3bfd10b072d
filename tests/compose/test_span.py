from hypothesis import given
from hypothesis import strategies as st

from winback.compose.span import in_words, rounded_days, span_of


def told(days: int) -> str | None:
    span = span_of(rounded_days(days))
    return in_words(span) if span else None


def test_days_are_told_as_people_say_them() -> None:
    assert {days: told(days) for days in (0, 13, 14, 17, 24, 31, 59, 60, 70, 91, 99, 200, 365, 400, 800)} == {
        0: None,
        13: None,
        14: "about two weeks",
        17: "about two weeks",
        24: "about three weeks",
        31: "about four weeks",
        59: "about eight weeks",
        60: "about two months",
        70: "about two and a half months",
        91: "about three months",
        99: "about three and a half months",
        200: "about seven months",
        365: "about a year",
        400: "more than a year",
        800: "more than two years",
    }


@given(st.integers(0, 5000))
def test_the_rounded_days_never_fall_as_the_silence_grows(days: int) -> None:
    assert rounded_days(days) <= rounded_days(days + 1)


@given(st.integers(0, 374))
def test_below_a_year_rounding_is_off_by_at_most_half_a_month(days: int) -> None:
    assert abs(rounded_days(days) - days) <= 15


@given(st.integers(375, 100_000))
def test_above_a_year_more_than_is_true(days: int) -> None:
    span = span_of(rounded_days(days))
    assert span is not None
    assert span.more_than
    assert span.halves // 2 * 365 < days


@given(st.integers(0, 5000))
def test_rounding_twice_is_rounding_once(days: int) -> None:
    once = rounded_days(days)
    assert rounded_days(once) == once or once == 365  # a whole year stands for "more than a year"
