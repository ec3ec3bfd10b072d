"""Where each record lies: its table and its key there."""

from dataclasses import dataclass
from typing import Final

from winback.adapters.aws.tables import EMAILS, LEDGER, USERS, Schema
from winback.adapters.aws.values import Item, tagged
from winback.domain.contact import Contact
from winback.domain.day import Day
from winback.domain.decision import Decision
from winback.domain.email import Body, Email
from winback.domain.instant import iso
from winback.domain.mailbox import Mailbox
from winback.domain.order import Order
from winback.domain.outcome import Outcome
from winback.domain.policy import Policy
from winback.domain.switch import Switch
from winback.domain.user import User

ALONE: Final = "-"
"""The sort key of an item that shares its partition with no other."""
KINDS: Final[dict[type, str]] = {
    Contact: "contact",
    Mailbox: "mailbox",
    Day: "day",
    Decision: "decision",
    Outcome: "outcome",
    Body: "body",
    Order: "order",
    Policy: "policy",
    Switch: "switch",
}
"""What the ledger calls each of its records, in the attribute `kind`."""
_LONGEST_KEY: Final = 2048


@dataclass(frozen=True, slots=True)
class Place:
    """A table and the key of one item in it."""

    schema: Schema
    values: tuple[str, ...]

    @property
    def key(self) -> Item:
        return tagged(self.attributes)

    @property
    def attributes(self) -> dict[str, str]:
        return dict(zip(self.schema.keys, self.values, strict=True))

    @property
    def can_be(self) -> bool:
        """DynamoDB has no item under an empty key, nor under one of more than 2,048 bytes."""
        return all(0 < len(value.encode("utf-8", "replace")) <= _LONGEST_KEY for value in self.values)


def place_of(kind: type, key: str) -> Place:
    """Where the record of this id lies; of an order or a decision, where its pointer lies."""
    if kind is User:
        return Place(USERS, (key,))
    if kind is Email:
        return Place(EMAILS, (key,))
    return Place(LEDGER, (f"{KINDS[kind]}#{key}", ALONE))


def orders_key(user_id: str) -> str:
    return f"orders#{user_id}"


def decisions_key(user_id: str) -> str:
    return f"decisions#{user_id}"


def owned_place(record: Order | Decision) -> Place:
    """Orders and decisions lie beside each other by their user, so that one consistent query reads them: decisions by
    their time, orders all together."""
    if isinstance(record, Order):
        return Place(LEDGER, (orders_key(record.user_id), record.order_id))
    when = f"{iso(record.at)}#{record.number:09}"
    return Place(LEDGER, (decisions_key(record.user_id), f"{when}#{record.decision_id}"))
