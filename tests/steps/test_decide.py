"""event → decision: one commit, from the facts of the moment, whatever the event was."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import (
    KEY,
    MAILBOX_ID,
    NOW,
    PAUSED,
    RELAY,
    USER_ID,
    a_contact,
    a_day,
    a_mailbox,
    a_policy,
    a_user,
    an_email,
    an_event,
    an_order,
    days_ago,
)
from flow.world import a_world
from steps.present import the, the_contact, the_decisions, the_emails, the_mailbox, world_of
from winback.domain.contact import Contact, DueFor, Episode
from winback.domain.day import Day
from winback.domain.decision import Verdict
from winback.domain.email import Email, EmailStatus
from winback.domain.errors import Conflict
from winback.domain.event import EventType
from winback.domain.instant import day_start
from winback.domain.mailbox import mailbox_id
from winback.domain.order import OrderStatus
from winback.domain.policy import POLICY_ID, Policy
from winback.domain.reason import Reason
from winback.domain.user import User
from winback.ports import Add, Put, Remove, Replace, World
from winback.steps.decide import LAPSE, decide
from winback.steps.result import Result, Step
from winback.steps.settle import How, Settlement, settle
from winback.steps.waiting import SAFETY_NET

ENGAGED = a_user(last_order_date=days_ago(20))
SAID_ENOUGH = Episode(days_ago(11), mails=2, last_at=days_ago(9))


def decided(world: World, later: timedelta = timedelta(), user_id: str = USER_ID) -> Step:
    return decide(world, an_event(user_id=user_id), NOW + later)


def under_way(status: EmailStatus = EmailStatus.GENERATED) -> World:
    """The client's e-mail is written and waits, or is just being handed over."""
    email = an_email(status=status, owner="claim", lease_until=NOW + timedelta(minutes=10))
    return world_of(
        Add(email),
        Add(a_contact(open_email_id=email.email_id, verdict=Verdict.MAIL, number=1)),
        Add(a_mailbox(open_email_id=email.email_id, open_user_id=USER_ID, reserved_until=NOW + LAPSE)),
    )


def reasons_of(contact: Contact) -> list[Reason]:
    return [why.reason for why in contact.why]


# Mail


def test_to_mail_is_decided_in_one_commit_with_reservation_and_count() -> None:
    world = world_of(Add(a_day(decided=4)))
    assert decided(world).result is Result.GO_ON
    (decision,), contact, mailbox = the_decisions(world), the_contact(world), the_mailbox(world)
    assert (decision.verdict, decision.arm, decision.campaign) == (Verdict.MAIL, "treated", "winback")
    assert contact.open_email_id == mailbox.open_email_id == decision.decision_id
    assert (mailbox.open_user_id, mailbox.reserved_until) == (USER_ID, NOW + LAPSE)
    assert mailbox.arms == {"winback": "treated"}
    assert (contact.verdict, contact.decided_at, contact.due_at) == (Verdict.MAIL, NOW, NOW + SAFETY_NET)
    day = world.store.get(Day, a_day().day_id)
    assert day is not None
    assert day.decided == 5


def test_who_is_due_for_mail_once_is_not_decided_for_again() -> None:
    world = world_of()
    decided(world)
    assert decided(world) == Step(Result.GO_ON, "resumes the e-mail under way")
    assert len(the_decisions(world)) == 1
    assert the(Contact, world, USER_ID).number == 1


def test_a_lost_race_writes_nothing() -> None:
    world = world_of()
    original = world.store.commit

    def commit(*writes: object) -> None:
        world.store.commit = original  # type: ignore[method-assign]  # only the first commit loses
        original(Add(a_mailbox()))
        original(*writes)  # type: ignore[arg-type]

    world.store.commit = commit  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        decided(world)
    assert world.store.get(Contact, USER_ID) is None
    assert world.store.get(Day, a_day().day_id) is None
    assert decided(world).result is Result.GO_ON


