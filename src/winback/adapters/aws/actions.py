"""Actions: what one transaction of DynamoDB is made of."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from winback.adapters.aws.conditions import Condition
from winback.adapters.aws.places import Place
from winback.adapters.aws.tables import Schema
from winback.adapters.aws.values import Item


class Verb(StrEnum):
    PUT = "Put"
    UPDATE = "Update"
    DELETE = "Delete"
    CHECK = "ConditionCheck"


@dataclass(frozen=True, slots=True)
class Action:
    """`arguments` are as DynamoDB takes them, but for the table's name."""

    verb: Verb
    schema: Schema
    arguments: dict[str, Any]

    @property
    def guarded(self) -> bool:
        return "ConditionExpression" in self.arguments


def put(place: Place, item: Item, condition: Condition | None = None) -> Action:
    return Action(Verb.PUT, place.schema, {"Item": {**item, **place.key}, **_arguments(condition)})


def delete(place: Place, condition: Condition | None = None) -> Action:
    return Action(Verb.DELETE, place.schema, {"Key": place.key, **_arguments(condition)})


def check(place: Place, condition: Condition) -> Action:
    return Action(Verb.CHECK, place.schema, {"Key": place.key, **condition.arguments})


def update(place: Place, values: Item, condition: Condition) -> Action:
    """Sets these attributes and no others."""
    sets = ", ".join(f"#{name} = :new_{name}" for name in values)
    arguments = condition.arguments
    names = {**arguments["ExpressionAttributeNames"], **{f"#{name}": name for name in values}}
    new = {f":new_{name}": value for name, value in values.items()}
    return Action(
        Verb.UPDATE,
        place.schema,
        {
            **arguments,
            "Key": place.key,
            "UpdateExpression": f"SET {sets}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {**arguments["ExpressionAttributeValues"], **new},
        },
    )


def _arguments(condition: Condition | None) -> dict[str, Any]:
    return condition.arguments if condition else {}
