"""event → decision: mail or hold, in one commit with everything that follows from it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from winback.domain.contact import Contact, DueFor, goes_on
from winback.domain.day import Day, counted
from winback.domain.decision import Decision, Verdict, arm_of, decision_id
from winback.domain.event import Event
from winback.domain.mailbox import Mailbox, normalised, quieted, reserved
from winback.domain.order import Order
from winback.domain.policy import Policy
from winback.domain.reason import AT_THE_DOOR, Reason, Reasons, Why
from winback.domain.switch import SenderKind, Switch
from winback.domain.user import User
from winback.domain.wanted import still_wanted
from winback.ports import Add, ShowScore, World, Write, saved
from winback.steps.ending import close, end_writes
from winback.steps.judge import judged
from winback.steps.ordered import ordered_writes
from winback.steps.present import current_policy, current_switch, mailbox_of, today
from winback.steps.result import Step, done, go_on
from winback.steps.waiting import SAFETY_NET, after_mailing, all_over_at

LAPSE = timedelta(days=14)
"""What waited this long, for whatever reason, is not sent any more."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What `decide` read, the contact first: its version guards the commit, so nothing older can overwrite."""

    before: Contact
    contact: Contact
    user: User
    mailbox: Mailbox
    day: Day
    policy: Policy
    switch: Switch
    orders: list[Order]
    now: datetime


def decide(world: World, event: Event, now: datetime) -> Step:
    """event → decision. Raises Conflict if anything it read has changed: start again."""
    store = world.store
    before = store.get(Contact, event.user_id)
    user = store.get(User, event.user_id)
    if user is None:
        return close(world, event, before, now)
    before = before or Contact(event.user_id, since=now)
    facts = _read(world, before, user, now)
    if before.open_email_id is not None:
        if before.mailbox_id == facts.contact.mailbox_id:
            return _already_under_way(world, facts)
        ending = end_writes(store, before, [Why(Reason.ADDRESS_CHANGED, "the client's address changed")], now)
        if ending is None:
            return _already_under_way(world, facts)  # on its way to the address before: too late to end it
        store.commit(saved(replace(before, open_email_id=None)), *ending)
        return decide(world, event, now)
    reasons = still_wanted(user, facts.contact, facts.mailbox, facts.day, facts.policy, facts.switch, now, world.sender)
    holding = {reason: why for reason, why in reasons.items() if reason not in AT_THE_DOOR}
    return _hold(world, facts, holding) if holding else _mail_or_hold_out(world, facts)


def _read(world: World, before: Contact, user: User, now: datetime) -> _Facts:
    policy = current_policy(world)
    orders = world.store.orders_of(user.user_id)
    mailbox = mailbox_of(world, user)
    contact = replace(judged(before, user, orders, policy, world.sender, now), mailbox_id=mailbox.mailbox_id or None)
    day, switch = today(world, policy, now), current_switch(world)
    return _Facts(before, contact, user, mailbox, day, policy, switch, orders, now)


def _already_under_way(world: World, facts: _Facts) -> Step:
    """The e-mail goes on; its contact only learns the new facts. `deliver` asks again whether it is wanted."""
    due_at = facts.before.due_at or facts.now + SAFETY_NET
    contact = replace(facts.contact, mailbox_id=facts.before.mailbox_id, confirmed_at=facts.now, due_at=due_at)
    world.store.commit(saved(contact), *_follow_ups(world, facts))
    return go_on("resumes the e-mail under way")


def _hold(world: World, facts: _Facts, reasons: Reasons) -> Step:
    contact, why = facts.contact, tuple(reasons.values())
    news = contact.verdict is not Verdict.HOLD or {w.reason for w in contact.why} != set(reasons)
    due_at, due_for = _due(reasons)
    contact = replace(
        contact,
        verdict=Verdict.HOLD,
        why=why,
        decided_at=facts.now if news else contact.decided_at,
        confirmed_at=facts.now,
        due_at=due_at,
        due_for=due_for,
        number=contact.number + 1 if news else contact.number,
        attempts=0,
    )
    record = [Add(_decision(facts, contact, Verdict.HOLD, why))] if news else []
    world.store.commit(saved(contact), *record, *_follow_ups(world, facts))
    return done("hold: " + "; ".join(w.words for w in why))


