"""DynamoDB JSON (`{"S": "text"}`, `{"N": "10"}`) and plain JSON: an item may come as either."""

from collections.abc import Mapping
from typing import Any

_TAGS = frozenset({"S", "N", "BOOL", "NULL", "L", "M", "SS", "NS", "B"})


def plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item as plain values, whichever of the two it came in. Raises ValueError on a number that is none."""
    if item and all(_is_tagged(value) for value in item.values()):
        return {name: _value(value) for name, value in item.items()}
    return dict(item)


def _is_tagged(value: object) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _TAGS


def _value(tagged: Mapping[str, Any]) -> Any:
    ((tag, value),) = tagged.items()
    match tag:
        case "N":
            return _number(value)
        case "L":
            return [_value(entry) for entry in value]
        case "M":
            return {name: _value(entry) for name, entry in value.items()}
        case "NS":
            return [_number(entry) for entry in value]
        case "NULL":
            return None
        case _:
            return value


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
