"""`winback dead-letters`: messages that were given up, with the reason; try them again."""

from typing import Annotated, Any

import typer

from winback.cli.asked import opened
from winback.cli.nouns import noun
from winback.cli.output import Json, Limit, count, say, say_json_list, say_table
from winback.domain.errors import Refused
from winback.domain.wire import to_wire
from winback.ports import DeadLetter

dead_letters = noun("List messages that were given up; try them again.")
HEAD = ("MESSAGE", "GIVEN UP", "EVENT", "CLIENT", "REASON")


@dead_letters.command("list")
def list_letters(ctx: typer.Context, limit: Limit = 50, as_json: Json = False) -> None:
    """List the messages that were given up after three tries, the newest first.

    \b
    winback dead-letters list
    """
    with opened(ctx) as local:
        found = local.world.topic.dead_letters(limit)
    if as_json:
        say_json_list(_wire(letter) for letter in found)
    else:
        say_table(HEAD, map(_row, found), "no dead letters")


@dead_letters.command("redrive")
def redrive(
    ctx: typer.Context,
    message_ids: Annotated[list[str] | None, typer.Argument(metavar="[MESSAGE …]", help="These; all without.")] = None,
) -> None:
    """Put dead letters back on their queue, with three tries more: all, or those named.

    \b
    winback dead-letters redrive
    winback dead-letters redrive 17 18
    """
    with opened(ctx) as local:
        back = local.world.topic.redrive(message_ids or None, local.world.clock.now())
    if message_ids and back < len(message_ids):
        missing = len(message_ids) - back
        raise Refused(f"{back} put back; {missing} of those named are no dead letters: see `winback dead-letters list`")
    say(f"put {count(back, 'message')} back on the queue")


def _row(letter: DeadLetter) -> tuple[object, ...]:
    event = letter.event
    return letter.message_id, letter.at, event.type if event else "", event.user_id if event else "", letter.reason


def _wire(letter: DeadLetter) -> dict[str, Any]:
    return to_wire(letter)
