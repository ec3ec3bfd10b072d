"""How long to wait after an outage, and how an e-mail under way is put off or ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from winback.domain.contact import Contact, DueFor
from winback.domain.email import WAITING, Email, EmailStatus
from winback.domain.mailbox import Mailbox, freed
from winback.domain.policy import Policy
from winback.domain.reason import FORBIDDEN, Reason, Reasons, Why
from winback.ports import Replace, Store, Write

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
LOOK_AGAIN = timedelta(minutes=15)
"""While nobody can say when it ends (a pause): the switch itself wakes them sooner."""


def put_off(contact: Contact, now: datetime, after: timedelta | None = None) -> Contact:
    """The contact due again after the outage's next back-off: 1, 5, 15, 60 minutes, or what the other side asked."""
    pause = after or BACK_OFF[min(contact.attempts, len(BACK_OFF) - 1)]
    return replace(contact, due_at=now + pause, due_for=DueFor.WAIT_OVER, attempts=contact.attempts + 1)


def after_mailing(contact: Contact, policy: Policy, now: datetime) -> Contact:
    """The contact once an e-mail of its episode left (or was held out as if), due again for the next, if one may be."""
    episode = contact.episode
    if episode is not None:
        episode = replace(episode, mails=episode.mails + 1, last_at=now)
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


def end_writes(
    store: Store, contact: Contact, reasons: Sequence[Why], now: datetime, mailbox: Mailbox | None = None
) -> list[Write] | None:
    """The writes that end the contact's e-mail under way unsent and free its mailbox, without the contact's own.

    None while it is on its way out: then it cannot be ended any more.
    """
    email_id = contact.open_email_id
    if email_id is None:
        return []
    email = store.get(Email, email_id)
    if email is not None and email.status not in WAITING:
        return None
    writes: list[Write] = [Replace(_ended(email, reasons, now))] if email else []
    if contact.mailbox_id is not None:
        held = mailbox or store.get(Mailbox, contact.mailbox_id)
        if held is not None and held.open_email_id == email_id:
            writes.append(Replace(freed(held)))
    return writes


def _ended(email: Email, reasons: Sequence[Why], now: datetime) -> Email:
    forbidden = any(why.reason in FORBIDDEN for why in reasons)
    status = EmailStatus.SUPPRESSED if forbidden else EmailStatus.HELD
    return replace(email, status=status, ended_at=now, ended_why="; ".join(why.words for why in reasons))


def gone(reason: Reason, words: str) -> tuple[Why, ...]:
    return (Why(reason, words),)
