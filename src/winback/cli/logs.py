"""`winback logs`: a line for every step, as it was written by `winback up`, or by the functions on AWS."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Annotated, Any, Final, Protocol

import typer

from winback.cli.asked import is_on_aws
from winback.cli.asking import span
from winback.cli.output import Json, say
from winback.runtime.log import Function

_TOLD: Final = ("at", "function", "step", "result", "event", "eventId", "userId", "subjectId", "ms", "why")
_ONLY_IN_JSON: Final = ("requestId",)


class Log(Protocol):
    """Entries as JSON has them; what was written by others than us has a `text` alone."""

    def lines(self, back: timedelta, function: Function | None) -> Iterator[dict[str, Any]]:
        """Those of the last time, oldest first."""

    def followed(self, back: timedelta, function: Function | None) -> Iterator[dict[str, Any]]:
        """Those of the last time, and then, without end, every one that is added."""

    def close(self) -> None: ...


def logs(
    ctx: typer.Context,
    function: Annotated[Function | None, typer.Argument(help="Only what this function wrote.")] = None,
    since: Annotated[str, typer.Option(metavar="SPAN", help="How far to look back, such as 1m or 2d.")] = "10m",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    as_json: Json = False,
) -> None:
    """Print the log, a line for every step: ids and reasons, never a name or an address.

    \b
    winback logs --since 1m
    winback logs email-processor --follow
    winback logs stream-processor --since 5m --runtime aws
    """
    back = span(since)
    with closing(_log(ctx)) as log:
        for entry in log.followed(back, function) if follow else log.lines(back, function):
            say(json.dumps(entry) if as_json else _told(entry))
            sys.stdout.flush()  # whoever follows wants each line now


def _log(ctx: typer.Context) -> Log:
    if is_on_aws(ctx):
        from winback.cli.logs_aws import log_on_aws

        return log_on_aws(ctx)
    from winback.cli.logs_local import log_of_folder

    return log_of_folder(ctx)


def _told(entry: dict[str, Any]) -> str:
    """`12:03:22.120  email-processor  decide  done  USER_CREATED c-1  1.2 ms  hold: …`."""
    at = str(entry.get("at", ""))
    words = [at[:10], at[11:23], str(entry.get("function", "")).ljust(16)]
    if "text" in entry:
        return " ".join([*words, *str(entry["text"]).split()])
    words.append(str(entry.get("step", "")).ljust(7))
    words += [str(entry[name]) for name in ("result", "event", "userId") if entry.get(name)]
    if "ms" in entry:
        words.append(f"{entry['ms']} ms")
    words += [f"{name}={value}" for name, value in entry.items() if name not in (*_TOLD, *_ONLY_IN_JSON)]
    return " ".join(words) + (f"  {entry['why']}" if entry.get("why") else "")
