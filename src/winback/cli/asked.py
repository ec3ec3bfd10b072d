"""What goes with every command, before or after its name: the runtime and the data folder."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import typer

from winback.cli.failing import WrongUsage
from winback.domain.errors import Refused

if TYPE_CHECKING:  # loading them takes longer than `winback --help` may
    from winback.bootstrap import Deployment
    from winback.settings import Settings

GLOBAL_OPTIONS: Final = {"--runtime": "WINBACK_RUNTIME", "--data-dir": "WINBACK_DATA_DIR"}
HELP: Final = """\
Every command also takes --data-dir DIR (or WINBACK_DATA_DIR; ./data), and --runtime aws for what is deployed on AWS.
"""
_SDK: Final = "boto3"


@dataclass(frozen=True, slots=True)
class Asked:
    """The environment as this command sees it: what the command line says goes before what the shell says."""

    env: Mapping[str, str]


def with_globals(args: Sequence[str], env: Mapping[str, str]) -> tuple[Asked, list[str]]:
    """The environment with the global options in it, and the arguments without them; `--` ends the options."""
    own = list(args[: args.index("--")]) if "--" in args else list(args)
    rest, given = [], dict(env)
    words = iter(own)
    for word in words:
        option, equals, value = word.partition("=")
        if option not in GLOBAL_OPTIONS:
            rest.append(word)
            continue
        value = value if equals else next(words, "")
        if not value:
            raise WrongUsage(f"{option} needs a value, such as {option} {'local' if 'run' in option else './data'}")
        given[GLOBAL_OPTIONS[option]] = value
    return Asked(given), rest + list(args[len(own) :])


def settings(ctx: typer.Context, **over: str) -> "Settings":
    """The settings of this machine; `over` sets names of the environment."""
    from winback.settings import Settings

    with told_as_usage():
        return Settings.from_env({**environment(ctx), **over})


def is_on_aws(ctx: typer.Context) -> bool:
    """Raises Refused if it is and the SDK, which one machine needs not, is not installed."""
    asked_for = environment(ctx).get("WINBACK_RUNTIME", "").strip().lower() == "aws"
    if asked_for and find_spec(_SDK) is None:
        raise Refused(f"the runtime aws needs {_SDK}, which is not installed: type `pip install 'winback[aws]'`")
    return asked_for


def deployment(ctx: typer.Context) -> "Deployment":
    """What is deployed on AWS. Raises Refused where region or credentials are missing."""
    from winback.bootstrap import Deployment

    return Deployment.of(environment(ctx))


def environment(ctx: typer.Context) -> Mapping[str, str]:
    asked = ctx.find_object(Asked)
    return asked.env if asked else {}


@contextmanager
def told_as_usage() -> Iterator[None]:
    """What the settings say of a value that cannot be is for whoever set it."""
    try:
        yield
    except ValueError as error:
        raise WrongUsage(str(error)) from error
