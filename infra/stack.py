"""The whole system as one stack."""

from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_ses as ses
from constructs import Construct

from infra.alarms import Alarms
from infra.api import Api
from infra.functions import Functions
from infra.keys import Secrets
from infra.messaging import Messaging
from infra.options import Options
from infra.outputs import tell
from infra.parts import Parts
from infra.site import Site
from infra.storage import Storage
from infra.tables import Tables
from winback.adapters.aws.stack import STACK


class ClientEngagementStack(Stack):
    """`packages` is the folder that holds a folder for each function's package."""

    def __init__(self, scope: Construct, *, options: Options, packages: Path) -> None:
        super().__init__(scope, STACK, description="Winback", termination_protection=options.prod)
        parts = Parts(
            tables=Tables(self, "Tables", prod=options.prod),
            messaging=Messaging(self, "Messaging"),
            storage=Storage(self, "Storage", prod=options.prod),
            secrets=Secrets(self, "Secrets", prod=options.prod),
            # Whoever bounced or complained is not mailed again, before anything of ours has heard of it.
            mail=ses.ConfigurationSet(
                self,
                "Mail",
                suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
                reputation_metrics=True,
            ),
        )
        functions = Functions(self, "Functions", parts=parts, packages=packages, options=options)
        api = Api(self, "Api", backend=functions.backend, prod=options.prod)
        site = Site(self, "Site", api=api)
        alarms = Alarms(self, "Alarms", messaging=parts.messaging, functions=functions)
        tell(self, parts, functions, api, site, alarms)
