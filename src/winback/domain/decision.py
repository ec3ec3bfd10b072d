"""Decision: mail or hold, with the reasons, for one user at one time."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from winback.domain.reason import Why
from winback.domain.switch import SenderKind


class Verdict(StrEnum):
    MAIL = "MAIL"
    HOLD = "HOLD"
    HELD_OUT = "HELD_OUT"


@dataclass(frozen=True, slots=True)
class Decision:
    """`why` in words a shop assistant understands; `number` counts the user's decisions. Written once.

    `campaign`, `arm` and `sender` (what it left by, or would have) stand where an arm was drawn: lift leaves out what
    only the folder "sent".
    """

    decision_id: str
    user_id: str
    mailbox_id: str | None
    verdict: Verdict
    at: datetime
    number: int
    score: float | None = None
    episode_since: datetime | None = None
    campaign: str | None = None
    arm: str | None = None
    sender: SenderKind | None = None
    why: tuple[Why, ...] = ()
    version: int = 0


def decision_id(user_id: str, contact_since: datetime, number: int) -> str:
    """Short and derived: the same decision of the same contact always has the same id, two never share one."""
    seed = f"{user_id}|{contact_since.isoformat()}|{number}"
    return "e-" + hashlib.sha256(seed.encode()).hexdigest()[:16]


def arm_of(address: str, campaign: str, salt: str, holdout_share: float) -> str:
    """`treated` or `holdout`: a stable hash of the normalised address, drawn once and then kept in the Mailbox."""
    digest = hashlib.sha256(f"{salt}|{campaign}|{address}".encode()).digest()
    return "holdout" if int.from_bytes(digest[:8], "big") < holdout_share * 2**64 else "treated"
