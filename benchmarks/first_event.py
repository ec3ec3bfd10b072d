"""What a function loads for its first event, beyond what its start has loaded: found out by handing it one."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final

from aws.deployed import Deployed
from aws.emulator import running
from benchmarks import people
from benchmarks.aws_shop import opened
from winback.domain.email import EmailStatus
from winback.domain.user import user_of
from winback.ports import Put
from winback.runtime.functions import stream_processor

_WITH_WHAT_IS_NEW: Final = """
import json, sys
{start}
started = set(sys.modules)
{event}
print(*[name for name, module in sys.modules.items() if name not in started and module.__spec__ is not None])
"""
_FUNCTION: Final = _WITH_WHAT_IS_NEW.format(
    start="""
from winback.runtime import lambdas
handler = getattr(lambdas, sys.argv[1])

class Context:
    function_name, aws_request_id = "benchmark", "1"

    def get_remaining_time_in_millis(self):
        return 60_000
""",
    event="handler(json.load(sys.stdin), Context())",
)
_A_CLIENT: Final = _WITH_WHAT_IS_NEW.format(start="import boto3", event="boto3.client('dynamodb').list_tables()")
_A_REQUEST: Final[Mapping[str, Any]] = {
    "version": "2.0",
    "rawPath": "/health",
    "rawQueryString": "",
    "headers": {"host": "api.example.com"},
    "requestContext": {
        "http": {"method": "GET", "path": "/health", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
        "domainName": "api.example.com",
        "stage": "$default",
    },
    "isBase64Encoded": False,
}


def loaded_by(function: str) -> list[str]:
    """The modules in the order in which they were asked for. The event tells of a new user at risk, if of anybody."""
    shop = opened()
    shop.aws.store.commit(*map(Put, map(user_of, people.at_risk(1, shop.clock.now()))))
    loaded = _said(_FUNCTION, function.replace("-", "_"), event=_event(shop, function), environment=shop.environment)
    if function == "email-processor" and not shop.aws.store.emails(EmailStatus.SENT, 1, None).items:
        raise RuntimeError("the function's first event brought no e-mail")
    return loaded


def loaded_by_a_client() -> list[str]:
    """What boto3 loads for a client and one call of it."""
    return _said(_A_CLIENT)


def _event(shop: Deployed, function: str) -> Mapping[str, Any]:
    match function:
        case "stream-processor":
            return {"Records": shop.new_records()}
        case "email-processor":
            stream_processor.handle(shop.relaying, {"Records": shop.new_records()}, shop.context)
            return {"Records": shop.receive()}
        case "backend":
            return _A_REQUEST
        case _:
            return {}


def _said(code: str, *arguments: str, event: Any = None, environment: Mapping[str, str] | None = None) -> list[str]:
    """The words of the last line; what comes before is the function's log."""
    told = {**os.environ, **running().environment, **(environment or {})}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, input=json.dumps(event), env=told, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()[-1].split()
