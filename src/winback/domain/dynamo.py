"""DynamoDB JSON (`{"S": "text"}`, `{"N": "10"}`) and plain JSON: an item may come as either."""

from collections.abc import Callable, Mapping
from typing import Any, Final

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
    read = _READERS.get(tag)
    return value if read is None else read(value, depth - 1)


def _number(value: Any, _: int = 0) -> Any:
    """The number; what is none stays as it is."""
    if isinstance(value, str):
        for kind in (int, float):
            try:
                return kind(value)
            except ValueError:
                continue
    return value


def _list(value: Any, depth: int) -> Any:
    return [_value(entry, depth) for entry in value] if isinstance(value, list) else value


def _numbers(value: Any, _: int) -> Any:
    return [_number(entry) for entry in value] if isinstance(value, list) else value


def _map(value: Any, depth: int) -> Any:
    return {name: _value(entry, depth) for name, entry in value.items()} if isinstance(value, dict) else value


def _null(_: Any, __: int) -> None:
    return None


_READERS: Final[dict[str, Callable[[Any, int], Any]]] = {
    "N": _number,
    "L": _list,
    "NS": _numbers,
    "M": _map,
    "NULL": _null,
}
"""How the value beneath a tag is read; beneath the others it stands as it is."""
