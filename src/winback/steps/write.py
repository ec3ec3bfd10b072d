"""decision → e-mail: composed, judged by the gate, rendered and stored."""

from dataclasses import replace
from datetime import datetime, timedelta

from winback.compose.brief import brief_of
from winback.compose.compose import Written, written
from winback.domain.brief import Brief
from winback.domain.contact import Contact
from winback.domain.email import Body, Email, EmailStatus
from winback.domain.errors import Rejected
from winback.domain.event import Event
from winback.domain.mailbox import Mailbox
from winback.domain.reason import Reason, Why
from winback.domain.user import User
from winback.ports import Add, Replace, World, saved
from winback.steps.ending import end_writes
from winback.steps.result import Step, done, go_on
from winback.steps.waiting import put_off

TRY_AGAIN = timedelta(days=1)


def write(world: World, event: Event, now: datetime) -> Step:
    """decision → e-mail. Raises Conflict if somebody else wrote it first, Retryable while the composer is down."""
    store = world.store
    contact = store.get(Contact, event.user_id)
    if contact is None or contact.open_email_id is None or contact.mailbox_id is None:
        return done("nothing to write")
    email_id = contact.open_email_id
    if store.get(Email, email_id) is not None:
        return go_on("written already")
    mailbox = store.get(Mailbox, contact.mailbox_id)
    if mailbox is None or mailbox.open_email_id != email_id:
        return _given_up(world, contact, Why(Reason.LAPSED, "waited 14 days: its turn went to another client"), now)
    user = store.get(User, event.user_id)
    if user is None:
        return done("there is no such client")
    brief = brief_of(user, contact, world.house, now, email_id)
    try:
        text = written(world.composer, brief, user, world.house)
    except Rejected as error:
        return _given_up(world, contact, Why(Reason.NOT_TRUE, f"no text passed the gate: {error}"), now)
    email = Email(
        email_id, user.user_id, contact.mailbox_id, EmailStatus.GENERATED, text.subject, text.text, created_at=now
    )
    # The mailbox's version is the guard: were the decision ended while the composer was at it, nobody would send this.
    store.commit(Replace(mailbox), Add(email), Add(_body(email_id, text, brief, now)))
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


def _given_up(world: World, contact: Contact, why: Why, now: datetime) -> Step:
    """The mailbox is free again, and the client is looked at again after a while."""
    ending = end_writes(world.store, contact, (why,), now)
    if ending is None:
        return done("the e-mail is on its way already")
    # Each try takes a place of its day: a fault in the house facts must not use them all up.
    contact = put_off(contact, now, after=TRY_AGAIN)
    world.store.commit(saved(replace(contact, open_email_id=None, why=(why,))), *ending)
    return done(why.words)
