"""Outcome: what came back for a decision: an order, a bounce, a complaint, an unsubscribe."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OutcomeType(StrEnum):
    ORDERED = "ORDERED"
    DELIVERED = "DELIVERED"
    OPENED = "OPENED"
    CLICKED = "CLICKED"
    BOUNCED = "BOUNCED"
    COMPLAINED = "COMPLAINED"
    UNSUBSCRIBED = "UNSUBSCRIBED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """At most one of a type for each decision: the id is derived from both. `value` only for orders, if known."""

    outcome_id: str
    decision_id: str
    user_id: str
    type: OutcomeType
    at: datetime
    value: float | None = None
    version: int = 0


def outcome_id(decision_id: str, kind: OutcomeType) -> str:
    return f"{decision_id}:{kind}"
