"""What one change asks of AWS: the calls of stream and e-mail processor until nothing is left to do, and the units of
DynamoDB that they are billed.

Not counted: the put itself, which is its writer's, and what Lambda asks of streams and queue by itself.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from aws.deployed import Deployed
from aws.emulated import clients
from benchmarks import people
from benchmarks.aws_shop import opened
from benchmarks.measured import Measured, Place
from winback.adapters.aws.clients import Clients
from winback.adapters.aws.store import DynamoStore
from winback.domain.email import EmailStatus
from winback.domain.user import User, user_of
from winback.ports import Put

_READS: Final = frozenset({"GetItem", "BatchGetItem", "Query"})
_TO_AGE: Final = timedelta(days=30)


def ours(place: Place) -> Measured:
    """One user after the other, so that none shares a call with another."""
    shop = opened()
    writer = DynamoStore(clients().dynamodb, shop.relaying.names)
    for user in _known_before(place, shop.clock.now()):
        writer.commit(Put(user))
    shop.until_quiet()
    puts = list(_puts(place, shop.clock.now(), writer))
    count = _counted(shop.aws.clients)
    started = time.perf_counter()
    for user in puts:
        writer.commit(Put(user))
        shop.until_quiet()
    seconds, counted = time.perf_counter() - started, dict(count)
    _check(shop, place)
    return Measured(place.size, seconds, {name: number / place.size for name, number in sorted(counted.items())})


def _known_before(place: Place, now: datetime) -> Iterator[User]:
    return map(user_of, people.engaged(0 if place.subject == "mailed" else place.size, now))


def _puts(place: Place, now: datetime, writer: DynamoStore) -> Iterator[User]:
    """What is counted: a new user, or a known one as it stands, the score we show included, with something changed."""
    if place.subject == "mailed":
        yield from map(user_of, people.at_risk(place.size, now))
        return
    for known in _known_before(place, now):
        user = writer.get(User, known.user_id)
        assert user is not None
        assert user.last_order_date is not None
        older = _TO_AGE if place.subject == "rescored" else timedelta()
        yield replace(user, name=f"{user.name} II", last_order_date=user.last_order_date - older)


def _counted(functions: Clients) -> dict[str, float]:
    """From now on: the calls by their names, and the units read and written."""
    count: defaultdict[str, float] = defaultdict(float, read_units=0, write_units=0)

    def ask(params: dict[str, Any], model: Any, **_: object) -> None:
        if "ReturnConsumedCapacity" in model.input_shape.members:
            params["ReturnConsumedCapacity"] = "TOTAL"

    def told(model: Any, parsed: Mapping[str, Any], **_: object) -> None:
        count[model.name] += 1
        if "ConsumedCapacity" in parsed:
            count["read_units" if model.name in _READS else "write_units"] += _units(parsed["ConsumedCapacity"])

    for client in (functions.dynamodb, functions.sns, functions.sqs, functions.s3):
        client.meta.events.register("provide-client-params", ask)
        client.meta.events.register("after-call", told)
    return count


def _units(consumed: Mapping[str, Any] | list[Mapping[str, Any]]) -> float:
    """Of one table, or of each that a call was about."""
    tables = consumed if isinstance(consumed, list) else [consumed]
    return float(sum(table["CapacityUnits"] for table in tables))


def _check(shop: Deployed, place: Place) -> None:
    """Each of those who should was mailed, nobody else, and nothing was given up."""
    sent = len(shop.aws.store.emails(EmailStatus.SENT, place.size + 1, None).items)
    expected = place.size if place.subject == "mailed" else 0
    if sent != expected or shop.aws.topic.dead_letters():
        raise RuntimeError(f"{sent} e-mails are SENT, not {expected}, or a message was given up")
