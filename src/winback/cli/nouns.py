"""The group of a noun's commands."""

import typer

from winback.cli.asked import HELP


def noun(about: str) -> typer.Typer:
    group = typer.Typer(help=about, epilog=HELP, add_completion=False, rich_markup_mode=None)
    # With a callback of its own a noun stays a group even while it has one command only.
    group.callback()(_nothing)
    return group


def _nothing() -> None:
    pass