def test_a_pause_and_the_night_hold_at_the_door_not_here() -> None:
    world = world_of(Add(a_contact()), Add(PAUSED), world=a_world(sender=RELAY))
    assert decide(world, an_event(), NOW.replace(hour=3)).why == "mail"


# Held out


def test_who_is_held_out_is_counted_as_if_mailed() -> None:
    world = world_of()
    world.store.commit(Replace(replace(_policy(world), holdout_share=0.9999)))
    assert decided(world).result is Result.DONE
    (decision,), contact, mailbox = the_decisions(world), the_contact(world), the_mailbox(world)
    assert (decision.verdict, decision.arm) == (Verdict.HELD_OUT, "holdout")
    assert (mailbox.quiet_until, len(mailbox.sends)) == (NOW + timedelta(days=7), 1)
    assert (contact.open_email_id, mailbox.open_email_id) == (None, None)
    assert contact.episode is not None
    assert (contact.episode.mails, contact.episode.last_at) == (1, NOW)
    assert contact.due_at == NOW + timedelta(days=14)
    day = world.store.get(Day, a_day().day_id)
    assert day is not None
    assert day.decided == 1


@pytest.mark.parametrize(("arm", "verdict"), [("treated", Verdict.MAIL), ("holdout", Verdict.HELD_OUT)])
def test_the_arm_is_drawn_once_for_each_mailbox(arm: str, verdict: Verdict) -> None:
    world = world_of(Add(a_mailbox(arms={"winback": arm})))
    world.store.commit(Replace(replace(_policy(world), holdout_share=0.9999 if arm == "treated" else 0.0)))
    decided(world)
    assert the_contact(world).verdict is verdict


def test_who_may_not_be_mailed_is_never_drawn() -> None:
    world = world_of(user=a_user(do_not_email="asked us"))
    decided(world)
    assert the_decisions(world)[0].arm is None
    assert world.store.get(Day, a_day().day_id) is None


# Hold


def test_a_hold_is_recorded_only_when_its_reasons_are_news() -> None:
    world = world_of(user=ENGAGED)
    for hours in range(3):
        decided(world, timedelta(hours=hours))
    contact = the_contact(world)
    assert len(the_decisions(world)) == contact.number == 1
    assert (contact.decided_at, contact.confirmed_at) == (NOW, NOW + timedelta(hours=2))
    world.store.commit(Put(replace(ENGAGED, do_not_email="asked us")))
    decided(world)
    assert [set(map(str, (why.reason for why in each.why))) for each in the_decisions(world)] == [
        {"NOT_AT_RISK"},
        {"NOT_AT_RISK", "DO_NOT_EMAIL"},
    ]


def test_who_is_engaged_is_due_on_the_risk_date() -> None:
    world = world_of(user=ENGAGED)
    decided(world)
    contact = the_contact(world)
    assert contact.risk_date is not None
    assert (contact.due_at, contact.due_for) == (day_start(contact.risk_date), DueFor.CROSSING)


def test_who_waits_is_due_when_the_last_reason_is_over() -> None:
    quiet, held = NOW + timedelta(days=3), NOW + timedelta(days=5)
    world = world_of(Add(a_mailbox(quiet_until=quiet)), Add(a_contact(held_until=held)))
    decided(world)
    contact = the_contact(world)
    assert (contact.due_at, contact.due_for) == (held, DueFor.WAIT_OVER)


# Episodes


def test_an_order_of_long_ago_that_is_learned_of_late_begins_no_new_episode() -> None:
    world = world_of(Add(a_contact(last_order_at=days_ago(300), episode=SAID_ENOUGH)))
    world.store.commit(Put(a_user(last_order_date=days_ago(300))), Put(an_order(ordered_at=days_ago(290))))
    decided(world)
    contact = the_contact(world)
    assert (contact.last_order_at, contact.episode) == (days_ago(290), SAID_ENOUGH)
    assert reasons_of(contact) == [Reason.SAID_ENOUGH]


