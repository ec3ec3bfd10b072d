"""Clients: who is in the sample, in which state on its first day, and what each is there to show."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from winback.domain.order import Order, OrderStatus
from winback.domain.user import EmailPermission, PermissionState, User
from winback.sample.names import Person, person
from winback.sample.rhythm import Rhythm, rhythm

CATEGORIES: Final = (
    *("dresses", "tops", "shirts", "pants", "knitwear", "denim", "coats", "shoes", "bags", "jewellery"),
    *("bedding", "tableware", "lighting", "rugs", "cushions", "plants"),
)
_ONE_IN_WITH_ORDERS: Final = 3
Trait = Callable[[User], User]


def _refused(user: User) -> User:
    return replace(user, email_permission=EmailPermission(PermissionState.REFUSED, user.updated_at, "account settings"))


def _wants_no_email(user: User) -> User:
    return replace(user, do_not_email="asked on the phone")


def _score_from_elsewhere(user: User) -> User:
    return replace(user, engagement_score=30.0)


def _without_last_order_date(user: User) -> User:
    return replace(user, last_order_date=None)


def _reached_at(address: str) -> Trait:
    return lambda user: replace(user, email=address)


@dataclass(frozen=True, slots=True)
class Group:
    """Clients alike: `orders` and `slips_in_days` are the least and the most. `trait` is what sets them apart.

    Where `orders_known`, one in three also has the orders themselves, not only the figures.
    """

    size: int
    orders: tuple[int, int]
    slips_in_days: tuple[int, int]
    trait: Trait | None = None
    orders_known: bool = True


GROUPS: Final = (
    Group(33, (1, 9), (-80, 0)),
    Group(1, (2, 6), (-40, -5), _reached_at("the.larssons@example.org")),
    Group(1, (2, 6), (-40, -5), _reached_at("The.Larssons+home@example.org")),
    Group(1, (6, 6), (60, 60), _score_from_elsewhere, orders_known=False),
    Group(1, (3, 3), (-20, -20), _refused),
    Group(1, (4, 4), (-12, -12), _wants_no_email),
    Group(1, (2, 2), (-30, -30), _reached_at("info@example.com")),
    Group(2, (0, 0), (-60, -10)),
    Group(1, (5, 5), (-15, -15), _without_last_order_date, orders_known=False),
    Group(14, (1, 8), (1, 7)),
    Group(38, (1, 9), (8, 30)),
    Group(71, (2, 14), (31, 120)),
    Group(3, (2, 6), (31, 90), _refused),
    Group(24, (1, 1), (55, 80)),
    Group(8, (0, 0), (31, 47)),
)
"""From those at risk to those who came last week, as the default score at the default threshold sees them."""


def clients(rng: random.Random, now: datetime) -> Iterator[tuple[User, list[Order]]]:
    """Every client with the orders known of them, in an order that shows no groups."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    places = [group for group in GROUPS for _ in range(group.size)]
    rng.shuffle(places)
    for number, group in enumerate(places, start=1):
        past = rhythm(rng, rng.randint(*group.orders), rng.randint(*group.slips_in_days))
        user = _user(rng, number, past, today)
        if group.trait is not None:
            user = group.trait(user)
        known = group.orders_known and rng.randrange(_ONE_IN_WITH_ORDERS) == 0
        yield user, _orders(rng, user, past, today) if known else []


def _user(rng: random.Random, number: int, past: Rhythm, today: datetime) -> User:
    who = person(rng, number)
    first_seen = past.days_ago[0] if past.days_ago else past.silent_days
    came_before = rng.choice((0, 0, 3, 21)) if past.days_ago else 0
    user = User(
        user_id=f"sample-{number:03d}",
        email=who.email,
        name=who.name,
        given_name=who.given_name if rng.random() < 0.85 else None,
        order_count=len(past.days_ago),
        preferred_categories=tuple(rng.sample(CATEGORIES, rng.randint(0, 4))),
        created_at=_instant(today, first_seen + came_before, 9),
        updated_at=_instant(today, past.silent_days, 18),
        email_permission=_permission(rng, _instant(today, first_seen, 9)),
    )
    return _with_orders(_with_place(user, who, rng), past, today)


def _with_place(user: User, who: Person, rng: random.Random) -> User:
    if rng.random() < 0.5:
        return user
    return replace(user, country=who.culture.country, time_zone=who.culture.time_zone)


def _with_orders(user: User, past: Rhythm, today: datetime) -> User:
    if not past.days_ago:
        return user
    return replace(
        user,
        first_order_date=_instant(today, past.days_ago[0], 12),
        last_order_date=_instant(today, past.days_ago[-1], 12),
        average_order_value=past.mean_value,
    )


def _permission(rng: random.Random, at: datetime) -> EmailPermission | None:
    state = rng.choice((PermissionState.GRANTED, PermissionState.CUSTOMER, None, None))
    return None if state is None else EmailPermission(state, at, "checkout")


def _orders(rng: random.Random, user: User, past: Rhythm, today: datetime) -> list[Order]:
    """The orders that make up the user's figures, and now and then one that was returned and counts for nothing."""
    placed = [
        Order(f"{user.user_id}-{number}", user.user_id, _instant(today, days_ago, 12), value)
        for number, (days_ago, value) in enumerate(zip(past.days_ago, past.values, strict=True), start=1)
    ]
    if not placed or rng.random() < 0.8:
        return placed
    returned = replace(placed[-1], order_id=f"{user.user_id}-back", status=OrderStatus.RETURNED)
    return [*placed, returned]


def _instant(today: datetime, days_ago: int, hour: int) -> datetime:
    return today - timedelta(days=days_ago) + timedelta(hours=hour)
