"""Records of the tables' streams → changes, by the rule of every store."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from winback.adapters.aws.calls import Names
from winback.adapters.aws.items import record_of
from winback.adapters.aws.places import KINDS
from winback.adapters.aws.values import Item
from winback.adapters.changes import Row, changes_of
from winback.domain.change import Change
from winback.domain.contact import Contact
from winback.domain.email import Email
from winback.domain.order import Order
from winback.domain.user import User

StreamRecord = Mapping[str, Any]
"""One record of a stream, as Lambda hands it out."""
_TOLD_OF_LEDGER: Final[dict[str, type[Contact | Order]]] = {KINDS[kind]: kind for kind in (Contact, Order)}
_TIME_TO_LIVE: Final = "dynamodb.amazonaws.com"


def sequence_number(record: StreamRecord) -> str:
    """By which a record is named to whoever handed it out."""
    return str(record["dynamodb"]["SequenceNumber"])


def changes_in(record: StreamRecord, names: Names) -> list[Change]:
    """What one record tells; mostly nothing or one change.

    Raises KeyError, TypeError or ValueError for a record that nobody can read.
    """
    if record.get("userIdentity", {}).get("principalId") == _TIME_TO_LIVE:
        return []  # its time was over, nobody removed it
    stored = record["dynamodb"]
    table = str(record["eventSourceARN"]).split("/")[1]
    old, new = (_row(stored.get(image), table, names) for image in ("OldImage", "NewImage"))
    at = datetime.fromtimestamp(stored["ApproximateCreationDateTime"], UTC)
    change_id = f"{_initial(table, names)}{sequence_number(record)}"
    # An order that passes from one user to another tells of both, and no two changes share an id.
    return [
        replace(change, change_id=f"{change_id}-{number}" if number else change_id)
        for number, change in enumerate(changes_of(old, new, at))
    ]


def _initial(table: str, names: Names) -> str:
    return {names.users: "u", names.emails: "e", names.ledger: "l"}[table]


def _row(image: Item | None, table: str, names: Names) -> Row | None:
    if not image:
        return None
    if table == names.users:
        return record_of(User, image)
    if table == names.emails:
        return record_of(Email, image)
    kind = _TOLD_OF_LEDGER.get(image["kind"]["S"])
    return record_of(kind, image) if kind else None
