"""What the facts of today say of a contact: figures, score, risk date, episode, backlog. Values in, values out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from winback.domain.contact import Backlog, Contact, Episode, goes_on
from winback.domain.instant import day_start
from winback.domain.order import Order, figures_of
from winback.domain.policy import Policy, lines_of
from winback.domain.risk import risk_date
from winback.domain.score import engagement, figures, last_order_at
from winback.domain.switch import Sender, SenderKind
from winback.domain.user import MOST_AHEAD, User, faults

_TICK = timedelta(milliseconds=1)


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
        episode=_episode(_without_previews(contact, sender), last, at_risk, day, now),
        backlog=_backlog(contact, at_risk, last, policy, today),
        deleted_at=None,
    )


def _episode(contact: Contact, last: datetime | None, at_risk: bool, day: date | None, now: datetime) -> Episode | None:
    """The last episode, or at a crossing after an order in it a new one. It stays when the order comes: a returned
    order counts for nothing, and then the episode goes on with what was sent in it."""
    if not at_risk or goes_on(contact.episode, last):
        return contact.episode
    if day is not None:
        return Episode(min(day_start(day), now))
    return Episode(now if last is None else max(now, last + _TICK))  # a given score: after the order, whatever its date


def _without_previews(contact: Contact, sender: Sender) -> Contact:
    """What the folder "sent" was a preview: by a real sender nobody has been written to yet."""
    episode = contact.episode
    if episode is None or not sender.real or episode.by is not SenderKind.FOLDER:
        return contact
    return replace(contact, episode=Episode(episode.since))


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
