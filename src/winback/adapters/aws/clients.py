"""The clients of AWS: made on first use, kept, with time-outs that fit into those of a function."""

import os
from functools import cached_property
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

_CONNECTIONS: Final = 16
"""At least as many as e-mails are handled at once."""
_REPEATED: Final = Config(
    connect_timeout=2,
    read_timeout=5,
    max_pool_connections=_CONNECTIONS,
    retries={"mode": "standard", "total_max_attempts": 3},
)
"""For calls that may be made again whatever became of them."""
_COUNTED: Final = Config(
    connect_timeout=2,
    read_timeout=5,
    max_pool_connections=_CONNECTIONS,
    retries={"mode": "standard", "total_max_attempts": 1},
)
"""For the store, which repeats by itself and must know how each try went."""
_ONCE: Final = Config(
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=_CONNECTIONS,
    retries={"mode": "standard", "total_max_attempts": 1},
)
"""For the one call that must not be made twice."""


class Clients:
    """For many threads once they are made; each is made the first time it is asked for, which takes a while."""

    def __init__(self, session: boto3.Session | None = None) -> None:
        self._session = session or boto3.Session()

    @property
    def region(self) -> str:
        """Empty where none is named."""
        return self._session.region_name or ""

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return self._session.client("dynamodb", config=_COUNTED)

    @cached_property
    def sns(self) -> "SNSClient":
        return self._session.client("sns", config=_REPEATED)

    @cached_property
    def sqs(self) -> "SQSClient":
        return self._session.client("sqs", config=_REPEATED)

    @cached_property
    def s3(self) -> "S3Client":
        # At an endpoint of one's own the bucket's name is no host that could be looked up.
        style = Config(s3={"addressing_style": "path"}) if os.environ.get("AWS_ENDPOINT_URL") else Config()
        return self._session.client("s3", config=_REPEATED.merge(style))

    @cached_property
    def ses(self) -> "SESV2Client":
        """Makes every call once."""
        return self._session.client("sesv2", config=_ONCE)

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        return self._session.client("secretsmanager", config=_REPEATED)

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        return self._session.client("cloudformation", config=_REPEATED)

    @cached_property
    def functions(self) -> "LambdaClient":
        return self._session.client("lambda", config=_REPEATED)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return self._session.client("logs", config=_REPEATED)

    def close(self) -> None:
        """Ends the connections of all that were made."""
        for made in [made for name, made in vars(self).items() if name != "_session"]:
            made.close()
