"""how it went → outcome: e-mail, mailbox and contact together, once, by whoever may speak for the claim."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders import NOW, RELAY, USER_ID, a_contact, a_mailbox, an_email, an_event, an_order, days_ago
from flow.world import a_world
from steps.present import the, the_contact, the_mailbox, world_of
from winback.domain.contact import DueFor, Episode, goes_on
from winback.domain.decision import Verdict
from winback.domain.email import Email, EmailStatus
from winback.domain.errors import Conflict, Refused, Retryable, Unsure, WinbackError
from winback.domain.instant import day_start
from winback.domain.mailbox import Mailbox, Sent, quieted
from winback.domain.switch import SenderKind
from winback.ports import Add, Put, Replace, World, Write
from winback.steps.decide import LAPSE, decide
from winback.steps.settle import MOST_SOFT_BOUNCES, How, Settlement, resolve, settle

EMAIL_ID = an_email().email_id
WEEK, FORTNIGHT, HOUR = timedelta(days=7), timedelta(days=14), timedelta(hours=1)
SENT, UNSURE = Settlement(How.SENT, place="p"), Settlement(How.UNSURE, "broken after DATA")
EARLIER = Sent(days_ago(30), SenderKind.SMTP)


def on_its_way(mailbox: Mailbox | None = None, **contact: object) -> World:
    """Claimed at NOW: the mailbox counts the send already."""
    facts = {"open_email_id": EMAIL_ID, "verdict": Verdict.MAIL, "number": 1, "due_at": NOW + HOUR, **contact}
    reserved = replace(
        mailbox or a_mailbox(sends=(EARLIER,)),
        open_email_id=EMAIL_ID,
        open_user_id=USER_ID,
        reserved_until=NOW + LAPSE,
    )
    email = an_email(
        status=EmailStatus.SENDING,
        status_before=EmailStatus.GENERATED,
        owner="claim",
        lease_until=NOW + HOUR,
        sender=SenderKind.SMTP,
    )
    claimed = quieted(reserved, NOW, WEEK, SenderKind.SMTP, USER_ID)
    return world_of(Add(a_contact(**facts)), Add(email), Add(claimed), world=a_world(sender=RELAY))


def settled(world: World, how: Settlement, now: datetime = NOW, owner: str | None = "claim") -> bool:
    return settle(world, EMAIL_ID, how, now, owner)


def email_of(world: World) -> Email:
    return the(Email, world, EMAIL_ID)


def mails_of(world: World) -> int:
    episode = the_contact(world).episode
    assert episode is not None
    return episode.mails


@pytest.mark.parametrize("how", [SENT, UNSURE])
def test_sent_and_in_doubt_both_count_and_free_the_mailbox(how: Settlement) -> None:
    world = on_its_way()
    assert settled(world, how)
    mailbox, contact = the_mailbox(world), the_contact(world)
    assert (mailbox.open_email_id, mailbox.quiet_until, len(mailbox.sends)) == (None, NOW + WEEK, 2)
    assert (contact.open_email_id, contact.due_at, mails_of(world)) == (None, NOW + FORTNIGHT, 1)
    assert email_of(world).status.value == how.how.name
    assert email_of(world).lease_until is None


def test_after_the_last_e_mail_of_an_episode_nobody_is_due() -> None:
    world = on_its_way(episode=Episode(days_ago(20), mails=1, last_at=days_ago(15)))
    settled(world, SENT)
    assert the_contact(world).due_at is None


def test_nothing_happened_leaves_everything_as_it_was_before_the_claim() -> None:
    world = on_its_way()
    settled(world, Settlement(How.NOTHING_HAPPENED, "421", after=3 * HOUR))
    email, mailbox, contact = email_of(world), the_mailbox(world), the_contact(world)
    assert (email.status, email.owner, email.lease_until, email.sender) == (EmailStatus.GENERATED, None, None, None)
    assert (mailbox.sends, mailbox.quiet_until) == ((EARLIER,), EARLIER.at + WEEK)
    assert (mailbox.open_email_id, contact.open_email_id) == (EMAIL_ID, EMAIL_ID)
    assert (contact.due_at, contact.attempts, mails_of(world)) == (NOW + 3 * HOUR, 1, 0)


def test_each_outage_in_a_row_is_waited_for_longer() -> None:
    waits = []
    for attempts in range(6):
        world = on_its_way(attempts=attempts)
        settled(world, Settlement(How.NOTHING_HAPPENED))
        due_at = the_contact(world).due_at
        assert due_at is not None
        waits.append((due_at - NOW) / timedelta(minutes=1))
    assert waits == [1, 5, 15, 60, 60, 60]


def test_a_refused_address_is_never_written_to_again() -> None:
    world = on_its_way()
    settled(world, Settlement(How.ADDRESS_REFUSED, "550 5.1.1"))
    mailbox = the_mailbox(world)
    assert (mailbox.suppressed_at, mailbox.suppressed_why) == (NOW, "hard bounce")
    assert (mailbox.sends, mailbox.open_email_id) == ((EARLIER,), None)
    assert (email_of(world).status, mails_of(world)) == (EmailStatus.FAILED, 0)


def test_five_refusals_in_a_row_suppress_and_a_success_starts_anew() -> None:
    nearly = a_mailbox(soft_bounces=MOST_SOFT_BOUNCES - 1)
    world = on_its_way(nearly)
    settled(world, Settlement(How.REFUSED, "554"))
    assert the_mailbox(world).suppressed_why == "five soft bounces"
    world = on_its_way(nearly)
    settled(world, SENT)
    assert (the_mailbox(world).suppressed_at, the_mailbox(world).soft_bounces) == (None, 0)


def test_a_refused_e_mail_lets_the_client_have_another_turn_after_the_quiet_period() -> None:
    world = on_its_way()
    settled(world, Settlement(How.REFUSED, "554"))
    contact = the_contact(world)
    assert (contact.open_email_id, contact.due_at, contact.due_for) == (None, NOW + WEEK, DueFor.WAIT_OVER)


# Who may speak


def test_another_owner_s_answer_changes_nothing() -> None:
    world = on_its_way()
    assert not settled(world, SENT, owner="another")
    assert email_of(world).status is EmailStatus.SENDING


def test_it_is_settled_once() -> None:
    world = on_its_way()
    assert settled(world, SENT)
    assert not settled(world, UNSURE)
    assert not settled(world, Settlement(How.REFUSED))
    assert (email_of(world).status, mails_of(world)) == (EmailStatus.SENT, 1)


@pytest.mark.parametrize(
    ("how", "status", "mails"),
    [
        (How.SENT, EmailStatus.SENT, 1),
        (How.REFUSED, EmailStatus.FAILED, 0),
        (How.ADDRESS_REFUSED, EmailStatus.FAILED, 0),
        (How.NOTHING_HAPPENED, EmailStatus.UNSURE, 1),
    ],
)
def test_who_was_thought_dead_may_still_end_the_doubt(how: How, status: EmailStatus, mails: int) -> None:
    world = on_its_way()
    settled(world, UNSURE)
    settled(world, Settlement(how), NOW + HOUR)
    assert (email_of(world).status, mails_of(world)) == (status, mails)


def test_what_was_never_there_is_no_fault() -> None:
    assert not settled(a_world(), SENT)


@pytest.mark.parametrize("error", [Conflict("lost"), Retryable("down"), Unsure("no answer")])
def test_how_it_went_is_told_until_it_is_stored(error: WinbackError) -> None:
    world = on_its_way()
    commit, left = world.store.commit, [error] * 5

    def failing(*writes: Write) -> None:
        if left:
            raise left.pop()
        commit(*writes)

    world.store.commit = failing  # type: ignore[method-assign]
    assert settled(world, SENT)
    assert email_of(world).status is EmailStatus.SENT


def test_what_cannot_be_stored_is_left_to_its_lease() -> None:
    world = on_its_way()

    def failing(*writes: Write) -> None:
        raise Retryable("down")

    world.store.commit = failing  # type: ignore[method-assign]
    with pytest.raises(Conflict, match="its lease will tell"):
        settled(world, SENT)
    assert email_of(world).status is EmailStatus.SENDING


# What came in between


def test_who_ordered_while_it_was_on_its_way_is_due_at_the_next_crossing() -> None:
    world = on_its_way()
    world.store.commit(Put(an_order(ordered_at=NOW)))
    decide(world, an_event(), NOW)
    settled(world, SENT)
    contact = the_contact(world)
    assert contact.risk_date is not None
    assert (contact.due_at, contact.due_for) == (day_start(contact.risk_date), DueFor.CROSSING)
    assert contact.open_email_id is None
    assert not goes_on(contact.episode, contact.last_order_at)


# A person's word


def test_a_person_s_word_that_it_was_sent_ends_the_doubt_and_changes_no_count() -> None:
    world = on_its_way()
    settled(world, UNSURE)
    before = the_contact(world), the_mailbox(world).sends
    resolve(world, EMAIL_ID, sent=True, now=NOW + HOUR)
    assert email_of(world).status is EmailStatus.SENT
    assert (the_contact(world), the_mailbox(world).sends) == before


def test_a_person_s_word_that_it_was_not_sent_gives_the_client_another_turn_and_blames_no_address() -> None:
    world = on_its_way()
    settled(world, UNSURE)
    resolve(world, EMAIL_ID, sent=False, now=NOW + HOUR)
    mailbox, contact = the_mailbox(world), the_contact(world)
    assert (email_of(world).status, mailbox.sends, mailbox.soft_bounces) == (EmailStatus.FAILED, (EARLIER,), 0)
    assert (contact.due_at, mails_of(world)) == (NOW + HOUR, 0)
    assert contact.episode is not None
    assert contact.episode.last_at is None


def test_only_its_own_send_is_taken_back_when_others_followed() -> None:
    world = on_its_way()
    settled(world, UNSURE)
    later = NOW + timedelta(days=10)
    world.store.commit(Replace(quieted(the_mailbox(world), later, WEEK, SenderKind.SMTP, "u-2")))
    resolve(world, EMAIL_ID, sent=False, now=later + HOUR)
    mailbox = the_mailbox(world)
    assert [sent.at for sent in mailbox.sends] == [EARLIER.at, later]
    assert mailbox.quiet_until == later + WEEK


def test_an_episode_that_began_after_the_doubt_is_not_uncounted() -> None:
    world = on_its_way()
    settled(world, UNSURE)
    new = Episode(NOW + timedelta(days=100), mails=1, last_at=NOW + timedelta(days=101))
    world.store.commit(Replace(replace(the_contact(world), episode=new)))
    resolve(world, EMAIL_ID, sent=False, now=NOW + timedelta(days=102))
    assert the_contact(world).episode == new


def test_after_an_earlier_e_mail_the_gap_is_kept() -> None:
    world = on_its_way(episode=Episode(days_ago(20), mails=1, last_at=days_ago(15)))
    settled(world, UNSURE)
    resolve(world, EMAIL_ID, sent=False, now=NOW + HOUR)
    episode = the_contact(world).episode
    assert episode is not None
    assert (episode.mails, episode.last_at) == (1, NOW)


@pytest.mark.parametrize("status", sorted(set(EmailStatus) - {EmailStatus.UNSURE}))
def test_only_what_is_in_doubt_can_be_resolved(status: EmailStatus) -> None:
    world = world_of(Add(an_email(status=status)))
    with pytest.raises(Refused, match=f"is {status}: only one that is UNSURE"):
        resolve(world, EMAIL_ID, sent=True, now=NOW)
    with pytest.raises(Refused, match="not there"):
        resolve(world, "e-none", sent=True, now=NOW)
