"""`winback dead-letters`: messages that were given up, with the reason; try them again."""

from typing import Annotated, Any

import typer

from winback.cli.nouns import noun
from winback.cli.opened import opened
from winback.cli.output import Json, Limit, note, say, say_json_list, say_table
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
    with opened(ctx) as here:
        found = here.dead_letters(limit)
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

    On AWS, changes that were given up before they became messages are relayed again.

    \b
    winback dead-letters redrive
    winback dead-letters redrive 17 18
    """
    with opened(ctx) as here:
        redriven = here.redrive(message_ids or None, here.world.clock.now())
    missing = len(set(message_ids or [])) - redriven.found
    if missing > 0:
        raise Refused(f"{redriven.told}; {missing} of those named are no dead letters: see `winback dead-letters list`")
    if redriven.left:
        raise Refused(f"{redriven.told}; {redriven.left} still cannot be: `winback logs stream-processor` may say why")
    say(redriven.told)
    if redriven.hopeless:
        note(redriven.hopeless)


def _row(letter: DeadLetter) -> tuple[object, ...]:
    event = letter.event
    return letter.message_id, letter.at, event.type if event else "", event.user_id if event else "", letter.reason


def _wire(letter: DeadLetter) -> dict[str, Any]:
    return to_wire(letter)
