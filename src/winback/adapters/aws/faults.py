"""What AWS says when it does not do as asked, by name: its own words may hold an address."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from winback.adapters.aws.mends import mended
from winback.domain.errors import Retryable

AwsError = BotoCoreError | ClientError | ResponseParserError
AWS_ERRORS: Final = (BotoCoreError, ClientError, ResponseParserError)
"""All that a call of a client raises."""
_OLD_PREFIX: Final = "AWS.SimpleQueueService."


def name_of(error: AwsError) -> str:
    """`ThrottlingException`, `EndpointConnectionError`: the code of an answer, else the kind of fault."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "")).removeprefix(_OLD_PREFIX) or "UnnamedError"
    return type(error).__name__


def status_of(error: ClientError) -> int:
    """The HTTP status of the answer; 0 where there is none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def retryable(what: str) -> Iterator[None]:
    """For calls that do no harm when made again: whatever goes wrong inside is Retryable."""
    try:
        yield
    except AWS_ERRORS as error:
        name = name_of(error)
        raise Retryable(mended(f"{what}: {name}", [name])) from error
