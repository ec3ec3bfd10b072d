"""time → change: once a minute, until nothing is due or the function's own time runs out."""

import os
from functools import cache
from typing import Final

from winback.bootstrap import Aws, aws
from winback.domain.errors import WinbackError
from winback.runtime.envelopes import Context, Payload
from winback.runtime.fault import words_of
from winback.runtime.telling import Telling, telling
from winback.settings import Settings
from winback.steps.sweep import Swept, sweep, sweep_moved

NAME: Final = "sweep"
SLICE: Final = 100
"""Contacts told of between two looks at the time that is left."""
KEPT_MS: Final = 10_000
"""What a slice may take."""


class NothingSwept(Exception):
    """Lambda counts a run as failed, and so the alarm rings, only where the function fails as a whole."""


def handler(payload: Payload, context: Context) -> dict[str, int]:  # noqa: ARG001  a schedule has nothing to say
    return handle(_aws(), context)


def handle(aws: Aws, context: Context) -> dict[str, int]:
    """How many contacts were told of and how many lost claims were settled. Raises NothingSwept if something is down
    and none were.
    """
    with telling(NAME, context, aws.world.clock) as told:
        total = _sweep(aws, context, told)
        if total != Swept():
            told.line(step="sweep", result="done", told=total.told, settled=total.settled)
    return {"told": total.told, "settled": total.settled}


def _sweep(aws: Aws, context: Context, told: Telling) -> Swept:
    total = Swept()
    while context.get_remaining_time_in_millis() > KEPT_MS:
        try:
            swept = _slice(aws)
        except WinbackError as error:
            told.line(step="sweep", result="failed", why=str(error))
            if total == Swept():
                raise NothingSwept(words_of(error)) from None  # its cause may hold anything
            break  # the next minute begins where this one ended
        if swept == Swept():
            break
        total = Swept(total.told + swept.told, total.settled + swept.settled)
    return total


def _slice(aws: Aws) -> Swept:
    """Who is due; only when nobody is, those judged by other rules than today's, which may be everybody."""
    now = aws.world.clock.now()
    swept = sweep(aws.world, now, SLICE)
    return swept if swept != Swept() else Swept(told=sweep_moved(aws.world, now, SLICE))


@cache
def _aws() -> Aws:
    return aws(Settings.from_env(os.environ))
