"""The HTTP API behind the gateway."""

import os
from functools import cache
from typing import Any, Final

from mangum import Mangum

from winback.api.app import app_of
from winback.bootstrap import Aws, aws
from winback.runtime.envelopes import Context, Payload
from winback.settings import Settings

NAME: Final = "backend"


def handler(payload: Payload, context: Context) -> dict[str, Any]:
    return handle(_gateway(), payload, context)


def handle(gateway: Mangum, payload: Payload, context: Context) -> dict[str, Any]:
    return gateway(dict(payload), context)  # type: ignore[arg-type]  # our Context names only what we use


def gateway_of(aws: Aws) -> Mangum:
    """The application as a function of the gateway's envelopes. Nothing runs beside it that could have failed."""
    return Mangum(app_of(aws, lambda: None, aws.settings.runtime), lifespan="off")


@cache
def _gateway() -> Mangum:
    return gateway_of(aws(Settings.from_env(os.environ)))
