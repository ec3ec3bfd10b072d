"""What `make deploy` and `make destroy` must not take away from a prod stage."""

import json
import os
from collections.abc import Iterator
from unittest.mock import patch

import boto3
import pytest

from aws.emulator import ACCOUNT, REGION, running
from infra.account import Account
from infra.deployed import destroy, refuse_another_stage
from winback.adapters.aws.stack import STACK

KEPT, GONE = "removing-kept", "removing-gone"
TEMPLATE = {
    "Resources": {
        "Outbox": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": KEPT}},
        "Site": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Delete", "Properties": {"BucketName": GONE}},
    }
}


@pytest.fixture
def account() -> Iterator[Account]:
    """With a protected stack of two buckets that hold something."""
    with patch.dict(os.environ, running().environment):
        session = boto3.Session(region_name=REGION)
        cloudformation, s3 = session.client("cloudformation"), session.client("s3")
        cloudformation.create_stack(
            StackName=STACK, TemplateBody=json.dumps(TEMPLATE), EnableTerminationProtection=True
        )
        cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
        for bucket in (KEPT, GONE):
            s3.put_object(Bucket=bucket, Key="outbox/e-1.eml", Body=b"Hello")
        yield Account(ACCOUNT, REGION, session)
        unprotect(session)
        cloudformation.delete_stack(StackName=STACK)


def unprotect(session: boto3.Session) -> None:
    cloudformation = session.client("cloudformation")
    if cloudformation.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"]:
        cloudformation.update_termination_protection(StackName=STACK, EnableTerminationProtection=False)


def test_a_removed_prod_stage_keeps_the_emails_in_its_outbox(account: Account) -> None:
    with pytest.raises(ValueError, match="is protected, its stage is prod"):
        destroy(account)
    unprotect(account.session)
    assert destroy(account)
    s3 = account.session.client("s3")
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=KEPT)["Contents"]] == ["outbox/e-1.eml"]
    assert GONE not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    s3.delete_object(Bucket=KEPT, Key="outbox/e-1.eml")
    s3.delete_bucket(Bucket=KEPT)


def test_a_prod_stage_becomes_no_other_because_somebody_forgot_to_name_it(account: Account) -> None:
    with pytest.raises(ValueError, match="say WINBACK_STAGE=prod") as refusal:
        refuse_another_stage(account, "dev")
    assert len(str(refusal.value).splitlines()) == 1
    refuse_another_stage(account, "prod")
    unprotect(account.session)
    refuse_another_stage(account, "dev")
