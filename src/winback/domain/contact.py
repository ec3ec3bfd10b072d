"""Contact: what Winback itself knows of a user, under the same id. Never written from outside."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from winback.domain.decision import Verdict
from winback.domain.order import OrderFigures
from winback.domain.reason import Why
from winback.domain.switch import SenderKind


class DueFor(StrEnum):
    """What happens to the user at `due_at`."""

    CROSSING = "CROSSING"
    WAIT_OVER = "WAIT_OVER"


class Backlog(StrEnum):
    """Why a user at risk is backlog: held until released."""

    FIRST_SEEN = "FIRST_SEEN"
    LINE_MOVED = "LINE_MOVED"
    IMPORTED = "IMPORTED"


@dataclass(frozen=True, slots=True)
class Episode:
    """From the day a user falls below the threshold until the next order; the e-mails sent (or held out) in it.

    `by` is FOLDER as long as nothing but the folder "sent" in it.
    """

    since: datetime
    mails: int = 0
    last_at: datetime | None = None
    by: SenderKind | None = None


def goes_on(episode: Episode | None, last_order_at: datetime | None) -> bool:
    """Whether the episode runs still: an order made in it ends it, not one of before that we only learn of now."""
    return episode is not None and (last_order_at is None or last_order_at < episode.since)


@dataclass(frozen=True, slots=True)
class Contact:
    """Our knowledge of one user. `since` is when we first saw it; `due_at` the next instant at which time alone
    changes something; `why` the reasons of the last verdict, `decided_at` when it last changed, `confirmed_at` when
    it was last found to hold. `number` counts decisions, so that their ids never repeat. `attempts` counts outages
    in a row. `open_email_id` is the decision to mail that has not ended yet. `episode` is the one that goes on, or the
    last one: what was sent in it is remembered in case the order that ended it is returned.
    """

    user_id: str
    since: datetime
    mailbox_id: str | None = None
    score: float | None = None
    score_is_given: bool = False
    at_risk: bool = False
    risk_date: date | None = None
    line: str | None = None
    last_order_at: datetime | None = None
    orders: OrderFigures = field(default_factory=OrderFigures)
    episode: Episode | None = None
    backlog: Backlog | None = None
    held_until: datetime | None = None
    held_why: str | None = None
    held_by: str | None = None
    due_at: datetime | None = None
    due_for: DueFor | None = None
    swept_at: datetime | None = None
    verdict: Verdict | None = None
    why: tuple[Why, ...] = ()
    decided_at: datetime | None = None
    confirmed_at: datetime | None = None
    number: int = 0
    open_email_id: str | None = None
    last_mailing_at: datetime | None = None
    attempts: int = 0
    deleted_at: datetime | None = None
    version: int = 0
