"""The tables in DynamoDB: keys, indexes, shards, and what of their streams is told. Store, stack and tests read it."""

from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

SHARDS: Final = 8
"""A partition of an index takes 1,000 writes a second; where every contact is written, eight share them."""


@dataclass(frozen=True, slots=True)
class Index:
    """A sparse global index of keys only: an item without both attributes is not in it. It lags behind its table."""

    name: str
    partition: str
    sort: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A table: its key (every key attribute is a text), its indexes, the attribute that says when an item expires."""

    key: str
    sort: str | None = None
    indexes: tuple[Index, ...] = ()
    expires: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key, self.sort) if self.sort else (self.key,)


BY_USER: Final = Index("byUser", "userId", "createdAt")
BY_STATUS: Final = Index("byStatus", "status", "statusSort")
"""Not sharded: there are as many e-mails as the daily limit lets through."""
BY_DUE: Final = Index("byDue", "dueShard", "dueAt")
BY_RISK: Final = Index("byRisk", "riskShard", "riskRank")
BY_LINE: Final = Index("byLine", "lineShard", "lineRank")

USERS: Final = Schema("userId")
"""Written by anybody: nothing of ours but the score we show is in it."""
EMAILS: Final = Schema("emailId", indexes=(BY_USER, BY_STATUS))
LEDGER: Final = Schema("pk", "sk", indexes=(BY_DUE, BY_RISK, BY_LINE), expires="expiresAt")

AT_RISK: Final = "risk"
NOT_AT_RISK: Final = "calm"

TELLS: Final = "tells"
SWEPT: Final = "swept"
SUPPRESSED: Final = "suppressed"
"""What a contact without a due date whom the sweep cleared, or a suppressed mailbox, says of itself in `tells`: that an
attribute is not there is nothing that every reader of a filter understands in the same way."""

LEDGER_TOLD: Final[tuple[dict[str, Any], ...]] = (
    {"dynamodb": {"NewImage": {"kind": {"S": ["order"]}}}},
    {"dynamodb": {"OldImage": {"kind": {"S": ["order"]}}}},
    {"dynamodb": {"NewImage": {TELLS: {"S": [SWEPT, SUPPRESSED]}}}},
)
"""Filter patterns of the ledger's stream. They let through a little more than is told: the relay looks closer."""


def shard(user_id: str) -> str:
    """Which of the shards a user's entries lie in; the same for ever."""
    return str(crc32(user_id.encode()) % SHARDS)


def shards(prefix: str = "") -> list[str]:
    """All partitions of a sharded index, or those of one kind in it."""
    return [f"{prefix}{number}" for number in range(SHARDS)]
