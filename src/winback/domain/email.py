"""Email: one e-mail with its state; and Body, what it was made of, written once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from winback.domain.draft import Draft
from winback.domain.switch import SenderKind


class EmailStatus(StrEnum):
    GENERATED = "GENERATED"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    APPROVED = "APPROVED"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    UNSURE = "UNSURE"
    HELD = "HELD"
    SUPPRESSED = "SUPPRESSED"
    REJECTED = "REJECTED"


_S = EmailStatus
_ENDS_UNSENT = frozenset({_S.HELD, _S.SUPPRESSED, _S.REJECTED})
TRANSITIONS: Final[dict[EmailStatus, frozenset[EmailStatus]]] = {
    _S.GENERATED: frozenset({_S.PENDING_APPROVAL, _S.SENDING}) | _ENDS_UNSENT,
    _S.PENDING_APPROVAL: frozenset({_S.APPROVED}) | _ENDS_UNSENT,
    _S.APPROVED: frozenset({_S.SENDING, _S.PENDING_APPROVAL}) | _ENDS_UNSENT,
    # Back to where it came from: the sender said that nothing happened.
    _S.SENDING: frozenset({_S.SENT, _S.FAILED, _S.UNSURE, _S.GENERATED, _S.APPROVED}),
    _S.UNSURE: frozenset({_S.SENT, _S.FAILED}),
    _S.SENT: frozenset(),
    _S.FAILED: frozenset(),
    _S.HELD: frozenset(),
    _S.SUPPRESSED: frozenset(),
    _S.REJECTED: frozenset(),
}
"""Which state may follow which; the stores guard it with a trigger or a condition as well."""

WAITING: Final = frozenset({_S.GENERATED, _S.PENDING_APPROVAL, _S.APPROVED})
"""Not yet on its way out."""


@dataclass(frozen=True, slots=True, repr=False)
class Email:
    """Small on purpose: HTML, drafts and verdicts are its Body. `owner` and `lease_until` are of the sending one.

    `status_before` is where a send that did not happen goes back to. The address is not here: it is read from the
    user at the moment of sending.
    """

    email_id: str
    user_id: str
    mailbox_id: str
    status: EmailStatus
    subject: str
    text: str
    created_at: datetime
    status_before: EmailStatus | None = None
    owner: str | None = None
    lease_until: datetime | None = None
    sender: SenderKind | None = None
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    ended_why: str | None = None
    place: str | None = None
    version: int = 0

    def __repr__(self) -> str:
        return f"Email({self.email_id}, {self.status})"


@dataclass(frozen=True, slots=True, repr=False)
class Body:
    """What an e-mail was made of: the HTML, the draft, the brief's facts and who composed it. Written once."""

    email_id: str
    html: str
    draft: Draft
    composer: str
    brief: dict[str, str]
    created_at: datetime
    cost_usd: float = 0.0
    verdicts: tuple[str, ...] = ()
    version: int = 0

    def __repr__(self) -> str:
        return f"Body({self.email_id})"
