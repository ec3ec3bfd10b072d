"""The one codec: frozen dataclasses to camelCase JSON values and back.

Absent and None are the same on the wire. Instants are written by `instant.iso`, days as `YYYY-MM-DD`, enums by value.
"""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar, cast

from winback.domain.instant import instant, iso

T = TypeVar("T")
Code = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class FieldCode:
    """How one field of a record is written: its two names, whether its wire value is a scalar, and both ways."""

    name: str
    wire: str
    scalar: bool
    encode: Code | None
    decode: Code | None


def camel(name: str) -> str:
    """`last_order_date` as `lastOrderDate`."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def to_wire(record: object) -> dict[str, object]:
    """The record as JSON values under camelCase names, without what is None."""
    out: dict[str, object] = {}
    for code in codes(type(record)):
        value = getattr(record, code.name)
        if value is not None:
            out[code.wire] = code.encode(value) if code.encode else value
    return out


def from_wire(kind: type[T], item: Mapping[str, object]) -> T:
    """The record of `kind` that `item` describes; unknown names are left alone.

    Raises KeyError, TypeError or ValueError if the item is no such record: only our own writes are read by it.
    """
    values = {}
    for code in codes(kind):
        value = item.get(code.wire)
        if value is not None:
            values[code.name] = code.decode(value) if code.decode else value
    return kind(**values)


_CODES: dict[type, tuple[FieldCode, ...]] = {}


def codes(kind: type) -> tuple[FieldCode, ...]:
    """The codes of all fields of a dataclass, in their order; worked out once for each class."""
    if kind not in _CODES:
        hints = typing.get_type_hints(kind)
        _CODES[kind] = tuple(_field_code(field, hints[field.name]) for field in fields(kind))
    return _CODES[kind]


def _field_code(field: Field[Any], hint: Any) -> FieldCode:
    scalar, encode, decode = _code_of(_without_none(hint))
    return FieldCode(field.name, camel(field.name), scalar, encode, decode)


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
        if len(kinds) == 1:
            return kinds[0]
    return hint


def _code_of(hint: Any) -> tuple[bool, Code | None, Code | None]:
    """Scalar on the wire?, encode, decode; None stands for "as it is"."""
    origin = typing.get_origin(hint)
    if origin is tuple:
        return (False, *_sequence_code(typing.get_args(hint)[0]))
    if origin is dict:
        return (False, *_mapping_code(typing.get_args(hint)[1]))
    if hint in _LEAVES:
        return (True, *_LEAVES[hint])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return True, lambda member: member.value, hint
    if is_dataclass(hint):
        return False, to_wire, lambda item: from_wire(cast("type[Any]", hint), item)
    raise TypeError(f"no code for {hint!r}: add it to winback.domain.wire")


def _sequence_code(hint: Any) -> tuple[Code, Code]:
    _, encode, decode = _code_of(hint)
    return (
        (lambda values: [encode(value) for value in values]) if encode else list,
        (lambda values: tuple(decode(value) for value in values)) if decode else tuple,
    )


def _mapping_code(hint: Any) -> tuple[Code, Code]:
    _, encode, decode = _code_of(hint)
    return (
        (lambda values: {key: encode(value) for key, value in values.items()}) if encode else dict,
        (lambda values: {key: decode(value) for key, value in values.items()}) if decode else dict,
    )


_LEAVES: dict[Any, tuple[Code | None, Code | None]] = {
    str: (None, None),
    int: (None, int),
    float: (None, float),
    bool: (None, bool),
    datetime: (iso, instant),
    date: (date.isoformat, date.fromisoformat),
    timedelta: (timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
}
