"""Calls of DynamoDB: each with its own time-outs and repeats, its errors told as ours."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from winback.adapters.aws.errors import of_read, of_write
from winback.adapters.aws.faults import AWS_ERRORS
from winback.adapters.aws.tables import EMAILS, LEDGER, USERS, Schema
from winback.adapters.aws.values import Item
from winback.domain.errors import Retryable, Unsure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRIES: Final = 3
_FIRST_PAUSE_SECONDS: Final = 0.05
MOST_KEYS: Final = 100
"""What one BatchGetItem takes."""
MOST_PUTS: Final = 25
"""What one BatchWriteItem takes."""
ROUNDS: Final = 10
"""How often puts that a table did not take are made again: it takes its time to grow with a flood."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the three tables are called in this account."""

    users: str
    emails: str
    ledger: str

    def of(self, schema: Schema) -> str:
        return {USERS: self.users, EMAILS: self.emails, LEDGER: self.ledger}[schema]


class Calls:
    """Reads and writes of one client, which must not repeat anything itself.

    The SDK tells only how the last of its tries went: a time-out that wrote, then a throttled repeat, would reach us as
    "throttled, nothing happened". Here each try is known, so once one of them may have written, the call is Unsure.
    """

    def __init__(self, client: "DynamoDBClient", names: Names, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep
        self.names = names

    def get(self, schema: Schema, key: Item) -> Item | None:
        """The item as it is now."""
        found: Item | None = self._repeatable(
            "get_item", TableName=self.names.of(schema), Key=key, ConsistentRead=True
        ).get("Item")
        return found

    def get_all(self, schema: Schema, keys: list[Item]) -> list[Item]:
        """The items as they are now, in no order; what is not there is left out. At most 100 keys."""
        table = self.names.of(schema)
        found: list[Item] = []
        for attempt in range(TRIES):
            asked = {table: {"Keys": keys, "ConsistentRead": True}}
            answer = self._repeatable("batch_get_item", RequestItems=asked)
            found += answer["Responses"].get(table, [])
            keys = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            if not keys:
                return found
            self.pause(attempt)
        raise Retryable(f"DynamoDB batch_get_item: {len(keys)} keys were left over each time")

    def put_all(self, schema: Schema, items: list[Item]) -> None:
        """Each item over whatever is there, no two of them under one key. At most 25."""
        table = self.names.of(schema)
        requests: Any = [{"PutRequest": {"Item": item}} for item in items]
        for attempt in range(ROUNDS):
            answer = self._repeatable("batch_write_item", RequestItems={table: requests})
            requests = answer.get("UnprocessedItems", {}).get(table, [])
            if not requests:
                return
            self.pause(attempt)
        raise Retryable(f"DynamoDB batch_write_item: {len(requests)} items were left over each time")

    def query(self, schema: Schema, **arguments: Any) -> Iterator[Item]:
        """The items or entries, page after page, each page read when the one before is used up."""
        while True:
            answer = self._repeatable("query", TableName=self.names.of(schema), **arguments)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def write(self, operation: str, *, repeats_itself: bool = False, **arguments: Any) -> None:
        """With `repeats_itself` the request bears a token that lets it be made again without being done again."""
        in_doubt = False
        for attempt in range(TRIES):
            try:
                getattr(self._client, operation)(**arguments)
            except AWS_ERRORS as error:
                told = of_write(operation, error)
                again = isinstance(told, Retryable) or (repeats_itself and isinstance(told, Unsure))
                in_doubt = in_doubt or isinstance(told, Unsure)
                if not again or attempt + 1 == TRIES:
                    raise Unsure(str(told)) if in_doubt and again else told from error
            else:
                return
            self.pause(attempt)

    def _repeatable(self, operation: str, **arguments: Any) -> Any:
        """For what is the same when it is done again: reads, and puts that nothing guards."""
        for attempt in range(TRIES - 1):
            try:
                return self._answer(operation, arguments)
            except Retryable:
                self.pause(attempt)
        return self._answer(operation, arguments)

    def _answer(self, operation: str, arguments: dict[str, Any]) -> Any:
        try:
            return getattr(self._client, operation)(**arguments)
        except AWS_ERRORS as error:
            raise of_read(operation, error) from error

    def pause(self, attempt: int) -> None:
        self._sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311  jitter, no secret
