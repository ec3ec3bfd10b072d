"""Reason: why a client is not mailed now; and Why, the same told in words with the instant it ends."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    # about the user
    INVALID = "INVALID"
    DELETED = "DELETED"
    NO_SCORE = "NO_SCORE"
    NOT_AT_RISK = "NOT_AT_RISK"
    NEVER_ORDERED = "NEVER_ORDERED"
    DO_NOT_EMAIL = "DO_NOT_EMAIL"
    NO_PERMISSION = "NO_PERMISSION"
    ROLE_ADDRESS = "ROLE_ADDRESS"
    EXCLUDED_DOMAIN = "EXCLUDED_DOMAIN"
    # about what has been between us
    BACKLOG = "BACKLOG"
    SILENT_TOO_LONG = "SILENT_TOO_LONG"
    SAID_ENOUGH = "SAID_ENOUGH"
    EPISODE_GAP = "EPISODE_GAP"
    HELD_BY_OPERATOR = "HELD_BY_OPERATOR"
    # about the mailbox
    SUPPRESSED = "SUPPRESSED"
    QUIET_PERIOD = "QUIET_PERIOD"
    CAP = "CAP"
    MAILBOX_TAKEN = "MAILBOX_TAKEN"
    # about the day and the way out
    DAY_FULL = "DAY_FULL"
    PAUSED = "PAUSED"
    QUIET_HOURS = "QUIET_HOURS"
    NOT_LET_OUT = "NOT_LET_OUT"
    LAPSED = "LAPSED"
    ADDRESS_CHANGED = "ADDRESS_CHANGED"
    NOT_TRUE = "NOT_TRUE"


AT_THE_DOOR = frozenset({Reason.PAUSED, Reason.QUIET_HOURS})
"""Reasons that only hold the hand-over: the e-mail is written all the same and waits."""

FORBIDDEN = frozenset(
    {Reason.DO_NOT_EMAIL, Reason.NO_PERMISSION, Reason.SUPPRESSED, Reason.ROLE_ADDRESS, Reason.EXCLUDED_DOMAIN}
)
"""Reasons that forbid mail to this client: an e-mail that meets one is SUPPRESSED, by any other it is HELD."""


@dataclass(frozen=True, slots=True)
class Why:
    """`words` are for a shop assistant and hold nothing personal; `until` is when it ends by itself, if it does."""

    reason: Reason
    words: str
    until: datetime | None = None


Reasons = dict[Reason, Why]
