"""e-mail → the way out: asked again, judged again, claimed, handed over once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from winback.compose.brief import brief_of
from winback.compose.gate import faults
from winback.compose.letter import letter_of
from winback.domain.contact import Contact, DueFor
from winback.domain.email import Body, Email, EmailStatus
from winback.domain.errors import AddressRejected, Conflict, Rejected, Retryable, Unsure
from winback.domain.event import Event
from winback.domain.mailbox import Mailbox, quieted
from winback.domain.policy import Policy
from winback.domain.reason import AT_THE_DOOR, Reason, Reasons, Why
from winback.domain.user import User
from winback.domain.wanted import still_wanted
from winback.ports import Letter, Replace, World, saved
from winback.steps.ending import end_writes
from winback.steps.present import current_policy, current_switch, mailbox_of, today
from winback.steps.result import Step, done
from winback.steps.settle import How, Settlement, settle
from winback.steps.waiting import look_again_at, put_off

_READY = frozenset({EmailStatus.GENERATED, EmailStatus.APPROVED})
LEASE = timedelta(minutes=10)
"""Longer than the sender's own time-outs together: whoever still holds a claim after it is dead."""


@dataclass(frozen=True, slots=True)
class _Facts:
    email: Email
    contact: Contact
    user: User
    mailbox: Mailbox
    policy: Policy
    now: datetime


def deliver(world: World, event: Event, now: datetime) -> Step:
    """e-mail → the way out. Raises Conflict if anything it read has changed before the claim: start again."""
    store = world.store
    contact = store.get(Contact, event.user_id)
    email = store.get(Email, contact.open_email_id) if contact and contact.open_email_id else None
    if contact is None or email is None or email.status not in _READY:
        return done("nothing to send")
    user = store.get(User, event.user_id)
    if user is None:
        return done("there is no such client")
    policy = current_policy(world)
    facts = _Facts(email, contact, user, mailbox_of(world, user), policy, now)
    day, switch = today(world, policy, now), current_switch(world)
    reasons = still_wanted(user, contact, facts.mailbox, day, policy, switch, now, world.sender)
    ending = _ending(facts, reasons)
    if ending:
        return _end(world, facts, ending)
    if reasons:
        return _wait(world, facts, reasons)
    return _send(world, facts)


def _ending(facts: _Facts, reasons: Reasons) -> Reasons:
    """The reasons that end the e-mail rather than hold it at the door."""
    ending = {reason: why for reason, why in reasons.items() if reason not in AT_THE_DOOR}
    if facts.mailbox.open_email_id != facts.email.email_id:
        words = "the address changed, or its turn went to another client"
        ending[Reason.ADDRESS_CHANGED] = Why(Reason.ADDRESS_CHANGED, words)
    return ending


def _end(world: World, facts: _Facts, reasons: Reasons) -> Step:
    """Not wanted any more: ended unsent, mailbox free, and decided anew at once on the facts of today."""
    why = tuple(reasons.values())
    ending = end_writes(world.store, facts.contact, why, facts.now)
    if ending is None:
        raise Conflict("the e-mail was claimed in between")
    contact = replace(facts.contact, open_email_id=None, due_at=facts.now, due_for=DueFor.WAIT_OVER, attempts=0)
    world.store.commit(saved(contact), *ending)
    return done("ended unsent: " + "; ".join(w.words for w in why))


def _wait(world: World, facts: _Facts, reasons: Reasons) -> Step:
    """Written and wanted, but the door is closed: it waits in the contact's `due_at`."""
    due_at = look_again_at(reasons, facts.now, latest=facts.mailbox.reserved_until or facts.now)
    why = tuple(reasons.values())
    world.store.commit(saved(replace(facts.contact, due_at=due_at, due_for=DueFor.WAIT_OVER, why=why, attempts=0)))
    return done("waits: " + "; ".join(w.words for w in why))


def _send(world: World, facts: _Facts) -> Step:
    ill = world.mailer.ill_until(facts.now)
    if ill is not None:
        healthy_at, said = ill
        contact = put_off(facts.contact, facts.now)
        world.store.commit(saved(replace(contact, due_at=max(healthy_at, contact.due_at or healthy_at))))
        return done(f"waits: the sender is ill: {said}")
    body = world.store.get(Body, facts.email.email_id)
    found = (
        faults(body.draft, brief_of(facts.user, facts.contact, world.house, facts.now, facts.email.email_id))
        if body
        else []
    )
    if body is None or found:
        told = "; ".join(fault.code for fault in found) or "its body is gone"
        return _end(world, facts, {Reason.NOT_TRUE: Why(Reason.NOT_TRUE, f"the text no longer holds: {told}")})
    letter = letter_of(facts.email, body, facts.user.email or "", world.sender)
    claimed = _claim(world, facts)
    return _hand_over(world, letter, claimed, facts.now)


def _claim(world: World, facts: _Facts) -> Email:
    """Stores that the e-mail is about to go, mailbox and e-mail together: two may try, one can succeed."""
    token = world.token()
    email = replace(
        facts.email,
        status=EmailStatus.SENDING,
        status_before=facts.email.status,
        owner=token,
        lease_until=facts.now + LEASE,
        sender=world.sender.kind,
    )
    quiet_for = timedelta(days=facts.policy.quiet_period_days)
    mailbox = quieted(facts.mailbox, facts.now, quiet_for, world.sender.kind, facts.user.user_id)
    try:
        world.store.commit(Replace(email), Replace(mailbox))
    except (Conflict, Unsure):
        # A commit whose answer got lost may be repeated beneath us and meet itself: our own claim is no conflict.
        stored = world.store.get(Email, email.email_id)
        if stored is None or stored.owner != token:
            raise
    return email


def _hand_over(world: World, letter: Letter, email: Email, now: datetime) -> Step:
    """The one call that cannot be undone; however it went is stored before anything else happens."""
    try:
        place = world.mailer.send(letter, now)
        how = Settlement(How.SENT, place=place)
    except AddressRejected as error:
        how = Settlement(How.ADDRESS_REFUSED, str(error))
    except Rejected as error:
        how = Settlement(How.REFUSED, str(error))
    except Retryable as error:
        how = Settlement(How.NOTHING_HAPPENED, str(error), after=error.after)
    except Unsure as error:
        how = Settlement(How.UNSURE, str(error))
    settle(world, email.email_id, how, now, owner=email.owner)
    return done(" ".join(filter(None, (how.how.value, how.place, how.why))))
