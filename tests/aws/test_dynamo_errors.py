"""Every error of DynamoDB and its SDK, and which of ours it is."""

from collections.abc import Callable
from contextlib import closing

import pytest
from botocore.exceptions import CredentialRetrievalError, NoCredentialsError, SSLError
from botocore.stub import Stubber

from aws.dynamo import a_client
from builders import a_contact, a_day
from winback.adapters.aws.calls import TRIES, Names
from winback.adapters.aws.errors import Throttled, of_read, of_write
from winback.adapters.aws.faults import AwsError
from winback.adapters.aws.store import DynamoStore
from winback.domain.errors import Conflict, Refused, Retryable, Unsure
from winback.ports import Add, Replace

ANSWERS: list[tuple[str, int, type[Exception]]] = [
    ("ConditionalCheckFailedException", 400, Conflict),
    ("TransactionConflictException", 400, Conflict),
    ("ReplicatedWriteConflictException", 400, Conflict),
    ("ProvisionedThroughputExceededException", 400, Throttled),
    ("ThrottlingException", 400, Throttled),
    ("RequestLimitExceeded", 400, Throttled),
    ("AccessDeniedException", 400, Retryable),
    ("ResourceNotFoundException", 400, Retryable),
    ("TransactionInProgressException", 400, Unsure),
    ("InternalServerError", 500, Unsure),
    ("ServiceUnavailable", 503, Unsure),
    ("SomethingNew", 500, Unsure),
    ("ValidationException", 400, Refused),
    ("ItemCollectionSizeLimitExceededException", 400, Refused),
]


@pytest.mark.parametrize(("code", "status", "expected"), ANSWERS)
def test_what_dynamodb_says_of_a_write_is_told_by_its_code_and_never_in_its_words(
    code: str, status: int, expected: type[Exception]
) -> None:
    with pytest.raises(expected) as told:
        _commit_answered(lambda stub: stub.add_client_error("put_item", code, "ada@example.com", status))
    assert type(told.value) is expected
    assert code.removesuffix("Exception") in str(told.value)
    assert "ada" not in str(told.value)


REASONS: list[tuple[list[str], type[Exception]]] = [
    (["None", "ConditionalCheckFailed"], Conflict),
    (["TransactionConflict", "None"], Conflict),
    (["ThrottlingError", "ConditionalCheckFailed"], Conflict),
    (["ThrottlingError", "None"], Throttled),
    (["ProvisionedThroughputExceeded", "None"], Throttled),
    (["None", "ValidationError"], Refused),
    (["None", "ItemCollectionSizeLimitExceeded"], Refused),
]


@pytest.mark.parametrize(("reasons", "expected"), REASONS)
def test_a_canceled_transaction_is_told_by_its_reasons(reasons: list[str], expected: type[Exception]) -> None:
    canceled = {"CancellationReasons": [{"Code": reason} for reason in reasons]}

    with pytest.raises(expected) as told:
        _commit_answered(
            lambda stub: stub.add_client_error(
                "transact_write_items", "TransactionCanceledException", modeled_fields=canceled
            ),
            Add(a_contact()),
        )
    assert type(told.value) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NoCredentialsError(), Retryable),
        (CredentialRetrievalError(provider="role", error_msg="down"), Retryable),
        (SSLError(endpoint_url="https://x", error=OSError()), Unsure),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_what_never_reached_dynamodb_has_not_happened_and_what_may_have_is_in_doubt(
    error: AwsError, expected: type[Exception]
) -> None:
    assert type(of_write("put_item", error)) is expected
    assert type(of_read("get_item", error)) is Retryable


def _commit_answered(plan: Callable[[Stubber], object], *others: Add) -> None:
    """A guarded commit by a store whose client answers each try as planned."""
    client = a_client()
    with closing(client), Stubber(client) as stub:
        for _ in range(TRIES):
            plan(stub)
        store = DynamoStore(client, Names("users", "emails", "ledger"))
        store.commit(Replace(a_day(version=1)), *others)
