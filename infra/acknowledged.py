"""Findings of the security rules that are meant, each with its reason; all others stop the deployment."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reasons: dict[str, str]) -> None:
    """`reasons` by rule, such as `AwsSolutions-S1`; one finding of a rule as `AwsSolutions-IAM5[Resource::*]`."""
    for rule, reason in reasons.items():
        Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
