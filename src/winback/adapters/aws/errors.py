"""DynamoDB's errors, told as ours: by code and type, never by text, which may hold what a person wrote."""

from typing import Final

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProxyConnectionError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from winback.adapters.aws.faults import AwsError, name_of, status_of
from winback.adapters.aws.mends import mended
from winback.domain.errors import Conflict, Refused, Retryable, Unsure

_NOTHING_WAS_SENT: Final = (
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProxyConnectionError,
)
_ANSWER_WAS_LOST: Final = (HTTPClientError, ResponseParserError, SSLError)
_RACE_LOST: Final = frozenset({"ConditionalCheckFailed", "ReplicatedWriteConflict", "TransactionConflict"})
_AGAINST_A_RULE: Final = frozenset(
    {"ItemCollectionSizeLimitExceeded", "Serialization", "Validation", "ValidationError"}
)
_THROTTLED: Final = frozenset(
    {"ProvisionedThroughputExceeded", "RequestLimitExceeded", "Throttling", "ThrottlingError"}
)
_CANCELED: Final = "TransactionCanceled"
_RUNNING_STILL: Final = "TransactionInProgress"


class Throttled(Retryable):
    """The table takes no more just now. It grows with what is asked of it, within seconds to minutes."""


def of_read(operation: str, error: AwsError) -> Exception:
    """A read changes nothing: it may always be made again, unless it was asked for what cannot be."""
    told = of_write(operation, error)
    return Retryable(str(told)) if isinstance(told, Unsure) else told


def of_write(operation: str, error: AwsError) -> Exception:
    """Throttled or not even sent may be made again, an answer that never came is Unsure. What is no error of DynamoDB's
    but a fault in the call stays as it is."""
    if isinstance(error, ClientError):
        return _of_answer(operation, error)
    name = name_of(error)
    said = mended(f"DynamoDB {operation}: {name}", [name])
    if isinstance(error, _NOTHING_WAS_SENT):
        return Retryable(said)
    return Unsure(said) if isinstance(error, _ANSWER_WAS_LOST) else error


def _of_answer(operation: str, error: ClientError) -> Exception:
    codes = _codes(error)
    said = f"DynamoDB {operation}: {', '.join(sorted(codes))}"
    if codes & _RACE_LOST:
        return Conflict(said)
    if codes & _AGAINST_A_RULE:
        return Refused(f"{said}: an id, a number or the whole record is outside of what DynamoDB keeps")
    if _RUNNING_STILL in codes or status_of(error) >= 500:
        return Unsure(said)
    if codes & _THROTTLED:
        return Throttled(said)
    # Refused at the door (rights, a missing table): nothing was written.
    return Retryable(mended(said, sorted(codes)))


def _codes(error: ClientError) -> frozenset[str]:
    """The error's code, or of a canceled transaction the codes of what canceled it; without the word Exception."""
    code = name_of(error).removesuffix("Exception")
    reasons = error.response.get("CancellationReasons", []) if code == _CANCELED else []
    return frozenset({code} | {reason["Code"] for reason in reasons if reason.get("Code", "None") != "None"})
