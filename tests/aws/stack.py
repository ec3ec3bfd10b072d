"""The real stack, deployed by the runbook's own commands onto an emulator that checks rights and speaks TLS."""

import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from unittest.mock import patch

import boto3

from aws.awaiting import eventually
from aws.emulator import Emulator, running
from aws.runbook import Runbook
from winback.adapters.aws.stack import STACK

UNLIKE_AWS: Final = (
    "ses:SendEmail",
    "sns:PublishBatch",
    "sqs:ChangeMessageVisibilityBatch",
    "sqs:DeleteMessageBatch",
    "sqs:SendMessageBatch",
)
"""The emulator wants a batch by its own name, to AWS it is the action it is a batch of; and it does not see which
identity an e-mail is sent by."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Stack:
    emulator: Emulator
    runbook: Runbook
    outputs: Mapping[str, str] = field(default_factory=dict)

    def deploy(self) -> None:
        self.runbook.run("make bootstrap")
        self.runbook.run("make build\n")
        self.runbook.run("your-api-key make deploy")
        self.outputs = self._told()
        for worker in ("StreamProcessor", "EmailProcessor"):
            self._allow(self.outputs[f"{worker}Name"], UNLIKE_AWS)

    def client(self, service: str) -> Any:
        """Of the account's owner."""
        with patch.dict(os.environ, self.emulator.environment):
            return boto3.client(service)  # type: ignore[call-overload]  # any service

    def put_user(self, user_id: str, **attributes: Any) -> None:
        user = {"userId": user_id, "email": f"{user_id}@example.com", "name": "Test User", **attributes}
        item = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in user.items()}
        self.dynamodb.put_item(TableName=self.outputs["UsersTableName"], Item=item)

    def emails_of(self, *user_ids: str) -> list[dict[str, str]]:
        """Their texts, consistently read."""
        found = self.dynamodb.scan(TableName=self.outputs["EmailsTableName"], ConsistentRead=True)["Items"]
        plain = [{name: next(iter(value.values())) for name, value in item.items()} for item in found]
        return [email for email in plain if email["userId"] in user_ids]

    def sent_to(self, user_id: str) -> dict[str, str]:
        """The one e-mail of a user, once it is sent."""

        def sent_emails() -> list[dict[str, str]]:
            return [email for email in self.emails_of(user_id) if email["status"] == "SENT"]

        (email,) = eventually(sent_emails)
        return email

    def eml(self, email: Mapping[str, str]) -> str:
        bucket, _, key = email["place"].removeprefix("s3://").partition("/")
        body: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body.decode()

    def log(self, function: str) -> list[dict[str, Any]]:
        """The function's own lines, each a JSON object."""
        pages = self.client("logs").get_paginator("filter_log_events")
        texts = [
            event["message"]
            for page in pages.paginate(logGroupName=self.outputs[f"{function}LogGroup"])
            for event in page["events"]
        ]
        return [json.loads(text) for text in texts if text.startswith('{"at"')]

    def ask(self, path: str, host: str | None = None) -> Answer:
        """Over TLS, as if `host` were the name it was found by."""
        request = urllib.request.Request(self.emulator.url + path, headers={"Host": host} if host else {})
        trusted = ssl.create_default_context(cafile=self.emulator.certificate)
        try:
            with urllib.request.urlopen(request, timeout=60, context=trusted) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read().decode())

    def until_quiet(self, user_id: str) -> None:
        """Until all that was put before is worked off: a user put now is decided on, and no message is left."""
        self.put_user(user_id, engagementScore=90)

        def decided() -> bool:
            return any(
                line.get("userId") == user_id and line["step"] == "decide" for line in self.log("EmailProcessor")
            )

        eventually(decided)
        eventually(self.queue_is_empty)

    def queue_is_empty(self) -> bool:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = self.outputs["EmailQueueUrl"]
        counts = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return all(counts[name] == "0" for name in names)

    @cached_property
    def dynamodb(self) -> Any:
        return self.client("dynamodb")

    def _told(self) -> Mapping[str, str]:
        (stack,) = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    def _allow(self, function: str, actions: tuple[str, ...]) -> None:
        role = self.client("lambda").get_function_configuration(FunctionName=function)["Role"].rpartition("/")[2]
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("iam").put_role_policy(RoleName=role, PolicyName="unlike-aws", PolicyDocument=policy)


def deployed() -> Stack:
    emulator = running(strict=True)
    stack = Stack(emulator, Runbook(emulator.environment))
    stack.deploy()
    return stack
