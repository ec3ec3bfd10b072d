"""What goes wrong, told in one line: what, why, what to do. And the exit code: 1 failed, 2 wrong usage."""

import sqlite3
from pathlib import Path
from typing import Final

import typer

from winback.domain.errors import WinbackError
from winback.runtime.fault import words_of

FAILED: Final = 1
WRONG_USAGE: Final = 2
# Typer brings its own copy of Click under a private name; this is the class of all its errors of usage.
_TyperUsageError: Final[type[Exception]] = typer.BadParameter.__mro__[1]


class WrongUsage(Exception):
    """The command line or the environment says something that cannot be meant."""


def told(error: Exception) -> tuple[str, int]:
    """One line for people, and the exit code."""
    if isinstance(error, _TyperUsageError):
        return _usage(error), WRONG_USAGE
    if isinstance(error, WrongUsage):
        return _one_line(error), WRONG_USAGE
    return _failure(error), FAILED


def _failure(error: Exception) -> str:
    match error:
        case WinbackError():
            return _one_line(error)
        case sqlite3.Error():
            return f"the store cannot be used: {_one_line(error)}; see that winback.db is whole and not open elsewhere"
        case OSError(filename=str() | Path() as name):
            return f"cannot use {name}: {error.strerror}"
        case _:
            return f"a fault of Winback: {words_of(error)}; WINBACK_LOG_LEVEL=debug shows all of it"


def _usage(error: Exception) -> str:
    message = _one_line(getattr(error, "format_message", error.__str__)()).rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{message}; see `{context.command_path} --help`" if context else message


def _one_line(error: object) -> str:
    return " ".join(str(error).split())
