"""`make deploy` and its like: the packages, the CDK, and what no template can hold."""

import os
import sys
from collections.abc import Mapping
from typing import Final

from infra.account import Account, account, refuse_unprepared
from infra.cdk import cdk
from infra.deployed import destroy, outputs, refuse_another_stage, upload
from infra.environment import deployment_environment
from infra.packages import DIST, PACKAGES, build
from infra.target import Target
from winback.adapters.aws.faults import AWS_ERRORS, name_of
from winback.adapters.aws.mends import mended
from winback.adapters.aws.secrets import write_secret
from winback.adapters.aws.stack import STACK
from winback.domain.errors import WinbackError
from winback.settings import Stage

KEY: Final = "OPENROUTER_API_KEY"


def main() -> None:
    try:
        _run(sys.argv[1], deployment_environment(os.environ))
    except (ValueError, WinbackError) as error:
        sys.exit(f"winback: {error}")
    except AWS_ERRORS as error:
        # Whole, since it names the right or the resource: a deployment handles nobody's data.
        sys.exit(mended(f"winback: {' '.join(str(error).split())}", [name_of(error)]))


def _run(command: str, env: Mapping[str, str]) -> None:
    os.environ.update(env)  # the SDK looks there
    if command == "synth":
        cdk(env, "synth", STACK, "--quiet", *_context(env))
        return
    where = account()
    env = {**env, "AWS_REGION": where.region, "AWS_DEFAULT_REGION": where.region}
    match command:
        case "bootstrap":
            cdk(env, "bootstrap", f"aws://{where.number}/{where.region}", "--app", "")
        case "deploy":
            _deploy(where, env)
        case "destroy":
            _say(f"{STACK} {'is gone' if destroy(where) else 'is not there'}")


def _deploy(where: Account, env: Mapping[str, str]) -> None:
    refuse_unprepared(where)
    refuse_another_stage(where, _stage(env))
    if not env.get(KEY):
        _say(f"{KEY} is not set: e-mails are written from house copy")
    for package in PACKAGES:
        build(package, Target.asked_for(env))
    cdk(env, "deploy", STACK, "--require-approval", "never", *_context(env))
    told = outputs(where)
    upload(where, DIST / "frontend", told["SiteBucket"])
    if key := env.get(KEY):
        write_secret(where.session.client("secretsmanager"), told["OpenrouterApiKeySecret"], key)


def _context(env: Mapping[str, str]) -> list[str]:
    target = Target.asked_for(env)
    chosen = {"stage": _stage(env), "python": target.python, "architecture": target.architecture}
    return [argument for name, value in chosen.items() for argument in ("--context", f"{name}={value}")]


def _stage(env: Mapping[str, str]) -> str:
    return env.get("WINBACK_STAGE") or Stage.DEV


def _say(text: str) -> None:
    print(f"winback: {text}", file=sys.stderr)


if __name__ == "__main__":
    main()
