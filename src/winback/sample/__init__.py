"""Sample: 200 made-up clients of a shop that does not exist, to see everything at work before one's own data is in."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime

from winback.domain.order import Order
from winback.domain.user import User
from winback.sample.clients import clients


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the orders of a user are given, they make up the figures that the user carries too."""

    users: list[User]
    orders: list[Order]


def sample(now: datetime, seed: int = 1) -> Sample:
    """The same clients for every instant of one UTC day; their dates move on with the day, their states do not."""
    rng = random.Random(seed)  # noqa: S311  # made-up people guard no secret
    made = list(clients(rng, now.astimezone(UTC)))
    return Sample([user for user, _ in made], [order for _, orders in made for order in orders])
