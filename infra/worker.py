"""A function of ours: its package, its own role, its own log group."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.options import Options

LOGS_KEPT: Final = {True: logs.RetentionDays.THREE_MONTHS, False: logs.RetentionDays.TWO_WEEKS}


class Worker(Construct):
    """The role may write to the log group and nothing else; `may` gives it what the function uses."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        package: Path,
        handler: str,
        timeout: Duration,
        memory: int,
        environment: Mapping[str, str],
        options: Options,
    ) -> None:
        super().__init__(scope, name)
        self.logs = log_group(self, "Logs", prod=options.prod)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.logs.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(str(package)),
            handler=handler,
            runtime=lambda_.Runtime(f"python{options.target.python}", lambda_.RuntimeFamily.PYTHON),
            architecture=lambda_.Architecture.custom(options.target.architecture),
            role=self.role,
            log_group=self.logs,
            timeout=timeout,
            memory_size=memory,
            environment={**environment},
        )
        acknowledge(
            self.function,
            {"AwsSolutions-L1": "The version is the one that the packages are built for and the tests ran on."},
        )

    def may(self, *actions: str, on: list[str]) -> None:
        self.role.add_to_principal_policy(iam.PolicyStatement(actions=list(actions), resources=on))


def log_group(scope: Construct, name: str, *, prod: bool) -> logs.LogGroup:
    return logs.LogGroup(scope, name, retention=LOGS_KEPT[prod], removal_policy=RemovalPolicy.DESTROY)
