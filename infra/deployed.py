"""The stack as it stands: its outputs, what a template cannot hold, and its end."""

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError, WaiterError

from infra.account import Account
from winback.adapters.aws.faults import name_of
from winback.adapters.aws.stack import STACK
from winback.settings import Stage

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

UNPROTECT: Final = f"update-termination-protection --no-enable-termination-protection --stack-name {STACK}"
FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
ASSETS: Final = "assets/"
"""Files below it have another name for each content."""
LOOK_EVERY_SECONDS: Final = 5
MOST_LOOKS: Final = 720
"""A distribution takes its time to go."""


def outputs(account: Account) -> dict[str, str]:
    """By name."""
    stack = _stack(account.session.client("cloudformation"))
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]} if stack else {}


def upload(account: Account, folder: Path, bucket: str) -> None:
    """The front end. A page is asked for again each time, so that nothing old is left in a cache."""
    s3 = account.session.client("s3")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        key = path.relative_to(folder).as_posix()
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=path.read_bytes(),
            ContentType=mimetypes.guess_type(key)[0] or "application/octet-stream",
            CacheControl=FOREVER if key.startswith(ASSETS) else ASK_AGAIN,
        )


def refuse_another_stage(account: Account, stage: str) -> None:
    """Raises ValueError where a prod stage would become another: its tables would lose all that protects them."""
    stack = _stack(account.session.client("cloudformation"))
    if stack and stack.get("EnableTerminationProtection") and stage != Stage.PROD:
        raise ValueError(
            f"{STACK} is protected, its stage is prod: say WINBACK_STAGE=prod, here or in .env.deploy; "
            f"to make it a {stage} stage all the same: aws cloudformation {UNPROTECT}"
        )


def destroy(account: Account) -> bool:
    """Whether there was a stack. Raises ValueError if it is protected, or could not be removed."""
    client = account.session.client("cloudformation")
    stack = _stack(client)
    if stack is None:
        return False
    if stack.get("EnableTerminationProtection"):
        raise ValueError(f"{STACK} is protected, its stage is prod; to remove it: aws cloudformation {UNPROTECT}")
    _empty_buckets(account, client)
    client.delete_stack(StackName=STACK)
    try:
        client.get_waiter("stack_delete_complete").wait(
            StackName=stack["StackId"], WaiterConfig={"Delay": LOOK_EVERY_SECONDS, "MaxAttempts": MOST_LOOKS}
        )
    except WaiterError as error:
        raise ValueError(f"{STACK} could not be removed: aws cloudformation describe-stack-events says why") from error
    return True


def _stack(client: "CloudFormationClient") -> "StackTypeDef | None":
    try:
        return client.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        if name_of(error) == "ValidationError":  # how it says that there is none
            return None
        raise


def _empty_buckets(account: Account, client: "CloudFormationClient") -> None:
    """A bucket that holds something is not removed. One that stays when the stack goes keeps what it holds."""
    s3, kept = account.session.resource("s3"), _kept(client)
    for page in client.get_paginator("list_stack_resources").paginate(StackName=STACK):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] != "AWS::S3::Bucket" or resource["LogicalResourceId"] in kept:
                continue
            if name := resource.get("PhysicalResourceId"):
                s3.Bucket(name).objects.all().delete()


def _kept(client: "CloudFormationClient") -> frozenset[str]:
    """What outlives the stack, by its name in the template that is deployed."""
    template = client.get_template(StackName=STACK)["TemplateBody"]
    resources = template["Resources"].items()
    return frozenset(name for name, resource in resources if resource.get("DeletionPolicy", "Delete") != "Delete")
