"""e-mail → the way out: asked again, claimed before it goes, handed over once, and however it went is stored."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders import (
    NOW,
    PAUSED,
    RELAY,
    SENDING,
    USER_ID,
    a_body,
    a_contact,
    a_day,
    a_mailbox,
    a_user,
    an_email,
    an_event,
    days_ago,
)
from flow.world import PostOffice, a_world
from steps.present import the_contact, the_emails, the_mailbox, world_of
from winback.compose.brief import brief_of
from winback.compose.house_copy import HouseCopy
from winback.domain.brief import House
from winback.domain.contact import Contact
from winback.domain.email import Email, EmailStatus
from winback.domain.errors import AddressRejected, Conflict, Rejected, Retryable, SenderIll, Unsure, WinbackError
from winback.domain.reason import Reason
from winback.domain.switch import SenderKind
from winback.ports import Add, Letter, Put, Replace, World, Write
from winback.steps.decide import LAPSE
from winback.steps.deliver import LEASE, deliver
from winback.steps.result import Step

EMAIL_ID = an_email().email_id
MINUTE = timedelta(minutes=1)


class Watched(PostOffice):
    """A sender that looks, at the moment of the hand-over, at what stands in the store."""

    world: World
    seen: Email
    quiet_until: datetime | None

    def send(self, letter: Letter, now: datetime) -> str:
        (self.seen,) = the_emails(self.world)
        self.quiet_until = the_mailbox(self.world).quiet_until
        return super().send(letter, now)


def written(post: PostOffice | None = None, **contact: object) -> World:
    """The e-mail is written and waits; sending is on."""
    world = a_world(sender=RELAY, mailer=post or PostOffice(SenderKind.SMTP))
    facts = a_contact(open_email_id=EMAIL_ID, number=1, **contact)
    draft = HouseCopy().compose(brief_of(a_user(), facts, House(), NOW, EMAIL_ID)).draft
    return world_of(
        Add(SENDING),
        Add(facts),
        Add(a_mailbox(open_email_id=EMAIL_ID, open_user_id=USER_ID, reserved_until=NOW + LAPSE)),
        Add(an_email()),
        Add(a_body(draft=draft)),
        world=world,
    )


def post_of(world: World) -> PostOffice:
    assert isinstance(world.mailer, PostOffice)
    return world.mailer


def delivered(world: World, now: datetime = NOW) -> Step:
    return deliver(world, an_event(), now)


def email_of(world: World) -> Email:
    (email,) = the_emails(world)
    return email


# Sent


def test_it_is_handed_over_and_stored_as_sent() -> None:
    world = written()
    delivered(world)
    email, mailbox, contact = email_of(world), the_mailbox(world), the_contact(world)
    ((_, letter),) = post_of(world).taken
    assert (letter.to, letter.subject, letter.sender) == ("ada@example.com", email.subject, RELAY.from_address)
    assert (email.status, email.sent_at, email.place) == (EmailStatus.SENT, NOW, f"memory:{EMAIL_ID}")
    assert (mailbox.open_email_id, mailbox.quiet_until, len(mailbox.sends)) == (None, NOW + timedelta(days=7), 1)
    assert contact.open_email_id is None
    assert contact.episode is not None
    assert (contact.episode.mails, contact.due_at) == (1, NOW + timedelta(days=14))


def test_before_it_goes_the_claim_stands_in_the_store_and_the_mailbox_is_quiet() -> None:
    post = Watched(SenderKind.SMTP)
    post.world = written(post)
    delivered(post.world)
    assert (post.seen.status, post.seen.owner, post.seen.lease_until) == (EmailStatus.SENDING, "first:1", NOW + LEASE)
    assert post.quiet_until == NOW + timedelta(days=7)


def test_a_message_that_comes_twice_sends_once() -> None:
    world = written()
    delivered(world)
    assert delivered(world) == Step(delivered(world).result, "nothing to send")
    assert len(post_of(world).taken) == 1


def test_the_address_is_the_one_of_this_moment() -> None:
    world = written()
    world.store.commit(Put(a_user(email="Ada.Lovelace+new@example.com")))
    delivered(world)
    assert post_of(world).taken == []
    world = written()
    world.store.commit(Put(a_user(email="ADA@example.com")))
    delivered(world)
    assert [letter.to for _, letter in post_of(world).taken] == ["ADA@example.com"]


@pytest.mark.parametrize("status", sorted(set(EmailStatus) - {EmailStatus.GENERATED, EmailStatus.APPROVED}))
def test_only_what_is_ready_is_sent(status: EmailStatus) -> None:
    world = world_of(Add(an_email(status=status)), Add(a_contact(open_email_id=EMAIL_ID)))
    assert delivered(world).why == "nothing to send"


# Waits at the door


def test_at_night_it_waits_until_the_morning_of_the_client() -> None:
    world = written()
    delivered(world, NOW.replace(hour=3))
    contact = the_contact(world)
    assert contact.due_at is not None
    assert NOW.replace(hour=8) <= contact.due_at < NOW.replace(hour=10)
    assert [why.reason for why in contact.why] == [Reason.QUIET_HOURS]
    assert email_of(world).status is EmailStatus.GENERATED


def test_in_a_pause_it_waits_and_is_sent_when_it_is_over() -> None:
    world = written()
    world.store.commit(Replace(replace(PAUSED, version=1)))
    assert delivered(world).why == "waits: sending is paused"
    assert the_contact(world).due_at is not None
    world.store.commit(Replace(replace(SENDING, version=2)))
    delivered(world, NOW + MINUTE)
    assert email_of(world).status is EmailStatus.SENT


def test_a_full_day_does_not_stop_what_it_has_counted() -> None:
    world = written()
    world.store.commit(Add(a_day(decided=200)))
    delivered(world)
    assert email_of(world).status is EmailStatus.SENT


def test_an_ill_sender_is_not_tried_and_the_e_mail_stays_as_it_is() -> None:
    world = written()
    post_of(world).ill = (NOW + 3 * MINUTE, "454 sign-in refused")
    delivered(world)
    assert the_contact(world).due_at == NOW + 3 * MINUTE
    assert email_of(world) == replace(an_email(), version=1)


# Ended unsent


@pytest.mark.parametrize(
    ("write", "status"),
    [
        (Put(a_user(do_not_email="asked us")), EmailStatus.SUPPRESSED),
        (Put(a_user(email="info@example.com")), EmailStatus.SUPPRESSED),
        (Put(a_user(email=None)), EmailStatus.HELD),
        (Put(a_user(email="ada@elsewhere.example.org")), EmailStatus.HELD),
    ],
    ids=["do not e-mail", "a role", "no address", "another address"],
)
def test_the_user_is_looked_at_once_more(write: Write, status: EmailStatus) -> None:
    world = written()
    world.store.commit(write)
    delivered(world)
    assert email_of(world).status is status


def test_what_is_not_wanted_any_more_ends_and_is_decided_anew_at_once() -> None:
    world = written(score=80.0)
    assert delivered(world).why.startswith("ended unsent: engaged: 80 of 100")
    contact, email = the_contact(world), email_of(world)
    assert (email.status, email.ended_at) == (EmailStatus.HELD, NOW)
    assert (contact.open_email_id, contact.due_at) == (None, NOW)
    assert the_mailbox(world).open_email_id is None
    assert post_of(world).taken == []


def test_a_suppressed_mailbox_gets_nothing_even_if_it_is_suppressed_this_moment() -> None:
    world = written()
    world.store.commit(Replace(replace(the_mailbox(world), suppressed_at=NOW, suppressed_why="complaint")))
    delivered(world)
    assert email_of(world).status is EmailStatus.SUPPRESSED


def test_what_waited_a_fortnight_lapses() -> None:
    world = written()
    delivered(world, NOW + LAPSE)
    assert email_of(world).status is EmailStatus.HELD
    assert "waited 14 days" in (email_of(world).ended_why or "")


def test_a_text_that_is_not_true_any_more_is_not_sent() -> None:
    """It says how long it has been; by now it has been much longer."""
    world = written(last_order_at=days_ago(20))
    contact = the_contact(world)
    world.store.commit(Replace(replace(contact, last_order_at=days_ago(300))))
    delivered(world)
    email = email_of(world)
    assert (email.status, post_of(world).taken) == (EmailStatus.HELD, [])
    assert "the text no longer holds" in (email.ended_why or "")
    assert the_contact(world).due_at == NOW


def test_whose_turn_went_to_another_client_sends_nothing() -> None:
    world = written()
    world.store.commit(Replace(replace(the_mailbox(world), open_email_id="e-2", open_user_id="u-2")))
    delivered(world)
    assert email_of(world).status is EmailStatus.HELD
    assert the_mailbox(world).open_email_id == "e-2"


# However it went


@pytest.mark.parametrize(
    ("error", "taken", "status"),
    [
        (AddressRejected("550 5.1.1 unknown"), False, EmailStatus.FAILED),
        (Rejected("554 no"), False, EmailStatus.FAILED),
        (Retryable("421 later"), False, EmailStatus.GENERATED),
        (SenderIll("454 sign-in refused"), False, EmailStatus.GENERATED),
        (Unsure("broken after DATA"), False, EmailStatus.UNSURE),
        (Unsure("broken after DATA"), True, EmailStatus.UNSURE),
    ],
)
def test_however_the_send_went_is_stored(error: WinbackError, taken: bool, status: EmailStatus) -> None:
    world = written()
    post_of(world).fail_next(error, taken)
    delivered(world)
    assert email_of(world).status is status
    assert email_of(world).ended_why == (None if status is EmailStatus.GENERATED else str(error))
    delivered(world, NOW + timedelta(days=1))
    assert len(post_of(world).taken) == (1 if taken or status is EmailStatus.GENERATED else 0)


def test_of_two_who_send_at_once_one_hands_over() -> None:
    class Twice(PostOffice):
        def send(self, letter: Letter, now: datetime) -> str:
            assert delivered(world).why == "nothing to send"
            return super().send(letter, now)

    world = written(Twice(SenderKind.SMTP))
    delivered(world)
    assert len(post_of(world).taken) == 1


def test_a_claim_that_met_itself_is_no_conflict_and_a_foreign_one_is() -> None:
    """The answer of the commit got lost, it is made again beneath us, and meets what it wrote itself."""
    world = written()
    commit = world.store.commit

    def twice(*writes: Write) -> None:
        world.store.commit = commit  # type: ignore[method-assign]
        commit(*writes)
        commit(*writes)

    world.store.commit = twice  # type: ignore[method-assign]
    delivered(world)
    assert email_of(world).status is EmailStatus.SENT

    world = written()
    commit = world.store.commit

    def behind_another(*writes: Write) -> None:
        world.store.commit = commit  # type: ignore[method-assign]
        commit(Replace(replace(email_of(world), owner="another", status=EmailStatus.SENDING)))
        commit(*writes)

    world.store.commit = behind_another  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        delivered(world)
    assert post_of(world).taken == []


def test_nothing_personal_is_in_what_is_said() -> None:
    world = written()
    said = delivered(world).why.lower()
    assert not any(word in said for word in ("ada", "lovelace", "example.com"))
    contact = world.store.get(Contact, USER_ID)
    assert contact is not None
    assert contact.why == ()
