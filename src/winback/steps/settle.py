"""how it went → outcome: the one place where a send, a lost claim or a person's answer ends an e-mail."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from winback.domain.contact import Contact, DueFor
from winback.domain.decision import Verdict
from winback.domain.email import Email, EmailStatus
from winback.domain.errors import Conflict, Refused, Retryable, Unsure
from winback.domain.mailbox import Mailbox, freed, suppressed
from winback.domain.policy import Policy
from winback.domain.switch import SenderKind
from winback.ports import Replace, World, Write
from winback.steps.present import current_policy
from winback.steps.waiting import after_mailing, put_off

TRIES = 10
MOST_SOFT_BOUNCES = 5


class How(StrEnum):
    SENT = "sent"
    UNSURE = "unsure"
    ADDRESS_REFUSED = "address refused"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    NOTHING_HAPPENED = "nothing happened"


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a send went: why not, where it lies, when to try again."""

    how: How
    why: str = ""
    place: str | None = None
    after: timedelta | None = None


_STATUS = {
    How.SENT: EmailStatus.SENT,
    How.UNSURE: EmailStatus.UNSURE,
    How.ADDRESS_REFUSED: EmailStatus.FAILED,
    How.REFUSED: EmailStatus.FAILED,
    How.NOT_SENT: EmailStatus.FAILED,
}
_ENDS_DOUBT = frozenset({How.SENT, How.REFUSED, How.ADDRESS_REFUSED, How.NOT_SENT})


def settle(world: World, email_id: str, how: Settlement, now: datetime, owner: str | None = None) -> bool:
    """how it went → outcome, in one commit of e-mail, mailbox and contact; whatever stands in its way, it is tried
    again here, since nobody else knows how it went.

    `owner` is the claim it speaks for; if the claim has been settled otherwise meanwhile, nothing is done and the
    answer is False, save that what was in doubt may still turn out as sent or refused.
    """
    for attempt in range(TRIES):
        try:
            return _settle_once(world, email_id, how, now, owner)
        except (Conflict, Retryable, Unsure):
            world.clock.sleep(0.005 * 2**attempt)
    raise Conflict(f"e-mail {email_id} could not be settled in {TRIES} tries; its lease will tell")


def resolve(world: World, email_id: str, sent: bool, now: datetime) -> None:
    """A person says how an UNSURE e-mail went. Raises Refused if it is not in doubt."""
    email = world.store.get(Email, email_id)
    if email is None or email.status is not EmailStatus.UNSURE:
        status = email.status if email else "not there"
        raise Refused(f"e-mail {email_id} is {status}: only one that is UNSURE can be resolved")
    how = Settlement(How.SENT if sent else How.NOT_SENT, "resolved by a person", place=email.place)
    settle(world, email_id, how, now)


def _settle_once(world: World, email_id: str, how: Settlement, now: datetime, owner: str | None) -> bool:
    store = world.store
    email = store.get(Email, email_id)
    if email is None or not _may_settle(email, how, owner):
        return False
    mailbox = store.get(Mailbox, email.mailbox_id)
    contact = store.get(Contact, email.user_id)
    policy = current_policy(world)
    writes: list[Write] = [Replace(_email(email, how, now))]
    if mailbox is not None:
        writes.append(Replace(_mailbox(mailbox, email, how, policy, now)))
    if contact is not None and contact.open_email_id == email_id:
        writes.append(Replace(_contact(contact, email, how, policy, now)))
    elif contact is not None and how.how is not How.SENT:
        # It stood in doubt, counted as sent, and was not: the client's turn comes again.
        writes.append(Replace(_uncounted(contact, email, now)))
    store.commit(*writes)
    return True


def _may_settle(email: Email, how: Settlement, owner: str | None) -> bool:
    if email.status is EmailStatus.SENDING:
        return owner is None or email.owner == owner
    return email.status is EmailStatus.UNSURE and how.how in _ENDS_DOUBT


def _email(email: Email, how: Settlement, now: datetime) -> Email:
    if how.how is How.NOTHING_HAPPENED:
        back = email.status_before or EmailStatus.GENERATED
        return replace(email, status=back, status_before=None, owner=None, lease_until=None, sender=None)
    return replace(
        email,
        status=_STATUS[how.how],
        lease_until=None,
        sent_at=now if how.how is How.SENT else None,
        ended_at=now,
        ended_why=how.why or None,
        place=how.place or email.place,
    )


def _mailbox(mailbox: Mailbox, email: Email, how: Settlement, policy: Policy, now: datetime) -> Mailbox:
    if how.how is How.NOTHING_HAPPENED:
        return _unquieted(mailbox, email, policy)
    if mailbox.open_email_id == email.email_id:
        mailbox = freed(mailbox)
    match how.how:
        case How.SENT:
            return replace(mailbox, soft_bounces=0)
        case How.ADDRESS_REFUSED:
            return suppressed(_unquieted(mailbox, email, policy), now, "hard bounce")
        case How.REFUSED:
            soft = replace(_unquieted(mailbox, email, policy), soft_bounces=mailbox.soft_bounces + 1)
            return suppressed(soft, now, "five soft bounces") if soft.soft_bounces >= MOST_SOFT_BOUNCES else soft
        case How.NOT_SENT:
            return _unquieted(mailbox, email, policy)
        case _:
            return mailbox


def _unquieted(mailbox: Mailbox, email: Email, policy: Policy) -> Mailbox:
    """Without the send of this e-mail, which did not happen: quiet only for the others.

    Its send is the last one up to when it stood in doubt, since until then the mailbox was its own.
    """
    own = [sent for sent in mailbox.sends if email.ended_at is None or sent.at <= email.ended_at][-1:]
    sends = tuple(sent for sent in mailbox.sends if sent not in own)
    last = sends[-1] if sends else None
    return replace(
        mailbox,
        sends=sends,
        quiet_until=last.at + timedelta(days=policy.quiet_period_days) if last else None,
        quiet_by=last.by if last else None,
    )


def _contact(contact: Contact, email: Email, how: Settlement, policy: Policy, now: datetime) -> Contact:
    match how.how:
        case How.NOTHING_HAPPENED:
            return put_off(contact, now, how.after)
        case How.SENT | How.UNSURE:
            why = () if contact.verdict is Verdict.MAIL else contact.why
            return replace(
                after_mailing(contact, policy, email.sender or SenderKind.FOLDER, now),
                open_email_id=None,
                attempts=0,
                why=why,
            )
        case _:
            again = now + timedelta(days=policy.quiet_period_days)
            return replace(contact, open_email_id=None, attempts=0, due_at=again, due_for=DueFor.WAIT_OVER)


def _uncounted(contact: Contact, email: Email, now: datetime) -> Contact:
    episode = contact.episode
    if episode is not None and episode.mails and episode.since <= email.created_at:
        # After an earlier e-mail the gap is kept, from the one in doubt on: later than need be, never sooner.
        mails = episode.mails - 1
        episode = replace(episode, mails=mails, last_at=episode.last_at if mails else None)
    return replace(contact, episode=episode, due_at=now, due_for=DueFor.WAIT_OVER)
