"""What the facts of today say of a contact: figures, score, risk date, episode, backlog. Values in, values out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from winback.domain.contact import Backlog, Contact, Episode
from winback.domain.instant import day_start
from winback.domain.order import Order, figures_of
from winback.domain.policy import Policy, lines_of
from winback.domain.risk import risk_date
from winback.domain.score import engagement, figures, last_order_at
from winback.domain.switch import Sender, SenderKind
from winback.domain.user import MOST_AHEAD, User, faults


def judged(
    contact: Contact, user: User, orders: Sequence[Order], policy: Policy, sender: Sender, now: datetime
) -> Contact:
    """The contact as the user, the orders and the policy have it now; the verdict is not touched.

    A user whose record cannot be used gets neither score nor risk date.
    """
    of_orders = figures_of([order for order in orders if order.ordered_at <= now + MOST_AHEAD])
    last = last_order_at(user, of_orders)
    today = now.astimezone(UTC).date()
    given, value, day = user.given_score, None, None
    of_user = figures(user, of_orders, contact.since)
    if faults(user, now):
        pass
    elif given is not None:
        value = given
    elif of_user is not None:
        value = engagement(of_user, today, policy.average_order_value_usual).value
        day = risk_date(of_user, policy.threshold, policy.average_order_value_usual)
    at_risk = value is not None and value < policy.threshold
    engaged_line, at_risk_line = lines_of(policy, sender)
    return replace(
        contact,
        score=value,
        score_is_given=given is not None,
        at_risk=at_risk,
        risk_date=day,
        line=at_risk_line if at_risk else engaged_line,
        last_order_at=last,
        orders=of_orders,
        episode=_episode(_running(contact, last, at_risk, sender), at_risk, day, now),
        backlog=_backlog(contact, at_risk, last, policy, today),
        deleted_at=None,
    )


def ordered_since(contact: Contact, last: datetime | None) -> bool:
    """Whether an order came since the contact was last judged."""
    if last is None or not contact.version:
        return False
    return contact.last_order_at is None or last > contact.last_order_at


def _running(contact: Contact, last: datetime | None, at_risk: bool, sender: Sender) -> Episode | None:
    """The episode that goes on: an order ends it, unless it is one of long ago that we only learn of now."""
    episode = contact.episode
    if episode is not None and sender.real and episode.by is SenderKind.FOLDER:
        episode = Episode(episode.since)  # what the folder "sent" was a preview: nobody has been written to yet
    if episode is None or last is None or not ordered_since(contact, last):
        return episode
    return episode if at_risk and last < episode.since else None


def _episode(running: Episode | None, at_risk: bool, day: date | None, now: datetime) -> Episode | None:
    if running is not None or not at_risk:
        return running
    return Episode(min(day_start(day), now) if day else now)


def _is_new(contact: Contact, last: datetime | None) -> bool:
    """Whether nobody could say before how this client stands: never seen, deleted, never with a usable record; or
    seen without the orders, which came after it as history."""
    never_judged = contact.score is None and contact.episode is None
    learned = contact.last_order_at is None and last is not None and not contact.at_risk
    return not contact.version or contact.deleted_at is not None or never_judged or learned


def _backlog(contact: Contact, at_risk: bool, last: datetime | None, policy: Policy, today: date) -> Backlog | None:
    if not at_risk:
        return None
    if _is_new(contact, last):
        return contact.backlog or Backlog.FIRST_SEEN
    line_moved = contact.line is None or contact.line.partition("|")[0] != policy.line
    if contact.backlog is None and not contact.at_risk and line_moved:
        # By the old line this client would still be engaged today: it is the line that came, not the client.
        engaged = contact.risk_date is None or contact.risk_date > today
        return Backlog.LINE_MOVED if engaged and not contact.score_is_given else None
    return contact.backlog
