"""What goes with every command, before or after its name: the runtime and the data folder."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import typer

from winback.cli.failing import WrongUsage
from winback.domain.errors import Refused

if TYPE_CHECKING:  # loading them takes longer than `winback --help` may
    from winback.bootstrap import Local
    from winback.settings import Settings

GLOBAL_OPTIONS: Final = {"--runtime": "WINBACK_RUNTIME", "--data-dir": "WINBACK_DATA_DIR"}
HELP: Final = "Every command also takes --data-dir DIR (or WINBACK_DATA_DIR; ./data) and --runtime local."


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
    """The settings this command runs with; `over` sets names of the environment."""
    from winback.settings import Settings

    env = {**ctx.find_object(Asked).env, **over} if ctx.find_object(Asked) else over  # type: ignore[union-attr]
    if env.get("WINBACK_RUNTIME", "").strip().lower() == "aws":
        raise WrongUsage("the runtime aws is not available yet in this version: say --runtime local, or nothing")
    try:
        return Settings.from_env(env)
    except ValueError as error:
        raise WrongUsage(str(error)) from error


@contextmanager
def opened(ctx: typer.Context, make: bool = False) -> "Iterator[Local]":
    """The store of the data folder, beside whatever else uses it. With `make` it is made where there is none."""
    from winback.adapters.local.store import FILE_NAME
    from winback.bootstrap import local

    chosen = settings(ctx)
    if not make and not (chosen.data_dir / FILE_NAME).exists():
        raise Refused(f"there is no store in {chosen.data_dir}: start `winback up` there, or choose --data-dir")
    world = local(chosen)
    try:
        yield world
    finally:
        world.close()