def _due(reasons: Reasons) -> tuple[datetime | None, DueFor | None]:
    if Reason.NOT_AT_RISK in reasons:
        crossing = reasons[Reason.NOT_AT_RISK].until
        return crossing, DueFor.CROSSING if crossing else None
    end = all_over_at(reasons)
    return end, DueFor.WAIT_OVER if end else None


def _mail_or_hold_out(world: World, facts: _Facts) -> Step:
    policy, mailbox, address = facts.policy, facts.mailbox, normalised(facts.user.email or "")
    arm = mailbox.arms.get(policy.campaign) or arm_of(
        address, policy.campaign, policy.holdout_salt, policy.holdout_share
    )
    contact = replace(
        facts.contact,
        number=facts.contact.number + 1,
        decided_at=facts.now,
        confirmed_at=facts.now,
        last_mailing_at=facts.now,
        attempts=0,
    )
    mailbox = replace(mailbox, arms={**mailbox.arms, policy.campaign: arm})
    if arm == "holdout":
        return _hold_out(world, facts, contact, mailbox)
    email_id = decision_id(contact.user_id, contact.since, contact.number)
    contact = replace(
        contact,
        verdict=Verdict.MAIL,
        why=(),
        open_email_id=email_id,
        due_at=facts.now + SAFETY_NET,
        due_for=DueFor.WAIT_OVER,
    )
    mailbox = reserved(mailbox, email_id, contact.user_id, facts.now + LAPSE)
    _commit_decision(
        world, facts, contact, mailbox, _decision(facts, contact, Verdict.MAIL, (), (arm, world.sender.kind))
    )
    return go_on("mail")


def _hold_out(world: World, facts: _Facts, contact: Contact, mailbox: Mailbox) -> Step:
    """As if mailed in everything, so that both arms live through the same: quiet period, caps, episode, day."""
    contact = replace(
        after_mailing(contact, facts.policy, world.sender.kind, facts.now), verdict=Verdict.HELD_OUT, why=()
    )
    quiet_for = timedelta(days=facts.policy.quiet_period_days)
    mailbox = quieted(mailbox, facts.now, quiet_for, world.sender.kind, contact.user_id)
    _commit_decision(
        world, facts, contact, mailbox, _decision(facts, contact, Verdict.HELD_OUT, (), ("holdout", world.sender.kind))
    )
    return done("held out: kept without e-mail to measure against")


def _commit_decision(world: World, facts: _Facts, contact: Contact, mailbox: Mailbox, decision: Decision) -> None:
    world.store.commit(
        saved(contact),
        Add(decision),
        saved(mailbox),
        saved(counted(facts.day)),
        *_follow_ups(world, facts),
    )


def _decision(
    facts: _Facts, contact: Contact, verdict: Verdict, why: tuple[Why, ...], drawn: tuple[str, SenderKind] | None = None
) -> Decision:
    """`drawn`: for those due, the arm and the sender it would have left by."""
    arm, sender = drawn or (None, None)
    return Decision(
        decision_id(contact.user_id, contact.since, contact.number),
        contact.user_id,
        contact.mailbox_id,
        verdict,
        facts.now,
        contact.number,
        contact.score,
        contact.episode.since if contact.episode and goes_on(contact.episode, contact.last_order_at) else None,
        facts.policy.campaign if arm else None,
        arm,
        sender,
        why,
    )


def _follow_ups(world: World, facts: _Facts) -> list[Write]:
    """The score shown in the user, and the outcome an order brought."""
    user, contact = facts.user, facts.contact
    writes: list[Write] = []
    if contact.score is not None and not contact.score_is_given:
        whole = int(contact.score)  # down, not to the nearest: nobody at risk is shown on the line
        if user.engagement_score != whole or user.engagement_score_computed != whole:
            writes.append(ShowScore(user.user_id, user.engagement_score, whole))
    more_known = contact.orders != facts.before.orders or contact.last_order_at != facts.before.last_order_at
    if contact.last_order_at is not None and more_known:
        writes += ordered_writes(world.store, facts.before, contact.last_order_at, facts.orders)
    return writes
