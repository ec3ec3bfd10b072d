"""A stack on the emulator that tells the names of what a test made: as much of it as a person's commands look at."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from aws.deployed import Deployed
from aws.emulator import running
from command_line import Ran, winback
from winback.adapters.aws.clients import Clients
from winback.adapters.aws.stack import STACK, output_of
from winback.runtime.log import Function


@dataclass
class Told:
    """`run` is a command as a person types it who has set region and credentials, and nothing else."""

    deployed: Deployed
    settings: Mapping[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: uuid4().hex)

    def run(self, *args: object, stdin: str = "", code: int = 0, env: Mapping[str, str] | None = None) -> Ran:
        ran = winback("--runtime", "aws", *args, stdin=stdin, env={**running().environment, **(env or {})})
        assert ran.code == code, ran.err
        return ran

    @cached_property
    def clients(self) -> Clients:
        with patch.dict("os.environ", running().environment):
            made = Clients()
            for name in ("cloudformation", "functions", "logs", "secrets"):
                getattr(made, name)
        return made

    @property
    def outputs(self) -> dict[str, str]:
        names = {output_of(name): value for name, value in self._environment.items() if not name.startswith("WINBACK_")}
        groups = {output_of(f"{each}-log-group"): self._group(each) for each in Function}
        return {**names, **groups, "EmailProcessorName": self.name}

    def log(self, function: Function, *messages: str) -> None:
        """CloudWatch gets them now."""
        at = int(datetime.now(UTC).timestamp() * 1000)
        self.clients.logs.put_log_events(
            logGroupName=self._group(function),
            logStreamName="one",
            logEvents=[{"timestamp": at + number, "message": text} for number, text in enumerate(messages)],
        )

    def make(self) -> None:
        secret = self.clients.secrets.create_secret(Name=f"openrouter-{self.name}")["Name"]
        self._environment = {**self.deployed.environment, **self.settings, "OPENROUTER_API_KEY_SECRET": secret}
        for each in Function:
            self.clients.logs.create_log_group(logGroupName=self._group(each))
            self.clients.logs.create_log_stream(logGroupName=self._group(each), logStreamName="one")
        self.clients.functions.create_function(
            FunctionName=self.name,
            Runtime="python3.13",
            Role="arn:aws:iam::000000000000:role/nobody",
            Handler="nothing.handler",
            Code={"ZipFile": _a_package()},
            Environment={"Variables": self._environment},
        )
        outputs = {name: {"Value": value} for name, value in self.outputs.items()}
        template: Any = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs}
        formation = self.clients.cloudformation
        with suppress(formation.exceptions.AlreadyExistsException):  # the SDK asked once more, and met itself
            formation.create_stack(StackName=STACK, TemplateBody=json.dumps(template))
        self.clients.cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK)

    def _group(self, function: Function) -> str:
        return f"/{self.name}/{function}"


@contextmanager
def told(deployed: Deployed, **settings: str) -> Iterator[Told]:
    stack = Told(deployed, settings)
    stack.make()
    try:
        yield stack
    finally:
        stack.clients.cloudformation.delete_stack(StackName=STACK)
        stack.clients.cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK)
        stack.clients.close()


def _a_package() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("nothing.py", "def handler(event, context): pass\n")
    return file.getvalue()
