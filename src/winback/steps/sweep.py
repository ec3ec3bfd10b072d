"""time → change: contacts whose `due_at` has come are told of; claims whose lease ended are settled."""

from dataclasses import dataclass, replace
from datetime import datetime

from winback.domain.contact import Contact, DueFor
from winback.domain.email import Email
from winback.domain.errors import Conflict
from winback.ports import Replace, World
from winback.steps.present import current_policy
from winback.steps.settle import How, Settlement, settle

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """How many contacts were told of, and how many lost claims were settled."""

    told: int = 0
    settled: int = 0


def sweep(world: World, now: datetime, limit: int = MOST_AT_ONCE) -> Swept:
    """time → change, at most `limit` contacts; both counts zero means that nothing is due.

    Touches only who is due: the index gives them, the base is never walked (I8).
    """
    due = world.store.due(now, limit)
    # Judged by a line that has moved since: looked at again, in slices, until all stand by the new one.
    moved = world.store.judged_elsewhere(current_policy(world).line, limit - len(due))
    told = sum(_tell(world, contact, now) for contact in due)
    told += sum(_tell(world, replace(contact, line=None, due_for=DueFor.WAIT_OVER), now) for contact in moved)
    return Swept(told, sum(settle_lost(world, email, now) for email in world.store.lease_over(now, limit)))


def settle_lost(world: World, email: Email, now: datetime) -> bool:
    """A claim whose holder is gone: where one can look it is sent or not, else it is UNSURE and stays so."""
    seen = world.mailer.look(email.email_id)
    if seen is None:
        how = Settlement(How.UNSURE, "the process that sent it died; it may have been sent")
    else:
        how = Settlement(How.SENT if seen else How.NOTHING_HAPPENED, "found after its process died")
    return settle(world, email.email_id, how, now, owner=email.owner)


def _tell(world: World, contact: Contact, now: datetime) -> bool:
    try:
        world.store.commit(Replace(replace(contact, due_at=None, swept_at=now)))
    except Conflict:
        return False  # somebody just wrote it, and with it its own `due_at`
    return True
