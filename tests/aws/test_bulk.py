from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws.dynamo import TwoStores, asked_of, two_stores
from builders import a_user, an_order
from winback.adapters.aws.bulk import put_all
from winback.adapters.aws.calls import MOST_PUTS, TRIES, Calls, Names
from winback.adapters.aws.store import DynamoStore
from winback.adapters.aws.tables import USERS
from winback.domain.errors import Retryable
from winback.domain.order import Order
from winback.domain.user import User


@pytest.fixture
def dynamo() -> Iterator[TwoStores]:
    with two_stores() as stores:
        yield stores


class Throttled:
    """A client that takes one item of each batch and leaves the others over, at most so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.taken: list[str] = []

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803  as boto3 calls it
        ((table, requests),) = RequestItems.items()
        taken, left = (requests[:1], requests[1:]) if self.times else (requests, [])
        self.times -= 1
        self.taken += [request["PutRequest"]["Item"]["userId"]["S"] for request in taken]
        return {"UnprocessedItems": {table: left} if left else {}}


def calls_of(client: Throttled) -> Calls:
    return Calls(client, Names("users", "emails", "ledger"), sleep=lambda _: None)  # type: ignore[arg-type]  # one method is enough here


def items(number: int) -> list[Any]:
    return [{"userId": {"S": f"u-{count}"}} for count in range(number)]


def put(dynamo: TwoStores, records: list[User] | list[Order]) -> None:
    put_all(dynamo.store, Calls(dynamo.client, dynamo.names), records)


def test_many_users_take_a_call_for_each_batch(dynamo: TwoStores) -> None:
    asked = asked_of(dynamo.client)
    put(dynamo, [a_user(user_id=f"u-{number}") for number in range(2 * MOST_PUTS + 1)])
    assert asked == ["BatchWriteItem"] * 3
    assert dynamo.other.get(User, f"u-{2 * MOST_PUTS}") == a_user(user_id=f"u-{2 * MOST_PUTS}")


def test_of_two_with_one_id_the_last_is_put(dynamo: TwoStores) -> None:
    put(dynamo, [a_user(name="first"), a_user(user_id="u-2"), a_user(name="last")])
    found = dynamo.other.get(User, a_user().user_id)
    assert found is not None
    assert found.name == "last"


def test_many_orders_lie_by_their_users(dynamo: TwoStores) -> None:
    put(dynamo, [an_order(order_id=f"o-{number}", user_id=f"u-{number % 2}") for number in range(25)])
    put(dynamo, [an_order(order_id="o-0", user_id="u-1")])
    assert [len(dynamo.other.orders_of(user_id)) for user_id in ("u-0", "u-1")] == [12, 13]


def test_nothing_is_put_without_a_call(dynamo: TwoStores) -> None:
    asked = asked_of(dynamo.client)
    put_all(dynamo.store, Calls(dynamo.client, dynamo.names), [])
    assert asked == []


class Flooded:
    """A client that takes nothing at all, so many times; it knows batches and transactions."""

    def __init__(self, times: int, **answer: Any) -> None:
        self.times = times
        self.answer = answer
        self.taken: list[str] = []

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {}

    def batch_write_item(self, **_: Any) -> dict[str, Any]:
        return self._asked("batch_write_item")

    def transact_write_items(self, **_: Any) -> dict[str, Any]:
        return self._asked("transact_write_items")

    def _asked(self, operation: str) -> dict[str, Any]:
        self.times -= 1
        if self.times >= 0:
            raise ClientError({"ResponseMetadata": {"HTTPStatusCode": 400}, **self.answer}, operation)  # type: ignore[typeddict-item]  # enough of an answer
        self.taken.append(operation)
        return {}


THROTTLED = {"Error": {"Code": "ProvisionedThroughputExceededException"}}
CANCELED = {
    "Error": {"Code": "TransactionCanceledException"},
    "CancellationReasons": [{"Code": "None"}, {"Code": "ThrottlingError"}],
}


@pytest.mark.parametrize(
    ("client", "records"),
    [(Flooded(9, **THROTTLED), [a_user()]), (Flooded(9, **CANCELED), [an_order()])],
    ids=["users", "orders"],
)
def test_a_flood_waits_until_the_table_takes_it(client: Flooded, records: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Calls, "pause", lambda *_: None)
    names = Names("users", "emails", "ledger")
    put_all(DynamoStore(client, names), Calls(client, names), records)  # type: ignore[arg-type]  # these methods are enough here
    assert len(client.taken) == 1


def test_a_table_that_is_not_there_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Calls, "pause", lambda *_: None)
    client, names = Flooded(100, Error={"Code": "ResourceNotFoundException"}), Names("users", "emails", "ledger")
    with pytest.raises(Retryable):
        put_all(DynamoStore(client, names), Calls(client, names), [a_user()])  # type: ignore[arg-type]  # as above
    assert client.times == 100 - TRIES


def test_what_a_busy_table_leaves_over_is_put_again() -> None:
    client = Throttled(times=3)
    calls_of(client).put_all(USERS, items(10))
    assert client.taken == [f"u-{number}" for number in range(10)]


def test_a_table_that_stays_busy_is_retryable() -> None:
    with pytest.raises(Retryable, match="90 items were left over each time"):
        calls_of(Throttled(times=99)).put_all(USERS, items(100))
