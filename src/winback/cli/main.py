"""`winback`: the table of commands. A command's module is loaded when it is called, so that help comes at once."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from io import TextIOWrapper
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from winback import __version__
from winback.cli.asked import HELP, with_globals
from winback.cli.failing import FAILED, told

ABOUT: Final = """\
Finds the clients a shop is about to lose and writes each one a true, personal e-mail, at most as often as it should.

\b
Try it:
  winback up --sample              start with 200 made-up clients
  winback users put clients.jsonl  put your own in, while it runs
  winback explain CLIENT           why a client was mailed, or not
"""


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command stands: a function, or the group of a noun."""

    module: str
    name: str
    about: str


COMMANDS: Final = {
    "up": Command("up", "up", "Start everything in one process; Ctrl-C stops it."),
    "users": Command("users", "users", "Put, list, show, hold and delete clients."),
    "orders": Command("orders", "orders", "Put orders."),
    "emails": Command("emails", "emails", "List and show e-mails; say how one in doubt went."),
    "explain": Command("explain", "explain", "Tell one client's story: score, verdict, what comes next, e-mails."),
    "status": Command("switch", "status", "Tell how things stand: sending, queue, what waits."),
    "pause": Command("switch", "pause", "Hand nothing over from now on; nothing is lost."),
    "resume": Command("switch", "resume", "Hand e-mails over again; those that waited go first."),
    "policy": Command("policy", "policy", "Show and set the rules of who is mailed, how often, when."),
    "sweep": Command("sweep", "sweep", "Look at all clients who are due now."),
    "dead-letters": Command("dead_letters", "dead_letters", "List messages that were given up; try them again."),
    "logs": Command("logs", "logs", "Print the log: a line for every step."),
    "outputs": Command("deployed", "outputs", "Print what the stack on AWS calls its parts."),
    "rotate-key": Command("deployed", "rotate_key", "Write a new key for OpenRouter into the stack on AWS."),
}


class Commands(TyperGroup):
    """Knows every command by its line of help; loads the one that is called."""

    def __init__(self) -> None:
        super().__init__(
            name="winback",
            help=ABOUT,
            epilog=HELP,
            rich_markup_mode=None,
            commands={name: _line(name, command) for name, command in COMMANDS.items()},
        )

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, line, rest = super().resolve_command(ctx, args)
        return name, loaded(name) if name else line, rest


def run() -> None:
    """The entry point of the `winback` program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name a terminal cannot show is no reason to fail
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read us has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def main(args: Sequence[str]) -> int:
    """Runs a command line; gives its exit code: 0 done, 1 failed, 2 wrong usage."""
    if list(args) == ["--version"]:
        sys.stdout.write(f"winback {__version__}\n")
        return 0
    try:
        asked, rest = with_globals(args, os.environ)
        code = Commands().main(rest or ["--help"], prog_name="winback", standalone_mode=False, obj=asked)
    except typer.Abort:
        return FAILED
    except Exception as error:
        line, code = told(error)
        sys.stdout.flush()
        sys.stderr.write(f"winback: {line}\n")
        if os.environ.get("WINBACK_LOG_LEVEL", "").lower() == "debug":
            raise
    return code if isinstance(code, int) else 0


def loaded(name: str) -> Any:
    """The command itself, with all that its module brings along."""
    command = COMMANDS[name]
    found = getattr(import_module(f"winback.cli.{command.module}"), command.name)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(name, epilog=HELP)(found)
        found = alone
    command_line = typer.main.get_command(found)
    for each in getattr(command_line, "commands", {}).values():
        each.epilog = HELP
    return command_line


def _line(name: str, command: Command) -> TyperCommand:
    return TyperCommand(name, help=command.about, rich_markup_mode=None)
