"""`winback orders`: put orders."""

from typing import Annotated

import typer

from winback.cli.nouns import noun
from winback.cli.opened import opened
from winback.cli.output import Json
from winback.cli.putting import ORDERS, put

orders = noun("Put orders.")


@orders.command("put")
def put_orders(
    ctx: typer.Context,
    given: Annotated[str, typer.Argument(metavar="FILE|-|JSON", help="A file, - for what is piped in, or the JSON.")],
    as_json: Json = False,
) -> None:
    """Put one order or many: a JSON object, an array, or JSON Lines; plain or as DynamoDB writes them.

    An order has orderId, userId, orderedAt, value and, if it is not placed, status: returned or cancelled.

    \b
    winback orders put orders.jsonl
    winback orders put '{"orderId": "o-1", "userId": "c-1", "orderedAt": "2026-06-01T12:00:00Z", "value": 80}'
    """
    with opened(ctx, make=True) as here:
        if not put(here, ORDERS, given, as_json):
            raise typer.Exit(1)
