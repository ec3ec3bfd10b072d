"""time → change: contacts whose `due_at` has come are told of; claims whose lease ended are settled."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from winback.domain.contact import Contact, DueFor
from winback.domain.email import Email
from winback.domain.errors import Conflict, Retryable
from winback.domain.policy import lines_of
from winback.ports import Replace, World
from winback.steps.present import current_policy
from winback.steps.settle import How, Settlement, settle

MOST_AT_ONCE = 500
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many contacts were told of, and how many lost claims were settled."""

    told: int = 0
    settled: int = 0


def sweep(world: World, now: datetime, limit: int = MOST_AT_ONCE) -> Swept:
    """time → change, at most `limit` contacts; both counts zero means that nothing is due.

    Touches only who is due: the index gives them, the base is never walked (I8).
    """
    told = sum(_tell(world, contact, now) for contact in world.store.due(now, limit))
    return Swept(told, sum(_settle(world, email, now) for email in world.store.lease_over(now, limit)))


def sweep_moved(world: World, now: datetime, limit: int) -> int:
    """policy → change: tells of contacts judged by other rules than today's, in slices, until all stand by these.

    It may be the whole base, and none of it is urgent: to be called while nothing else is to be done.
    """
    moved = world.store.judged_elsewhere(lines_of(current_policy(world), world.sender), limit)
    return sum(_tell(world, replace(contact, line=None, due_for=DueFor.WAIT_OVER), now) for contact in moved)


def settle_lost(world: World, email: Email, now: datetime) -> bool:
    """A claim whose holder is gone: where one can look it is sent or not, else it is UNSURE and stays so.

    Only the kind of sender that claimed it can tell: what went out by SMTP is in no folder.
    """
    seen = world.mailer.look(email.email_id) if email.sender is world.mailer.kind else None
    if seen is None:
        how = Settlement(How.UNSURE, "the process that sent it died; it may have been sent")
    else:
        how = Settlement(How.SENT if seen else How.NOTHING_HAPPENED, "found after its process died")
    return settle(world, email.email_id, how, now, owner=email.owner)


def _settle(world: World, email: Email, now: datetime) -> bool:
    try:
        return settle_lost(world, email, now)
    except (Conflict, Retryable):
        return False  # nobody can look now; the others need not wait for it


def _tell(world: World, contact: Contact, now: datetime) -> bool:
    # A new instant each time: one that stood there already would be no change, and the contact forgotten.
    swept_at = max(now, contact.swept_at + _TICK) if contact.swept_at else now
    try:
        world.store.commit(Replace(replace(contact, due_at=None, swept_at=swept_at)))
    except Conflict:
        return False  # somebody just wrote it, and with it its own `due_at`
    return True
