"""The key of the model provider, and the key that mailboxes are hashed with."""

import string
from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledged import acknowledge

NOT_HEX: Final = "".join(sorted(set(string.ascii_letters + string.punctuation) - set("abcdef")))
HEX_DIGITS: Final = 64


class Secrets(Construct):
    def __init__(self, scope: Construct, name: str, *, prod: bool) -> None:
        super().__init__(scope, name)
        # The plain resource, since the construct above it would generate a value: this one stays empty until
        # `make deploy` or `winback rotate-key` writes the key by the API, so it stands in no template.
        self.openrouter = secretsmanager.CfnSecret(self, "OpenRouterKey", description="The API key for OpenRouter")
        self.mailbox = secretsmanager.Secret(
            self,
            "MailboxKey",
            description="The key that addresses are hashed with; without it no suppression is known",
            removal_policy=RemovalPolicy.RETAIN if prod else RemovalPolicy.DESTROY,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=HEX_DIGITS,
                exclude_characters=NOT_HEX,
                require_each_included_type=False,
            ),
        )
        acknowledge(self.openrouter, {"AwsSolutions-SMG4": "The provider makes it; `winback rotate-key` replaces it."})
        acknowledge(self.mailbox, {"AwsSolutions-SMG4": "Another key would forget every suppression and every cap."})

    @property
    def mailbox_arn(self) -> str:
        resource = self.mailbox.node.default_child
        assert isinstance(resource, secretsmanager.CfnSecret)  # what the construct is made of
        return resource.attr_id
