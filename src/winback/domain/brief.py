"""Brief: what a composer may know of a user. No name, no address, no id, no exact amount."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class House:
    """The house facts: what the shop says of itself. `url` is the page the call to action leads to."""

    name: str = "Winback"
    signature: str = "The team at Winback"
    url: str | None = None
    postal_address: str | None = None
    reply_to: str | None = None
    quiet_categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Brief:
    """`seed` chooses among equal variants and is stable for one e-mail; it says nothing of the user.

    `silent_days` is rounded, None where nothing may be said of the time; `orders` likewise. `categories` are those
    that may be named. `mail_in_episode` is 1 for the first e-mail of an episode, 2 for the second.
    """

    seed: str
    mail_in_episode: int
    silent_days: int | None = None
    orders: int | None = None
    categories: tuple[str, ...] = ()
    theme: str | None = None
    language: str = "en"
    house: House = field(default_factory=House)
