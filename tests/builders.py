"""Builders: every noun with defaults that make one client who would be mailed now; a test names only what it is about.

The client: five orders of 100, one every 30 days, the last 140 days ago; slipped below the threshold eleven days ago.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from winback.domain.brief import Brief, House
from winback.domain.change import Change, Noun, Verb
from winback.domain.contact import Contact, Episode
from winback.domain.day import Day, day_id
from winback.domain.decision import Decision, Verdict, decision_id
from winback.domain.draft import Draft
from winback.domain.email import Body, Email, EmailStatus
from winback.domain.event import Event, EventType
from winback.domain.mailbox import Mailbox, mailbox_id
from winback.domain.order import Order
from winback.domain.outcome import Outcome, OutcomeType, outcome_id
from winback.domain.policy import Policy
from winback.domain.switch import Sender, SenderKind, Switch
from winback.domain.user import User, item_of
from winback.domain.wire import to_wire

NOW: Final = datetime(2026, 6, 10, 12, tzinfo=UTC)
"""A Wednesday noon: no quiet hours in UTC, no change of clocks near."""
KEY: Final = b"a key for tests only"
USER_ID: Final = "u-1"
ADDRESS: Final = "ada@example.com"
MAILBOX_ID: Final = mailbox_id(ADDRESS, KEY)
SENDING: Final = Switch(at=NOW - timedelta(days=400))
PAUSED: Final = replace(SENDING, sending=False, by="anna", why="stock-taking")
FOLDER: Final = Sender()
RELAY: Final = Sender(kind=SenderKind.SMTP, loopback=True, from_address="Shop <shop@shop.example>")
"""A real sender in a test's own reach: whom it may mail is not limited."""

_SINCE: Final = NOW - timedelta(days=300)
_EPISODE_SINCE: Final = NOW - timedelta(days=11)
_EMAIL_ID: Final = decision_id(USER_ID, _SINCE, 1)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def a_user(**changes: Any) -> User:
    user = User(
        user_id=USER_ID,
        email=ADDRESS,
        name="Ada Lovelace",
        last_order_date=days_ago(140),
        order_count=5,
        average_order_value=100.0,
        preferred_categories=("dresses", "tops"),
        created_at=days_ago(260),
        updated_at=days_ago(140),
    )
    return replace(user, **changes)


def an_order(**changes: Any) -> Order:
    return replace(Order(order_id="o-1", user_id=USER_ID, ordered_at=days_ago(1), value=80.0), **changes)


def a_contact(**changes: Any) -> Contact:
    """A `score` that a test names also says whether the contact is at risk, unless the test says so itself."""
    contact = Contact(
        user_id=USER_ID,
        since=_SINCE,
        mailbox_id=MAILBOX_ID,
        score=48.2,
        at_risk=True,
        risk_date=days_ago(11).date(),
        line=Policy().line,
        last_order_at=days_ago(140),
        episode=Episode(since=_EPISODE_SINCE),
    )
    if changes.get("score") is not None:
        changes.setdefault("at_risk", changes["score"] < Policy().threshold)
    return replace(contact, **changes)


def a_mailbox(**changes: Any) -> Mailbox:
    return replace(Mailbox(mailbox_id=MAILBOX_ID), **changes)


def a_day(**changes: Any) -> Day:
    return replace(Day(day_id=day_id(NOW.date())), **changes)


def a_policy(**changes: Any) -> Policy:
    """Without a holdout: whether a client is mailed must not hang on a hash. A test about arms names its share."""
    return replace(Policy(holdout_share=0.0), **changes)


def a_decision(**changes: Any) -> Decision:
    decision = Decision(
        decision_id=_EMAIL_ID,
        user_id=USER_ID,
        mailbox_id=MAILBOX_ID,
        verdict=Verdict.MAIL,
        at=NOW,
        number=1,
        score=48.2,
        episode_since=_EPISODE_SINCE,
        campaign="winback",
        arm="treated",
    )
    return replace(decision, **changes)


def an_email(**changes: Any) -> Email:
    email = Email(
        email_id=_EMAIL_ID,
        user_id=USER_ID,
        mailbox_id=MAILBOX_ID,
        status=EmailStatus.GENERATED,
        subject="Something new since spring",
        text="Hello,\n\nnew dresses have come in.\n",
        created_at=NOW,
    )
    return replace(email, **changes)


def a_draft(**changes: Any) -> Draft:
    draft = Draft(
        subject="Something new since spring",
        preheader="A few dresses we think you will like",
        paragraphs=("It has been a while since your last order.", "New dresses have come in since then."),
        action="See what is new",
    )
    return replace(draft, **changes)


def a_body(**changes: Any) -> Body:
    body = Body(
        email_id=_EMAIL_ID,
        html="<p>New dresses have come in.</p>",
        draft=a_draft(),
        composer="house copy",
        brief={"silentDays": "140"},
        created_at=NOW,
    )
    return replace(body, **changes)


def a_brief(**changes: Any) -> Brief:
    brief = Brief(
        seed=_EMAIL_ID,
        mail_in_episode=1,
        silent_days=140,
        orders=5,
        categories=("dresses", "tops"),
        house=House(name="Shop", signature="Anna and the team", url="https://shop.example/new"),
    )
    return replace(brief, **changes)


def an_outcome(**changes: Any) -> Outcome:
    kind = changes.get("type", OutcomeType.ORDERED)
    outcome = Outcome(outcome_id=outcome_id(_EMAIL_ID, kind), decision_id=_EMAIL_ID, user_id=USER_ID, type=kind, at=NOW)
    return replace(outcome, **changes)


def a_change(**changes: Any) -> Change:
    change = Change(change_id="c-1", at=NOW, noun=Noun.USER, verb=Verb.ADDED, key=USER_ID, user_id=USER_ID)
    return replace(change, **changes)


def an_event(**changes: Any) -> Event:
    return replace(
        Event(event_id="c-1", type=EventType.USER_UPDATED, user_id=USER_ID, subject_id=USER_ID, at=NOW), **changes
    )


def an_item(**changes: Any) -> dict[str, Any]:
    """The user as others put it; the names of `changes` are those of the wire, None leaves the attribute out."""
    item = {**item_of(a_user()), **changes}
    return {name: value for name, value in item.items() if value is not None}


def an_order_item(**changes: Any) -> dict[str, Any]:
    """The order as others put it; the names of `changes` are those of the wire, None leaves the attribute out."""
    item = {**to_wire(an_order()), **changes}
    return {name: value for name, value in item.items() if value is not None}
