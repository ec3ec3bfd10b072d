"""The product's own clients, made before the emulator."""

import os
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3

from aws.emulator import running
from winback.adapters.aws.clients import Clients


@cache
def clients() -> Clients:
    """Of this process."""
    return made_clients()


def made_clients() -> Clients:
    """Clients of one's own, all of them made, since a client learns where AWS is when it is made."""
    with patch.dict(os.environ, running().environment):
        made = Clients()
        for name in ("dynamodb", "sns", "sqs", "s3", "ses", "secrets"):
            getattr(made, name)
    return made


@cache
def streams() -> Any:
    """The client of DynamoDB's streams, which the product has no use for: Lambda reads them."""
    with patch.dict(os.environ, running().environment):
        return boto3.client("dynamodbstreams")


def new_bucket(name: str) -> str:
    region = running().environment["AWS_REGION"]
    clients().s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]  # the region is text
    return name
