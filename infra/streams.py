"""How the stream processor follows a table: in order, a few at a time, and never stuck behind one bad record."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from infra.access import objects
from infra.tables import Stored
from infra.worker import Worker

BATCH: Final = 10
RETRIES: Final = 3
OLDEST: Final = Duration.hours(23)
"""A stream forgets after 24 hours: what was not relayed by then is put into the bucket, whole."""

Pattern = Mapping[str, Any]


def follow(worker: Worker, name: str, stored: Stored, given_up: s3.Bucket, patterns: Sequence[Pattern] = ()) -> None:
    """All changes of the table, or those that match one of the patterns, reach the function."""
    source = lambda_.CfnEventSourceMapping
    # The plain resource: the construct above it lets the function read and overwrite the whole bucket.
    source(
        worker,
        f"{name}Stream",
        function_name=worker.function.function_name,
        event_source_arn=stored.stream_arn,
        batch_size=BATCH,
        maximum_retry_attempts=RETRIES,
        bisect_batch_on_function_error=True,
        function_response_types=["ReportBatchItemFailures"],
        maximum_record_age_in_seconds=OLDEST.to_seconds(),
        starting_position="TRIM_HORIZON",
        filter_criteria=_criteria(patterns),
        destination_config=source.DestinationConfigProperty(
            on_failure=source.OnFailureProperty(destination=given_up.bucket_arn)
        ),
    )


def may_follow(worker: Worker, stored: Sequence[Stored], given_up: s3.Bucket) -> None:
    """What Lambda does in the function's name: reads the streams, and puts what is given up into the bucket."""
    worker.may(
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        on=[one.stream_arn for one in stored],
    )
    worker.may("s3:ListBucket", on=[given_up.bucket_arn])
    objects(worker, given_up, "s3:PutObject", "Lambda names what it puts there.")


def _criteria(patterns: Sequence[Pattern]) -> lambda_.CfnEventSourceMapping.FilterCriteriaProperty | None:
    if not patterns:
        return None
    one = lambda_.CfnEventSourceMapping.FilterProperty
    return lambda_.CfnEventSourceMapping.FilterCriteriaProperty(
        filters=[one(pattern=json.dumps(pattern, sort_keys=True)) for pattern in patterns]
    )
