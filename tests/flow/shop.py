"""A made-up shop for tests with a clock: clients who order by rhythms of their own, leave, and come back."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from builders import a_user
from winback.domain.order import Order
from winback.domain.score import Figures, engagement
from winback.domain.user import User
from winback.ports import Put

ZONES: Final = (None, None, "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe")
THRESHOLD: Final = 50.0


@dataclass(frozen=True, slots=True)
class Client:
    """A client with all orders that will ever be made. Of `known` the shop told when it began.

    Two of three tell of later ones as Orders, the third by a new `lastOrderDate`.
    """

    user: User
    orders: tuple[datetime, ...]
    known: int
    tells_by_orders: bool

    @property
    def user_id(self) -> str:
        return self.user.user_id

    @property
    def later(self) -> Sequence[datetime]:
        return self.orders[self.known :]

    def orders_between(self, first: datetime, end: datetime) -> int:
        return bisect_left(self.orders, end) - bisect_left(self.orders, first)

    def at_first(self) -> Put:
        return Put(_with(self.user, self.orders[: self.known]))

    def orders_at(self, at: datetime) -> Put:
        """How the shop tells of the order made at this instant."""
        if self.tells_by_orders:
            assert self.user.average_order_value is not None
            return Put(Order(f"{self.user_id}-{at:%Y%m%d%H%M}", self.user_id, at, self.user.average_order_value))
        return Put(_with(self.user, [each for each in self.orders if each <= at]))

    def is_at_risk(self, day: date, until: datetime) -> bool:
        """By a full rescore of the orders made `until` then; no store, contact or risk date has a part in it."""
        made = bisect_right(self.orders, until)
        count = max(self.known, made - self.known) if self.tells_by_orders else made
        assert self.user.average_order_value is not None
        figures = Figures(self.orders[made - 1].date(), self.orders[0].date(), count, self.user.average_order_value)
        return engagement(figures, day).value < THRESHOLD


def clients(count: int, start: datetime, days: int, seed: int = 1) -> list[Client]:
    """`count` clients with their orders until `days` after `start`; of forty, two share an address."""
    random = Random(seed)
    return [_client(number, start, start + timedelta(days=days), random) for number in range(count)]


def _client(number: int, start: datetime, end: datetime, random: Random) -> Client:
    created = start - timedelta(days=random.uniform(30, 700))
    orders = _orders(created, end, random)
    user = a_user(
        user_id=f"client-{number:04}",
        email=f"client{number - (number % 40 == 39)}@example.com",
        time_zone=random.choice(ZONES),
        average_order_value=round(random.uniform(10, 400), 2),
        created_at=created,
        first_order_date=orders[0],
    )
    return Client(user, tuple(orders), sum(at < start for at in orders), tells_by_orders=number % 3 != 0)


def _orders(created: datetime, end: datetime, random: Random) -> list[datetime]:
    """One soon after the client came, then by a rhythm of its own, with an absence now and then."""
    gap = random.uniform(10, 120)
    at, orders = created + timedelta(hours=random.uniform(0, 48)), []
    while at < end:
        orders.append(at.astimezone(UTC).replace(second=0, microsecond=0))
        absence = random.uniform(100, 300) if random.random() < 0.12 else 0.0
        at += timedelta(days=0.1 + random.expovariate(1 / gap) + absence)
    return orders


def _with(user: User, orders: Sequence[datetime]) -> User:
    return replace(user, last_order_date=orders[-1], order_count=len(orders), updated_at=orders[-1])
