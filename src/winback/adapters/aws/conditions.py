"""The guards: what must still be so in the stored item for a write to happen."""

from dataclasses import dataclass, field
from typing import Any, Final

from winback.adapters.aws.places import Place
from winback.adapters.aws.values import Item, Value, tag
from winback.domain.email import TRANSITIONS, Email, EmailStatus
from winback.domain.user import FIELDS
from winback.ports import Record, ShowScore

_SCORE: Final = "engagementScore"
_COMPUTED: Final = "engagementScoreComputed"
_FROM_OUTSIDE: Final = tuple(code.wire for code in FIELDS if code.wire not in {_SCORE, _COMPUTED})
_NO_SCORE: Final = f"(attribute_not_exists(#{_SCORE}) OR attribute_type(#{_SCORE}, :null))"
_NULL: Final[Value] = {"NULL": True}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition expression. Every attribute `x` in it is written `#x`; `values` are those of its `:names`."""

    expression: str
    attributes: tuple[str, ...]
    values: Item = field(default_factory=dict)

    @property
    def arguments(self) -> dict[str, Any]:
        """As DynamoDB takes it, which refuses an empty map of values."""
        names = {f"#{attribute}": attribute for attribute in self.attributes}
        arguments = {"ConditionExpression": self.expression, "ExpressionAttributeNames": names}
        return {**arguments, "ExpressionAttributeValues": self.values} if self.values else arguments


def is_new(place: Place) -> Condition:
    return Condition(f"attribute_not_exists(#{place.schema.key})", (place.schema.key,))


def is_as_read(record: Record) -> Condition:
    """The version is the one that was read; and an e-mail may come to its new state only from where it may."""
    values = {":version": tag(record.version)}
    if not isinstance(record, Email):
        return Condition("#version = :version", ("version",), values)
    states = {f":from{number}": tag(state.value) for number, state in enumerate(_may_come_from(record.status))}
    expression = f"#version = :version AND #status IN ({', '.join(states)})"
    return Condition(expression, ("version", "status"), {**values, **states})


def points_where_it_did(pointer: Item) -> Condition:
    values = {":pk": pointer["atPk"], ":sk": pointer["atSk"]}
    return Condition("#atPk = :pk AND #atSk = :sk", ("atPk", "atSk"), values)


def shows_what_was_read(write: ShowScore) -> Condition:
    """The user is there, and its score is the one read; a null counts as none, as it does when it is read."""
    if write.read is None:
        condition, values = _NO_SCORE, {":null": tag("NULL")}
    else:
        condition, values = f"#{_SCORE} = :read", {":read": tag(write.read)}
    return Condition(f"attribute_exists(#userId) AND {condition}", ("userId", _SCORE), values)


def is_untouched(found: Item) -> Condition:
    """Nobody from outside has written the user since it was read: every attribute that its etag covers is the same.

    An etag is a hash, which DynamoDB cannot work out; so the put is tied to the attributes whose hash was compared. Our
    own score may come in between: it is no part of the etag. Attributes nobody reads may change too.
    """
    parts, values = [], {}
    for name in (*_FROM_OUTSIDE, *(() if _is_ours(found) else (_SCORE, _COMPUTED))):
        if name in found:
            parts.append(f"#{name} = :{name}")
            values[f":{name}"] = found[name]
        else:
            parts.append(f"attribute_not_exists(#{name})")
    if _is_ours(found):
        parts.append(f"({_NO_SCORE} OR #{_SCORE} = #{_COMPUTED})")
        values[":null"] = tag("NULL")
    return Condition(" AND ".join(parts), (*_FROM_OUTSIDE, _SCORE, _COMPUTED), values)


def _is_ours(found: Item) -> bool:
    """Whether the score, if there is one, is what we showed."""
    score = found.get(_SCORE, _NULL)
    return score == _NULL or score == found.get(_COMPUTED)


def _may_come_from(status: EmailStatus) -> list[EmailStatus]:
    return [before for before, after in TRANSITIONS.items() if status is before or status in after]
