"""The store in DynamoDB: a commit is one transaction, reads are consistent, lists go by sharded indexes."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar, cast

from winback.adapters.aws.actions import Action, Verb
from winback.adapters.aws.calls import TRIES, Calls, Names
from winback.adapters.aws.indexes import HIGHEST, LOWEST, Span, standing
from winback.adapters.aws.items import LINE_ENDS, pointed_at, record_of
from winback.adapters.aws.places import decisions_key, orders_key, place_of
from winback.adapters.aws.tables import (
    AT_RISK,
    BY_DUE,
    BY_LINE,
    BY_RISK,
    BY_STATUS,
    BY_USER,
    EMAILS,
    LEDGER,
    NOT_AT_RISK,
    shards,
)
from winback.adapters.aws.values import Item, tagged
from winback.adapters.aws.writes import actions_of, guarded, last_of_each
from winback.domain.contact import Contact
from winback.domain.decision import Decision
from winback.domain.email import Email, EmailStatus
from winback.domain.errors import Conflict, Retryable
from winback.domain.instant import iso
from winback.domain.order import Order
from winback.ports import MOST_WRITES, Page, R, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
_SINGLE: Final = {Verb.PUT: "put_item", Verb.UPDATE: "update_item", Verb.DELETE: "delete_item"}


class DynamoStore:
    """A Store over the three tables. A list may miss what was written a moment ago; what it gives is as it is now."""

    def __init__(self, client: "DynamoDBClient", names: Names) -> None:
        """The client must not repeat calls by itself."""
        self._calls = Calls(client, names)

    # Reading

    def get(self, kind: type[R], key: str) -> R | None:
        where = place_of(kind, key)
        found = self._calls.get(where.schema, where.key) if where.can_be else None
        if found is not None and kind in {Order, Decision}:
            where = pointed_at(found)
            found = self._calls.get(where.schema, where.key)
        return None if found is None else record_of(kind, found)

    def orders_of(self, user_id: str) -> list[Order]:
        found = (record_of(Order, item) for item in self._beside(orders_key(user_id)))
        return sorted(filter(None, found), key=lambda order: (order.ordered_at, order.order_id))

    def decisions_of(self, user_id: str, since: datetime) -> list[Decision]:
        return _records(Decision, self._beside(decisions_key(user_id), iso(since)))

    def due(self, now: datetime, limit: int) -> list[Contact]:
        return self._some(Contact, Span(LEDGER, BY_DUE, shards(), high=iso(now)), limit)

    def next_due(self) -> datetime | None:
        first = self._some(Contact, Span(LEDGER, BY_DUE, shards()), 1)
        return first[0].due_at if first else None

    def judged_elsewhere(self, lines: tuple[str, str], limit: int) -> list[Contact]:
        """All other lines are three ranges: what sorts before, between and after the entries of these two."""
        after = chr(ord(LINE_ENDS) + 1)
        bounds = [LOWEST, *(bound for line in lines for bound in (f"{line}{LINE_ENDS}", f"{line}{after}")), HIGHEST]
        found: list[Contact] = []
        for low, high in zip(bounds[::2], bounds[1::2], strict=True):
            span = Span(LEDGER, BY_LINE, shards(), low=low, high=high)
            found += self._some(Contact, span, limit - len(found))
        return found

    def lease_over(self, now: datetime, limit: int) -> list[Email]:
        """All that are on their way out are looked at: as many as are being handed over, and those left behind."""
        sending = standing(self._calls, Span(EMAILS, BY_STATUS, [EmailStatus.SENDING]), limit)
        over = (email for email in map(_email, sending) if email.lease_until and email.lease_until < now)
        return list(islice(over, limit))

    def emails_of(self, user_id: str, limit: int = 50) -> list[Email]:
        return self._some(Email, Span(EMAILS, BY_USER, [user_id], newest_first=True), limit)

    def emails(self, status: EmailStatus | None, limit: int, cursor: str | None) -> Page[Email]:
        states = list(EmailStatus) if status is None else [status]
        return self._page(Email, Span(EMAILS, BY_STATUS, states, high=cursor or HIGHEST, newest_first=True), limit)

    def contacts(self, at_risk: bool | None, due_before: date | None, limit: int, cursor: str | None) -> Page[Contact]:
        if at_risk and due_before is not None:
            return Page([])  # whom the day will bring below the line is not below it yet
        not_at_risk = [] if at_risk else shards(NOT_AT_RISK)
        all_at_risk = shards(AT_RISK) if at_risk or (at_risk is None and due_before is None) else []
        high = due_before.isoformat() if due_before else HIGHEST
        span = Span(LEDGER, BY_RISK, not_at_risk + all_at_risk, low=cursor or LOWEST, high=high)
        return self._page(Contact, span, limit)

    # Writing

    def commit(self, *writes: Write) -> None:
        if len(writes) > MOST_WRITES:
            raise ValueError(f"{len(writes)} writes in one commit, at most {MOST_WRITES}: split it")
        last = last_of_each(writes)
        if any(map(guarded, last)):
            self._commit(last)
        else:
            self._write_over(last)

    def _write_over(self, writes: Sequence[Write]) -> None:
        """What nobody guards cannot lose a race: it is tried again over whatever was written in between."""
        for attempt in range(TRIES):
            try:
                return self._commit(writes)
            except Conflict as error:
                told = error
            self._calls.pause(attempt)
        raise Retryable(f"others write the same records without end: {told}") from told

    def _commit(self, writes: Sequence[Write]) -> None:
        actions = [action for write in writes for action in actions_of(self._calls, write)]
        if len(actions) == 1:
            self._do(actions[0])
        elif actions:
            self._transact(actions)

    def _do(self, action: Action) -> None:
        """Half the price of a transaction. It has no token: a guarded one made again could meet itself."""
        arguments = {"TableName": self._calls.names.of(action.schema), **action.arguments}
        self._calls.write(_SINGLE[action.verb], repeats_itself=not action.guarded, **arguments)

    def _transact(self, actions: Sequence[Action]) -> None:
        items = [
            {action.verb.value: {"TableName": self._calls.names.of(action.schema), **action.arguments}}
            for action in actions
        ]
        token = secrets.token_hex(16)
        self._calls.write("transact_write_items", repeats_itself=True, TransactItems=items, ClientRequestToken=token)

    def _beside(self, partition: str, low: str = LOWEST) -> Iterable[Item]:
        """The items of one partition of the ledger as they are now, from `low` on."""
        return self._calls.query(
            LEDGER,
            KeyConditionExpression="#pk = :pk AND #sk >= :low",
            ExpressionAttributeNames={"#pk": "pk", "#sk": "sk"},
            ExpressionAttributeValues=tagged({":pk": partition, ":low": low}),
            ConsistentRead=True,
        )

    def _some(self, kind: type[T], span: Span, limit: int) -> list[T]:
        return _records(kind, islice(standing(self._calls, span, limit), limit))

    def _page(self, kind: type[T], span: Span, limit: int) -> Page[T]:
        """The cursor is where the next page begins; that item itself need not be there any more."""
        found = list(islice(standing(self._calls, span, limit + 1), limit + 1))
        following = found[limit][span.index.sort]["S"] if len(found) > limit else None
        return Page(_records(kind, found[:limit]), following)


def _records(kind: type[T], items: Iterable[Item]) -> list[T]:
    return [record for record in (record_of(kind, item) for item in items) if record is not None]


def _email(item: Item) -> Email:
    return cast("Email", record_of(Email, item))
