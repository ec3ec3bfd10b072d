"""Every name a person or a command needs, as an output of the stack."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack

from infra.alarms import Alarms
from infra.api import Api
from infra.functions import Functions
from infra.parts import Parts
from infra.site import Site
from winback.adapters.aws.stack import output_of


def tell(stack: Stack, parts: Parts, functions: Functions, api: Api, site: Site, alarms: Alarms) -> None:
    """What a setting names goes by the setting's name: USERS_TABLE_NAME as UsersTableName."""
    for name, value in {
        **{output_of(setting): value for setting, value in parts.names().items()},
        **_of_functions(functions),
        "ApiUrl": f"https://{api.domain}",
        "SiteUrl": f"https://{site.distribution.distribution_domain_name}",
        "SiteBucket": site.bucket.bucket_name,
        "DistributionId": site.distribution.distribution_id,
        "AlarmTopicArn": alarms.topic.topic_arn,
        "DashboardName": alarms.dashboard.dashboard_name,
    }.items():
        CfnOutput(stack, name, value=value)


def _of_functions(functions: Functions) -> Mapping[str, str]:
    names = {f"{worker.node.id}Name": worker.function.function_name for worker in functions.all}
    return names | {f"{worker.node.id}LogGroup": worker.logs.log_group_name for worker in functions.all}
