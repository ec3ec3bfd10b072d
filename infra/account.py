"""Where a deployment goes: an account, a region, and whether we may."""

import os
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError

WAYS = "in the environment or in .env.deploy"


@dataclass(frozen=True, slots=True)
class Account:
    number: str
    region: str
    session: boto3.Session


def account() -> Account:
    """Of the environment's credentials. Raises ValueError with one line that says what is missing."""
    try:
        session = boto3.Session(region_name=os.environ.get("AWS_REGION") or None)  # boto3 asks the other name alone
        found = session.get_credentials()
    except BotoCoreError as error:  # such as a profile that is not there
        raise ValueError(f"{error}; set AWS_PROFILE {WAYS} to one of `aws configure list-profiles`") from error
    if found is None:
        keys = "AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY"
        raise ValueError(f"there are no AWS credentials: set AWS_PROFILE, or {keys}, {WAYS}")
    if session.region_name is None:
        raise ValueError(f"there is no AWS region: set AWS_DEFAULT_REGION {WAYS}")
    return Account(_number(session), session.region_name, session)


def _number(session: boto3.Session) -> str:
    try:
        number: str = session.client("sts").get_caller_identity()["Account"]
        return number
    except (BotoCoreError, ClientError) as error:
        raise ValueError(f"AWS does not take these credentials: {error}") from error
