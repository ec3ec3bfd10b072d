"""What must hold whenever the flow is at rest and the world is well, whatever happened before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from winback.domain.contact import Contact
from winback.domain.day import Day, day_id
from winback.domain.decision import Decision, Verdict
from winback.domain.email import WAITING, Email, EmailStatus
from winback.domain.instant import iso, local_day
from winback.domain.mailbox import Mailbox, mailbox_id
from winback.domain.reason import AT_THE_DOOR, Reasons
from winback.domain.user import User
from winback.domain.wanted import still_wanted
from winback.pipeline import EMAIL_QUEUE
from winback.ports import Letter, Store, World
from winback.steps.judge import judged
from winback.steps.present import current_policy, current_switch, mailbox_of, today
from winback.steps.waiting import all_over_at

COUNTED = frozenset({EmailStatus.SENT, EmailStatus.UNSURE})
"""In doubt counts as sent."""
_ALL = 100_000
_LONG_AGO = timedelta(days=10_000)


class AtRest(Protocol):
    """A flow, whichever adapters it goes over. `store` and `well` are without faults; `taken` is what was handed over
    and when, as its receiver counts."""

    @property
    def store(self) -> Store: ...

    @property
    def well(self) -> World: ...

    @property
    def now(self) -> datetime: ...

    @property
    def taken(self) -> Sequence[tuple[datetime, Letter]]: ...

    def untold(self) -> Sequence[object]:
        """Changes that the relay has not told."""


def assert_all_well(flow: AtRest) -> None:
    """Every invariant; the message of the first that is broken says of whom and how."""
    contacts = contacts_of(flow.store)
    emails = emails_of(flow.store)
    decisions = [each for contact in contacts for each in decisions_of(flow, contact)]
    _nothing_is_stuck(flow, contacts, emails)
    _nobody_is_mailed_too_often(flow)
    _the_records_agree_with_the_post(flow, emails)
    _the_days_are_exact(flow, decisions)
    assert_nothing_is_stale(flow)
    for contact in contacts:
        _the_episode_is_exact(contact, decisions, emails)
        _what_waits_waits_in_due_at(flow, contact)
    for name in {email.mailbox_id for email in emails}:
        _the_sends_are_exact(flow.store, name, decisions, emails)


def assert_nothing_is_stale(flow: AtRest) -> None:
    """What a decide of this instant would store of the facts stands there already."""
    for contact in contacts_of(flow.store):
        _the_contact_is_as_the_facts_are(flow, contact)


def contacts_of(store: Store) -> list[Contact]:
    return store.contacts(None, None, _ALL, None).items


def emails_of(store: Store) -> list[Email]:
    return store.emails(None, _ALL, None).items


def decisions_of(flow: AtRest, contact: Contact) -> list[Decision]:
    return flow.store.decisions_of(contact.user_id, flow.now - _LONG_AGO)


def held_out_of(flow: AtRest) -> int:
    """How many e-mails clients were held out from."""
    decisions = [each for contact in contacts_of(flow.store) for each in decisions_of(flow, contact)]
    return sum(decision.verdict is Verdict.HELD_OUT for decision in decisions)


def _nothing_is_stuck(flow: AtRest, contacts: list[Contact], emails: list[Email]) -> None:
    """I1, I3, I5: all is told, nothing waits that nobody will come back to, nothing was given up."""
    assert flow.untold() == []
    state = flow.well.topic.state(EMAIL_QUEUE, flow.now)
    assert (state.waiting, state.in_work) == (0, 0)
    assert flow.well.topic.dead_letters() == []
    open_ids = {contact.open_email_id for contact in contacts}
    for email in emails:
        assert email.status is not EmailStatus.SENDING, f"{email} is still on its way"
        assert email.status not in WAITING or email.email_id in open_ids, f"{email} waits for nobody"
    for contact in contacts:
        box = flow.store.get(Mailbox, contact.mailbox_id) if contact.mailbox_id else None
        if box is not None and box.open_email_id is not None and box.open_user_id == contact.user_id:
            assert box.open_email_id == contact.open_email_id, f"the mailbox of {contact.user_id} was never freed"


def _nobody_is_mailed_too_often(flow: AtRest) -> None:
    """I2, as the post office counted: no e-mail twice, no mailbox twice within the quiet period."""
    handed = Counter(letter.email_id for _, letter in flow.taken)
    assert [name for name, times in handed.items() if times > 1] == []
    quiet_for = timedelta(days=current_policy(flow.well).quiet_period_days)
    last: dict[str, object] = {}
    for at, letter in flow.taken:
        name = mailbox_id(letter.to, flow.well.key)
        before = last.get(name)
        assert before is None or at - before >= quiet_for, f"two e-mails for one mailbox: {before} and {at}"  # type: ignore[operator]
        last[name] = at


def _the_records_agree_with_the_post(flow: AtRest, emails: list[Email]) -> None:
    handed = {letter.email_id for _, letter in flow.taken}
    for email in emails:
        if email.email_id in handed:
            assert email.status in COUNTED, f"{email} was handed over"
        else:
            assert email.status is not EmailStatus.SENT, f"{email} was never handed over"


def _the_days_are_exact(flow: AtRest, decisions: Iterable[Decision]) -> None:
    zone = current_policy(flow.well).time_zone
    decided = Counter(day_id(local_day(each.at, zone)) for each in decisions if each.verdict is not Verdict.HOLD)
    for name, times in decided.items():
        day = flow.store.get(Day, name)
        assert day is not None
        assert day.decided == times, f"{name} counts {day.decided}, decided were {times}"
        assert times <= current_policy(flow.well).daily_limit


def _the_contact_is_as_the_facts_are(flow: AtRest, contact: Contact) -> None:
    user = flow.store.get(User, contact.user_id)
    assert (user is None) == (contact.deleted_at is not None), f"{contact.user_id}: is the client deleted or not?"
    if user is None or contact.confirmed_at is None:
        return
    policy, orders = current_policy(flow.well), flow.store.orders_of(contact.user_id)
    then = judged(contact, user, orders, policy, flow.well.sender, contact.confirmed_at)
    assert (contact.score, contact.last_order_at) == (then.score, then.last_order_at), f"{contact.user_id} is stale"
    now = judged(contact, user, orders, policy, flow.well.sender, flow.now)
    assert (contact.at_risk, contact.risk_date) == (now.at_risk, now.risk_date), f"{contact.user_id} has slipped by"
    if contact.score is not None and not contact.score_is_given:
        assert user.engagement_score == user.engagement_score_computed == int(contact.score)


def _the_episode_is_exact(contact: Contact, decisions: Iterable[Decision], emails: Iterable[Email]) -> None:
    if contact.episode is None:
        return
    counted = {email.email_id for email in emails if email.status in COUNTED}
    mails = [
        each
        for each in decisions
        if each.user_id == contact.user_id
        and each.episode_since == contact.episode.since
        and (each.verdict is Verdict.HELD_OUT or each.decision_id in counted)
    ]
    assert contact.episode.mails == len(mails), f"{contact.user_id}: the episode is miscounted"


def _what_waits_waits_in_due_at(flow: AtRest, contact: Contact) -> None:
    """I3: nobody is wanted whom nothing will bring back."""
    user = flow.store.get(User, contact.user_id)
    if user is None:
        return
    if contact.open_email_id is not None:
        assert contact.due_at is not None, f"the e-mail of {contact.user_id} waits for ever"
        return
    reasons = _reasons(flow, contact, user)
    end = all_over_at(reasons)
    if not reasons or end is not None:
        assert contact.due_at is not None, f"{contact.user_id} is never looked at again: {sorted(reasons)}"
        assert end is None or contact.due_at <= end, f"{contact.user_id}: {iso(contact.due_at)} is after {iso(end)}"


def _reasons(flow: AtRest, contact: Contact, user: User) -> Reasons:
    world = flow.well
    policy = current_policy(world)
    switch, day = current_switch(world), today(world, policy, flow.now)
    reasons = still_wanted(user, contact, mailbox_of(world, user), day, policy, switch, flow.now, world.sender)
    return {reason: why for reason, why in reasons.items() if reason not in AT_THE_DOOR}


def _the_sends_are_exact(store: Store, name: str, decisions: Iterable[Decision], emails: Iterable[Email]) -> None:
    mailbox = store.get(Mailbox, name)
    assert mailbox is not None
    sent = sum(email.mailbox_id == name and email.status in COUNTED for email in emails)
    held_out = sum(each.mailbox_id == name and each.verdict is Verdict.HELD_OUT for each in decisions)
    assert len(mailbox.sends) == sent + held_out, "the mailbox counts other sends than there were"
