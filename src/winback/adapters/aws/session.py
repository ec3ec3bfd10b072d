"""The session of a person's command: region and credentials as everywhere with AWS, told plainly where they miss."""

from collections.abc import Mapping
from typing import Final

import boto3
from botocore.exceptions import BotoCoreError

from winback.domain.errors import Refused

_KEYS: Final = "AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY"


def session(env: Mapping[str, str]) -> boto3.Session:
    """Raises Refused with one line that says what is missing."""
    try:
        # boto3 by itself reads the other name of the region alone.
        found = boto3.Session(region_name=env.get("AWS_REGION") or None)
        has_credentials = found.region_name is not None and found.get_credentials() is not None
    except BotoCoreError as error:  # such as a profile that is not there
        raise Refused(f"{error}: set AWS_PROFILE to one of `aws configure list-profiles`") from error
    if found.region_name is None:
        raise Refused(
            "there is no AWS region: set AWS_DEFAULT_REGION, such as AWS_DEFAULT_REGION=eu-central-1, or AWS_PROFILE"
        )
    if not has_credentials:
        raise Refused(f"there are no AWS credentials: set AWS_PROFILE, or {_KEYS}")
    return found
