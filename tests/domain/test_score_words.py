"""The score in words: plain, true, and adding up."""

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winback.domain.score import Figures, engagement
from winback.domain.score_words import Part, in_words

LAST = date(2026, 1, 10)


def told(count: int, rhythm: int, silent: int, value: float = 100.0) -> tuple[Part, ...]:
    of = Figures(LAST, LAST - timedelta(days=rhythm * max(count - 1, 0)), count, value if count else 0.0)
    return in_words(engagement(of, LAST + timedelta(days=silent)), of)


@pytest.mark.parametrize(
    ("count", "rhythm", "silent", "words"),
    [
        (0, 0, 0, "60 for freshness (no order yet; known since today)"),
        (0, 0, 1, "59 for freshness (no order yet; known for 1 day)"),
        (0, 0, 30, "53 for freshness (no order yet; known for 30 days)"),
        (1, 0, 0, "60 for freshness (ordered today)"),
        (1, 0, 1, "59 for freshness (1 day silent)"),
        (5, 30, 60, "41 for freshness (60 days silent; usually orders every 56 days)"),
        (5, 0, 60, "47 for freshness (60 days silent)"),
        (5, 30, 0, "60 for freshness (ordered today; usually orders every 56 days)"),
        (1, 0, 1500, "0 for freshness (1,500 days silent)"),
    ],
)
def test_freshness_is_told_by_the_silence_and_the_rhythm_if_it_is_known(
    count: int, rhythm: int, silent: int, words: str
) -> None:
    assert told(count, rhythm, silent)[0].words == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 for loyalty (no order yet)"),
        (1, "0 for loyalty (1 order)"),
        (2, "6 for loyalty (2 orders)"),
        (5, "18 for loyalty (5 orders)"),
        (1200, "30 for loyalty (1,200 orders)"),
    ],
)
def test_loyalty_is_told_by_the_orders(count: int, words: str) -> None:
    assert told(count, 30, 0)[1].words == words


def test_value_says_so_where_no_order_value_is_known() -> None:
    assert told(5, 30, 0)[2].words == "5 for value"
    assert told(5, 30, 0, value=0.0)[2].words == "0 for value (no order value known)"
    assert told(0, 0, 0)[2].words == "0 for value"


@given(st.integers(0, 200), st.integers(0, 400), st.integers(0, 3000), st.floats(0, 1e5))
def test_the_whole_points_add_up_to_those_of_the_score(count: int, rhythm: int, silent: int, value: float) -> None:
    parts = told(count, rhythm, silent, value)
    whole = [int(part.words.split()[0]) for part in parts]
    assert sum(whole) == math.floor(sum(part.points for part in parts))
    assert all(abs(shown - part.points) < 1 for shown, part in zip(whole, parts, strict=True))


@given(st.integers(0, 200), st.integers(0, 400), st.integers(0, 3000))
def test_what_is_earned_and_what_is_lost_make_a_hundred(count: int, rhythm: int, silent: int) -> None:
    parts = told(count, rhythm, silent)
    assert sum(part.points + part.lost for part in parts) == pytest.approx(100)
    assert all(part.lost >= 0 for part in parts)
