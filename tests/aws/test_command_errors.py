"""What a command on AWS says, in one line, when it cannot begin."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from aws.emulator import running
from command_line import Ran, free_port, winback
from winback.adapters.aws import stack
from winback.adapters.aws.clients import Clients
from winback.adapters.aws.errors import of_read
from winback.adapters.aws.faults import retryable
from winback.adapters.aws.mends import Mend
from winback.domain.errors import Refused, Retryable

WITHOUT_BOTO3 = """
import sys
sys.modules["boto3"] = None
from winback.cli.main import main
sys.exit(main(["--runtime", "aws", "status"]))
"""


def status(**changes: str | None) -> Ran:
    """`winback --runtime aws status` in an environment that is the emulator's but for these; None takes one away."""
    env = {**running().environment, **changes}
    ran = winback("status", "--runtime", "aws", env={name: value for name, value in env.items() if value is not None})
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("winback: ")
    assert ran.err.count("\n") == 1
    return ran


@contextmanager
def told_of_a_read(operation: str) -> Iterator[None]:
    """As the calls of DynamoDB tell what goes wrong inside."""
    try:
        yield
    except ClientError as error:
        raise of_read(operation, error) from error


def test_without_a_region_it_says_how_to_set_one() -> None:
    assert "there is no AWS region: set AWS_DEFAULT_REGION" in status(AWS_REGION=None, AWS_DEFAULT_REGION=None).err


@pytest.mark.parametrize("wrong", [{"AWS_REGION": "over there"}, {"AWS_ENDPOINT_URL": "nonsense"}])
def test_a_region_or_an_endpoint_that_cannot_be_is_told(wrong: dict[str, str]) -> None:
    assert status(**wrong).err.endswith(": see AWS_DEFAULT_REGION, AWS_REGION and AWS_ENDPOINT_URL\n")


def test_without_credentials_it_says_how_to_set_them() -> None:
    assert "there are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID" in status(AWS_ACCESS_KEY_ID=None).err


def test_half_of_a_key_is_told() -> None:
    assert "secret_access_key" in status(AWS_SECRET_ACCESS_KEY=None).err.lower()


def test_a_profile_that_is_not_there_is_named() -> None:
    told = status(AWS_PROFILE="typo", AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None).err
    assert "(typo)" in told
    assert "set AWS_PROFILE to one of" in told


def test_of_the_regions_two_names_the_short_one_goes_first() -> None:
    assert "in us-west-1: " in status(AWS_REGION="us-west-1").err
    assert "in us-west-1: " in status(AWS_REGION="", AWS_DEFAULT_REGION="us-west-1").err


def test_without_a_stack_in_this_region_it_says_what_makes_one() -> None:
    told = status(AWS_REGION="us-west-1", AWS_DEFAULT_REGION="us-west-1").err
    assert told.startswith("winback: there is no stack ClientEngagementStack in us-west-1: `make deploy` makes it")


def test_where_nobody_listens_the_endpoint_is_named() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    told = status(AWS_ENDPOINT_URL=nowhere).err
    assert f"AWS is not reached at {nowhere} (EndpointConnectionError): see the network" in told


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AccessDenied", "these credentials may not cloudformation:DescribeStacks"),
        ("AccessDeniedException", "give these credentials that right"),
        ("ExpiredToken", "AWS does not take these credentials (ExpiredToken): sign in again"),
        ("InvalidClientTokenId", "AWS does not take these credentials"),
        ("Throttling", "cloudformation:DescribeStacks: Throttling"),
    ],
)
def test_what_aws_refuses_is_told_with_what_to_do(code: str, told: str) -> None:
    with patch.dict(os.environ, running().environment):
        client = Clients().cloudformation
    with closing(client), Stubber(client) as stubbed:
        stubbed.add_client_error("describe_stacks", code, "an address: ada@example.com")
        with pytest.raises(Refused) as caught:
            stack.outputs(client)
    assert told in str(caught.value)
    assert "ada@" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        ("AccessDeniedException", Mend.GIVE_RIGHTS),
        ("ExpiredTokenException", Mend.SIGN_IN),
        ("ResourceNotFoundException", Mend.MAKE),
    ],
)
@pytest.mark.parametrize("failing", [retryable, told_of_a_read])
def test_what_goes_wrong_later_is_told_with_what_to_do_and_without_the_words_of_aws(
    failing: Callable[[str], AbstractContextManager[None]], code: str, mend: Mend
) -> None:
    answer = {"Error": {"Code": code, "Message": "of ada@example.com"}}
    with pytest.raises(Retryable) as caught, failing("it"):
        raise ClientError(answer, "Call")  # type: ignore[arg-type]  # an answer has more than what is read
    assert str(caught.value).endswith(f": {mend}")
    assert "ada@" not in str(caught.value)


def test_a_name_that_leads_nowhere_is_told_with_what_was_asked() -> None:
    names = ("USERS_TABLE_NAME", "EMAILS_TABLE_NAME", "LEDGER_TABLE_NAME", "SNS_TOPIC_ARN", "EMAIL_QUEUE_URL")
    others = ("EMAIL_DEAD_LETTER_QUEUE_URL", "OUTBOX_BUCKET", "UNRELAYED_BUCKET", "MAILBOX_KEY_SECRET")
    told = status(**dict.fromkeys(names + others, "nowhere")).err
    assert told.startswith("winback: secret nowhere: ResourceNotFoundException: it is not there: see the region")


def test_without_boto3_it_says_what_to_install() -> None:
    ran = subprocess.run([sys.executable, "-c", WITHOUT_BOTO3], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    told = "the runtime aws needs boto3, which is not installed: type `pip install 'winback[aws]'`"
    assert ran.stderr == f"winback: {told}\n"


def test_up_is_for_one_machine() -> None:
    ran = winback("up", "--runtime", "aws", env=running().environment)
    assert (ran.code, ran.err) == (
        2,
        "winback: up is for one machine; on AWS `make deploy` starts what does its work\n",
    )
