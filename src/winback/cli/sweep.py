"""`winback sweep`: look at all who are due now, or list who will be by a day."""

from collections.abc import Iterator
from typing import Annotated, Final

import typer

from winback.cli.asking import end_of
from winback.cli.opened import Opened, opened
from winback.cli.output import Json, Limit, count, say, say_json, say_json_list, say_table
from winback.domain.contact import Contact, DueFor
from winback.domain.wire import to_wire
from winback.steps.present import current_policy
from winback.steps.sweep import MOST_AT_ONCE, Swept
from winback.steps.sweep import sweep as sweep_once

_FOR: Final = {DueFor.CROSSING: "slips below the line", DueFor.WAIT_OVER: "what it waits for has ended"}
_LISTED: Final = frozenset({"userId", "dueAt", "dueFor", "riskDate"})


def sweep(
    ctx: typer.Context,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Only list who is due by then.")] = None,
    limit: Limit = 1_000,
    as_json: Json = False,
) -> None:
    """Tell of all clients for whom time alone has changed something; Winback does so by itself while it runs.

    What is told is worked off as any change is. With --on nothing is told: it only lists.

    \b
    winback sweep
    winback sweep --on 2026-12-24
    """
    with opened(ctx) as here:
        if on is not None:
            _list(here, on, limit, as_json)
            return
        swept = _all(here)
    if as_json:
        say_json({"told": swept.told, "settled": swept.settled})
    else:
        lost = f"; settled {count(swept.settled, 'e-mail')} whose process had died" if swept.settled else ""
        say(f"told of {count(swept.told, 'client')}{lost}")


def _all(here: Opened) -> Swept:
    return _sum(list(_slices(here)))


def _slices(here: Opened) -> Iterator[Swept]:
    """Together, but not all of them: others want to write too."""
    while True:
        with here.together():
            swept = sweep_once(here.world, here.world.clock.now(), MOST_AT_ONCE)
        if not (swept.told or swept.settled):
            return
        yield swept


def _sum(slices: list[Swept]) -> Swept:
    return Swept(sum(swept.told for swept in slices), sum(swept.settled for swept in slices))


def _list(here: Opened, on: str, limit: int, as_json: bool) -> None:
    due = here.world.store.due(end_of(on, current_policy(here.world).time_zone), limit)
    if as_json:
        say_json_list(map(_wire, due))
    else:
        say_table(("CLIENT", "DUE (UTC)", "BECAUSE"), map(_row, due), "nobody is due by then")


def _row(contact: Contact) -> tuple[object, ...]:
    return contact.user_id, contact.due_at, _FOR.get(contact.due_for) if contact.due_for else ""


def _wire(contact: Contact) -> dict[str, object]:
    return {name: value for name, value in to_wire(contact).items() if name in _LISTED}
