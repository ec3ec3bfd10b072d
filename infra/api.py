"""The HTTP API: every path to the backend."""

import json
from typing import Final

import jsii
from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.worker import Worker, log_group

LINE: Final = json.dumps(
    {
        "requestId": "$context.requestId",
        "method": "$context.httpMethod",
        "status": "$context.status",
        "ms": "$context.responseLatency",
        "error": "$context.integrationErrorMessage",
    }
)
"""Not who asked, and not the path: it may hold a client's id or unsubscribe token."""


class Api(Construct):
    def __init__(self, scope: Construct, name: str, *, backend: Worker, prod: bool) -> None:
        super().__init__(scope, name)
        self.logs = log_group(self, "Logs", prod=prod)
        self.http = http.HttpApi(
            self,
            "Http",
            create_default_stage=False,
            default_integration=HttpLambdaIntegration("Backend", backend.function),
        )
        http.HttpStage(
            self,
            "Stage",
            http_api=self.http,
            stage_name="$default",
            auto_deploy=True,
            throttle=http.ThrottleSettings(rate_limit=100, burst_limit=200),
            access_log_settings=_AccessLog(self.logs),
        )
        acknowledge(self.http, {"AwsSolutions-APIG4": "The backend knows its operators by tokens of its own."})

    @property
    def domain(self) -> str:
        stack = Stack.of(self)
        return f"{self.http.api_id}.execute-api.{stack.region}.{stack.url_suffix}"


@jsii.implements(http.IAccessLogSettings)
class _AccessLog:
    def __init__(self, group: logs.ILogGroup) -> None:
        self._destination = http.LogGroupLogDestination(group)

    @property
    def destination(self) -> http.IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> apigateway.AccessLogFormat:
        return apigateway.AccessLogFormat.custom(LINE)
