"""When a contact is due again: after an outage, after an e-mail, when the reasons to wait are over."""

from dataclasses import replace
from datetime import datetime, timedelta

from winback.domain.contact import Contact, DueFor
from winback.domain.instant import day_start
from winback.domain.policy import Policy
from winback.domain.reason import Reasons
from winback.domain.switch import SenderKind

SAFETY_NET = timedelta(minutes=15)
"""When an e-mail under way is looked at again should its message be lost."""
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
LOOK_AGAIN = timedelta(days=1)
"""While nobody can say when it ends (a pause): the switch itself wakes them sooner."""


def put_off(contact: Contact, now: datetime, after: timedelta | None = None) -> Contact:
    """The contact due again after the outage's next back-off: 1, 5, 15, 60 minutes, or what the other side asked."""
    pause = after or BACK_OFF[min(contact.attempts, len(BACK_OFF) - 1)]
    return replace(contact, due_at=now + pause, due_for=DueFor.WAIT_OVER, attempts=contact.attempts + 1)


def after_mailing(contact: Contact, policy: Policy, by: SenderKind, now: datetime) -> Contact:
    """The contact once an e-mail of its episode left (or was held out as if), due again for the next, if one may be.

    One who ordered while the e-mail was on its way is engaged again: due at the next crossing.
    """
    episode = contact.episode
    if episode is not None:
        by = by if episode.by in (None, SenderKind.FOLDER) else episode.by
        episode = replace(episode, mails=episode.mails + 1, last_at=now, by=by)
    if not contact.at_risk:
        due_at = day_start(contact.risk_date) if contact.risk_date else None
        return replace(contact, episode=episode, due_at=due_at, due_for=DueFor.CROSSING if due_at else None)
    more = episode is not None and episode.mails < policy.episode_mails
    return replace(
        contact,
        episode=episode,
        due_at=now + timedelta(days=policy.episode_gap_days) if more else None,
        due_for=DueFor.WAIT_OVER if more else None,
    )


def all_over_at(reasons: Reasons) -> datetime | None:
    """When all these reasons will have ended by themselves; None if one of them never does."""
    ends = [why.until for why in reasons.values()]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def look_again_at(reasons: Reasons, now: datetime, latest: datetime) -> datetime:
    """When to look again at an e-mail these reasons hold: at their end, or soon if nobody knows it, by `latest`."""
    return min(all_over_at(reasons) or now + LOOK_AGAIN, latest)
