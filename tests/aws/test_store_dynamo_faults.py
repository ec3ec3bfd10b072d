"""DynamoDB throttled, in conflict, silent or broken: which of our errors comes, and that nothing is done twice."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from aws.dynamo import a_client, new_tables
from aws.emulated import clients
from aws.ill_dynamo import (
    BROKEN_AFTER,
    BROKEN_BEFORE,
    ILL_AFTER,
    ILL_BEFORE,
    IN_CONFLICT,
    SILENT_AFTER,
    SILENT_BEFORE,
    THROTTLED,
    Fault,
    IllDynamo,
)
from builders import USER_ID, a_contact, a_day, a_user, an_email, an_order
from winback.adapters.aws.calls import TRIES, Calls, Names
from winback.adapters.aws.store import DynamoStore
from winback.adapters.aws.tables import LEDGER
from winback.adapters.aws.values import tagged
from winback.domain.contact import Contact
from winback.domain.day import Day
from winback.domain.errors import Conflict, Retryable, Unsure
from winback.domain.order import Order
from winback.domain.user import User
from winback.ports import Add, Put, Remove, Replace, Store

DAY_ID = a_day().day_id
TOGETHER = (Add(a_contact()), Replace(a_day(decided=1, version=1)))
"""A commit of two, hence a transaction."""
_WAYS = ("silent", "broken", "ill")
LOST_ANSWERS = pytest.mark.parametrize("fault", [SILENT_AFTER, BROKEN_AFTER, ILL_AFTER], ids=_WAYS)
NOT_DONE = pytest.mark.parametrize("fault", [SILENT_BEFORE, BROKEN_BEFORE, ILL_BEFORE], ids=_WAYS)


@dataclass(frozen=True)
class Bench:
    """`store` reaches DynamoDB through `ill`; `well` reaches the same tables directly."""

    store: Store
    ill: IllDynamo
    well: Store


@pytest.fixture
def bench() -> Iterator[Bench]:
    names = new_tables(clients().dynamodb)
    with IllDynamo() as ill, closing(a_client(ill.url, read_seconds=0.3)) as client:
        well = DynamoStore(clients().dynamodb, names)
        well.commit(Add(a_day()))
        yield Bench(DynamoStore(client, names), ill, well)


@LOST_ANSWERS
def test_a_transaction_whose_answer_was_lost_is_made_again_and_done_once(bench: Bench, fault: Fault) -> None:
    bench.ill.fail_next("TransactWriteItems", fault)

    bench.store.commit(*TOGETHER)
    assert bench.ill.asked == ["TransactWriteItems"] * 2
    assert bench.well.get(Day, DAY_ID) == a_day(decided=1, version=2)
    assert bench.well.get(Contact, USER_ID) == a_contact(version=1)


@NOT_DONE
def test_a_transaction_that_was_not_done_is_made_again(bench: Bench, fault: Fault) -> None:
    bench.ill.fail_next("TransactWriteItems", fault)

    bench.store.commit(*TOGETHER)
    assert bench.well.get(Day, DAY_ID) == a_day(decided=1, version=2)


@LOST_ANSWERS
def test_a_single_guarded_write_whose_answer_was_lost_is_unsure_and_was_done_once(bench: Bench, fault: Fault) -> None:
    bench.ill.fail_next("PutItem", fault)

    with pytest.raises(Unsure):
        bench.store.commit(Replace(a_day(decided=1, version=1)))
    assert bench.ill.asked == ["PutItem"]
    assert bench.well.get(Day, DAY_ID) == a_day(decided=1, version=2)
    with pytest.raises(Conflict):
        bench.store.commit(Replace(a_day(decided=1, version=1)))


@NOT_DONE
def test_a_single_guarded_write_that_was_not_done_is_unsure_and_may_be_made_again(bench: Bench, fault: Fault) -> None:
    bench.ill.fail_next("PutItem", fault)

    with pytest.raises(Unsure):
        bench.store.commit(Replace(a_day(decided=1, version=1)))
    assert bench.well.get(Day, DAY_ID) == a_day(version=1)
    bench.store.commit(Replace(a_day(decided=1, version=1)))
    assert bench.well.get(Day, DAY_ID) == a_day(decided=1, version=2)


@pytest.mark.parametrize("operation", ["TransactWriteItems", "PutItem"])
def test_throttled_for_a_moment_nobody_notices(bench: Bench, operation: str) -> None:
    bench.ill.fail_next(operation, *[THROTTLED] * (TRIES - 1))

    bench.store.commit(*(TOGETHER if operation == "TransactWriteItems" else TOGETHER[1:]))
    assert bench.well.get(Day, DAY_ID) == a_day(decided=1, version=2)


@pytest.mark.parametrize("operation", ["TransactWriteItems", "PutItem"])
def test_throttled_for_long_nothing_has_happened(bench: Bench, operation: str) -> None:
    bench.ill.fail_next(operation, *[THROTTLED] * TRIES)

    with pytest.raises(Retryable):
        bench.store.commit(*(TOGETHER if operation == "TransactWriteItems" else TOGETHER[1:]))
    assert bench.well.get(Day, DAY_ID) == a_day(version=1)
    assert bench.well.get(Contact, USER_ID) is None


@pytest.mark.parametrize("first", [SILENT_AFTER, SILENT_BEFORE], ids=["done", "not done"])
def test_throttled_after_an_answer_was_lost_is_unsure(bench: Bench, first: Fault) -> None:
    bench.ill.fail_next("TransactWriteItems", first, *[THROTTLED] * (TRIES - 1))

    with pytest.raises(Unsure):
        bench.store.commit(*TOGETHER)


def test_a_transaction_in_conflict_with_another_is_a_conflict_and_changes_nothing(bench: Bench) -> None:
    bench.ill.fail_next("TransactWriteItems", IN_CONFLICT)

    with pytest.raises(Conflict):
        bench.store.commit(*TOGETHER)
    assert bench.well.get(Day, DAY_ID) == a_day(version=1)


def test_puts_that_nobody_guards_are_tried_again_when_they_meet_another_transaction(bench: Bench) -> None:
    bench.ill.fail_next("TransactWriteItems", IN_CONFLICT)

    bench.store.commit(Put(a_user()), Put(an_order()))
    assert bench.well.get(User, USER_ID) == a_user()
    assert bench.well.orders_of(USER_ID) == [an_order()]


def test_puts_that_meet_others_without_end_are_retryable(bench: Bench) -> None:
    bench.ill.fail_next("TransactWriteItems", *[IN_CONFLICT] * TRIES)

    with pytest.raises(Retryable):
        bench.store.commit(Put(a_user()), Put(an_order()))
    assert bench.well.get(Order, "o-1") is None


@LOST_ANSWERS
def test_a_put_whose_answer_was_lost_is_put_again(bench: Bench, fault: Fault) -> None:
    bench.ill.fail_next("PutItem", fault)

    bench.store.commit(Put(a_user()))
    assert bench.well.get(User, USER_ID) == a_user()


READS: dict[str, tuple[str, Callable[[Store], object]]] = {
    "get": ("GetItem", lambda store: store.get(Day, DAY_ID)),
    "orders_of": ("Query", lambda store: store.orders_of(USER_ID)),
    "emails_of": ("BatchGetItem", lambda store: store.emails_of(USER_ID)),
    "of an order whose it is": ("GetItem", lambda store: store.commit(Remove(Order, "o-1"))),
}


@pytest.mark.parametrize(("operation", "read"), READS.values(), ids=READS.keys())
@pytest.mark.parametrize("fault", [THROTTLED, BROKEN_BEFORE, ILL_BEFORE], ids=["throttled", "broken", "ill"])
def test_a_read_is_made_again_and_retryable_in_the_end(
    bench: Bench, operation: str, read: Callable[[Store], object], fault: Fault
) -> None:
    bench.well.commit(Add(an_email()), Put(an_order()))
    bench.ill.fail_next(operation, *[fault] * (TRIES - 1))
    assert read(bench.store) == read(bench.well)

    bench.ill.fail_next(operation, *[fault] * TRIES)
    with pytest.raises(Retryable):
        read(bench.store)


def test_where_nobody_listens_nothing_has_happened() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        with closing(a_client(url)) as client:
            store = DynamoStore(client, Names("users", "emails", "ledger"))
            with pytest.raises(Retryable):
                store.commit(Replace(a_day(version=1)))
            with pytest.raises(Retryable):
                store.get(Day, DAY_ID)


def test_keys_that_were_left_over_are_asked_for_again() -> None:
    names = new_tables(clients().dynamodb)
    store = DynamoStore(clients().dynamodb, names)
    for day in ("2026-01-01", "2026-01-02"):
        store.commit(Add(a_day(day_id=day)))
    client = _LeavingOver(clients().dynamodb)
    keys = [tagged({"pk": f"day#2026-01-0{number}", "sk": "-"}) for number in (1, 2)]

    calls = Calls(client, names, sleep=lambda _: None)  # type: ignore[arg-type]  # one method is enough here
    assert len(calls.get_all(LEDGER, keys)) == 2
    with pytest.raises(Retryable, match="left over"):
        calls.get_all(LEDGER, [*keys, *[tagged({"pk": f"day#{n}", "sk": "-"}) for n in range(TRIES)]])


class _LeavingOver:
    """Takes one key of each batch and leaves the others, as DynamoDB does when it is throttled."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def batch_get_item(self, RequestItems: dict[str, dict[str, list[object]]]) -> object:  # noqa: N803  DynamoDB's
        ((table, asked),) = RequestItems.items()
        first, *rest = asked["Keys"]
        answer = self._client.batch_get_item(RequestItems={table: {"Keys": [first]}})
        return {**answer, "UnprocessedKeys": {table: {"Keys": rest}} if rest else {}}