@pytest.mark.parametrize("status", [OrderStatus.RETURNED, OrderStatus.CANCELLED])
def test_an_order_that_is_returned_gives_no_new_turns(status: OrderStatus) -> None:
    """It counts for nothing: the episode that it seemed to end goes on, with all that was sent in it."""
    world = world_of(Add(a_contact(episode=SAID_ENOUGH)))
    world.store.commit(Put(an_order(ordered_at=NOW)))
    decided(world)
    assert reasons_of(the_contact(world)) == [Reason.NOT_AT_RISK]
    world.store.commit(Put(an_order(ordered_at=NOW, status=status)))
    decided(world)
    assert (the_contact(world).episode, reasons_of(the_contact(world))) == (SAID_ENOUGH, [Reason.SAID_ENOUGH])


@pytest.mark.parametrize("hours_ahead", [0, 12], ids=["now", "ahead"])
def test_a_low_score_given_to_one_who_just_ordered_makes_one_episode(hours_ahead: int) -> None:
    world = world_of(user=a_user(engagement_score=30.0, last_order_date=NOW + timedelta(hours=hours_ahead)))
    decided(world)
    episode = the_contact(world).episode
    decided(world, timedelta(hours=1))
    assert episode is not None
    assert the_contact(world).episode == episode


def test_an_order_at_the_very_midnight_of_the_crossing_ends_the_episode() -> None:
    """Many a shop knows the day of an order only, and writes it as midnight."""
    world = world_of(Add(a_contact(episode=Episode(NOW, mails=2, last_at=NOW))))
    world.store.commit(Put(an_order(ordered_at=NOW)))
    assert decided(world, timedelta(days=300)).why == "mail"


def test_a_crossing_after_an_order_begins_a_new_episode() -> None:
    world = world_of(Add(a_contact(episode=SAID_ENOUGH)))
    world.store.commit(Put(an_order(ordered_at=NOW)))
    assert decided(world, timedelta(days=300)).why == "mail"
    episode = the_contact(world).episode
    assert episode is not None
    assert episode.since > NOW
    assert episode.mails == 0


def test_who_is_held_for_ever_is_not_due() -> None:
    world = world_of(Add(a_mailbox(quiet_until=NOW + timedelta(days=3), suppressed_at=NOW)))
    decided(world)
    assert the_contact(world).due_at is None


def test_an_invalid_user_is_held_and_the_field_is_named() -> None:
    world = world_of(user=a_user(email=None))
    decided(world)
    contact = the_contact(world)
    assert (contact.score, contact.at_risk, contact.mailbox_id) == (None, False, None)
    assert "email is missing" in contact.why[0].words


# The score that is shown


def test_the_score_is_shown_rounded_down_so_that_nobody_at_risk_stands_on_the_line() -> None:
    world = world_of(user=a_user(last_order_date=days_ago(129), created_at=days_ago(249)))
    decided(world)
    user, contact = the(User, world, USER_ID), the_contact(world)
    assert contact.score is not None
    assert 49 < contact.score < 50
    assert user.engagement_score == user.engagement_score_computed == 49


def test_a_given_score_is_left_as_it_is() -> None:
    world = world_of(user=a_user(engagement_score=30.0))
    decided(world)
    user, contact = the(User, world, USER_ID), the_contact(world)
    assert (user.engagement_score, user.engagement_score_computed) == (30.0, None)
    assert (contact.score, contact.score_is_given, contact.risk_date) == (30.0, True, None)


# What comes in while an e-mail is under way


def test_an_e_mail_under_way_goes_on_and_its_contact_learns_the_facts() -> None:
    world = under_way()
    world.store.commit(Put(an_order(ordered_at=NOW)))
    assert decided(world).result is Result.GO_ON
    contact, user = the_contact(world), the(User, world, USER_ID)
    assert (contact.open_email_id, contact.at_risk) == (an_email().email_id, False)
    assert contact.due_at == NOW + SAFETY_NET
    assert contact.score is not None
    assert user.engagement_score == int(contact.score)


