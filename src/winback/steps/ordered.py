"""An order within 30 days of a decision is its outcome, in both arms: what the holdout is there to compare."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from winback.domain.contact import Contact
from winback.domain.decision import Decision, Verdict
from winback.domain.order import Order, OrderStatus
from winback.domain.outcome import Outcome, OutcomeType, outcome_id
from winback.ports import Add, Store

WINDOW = timedelta(days=30)
MOST_OUTCOMES = 5
"""As many as fit into the commit beside everything else; what is left over comes with the next change."""


def ordered_writes(store: Store, contact: Contact, last: datetime, orders: Sequence[Order]) -> list[Add]:
    """The ORDERED outcomes that the order at `last` brings; an Order and a moved `lastOrderDate` count once.

    `last` counts from the day of the decision on; the money is known only where there is an Order.
    """
    if contact.last_mailing_at is None:
        return []
    # An older order may come after a newer one: whatever decision could still have a window is looked at.
    since = min(contact.last_mailing_at, last) - WINDOW - timedelta(days=1)
    found = []
    for decision in store.decisions_of(contact.user_id, since):
        outcome = _outcome(decision, last, orders)
        if outcome is not None and store.get(Outcome, outcome.outcome_id) is None:
            found.append(Add(outcome))
    return found[:MOST_OUTCOMES]


def _outcome(decision: Decision, last: datetime, orders: Sequence[Order]) -> Outcome | None:
    if decision.verdict is Verdict.HOLD:
        return None
    known = [
        order
        for order in orders
        if order.status is OrderStatus.PLACED and decision.at <= order.ordered_at <= decision.at + WINDOW
    ]
    if known:
        first = min(known, key=lambda order: order.ordered_at)
        at, value = first.ordered_at, first.value
    elif last.date() >= decision.at.date() and last <= decision.at + WINDOW:
        at, value = last, None
    else:
        return None
    name = outcome_id(decision.decision_id, OutcomeType.ORDERED)
    return Outcome(name, decision.decision_id, decision.user_id, OutcomeType.ORDERED, at, value)
