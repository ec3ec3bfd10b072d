"""Tables made anew on the emulator for each who asks: nobody sees what another test wrote. And clients that tell."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
from botocore.config import Config

from aws.emulated import clients
from aws.emulator import running
from winback.adapters.aws.calls import Names
from winback.adapters.aws.store import DynamoStore
from winback.adapters.aws.tables import EMAILS, LEDGER, USERS, Index, Schema

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def a_client(url: str | None = None, read_seconds: float = 10) -> "DynamoDBClient":
    """A client of its own, of the emulator or of what stands before it at `url`; it repeats nothing."""
    around = running().environment
    retries: Any = {"mode": "standard", "total_max_attempts": 1}
    return boto3.client(
        "dynamodb",
        endpoint_url=url or around["AWS_ENDPOINT_URL"],
        region_name=around["AWS_REGION"],
        aws_access_key_id=around["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=around["AWS_SECRET_ACCESS_KEY"],
        config=Config(connect_timeout=2, read_timeout=read_seconds, retries=retries),
    )


@dataclass(frozen=True, slots=True)
class TwoStores:
    """`store` uses `client`, which a test may listen to; `other` is somebody else's store on the same new tables."""

    store: DynamoStore
    client: "DynamoDBClient"
    other: DynamoStore
    names: Names


@contextmanager
def two_stores() -> Iterator[TwoStores]:
    with closing(a_client()) as client:
        names = new_tables(client)
        yield TwoStores(DynamoStore(client, names), client, DynamoStore(clients().dynamodb, names), names)


def asked_of(client: "DynamoDBClient") -> list[str]:
    """The operations the client is asked for from now on, as they come."""
    asked: list[str] = []
    client.meta.events.register("before-call.dynamodb", lambda model, **_: asked.append(model.name))
    return asked


def once_before(client: "DynamoDBClient", operation: str, act: Callable[[], object]) -> None:
    """`act` happens right before the client's next call of this operation is sent."""
    _once(client, f"before-call.dynamodb.{operation}", act)


def once_after(client: "DynamoDBClient", operation: str, act: Callable[[], object]) -> None:
    """`act` happens right after the answer to the client's next call of this operation."""
    _once(client, f"after-call.dynamodb.{operation}", act)


def _once(client: "DynamoDBClient", event: str, act: Callable[[], object]) -> None:
    def happen(**_: object) -> None:
        client.meta.events.unregister(event, happen)
        act()

    client.meta.events.register(event, happen)


def new_tables(client: "DynamoDBClient") -> Names:
    """Three empty tables under names of their own."""
    prefix = uuid4().hex
    names = Names(f"users-{prefix}", f"emails-{prefix}", f"ledger-{prefix}")
    for schema in (USERS, EMAILS, LEDGER):
        client.create_table(TableName=names.of(schema), **_definition(schema))
    return names


def _definition(schema: Schema) -> dict[str, Any]:
    attributes = {*schema.keys, *(name for index in schema.indexes for name in (index.partition, index.sort))}
    indexes = {"GlobalSecondaryIndexes": [_index(index) for index in schema.indexes]} if schema.indexes else {}
    return {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in sorted(attributes)],
        "KeySchema": _key(*schema.keys),
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        **indexes,
    }


def _index(index: Index) -> dict[str, Any]:
    return {
        "IndexName": index.name,
        "KeySchema": _key(index.partition, index.sort),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def _key(partition: str, sort: str | None = None) -> list[dict[str, str]]:
    kinds = [(partition, "HASH"), *([(sort, "RANGE")] if sort else [])]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds]
