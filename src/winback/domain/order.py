"""Order: a purchase of a user, and the figures that follow from all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OrderStatus(StrEnum):
    """Returned and cancelled orders stay, marked, and count for nothing."""

    PLACED = "placed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Order:
    """A purchase; `value` in the shop's currency. Written from outside, idempotent by `order_id`."""

    order_id: str
    user_id: str
    ordered_at: datetime
    value: float
    status: OrderStatus = OrderStatus.PLACED


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """What Winback derives from the orders it knows; kept in the Contact.

    `count` orders that count, their mean value, the first and the last instant.
    """

    count: int = 0
    mean_value: float | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None


def figures_of(orders: Sequence[Order]) -> OrderFigures:
    """The figures of those orders that count."""
    placed = [order for order in orders if order.status is OrderStatus.PLACED]
    if not placed:
        return OrderFigures()
    return OrderFigures(
        count=len(placed),
        mean_value=sum(order.value for order in placed) / len(placed),
        first_at=min(order.ordered_at for order in placed),
        last_at=max(order.ordered_at for order in placed),
    )
