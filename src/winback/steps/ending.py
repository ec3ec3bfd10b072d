"""How an e-mail under way is ended unsent, and how a contact without a usable user is closed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from winback.domain.contact import Contact, DueFor
from winback.domain.decision import Decision, Verdict, decision_id
from winback.domain.email import WAITING, Email, EmailStatus
from winback.domain.event import Event, EventType
from winback.domain.mailbox import Mailbox, freed
from winback.domain.reading import ID_RULE
from winback.domain.reason import FORBIDDEN, Reason, Why
from winback.ports import Add, Replace, Store, World, Write, saved
from winback.steps.relay import is_alias
from winback.steps.result import Step, done
from winback.steps.waiting import SAFETY_NET


def end_writes(store: Store, contact: Contact, reasons: Sequence[Why], now: datetime) -> list[Write] | None:
    """The writes that end the contact's e-mail under way unsent and free its mailbox, without the contact's own.

    None while it is on its way out: then it cannot be ended any more.
    """
    email_id = contact.open_email_id
    if email_id is None:
        return []
    # The mailbox first, whose version guards: an e-mail written after this read must not be missed.
    held = store.get(Mailbox, contact.mailbox_id) if contact.mailbox_id is not None else None
    email = store.get(Email, email_id)
    if email is not None and email.status not in WAITING:
        return None
    writes: list[Write] = [Replace(_ended(email, reasons, now))] if email else []
    if held is not None and held.open_email_id == email_id:
        writes.append(Replace(freed(held)))
    return writes


def close(world: World, event: Event, contact: Contact | None, now: datetime) -> Step:
    """Holds the contact of a user who is not there, or whose id breaks the rule and goes by an alias."""
    if is_alias(event.user_id) and event.type is not EventType.USER_DELETED:
        why = Why(Reason.INVALID, f"the client's record cannot be used: userId {ID_RULE}")
        return _hold(world, contact or Contact(event.user_id, since=now), why, now)
    if contact is None or (contact.deleted_at is not None and contact.open_email_id is None):
        return done("there is no such client")
    deleted = replace(contact, deleted_at=contact.deleted_at or now)
    return _hold(world, deleted, Why(Reason.DELETED, "the client was deleted"), now)


def _hold(world: World, contact: Contact, why: Why, now: datetime) -> Step:
    """Ends the e-mail under way as well, unless it is on its way out already: then that is awaited."""
    ending = end_writes(world.store, contact, (why,), now)
    news = contact.verdict is not Verdict.HOLD or contact.why != (why,)
    closed = replace(
        contact,
        verdict=Verdict.HOLD,
        why=(why,),
        decided_at=now if news else contact.decided_at,
        confirmed_at=now,
        number=contact.number + 1 if news else contact.number,
        open_email_id=contact.open_email_id if ending is None else None,
        score=None,
        at_risk=False,
        risk_date=None,
        due_at=now + SAFETY_NET if ending is None else None,
        due_for=DueFor.WAIT_OVER if ending is None else None,
    )
    record = [Add(_decision(closed, why, now))] if news else []
    world.store.commit(saved(closed), *record, *(ending or []))
    return done(f"hold: {why.words}")


def _decision(contact: Contact, why: Why, now: datetime) -> Decision:
    name = decision_id(contact.user_id, contact.since, contact.number)
    return Decision(name, contact.user_id, contact.mailbox_id, Verdict.HOLD, now, contact.number, why=(why,))


def _ended(email: Email, reasons: Sequence[Why], now: datetime) -> Email:
    forbidden = any(why.reason in FORBIDDEN for why in reasons)
    status = EmailStatus.SUPPRESSED if forbidden else EmailStatus.HELD
    return replace(email, status=status, ended_at=now, ended_why="; ".join(why.words for why in reasons))
