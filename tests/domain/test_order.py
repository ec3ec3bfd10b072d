"""Orders: which are refused, and the figures of those that count."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, an_order, an_order_item, days_ago
from winback.domain.order import Order, OrderFigures, OrderStatus, figures_of, read_order
from winback.domain.user import Fault

ID_RULE = "must be 1 to 128 of A-Z a-z 0-9 . _ : -"
DATE_RULE = "must be an ISO-8601 date with a time zone, such as 2026-03-21T15:01:00Z"


def test_an_order_is_read_as_it_was_written() -> None:
    assert read_order(an_order_item(), NOW) == an_order()


def test_an_order_without_status_is_placed() -> None:
    assert read_order(an_order_item(status=None), NOW) == an_order(status=OrderStatus.PLACED)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("orderId", None, "is missing"),
        ("orderId", "a/b", ID_RULE),
        ("orderId", 7, ID_RULE),
        ("userId", None, "is missing"),
        ("userId", "ada@example.com", ID_RULE),
        ("orderedAt", None, "is missing"),
        ("orderedAt", "2026-06-01", DATE_RULE),
        ("orderedAt", 1700000000, DATE_RULE),
        ("orderedAt", "2026-06-11T12:00:00.001Z", "lies more than a day ahead"),
        ("value", None, "is missing"),
        ("value", "80", "must be a number"),
        ("value", True, "must be a number"),
        ("value", -0.01, "must not be negative"),
        ("value", math.inf, "must be finite"),
        ("value", math.nan, "must be finite"),
        ("value", 10**400, "must be finite"),
        ("value", 1.1e12, "is too large for the value of an order"),
        ("status", "lost", "must be one of placed, returned, cancelled"),
        ("status", ["placed"], "must be one of placed, returned, cancelled"),
    ],
)
def test_an_order_is_refused_with_field_and_reason(field: str, value: object, reason: str) -> None:
    assert read_order(an_order_item(**{field: value}), NOW) == [Fault(field, reason)]


def test_every_broken_rule_is_named_at_once() -> None:
    found = read_order({}, NOW)
    assert isinstance(found, list)
    assert [fault.field for fault in found] == ["orderId", "userId", "orderedAt", "value"]


def test_a_free_order_and_one_dated_a_day_ahead_are_orders() -> None:
    assert isinstance(read_order(an_order_item(value=0, orderedAt="2026-06-11T12:00:00Z"), NOW), Order)


@given(
    st.dictionaries(st.sampled_from(list(an_order_item())), st.none() | st.text() | st.floats() | st.lists(st.text()))
)
def test_no_item_is_too_strange_to_be_judged(changes: dict[str, Any]) -> None:
    found = read_order(an_order_item(**changes), NOW)
    assert isinstance(found, Order) or found


def test_figures_tell_count_mean_first_and_last_whatever_the_order_they_come_in() -> None:
    orders = [an_order(ordered_at=days_ago(days), value=value) for days, value in ((5, 10.0), (90, 20.0), (40, 60.0))]
    assert figures_of(orders) == OrderFigures(3, 30.0, days_ago(90), days_ago(5))


@pytest.mark.parametrize("status", [OrderStatus.RETURNED, OrderStatus.CANCELLED])
def test_returned_and_cancelled_orders_count_for_nothing(status: OrderStatus) -> None:
    undone = an_order(ordered_at=days_ago(1), value=1000.0, status=status)
    kept = an_order(ordered_at=days_ago(9), value=10.0)
    assert figures_of([kept, undone]) == OrderFigures(1, 10.0, days_ago(9), days_ago(9))
    assert figures_of([undone]) == OrderFigures()


def test_no_orders_have_no_figures() -> None:
    assert figures_of([]) == OrderFigures(count=0, mean_value=None, first_at=None, last_at=None)
