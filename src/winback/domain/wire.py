"""The one codec: frozen dataclasses to camelCase JSON values and back.

Absent and None are the same on the wire. Instants are written by `instant.iso`, days as `YYYY-MM-DD`, enums by value.
"""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from operator import attrgetter
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
    codec = _codec(type(record))
    item = {}
    for wire, encode, value in zip(codec.wires, codec.encoders, codec.values(record), strict=True):
        if value is not None:
            item[wire] = value if encode is None else encode(value)
    return item


def from_wire(kind: type[T], item: Mapping[str, object]) -> T:
    """The record of `kind` that `item` describes; unknown names are left alone.

    Raises KeyError, TypeError or ValueError if the item is no such record: only our own writes are read by it.
    """
    codec = _codec(kind)
    decoders, values = codec.decoders, dict(codec.absent)
    for wire, value in item.items():
        if value is not None and wire in decoders:
            name, decode = decoders[wire]
            values[name] = value if decode is None else decode(value)
    return kind(**values)


def codes(kind: type) -> tuple[FieldCode, ...]:
    """The codes of all fields of a dataclass, in their order; worked out once for each class."""
    return _codec(kind).codes


class _Codec:
    """All codes of one class, laid out for speed: every record passes here on its way in and out."""

    def __init__(self, kind: type) -> None:
        hints = typing.get_type_hints(kind)
        self.codes = tuple(_field_code(field, hints[field.name]) for field in fields(kind))
        self.wires = [code.wire for code in self.codes]
        self.encoders = [code.encode for code in self.codes]
        self.decoders = {code.wire: (code.name, code.decode) for code in self.codes}
        self.absent: dict[str, Any] = {
            field.name: None for field in fields(kind) if _has_no_default(field) and _may_be_none(hints[field.name])
        }
        self.values = _values_getter([code.name for code in self.codes])


_CODECS: dict[type, _Codec] = {}


def _codec(kind: type) -> _Codec:
    codec = _CODECS.get(kind)
    if codec is None:
        codec = _CODECS[kind] = _Codec(kind)
    return codec


def _values_getter(names: list[str]) -> Callable[[object], tuple[Any, ...]]:
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda record: (get(record),)


def _field_code(field: Field[Any], hint: Any) -> FieldCode:
    scalar, encode, decode = _code_of(_without_none(hint))
    return FieldCode(field.name, camel(field.name), scalar, encode, decode)


def _has_no_default(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _may_be_none(hint: Any) -> bool:
    return type(None) in typing.get_args(hint)


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
        return True, attrgetter("_value_"), hint  # `value` is a slow property, `_value_` the attribute beneath it
    if is_dataclass(hint):
        return False, to_wire, lambda item: from_wire(cast("type[Any]", hint), item)
    raise TypeError(f"no code for {hint!r}: add it to winback.domain.wire")


def _sequence_code(hint: Any) -> tuple[Code, Code]:
    _, encode, decode = _code_of(hint)
    return (
        (lambda values: [encode(value) for value in values]) if encode else list,
        (lambda values: tuple([decode(value) for value in values])) if decode else tuple,
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
