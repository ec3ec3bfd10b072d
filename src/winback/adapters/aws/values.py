"""Plain values as DynamoDB writes them; back goes `domain.dynamo.plain`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Value = dict[str, Any]
Item = dict[str, Value]


def tagged(item: Mapping[str, object]) -> Item:
    """The item with each value under the tag of its type."""
    return {name: tag(value) for name, value in item.items()}


def tag(value: object) -> Value:
    """A number is written in the digits Python prints, without exponent or idle `.0`, as DynamoDB gives it back."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case float():
            return {"N": format(Decimal(str(value)).normalize(), "f")}
        case Mapping():
            return {"M": tagged(value)}
        case list() | tuple():
            return {"L": [tag(entry) for entry in value]}
        case _:
            raise TypeError(f"no DynamoDB type for {type(value).__name__}")
