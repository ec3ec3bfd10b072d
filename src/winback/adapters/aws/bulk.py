"""Many records from outside at once: what a `commit` of their puts would do, several times faster."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from winback.adapters.aws.calls import MOST_PUTS, ROUNDS, Calls
from winback.adapters.aws.errors import Throttled
from winback.adapters.aws.items import id_of, item
from winback.adapters.aws.store import DynamoStore
from winback.adapters.aws.tables import USERS
from winback.domain.order import Order
from winback.domain.user import User
from winback.ports import MOST_WRITES, Put

T = TypeVar("T")
AT_ONCE: Final = 8


def put_all(store: DynamoStore, calls: Calls, records: Sequence[User] | Sequence[Order]) -> None:
    """Each whole, the last of those with one id; all of one kind. Raises Retryable or Unsure if one of them could not
    be put; others are then, and to put them all again does no harm."""
    last = {id_of(record): record for record in records}
    users = [record for record in last.values() if isinstance(record, User)]
    orders = [record for record in last.values() if isinstance(record, Order)]
    _at_once(users, MOST_PUTS, _patient(calls, lambda some: calls.put_all(USERS, [item(user) for user in some])))
    # An order is two items, or three where it passes from one user to another: that takes a transaction.
    _at_once(orders, MOST_WRITES, _patient(calls, lambda some: store.commit(*map(Put, some))))


def _patient(calls: Calls, do: Callable[[Sequence[T]], None]) -> Callable[[Sequence[T]], None]:
    """A flood is throttled until the table has grown: puts that nothing guards may wait for it."""

    def again(some: Sequence[T]) -> None:
        for attempt in range(ROUNDS):
            try:
                return do(some)
            except Throttled:
                calls.pause(attempt)
        return do(some)

    return again


def _at_once(records: Sequence[T], size: int, do: Callable[[Sequence[T]], None]) -> None:
    if len(records) <= size:
        if records:
            do(records)
        return
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="put") as pool:
        list(pool.map(do, _slices(records, size)))


def _slices(records: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (records[start : start + size] for start in range(0, len(records), size))
