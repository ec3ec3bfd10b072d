"""Order: a purchase of a user, and the figures that follow from all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from winback.domain import reading
from winback.domain.user import AHEAD, MOST_AHEAD, Fault
from winback.domain.wire import codes

LARGEST_VALUE: Final = 1e12


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


def read_order(item: Mapping[str, object], now: datetime) -> Order | list[Fault]:
    """The order an item describes, or every rule it breaks, by field."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for code in codes(Order):
        raw = item.get(code.wire)
        if raw is None and code.wire in _OPTIONAL:
            continue
        try:
            values[code.name] = _READERS[code.wire](raw)
        except ValueError as error:
            faults.append(Fault(code.wire, "is missing" if raw is None else str(error)))
    if "ordered_at" in values and values["ordered_at"] > now + MOST_AHEAD:
        faults.append(Fault("orderedAt", AHEAD))
    return faults or Order(**values)


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


def _value(raw: object) -> float:
    value = reading.number(raw)
    if value > LARGEST_VALUE:
        raise ValueError("is too large for the value of an order")
    return value


def _status(raw: object) -> OrderStatus:
    if not isinstance(raw, str) or raw not in list(OrderStatus):
        raise ValueError(f"must be one of {', '.join(OrderStatus)}")
    return OrderStatus(raw)


_OPTIONAL: Final = frozenset({"status"})
_READERS: Final[dict[str, Callable[[object], Any]]] = {
    "orderId": reading.an_id,
    "userId": reading.an_id,
    "orderedAt": reading.moment,
    "value": _value,
    "status": _status,
}