def test_a_new_address_ends_the_e_mail_to_the_old_one_and_decides_anew() -> None:
    world = under_way()
    world.store.commit(Put(a_user(email="ada@elsewhere.example.org")))
    assert decided(world).why == "mail"
    contact, (old,) = the_contact(world), the_emails(world)
    assert old.status is EmailStatus.HELD
    assert the_mailbox(world).open_email_id is None
    assert contact.mailbox_id == mailbox_id("ada@elsewhere.example.org", KEY) != MAILBOX_ID
    assert contact.open_email_id not in (None, old.email_id)


def test_another_spelling_of_the_address_is_no_new_address() -> None:
    world = under_way()
    world.store.commit(Put(a_user(email="Ada+shop@Example.com")))
    decided(world)
    assert the_contact(world).open_email_id == an_email().email_id


def test_what_is_on_its_way_to_the_old_address_is_not_ended_and_the_facts_are_learned() -> None:
    world = under_way(EmailStatus.SENDING)
    world.store.commit(Put(a_user(email="ada@elsewhere.example.org", order_count=6)))
    before = the_contact(world).score
    assert decided(world).result is Result.GO_ON
    contact = the_contact(world)
    assert (contact.open_email_id, contact.mailbox_id) == (an_email().email_id, MAILBOX_ID)
    assert contact.score != before


# Without a user


def test_a_deleted_client_is_closed_and_the_e_mail_ends() -> None:
    world = under_way()
    world.store.commit(Remove(User, USER_ID))
    decided(world)
    contact = the_contact(world)
    assert (contact.deleted_at, contact.due_at, contact.open_email_id, contact.at_risk) == (NOW, None, None, False)
    assert reasons_of(contact) == [Reason.DELETED]
    assert the(Email, world, an_email().email_id).status is EmailStatus.HELD
    assert the_mailbox(world).open_email_id is None


@pytest.mark.parametrize("how", [How.SENT, How.UNSURE, How.NOTHING_HAPPENED, How.REFUSED])
def test_a_client_deleted_while_the_e_mail_is_on_its_way_is_closed_however_it_goes(how: How) -> None:
    world = under_way(EmailStatus.SENDING)
    world.store.commit(Remove(User, USER_ID))
    decided(world)
    assert the_contact(world).deleted_at == NOW
    settle(world, an_email().email_id, Settlement(how), NOW)
    decided(world, timedelta(hours=1))
    contact = the_contact(world)
    assert (contact.deleted_at, contact.open_email_id, contact.at_risk) == (NOW, None, False)
    assert reasons_of(contact) == [Reason.DELETED]
    assert the_mailbox(world).open_email_id is None
    assert the(Email, world, an_email().email_id).status not in {EmailStatus.GENERATED, EmailStatus.SENDING}


def test_who_was_never_known_leaves_no_trace_when_deleted() -> None:
    world = a_world()
    assert decided(world).why == "there is no such client"
    assert world.store.get(Contact, USER_ID) is None


def test_who_comes_back_after_a_deletion_at_risk_is_backlog() -> None:
    world = world_of(Add(a_contact()), world=a_world(sender=RELAY))
    world.store.commit(Remove(User, USER_ID))
    decided(world)
    world.store.commit(Put(a_user()))
    decided(world)
    assert reasons_of(the_contact(world)) == [Reason.BACKLOG]


def test_an_id_that_breaks_the_rule_is_held_under_its_alias_once() -> None:
    world, alias = a_world(), "invalid-0123456789abcdef01234567"
    for hours in range(2):
        decided(world, timedelta(hours=hours), alias)
    contact = the_contact(world, alias)
    assert reasons_of(contact) == [Reason.INVALID]
    assert "userId" in contact.why[0].words
    assert len(the_decisions(world, alias)) == 1


@pytest.mark.parametrize("kind", EventType)
def test_whatever_the_event_says_the_present_decides(kind: EventType) -> None:
    world = world_of(user=ENGAGED)
    decide(world, an_event(type=kind), NOW)
    assert reasons_of(the_contact(world)) == [Reason.NOT_AT_RISK]


def _policy(world: World) -> Policy:
    policy = world.store.get(Policy, POLICY_ID)
    assert policy == replace(a_policy(), version=1)
    return policy
