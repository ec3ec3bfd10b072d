"""DynamoDB JSON (`{"S": "text"}`, `{"N": "10"}`) and plain JSON: an item may come as either."""

from collections.abc import Mapping
from typing import Any

_TAGS = frozenset({"S", "N", "BOOL", "NULL", "L", "M", "SS", "NS", "BS", "B"})
_DEEPEST = 8
"""Levels of lists and maps that are read; what lies deeper is no value of ours."""


def plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item as plain values, whichever of the two it came in.

    A value that does not fit its tag stays as it is: whoever reads the field says what is wrong with it.
    """
    if item and all(_is_tagged(value) for value in item.values()):
        return {name: _value(value, _DEEPEST) for name, value in item.items()}
    return dict(item)


def _is_tagged(value: object) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _TAGS


def _value(tagged: Any, depth: int) -> Any:
    if not depth or not _is_tagged(tagged):
        return tagged
    ((tag, value),) = tagged.items()
    if tag == "N":
        return _number(value)
    if tag == "NULL":
        return None
    return _entries(tag, value, depth - 1) if isinstance(value, list | dict) else value


def _entries(tag: str, value: Any, depth: int) -> Any:
    match tag, value:
        case "L", list():
            return [_value(entry, depth) for entry in value]
        case "NS", list():
            return [_number(entry) for entry in value]
        case "M", dict():
            return {name: _value(entry, depth) for name, entry in value.items()}
        case _:
            return value


def _number(text: Any) -> Any:
    """The number; what is none stays as it is."""
    if isinstance(text, str):
        for kind in (int, float):
            try:
                return kind(text)
            except ValueError:
                continue
    return text
