"""Reading by an index that lags: it only says where to look, and what it says must still be true of the item."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Final

from winback.adapters.aws.calls import MOST_KEYS, Calls
from winback.adapters.aws.tables import Index, Schema
from winback.adapters.aws.values import Item, tagged

LOWEST: Final = " "
HIGHEST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of an index: these of its partitions, from `low` to `high` of its sort key, both included."""

    schema: Schema
    index: Index
    partitions: Sequence[str]
    low: str = LOWEST
    high: str = HIGHEST
    newest_first: bool = False

    @property
    def empty(self) -> bool:
        return self.low > self.high


def standing(calls: Calls, span: Span, about: int) -> Iterator[Item]:
    """The items the span names, in its order, each read consistently and left out if it lies elsewhere by now.

    Reads as it is asked on; `about` is how many will probably be wanted.
    """
    where = (span.index.partition, span.index.sort)
    at_once = min(max(about, 1), MOST_KEYS)
    entries = _entries(calls, span, at_once)
    while some := list(islice(entries, at_once)):
        items = _items(calls, span.schema, some)
        for entry in some:
            found = items.get(_values(span.schema.keys, entry))
            if found is not None and _values(where, found) == _values(where, entry):
                yield found


def _entries(calls: Calls, span: Span, at_once: int) -> Iterator[Item]:
    """The entries of all partitions in one order."""
    if span.empty:
        return iter(())
    page = at_once // len(span.partitions) + 1
    sorts = [_in_partition(calls, span, partition, page) for partition in span.partitions]
    return merge(*sorts, key=lambda entry: entry[span.index.sort]["S"], reverse=span.newest_first)


def _in_partition(calls: Calls, span: Span, partition: str, page: int) -> Iterator[Item]:
    return calls.query(
        span.schema,
        IndexName=span.index.name,
        KeyConditionExpression="#partition = :partition AND #sort BETWEEN :low AND :high",
        ExpressionAttributeNames={"#partition": span.index.partition, "#sort": span.index.sort},
        ExpressionAttributeValues=tagged({":partition": partition, ":low": span.low, ":high": span.high}),
        ScanIndexForward=not span.newest_first,
        Limit=page,
    )


def _items(calls: Calls, schema: Schema, entries: list[Item]) -> dict[tuple[str | None, ...], Item]:
    """The items of these entries by their key. One that moves just now may have two entries; it is asked for once."""
    keys = {_values(schema.keys, entry): {name: entry[name] for name in schema.keys} for entry in entries}
    return {_values(schema.keys, found): found for found in calls.get_all(schema, list(keys.values()))}


def _values(names: Sequence[str], found: Item) -> tuple[str | None, ...]:
    return tuple(found.get(name, {}).get("S") for name in names)
