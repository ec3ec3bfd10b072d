"""What `make deploy` and `make destroy` say when AWS answers, but not as they need."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from aws.emulator import ACCOUNT, REGION, running
from infra import deploy
from infra.account import PREPARED, Account, account, refuse_unprepared
from winback.domain.errors import Refused


@pytest.fixture
def here() -> Iterator[Account]:
    """An account that nobody has touched."""
    with patch.dict(os.environ, running().environment):
        yield Account(ACCOUNT, REGION, boto3.Session(region_name=REGION))


def test_an_account_that_is_not_prepared_is_told_what_prepares_it(here: Account) -> None:
    with pytest.raises(ValueError, match="is not prepared for the CDK in eu-central-1: `make bootstrap`"):
        refuse_unprepared(here)
    ssm = here.session.client("ssm")
    ssm.put_parameter(Name=PREPARED, Value="28", Type="String")
    refuse_unprepared(here)
    ssm.delete_parameter(Name=PREPARED)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("ExpiredToken", "AWS does not take these credentials (ExpiredToken): sign in again"),
        ("InternalFailure", "sts:GetCallerIdentity: InternalFailure"),
    ],
)
def test_who_one_is_may_be_refused(code: str, told: str) -> None:
    session = boto3.Session(region_name=REGION)
    sts = session.client("sts")
    with Stubber(sts) as stubbed, patch.object(boto3.Session, "client", lambda *_, **__: sts):
        stubbed.add_client_error("get_caller_identity", code)
        with pytest.raises(Refused) as caught:
            account()
    assert told in str(caught.value)


def test_a_right_that_misses_midway_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        answer = {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform:\n DeleteStack"}}
        raise ClientError(answer, "DeleteStack")  # type: ignore[arg-type]  # an answer has more than what is read

    monkeypatch.setattr(deploy, "_run", denied)
    monkeypatch.setattr("sys.argv", ["deploy", "destroy"])
    with pytest.raises(SystemExit) as told:
        deploy.main()
    assert "not authorized to perform: DeleteStack: give these credentials that right" in str(told.value)
