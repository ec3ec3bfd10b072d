"""Policy: the shop's rules of who may be mailed, how often and when. Changed by an operator, kept in the store."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum

from winback.domain.switch import Sender
from winback.domain.wire import to_wire

POLICY_ID = "policy"


class Basis(StrEnum):
    """Who without a recorded permission may be mailed once a real sender is set."""

    CUSTOMERS = "customers"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Policy:
    """Defaults protect people (docs/settings.md has each with its range). Hours are local to the client.

    `holdout_share` is the part of those due that is kept without e-mail to measure against; with `holdout_salt` and
    `campaign` it decides each mailbox's arm for good.
    """

    policy_id: str = POLICY_ID
    threshold: float = 50.0
    average_order_value_usual: float = 100.0
    quiet_period_days: int = 7
    episode_mails: int = 2
    episode_gap_days: int = 14
    cap_90_days: int = 4
    cap_365_days: int = 6
    silent_at_most_days: int = 365
    quiet_hours_from: str = "20:00"
    quiet_hours_until: str = "08:00"
    daily_limit: int = 200
    holdout_share: float = 0.2
    holdout_salt: str = "winback-1"
    campaign: str = "winback"
    time_zone: str = "UTC"
    basis: Basis = Basis.CUSTOMERS
    mail_never_ordered: bool = False
    excluded_domains: tuple[str, ...] = ()
    version: int = 0

    @property
    def quiet_from(self) -> time:
        return time.fromisoformat(self.quiet_hours_from)

    @property
    def quiet_until(self) -> time:
        return time.fromisoformat(self.quiet_hours_until)

    @property
    def line(self) -> str:
        """Names where the line stands and by which score: a contact judged by another line is judged again."""
        return f"default-1/{self.average_order_value_usual:g}/{self.threshold:g}"


def lines_of(policy: Policy, sender: Sender) -> tuple[str, str]:
    """What contacts judged by today's rules bear: the engaged ones the line, those at risk the other rules as well.

    So a changed cap or sender has only those looked at again whom it can concern. In ascending order.
    """
    rules = [to_wire(replace(policy, policy_id="", version=0)), sender.kind, sender.loopback, sorted(sender.only_to)]
    mark = hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:12]
    return policy.line, f"{policy.line}|{mark}"
