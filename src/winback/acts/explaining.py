"""Everything that explains one client: the score with its parts, the last verdict, what comes next, what was sent."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from winback.domain.contact import Contact, DueFor
from winback.domain.decision import Decision, Verdict
from winback.domain.email import Email
from winback.domain.errors import Refused
from winback.domain.policy import Policy
from winback.domain.score import Figures, Score, engagement, figures
from winback.domain.user import User, faults
from winback.domain.wanted import in_date_words
from winback.ports import World
from winback.steps.present import current_policy

LOOK_BACK: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Explained:
    """`user` is None once deleted, `contact` until judged; `score` only where it is computed, not given.

    The score is today's, which may be a moment younger than the contact's.
    """

    user_id: str
    user: User | None
    contact: Contact | None
    policy: Policy
    score: Score | None
    figures: Figures | None
    decisions: tuple[Decision, ...]
    emails: tuple[Email, ...]

    @property
    def value(self) -> float | None:
        given = self.user.given_score if self.user else None
        return given if given is not None else self.score.value if self.score else None

    @property
    def at_risk(self) -> bool:
        return self.value is not None and self.value < self.policy.threshold


def explained(world: World, user_id: str, now: datetime) -> Explained:
    """Raises Refused if neither the client nor a trace of it is there."""
    store = world.store
    user, contact = store.get(User, user_id), store.get(Contact, user_id)
    if user is None and contact is None:
        raise Refused(f"there is no client {user_id}: `winback users list` shows who there is")
    policy = current_policy(world)
    of = _figures(user, contact, now)
    return Explained(
        user_id=user_id,
        user=user,
        contact=contact,
        policy=policy,
        score=engagement(of, now.astimezone(UTC).date(), policy.average_order_value_usual) if of else None,
        figures=of,
        decisions=tuple(store.decisions_of(user_id, now - LOOK_BACK)),
        emails=tuple(store.emails_of(user_id)),
    )


def what_comes_next(told: Explained) -> str:
    """What happens to the client by itself, and when, in a sentence."""
    contact = told.contact
    if contact is None:
        return "Not looked at yet: that is done as soon as Winback runs."
    if contact.due_at is None:
        return "Nothing by itself: an order, new data or a change of the rules makes Winback look again."
    return _when_due(contact, contact.due_at)


def _when_due(contact: Contact, due_at: datetime) -> str:
    on = in_date_words(due_at)
    if contact.due_for is DueFor.CROSSING:
        return f"Slips below the line on {on} unless an order comes; that day Winback decides anew."
    if contact.open_email_id:
        return f"An e-mail is under way; Winback looks at it again on {on} at {_clock(due_at)}."
    match contact.verdict:
        case Verdict.MAIL:
            return f"The next e-mail of this silence may follow from {on} on, unless an order comes."
        case Verdict.HELD_OUT:
            return f"Goes without e-mail, as one of those measured against; decided anew from {on} on."
        case _:
            return f"Winback looks again on {on} at {_clock(due_at)}, when what holds it now has ended."


def _figures(user: User | None, contact: Contact | None, now: datetime) -> Figures | None:
    if user is None or contact is None or user.given_score is not None or faults(user, now):
        return None
    return figures(user, contact.orders, contact.since)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M} UTC"
