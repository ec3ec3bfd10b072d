"""Environment → what a command needs on AWS: a person names region and credentials, the deployed stack the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from winback.adapters.aws import stack
from winback.adapters.aws.clients import Clients
from winback.adapters.aws.session import session
from winback.domain.errors import Refused
from winback.settings import READERS, Settings

_OF_EVERY_COMMAND: Final = (
    "USERS_TABLE_NAME",
    "EMAILS_TABLE_NAME",
    "LEDGER_TABLE_NAME",
    "SNS_TOPIC_ARN",
    "EMAIL_QUEUE_URL",
    "EMAIL_DEAD_LETTER_QUEUE_URL",
    "OUTBOX_BUCKET",
    "UNRELAYED_BUCKET",
    "MAILBOX_KEY_SECRET",
)
_OF_THE_COMMAND_ITSELF: Final = ("WINBACK_DATA_DIR", "WINBACK_LOG_LEVEL", "WINBACK_RUNTIME")


@dataclass(frozen=True)
class Deployment:
    """The stack that region and credentials lead to; it is asked when something of it is first needed."""

    env: Mapping[str, str]
    clients: Clients = field(repr=False)

    @classmethod
    def of(cls, env: Mapping[str, str]) -> "Deployment":
        """Raises Refused where region or credentials are missing, or region or endpoint cannot be."""
        found = cls(env, Clients(session(env)))
        try:
            found.clients.cloudformation  # noqa: B018  a client is refused when it is made
        except ValueError as error:
            raise Refused(f"{error}: see AWS_DEFAULT_REGION, AWS_REGION and AWS_ENDPOINT_URL") from error
        return found

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        return stack.outputs(self.clients.cloudformation)

    def output(self, name: str) -> str:
        """What the stack calls this. Raises Refused for a stack that does not say."""
        output = stack.output_of(name)
        if output not in self.outputs:
            raise Refused(f"the stack {stack.STACK} has no output {output}: `make deploy` brings it up to date")
        return self.outputs[output]

    def named(self, setting: str) -> str:
        """What a setting names: what the environment says goes before what the stack does."""
        return self.env.get(setting, "").strip() or self.output(setting)

    def settings(self) -> Settings:
        """As the functions run: their sender and their clock are not those of a person's shell. Only where the
        environment names every part itself is no stack asked. Raises ValueError for a setting that cannot be."""
        if all(self.env.get(name, "").strip() for name in _OF_EVERY_COMMAND):
            return Settings.from_env(self.env)
        told = stack.environment(self.clients.functions, self.output("email-processor-name"))
        names = {name: value for name, value in told.items() if name in READERS}
        return Settings.from_env({**names, **_own(self.env)})

    def close(self) -> None:
        self.clients.close()


def _own(env: Mapping[str, str]) -> dict[str, str]:
    """Of the shell's settings what names a part, belongs to the command, or is none: who misspells one is told."""
    return {
        name: value
        for name, value in env.items()
        if value.strip() and (name in _OF_THE_COMMAND_ITSELF or not name.startswith("WINBACK_") or name not in READERS)
    }
