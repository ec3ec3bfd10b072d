"""decision → e-mail: composed, judged by the gate, rendered and stored."""

from dataclasses import replace
from datetime import datetime

from winback.compose.brief import brief_of
from winback.compose.compose import Written, written
from winback.domain.brief import Brief
from winback.domain.contact import Contact
from winback.domain.email import Body, Email, EmailStatus
from winback.domain.errors import Rejected
from winback.domain.event import Event
from winback.domain.reason import Reason, Why
from winback.domain.user import User
from winback.ports import Add, World, saved
from winback.steps.result import Step, done, go_on
from winback.steps.waiting import end_writes, put_off


def write(world: World, event: Event, now: datetime) -> Step:
    """decision → e-mail. Raises Conflict if somebody else wrote it first, Retryable while the composer is down."""
    contact = world.store.get(Contact, event.user_id)
    if contact is None or contact.open_email_id is None or contact.mailbox_id is None:
        return done("nothing to write")
    email_id = contact.open_email_id
    if world.store.get(Email, email_id) is not None:
        return go_on("written already")
    user = world.store.get(User, event.user_id)
    if user is None:
        return done("there is no such client")
    brief = brief_of(user, contact, world.house, now, email_id)
    try:
        text = written(world.composer, brief, user, world.house)
    except Rejected as error:
        return _given_up(world, contact, str(error), now)
    email = Email(
        email_id, user.user_id, contact.mailbox_id, EmailStatus.GENERATED, text.subject, text.text, created_at=now
    )
    world.store.commit(Add(email), Add(_body(email_id, text, brief, now)))
    return go_on(f"written by {text.composer}")


def _body(email_id: str, text: Written, brief: Brief, now: datetime) -> Body:
    return Body(
        email_id,
        text.html,
        text.draft,
        text.composer,
        _told(brief),
        now,
        cost_usd=text.cost_usd,
        verdicts=text.verdicts,
    )


def _told(brief: Brief) -> dict[str, str]:
    """What the composer was told of the client, for whoever asks later why the e-mail reads as it does."""
    told = {
        "mailInEpisode": brief.mail_in_episode,
        "silentDays": brief.silent_days,
        "orders": brief.orders,
        "categories": ", ".join(brief.categories) or None,
        "theme": brief.theme,
        "language": brief.language,
    }
    return {name: str(value) for name, value in told.items() if value is not None}


def _given_up(world: World, contact: Contact, fault: str, now: datetime) -> Step:
    """No text passes the gate: the mailbox is free again, and the client is looked at again after a while."""
    why = (Why(Reason.NOT_TRUE, f"no text passed the gate: {fault}"),)
    ending = end_writes(world.store, contact, why, now)
    if ending is None:
        return done("the e-mail is on its way already")
    world.store.commit(saved(replace(put_off(contact, now), open_email_id=None, why=why)), *ending)
    return done(why[0].words)
