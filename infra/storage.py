"""Private buckets: the outbox, and the changes that the relay gave up."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledged import acknowledge

_NO_ACCESS_LOG = {"AwsSolutions-S1": "Nobody but the stack's own functions and the account's people may read it."}


class Storage(Construct):
    """In prod what lies in them outlives the stack."""

    def __init__(self, scope: Construct, name: str, *, prod: bool) -> None:
        super().__init__(scope, name)
        self.outbox = private_bucket(self, "Outbox", keep=prod, days=400)
        self.unrelayed = private_bucket(self, "Unrelayed", keep=prod, days=90)


def private_bucket(scope: Construct, name: str, *, keep: bool, days: int | None = None) -> s3.Bucket:
    """Encrypted, over TLS only; with `days` its objects go after so many."""
    rules = [s3.LifecycleRule(expiration=Duration.days(days))] if days else []
    bucket = s3.Bucket(
        scope,
        name,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        lifecycle_rules=[*rules, s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))],
        removal_policy=RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY,
    )
    acknowledge(bucket, _NO_ACCESS_LOG)
    return bucket
