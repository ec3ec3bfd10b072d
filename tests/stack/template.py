"""A synthesised template, and what a test asks it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    name: str
    type: str
    body: Mapping[str, Any]

    @property
    def properties(self) -> Properties:
        properties: Properties = self.body.get("Properties", {})
        return properties


@dataclass(frozen=True, slots=True)
class Template:
    """`text` is all of it as it is uploaded; `report` is what the security rules found."""

    text: str
    body: Mapping[str, Any]
    report: Mapping[str, Any]

    def all(self, kind: str) -> list[Resource]:
        """Resources of a type, such as `SQS::Queue`."""
        return [resource for resource in self if resource.type == f"AWS::{kind}"]

    def named(self, part: str, kind: str) -> Resource:
        """The one resource of a type whose name has this part."""
        (found,) = [resource for resource in self.all(kind) if part in resource.name]
        return found

    def __iter__(self) -> Iterator[Resource]:
        for name, body in self.body["Resources"].items():
            yield Resource(name, body["Type"], body)

    def statements(self) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
        """Every statement that allows a role something."""
        for policy in self.all("IAM::Policy"):
            for statement in policy.properties["PolicyDocument"]["Statement"]:
                yield policy, statement


def target(reference: Any) -> str:
    """The name of the resource that a Ref or GetAtt points to."""
    name: str = reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0]
    return name


def listed(value: Any) -> list[Any]:
    """A list of one may stand as the one."""
    return value if isinstance(value, list) else [value]
