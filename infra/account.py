"""Where a deployment goes: an account, a region, and whether we may."""

import os
from dataclasses import dataclass
from typing import Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from winback.adapters.aws.faults import name_of
from winback.adapters.aws.stack import asked

WAYS: Final = "in the environment or in .env.deploy"
PREPARED: Final = "/cdk-bootstrap/hnb659fds/version"
"""The parameter that the CDK itself looks for."""
IMPATIENT: Final = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})
"""Somebody waits to be told that there is no network."""


@dataclass(frozen=True, slots=True)
class Account:
    number: str
    region: str
    session: boto3.Session


def account() -> Account:
    """Of the environment's credentials. Raises ValueError or Refused with one line that says what is missing."""
    try:
        session = boto3.Session(region_name=os.environ.get("AWS_REGION") or None)  # boto3 by itself asks the other name
        found = session.get_credentials()
    except BotoCoreError as error:  # such as a profile that is not there
        raise ValueError(f"{error}; set AWS_PROFILE {WAYS} to one of `aws configure list-profiles`") from error
    if found is None:
        keys = "AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY"
        raise ValueError(f"there are no AWS credentials: set AWS_PROFILE, or {keys}, {WAYS}")
    if session.region_name is None:
        raise ValueError(f"there is no AWS region: set AWS_DEFAULT_REGION {WAYS}")
    return Account(_number(session), session.region_name, session)


def refuse_unprepared(account: Account) -> None:
    """Raises ValueError where the CDK has no place for its assets. Who may not look is told by the CDK."""
    try:
        account.session.client("ssm").get_parameter(Name=PREPARED)
    except ClientError as error:
        if name_of(error) == "ParameterNotFound":
            said = f"the account {account.number} is not prepared for the CDK in {account.region}"
            raise ValueError(f"{said}: `make bootstrap` does so, once") from error


def _number(session: boto3.Session) -> str:
    sts = session.client("sts", config=IMPATIENT)
    with asked("sts:GetCallerIdentity", sts.meta.endpoint_url):
        number: str = sts.get_caller_identity()["Account"]
        return number
