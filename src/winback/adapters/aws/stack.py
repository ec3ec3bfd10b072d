"""The deployed stack, asked by a person's command: what it calls its parts, and what its functions run with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from winback.adapters.aws.faults import AWS_ERRORS, AwsError, name_of
from winback.adapters.aws.mends import Mend, mend_of, mended
from winback.domain.errors import Refused

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient

STACK: Final = "ClientEngagementStack"
_NOT_THERE: Final = "ValidationError"
"""How CloudFormation says that there is no such stack."""


def output_of(name: str) -> str:
    """The stack's output that says what a setting names, or what a function has: USERS_TABLE_NAME is UsersTableName."""
    return "".join(word.title() for word in name.replace("-", "_").split("_"))


def outputs(cloudformation: "CloudFormationClient") -> dict[str, str]:
    """By name. Raises Refused, with what to do, if there is no stack or AWS does not say."""
    with asked("cloudformation:DescribeStacks", cloudformation.meta.endpoint_url):
        try:
            stacks = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        except ClientError as error:
            if name_of(error) != _NOT_THERE:
                raise
            said = f"there is no stack {STACK} in {cloudformation.meta.region_name}"
            raise Refused(
                f"{said}: `make deploy` makes it, AWS_DEFAULT_REGION, or AWS_REGION before it, names another region"
            ) from error
    return {each["OutputKey"]: each["OutputValue"] for each in stacks[0].get("Outputs", [])}


def environment(functions: "LambdaClient", function: str) -> dict[str, str]:
    """What a function is told of the world. Raises Refused, with what to do, if AWS does not say."""
    with asked("lambda:GetFunctionConfiguration", functions.meta.endpoint_url):
        told = functions.get_function_configuration(FunctionName=function)
    return dict(told.get("Environment", {}).get("Variables", {}))


@contextmanager
def asked(action: str, endpoint: str) -> Iterator[None]:
    """Raises Refused, with what to do, if AWS does not answer."""
    try:
        yield
    except AWS_ERRORS as error:
        raise Refused(_told(action, endpoint, error)) from error


def _told(action: str, endpoint: str, error: AwsError) -> str:
    name = name_of(error)
    match mend_of(name):
        case Mend.GIVE_RIGHTS as mend:
            return f"these credentials may not {action} ({name}): {mend}"
        case Mend.SIGN_IN as mend:
            return f"AWS does not take these credentials ({name}): {mend}"
        case Mend.REACH as mend:
            return f"AWS is not reached at {endpoint} ({name}): {mend}"
    return mended(f"{action}: {name}", [name])
