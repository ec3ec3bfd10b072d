"""The pipeline as people see it: `python -m winback.flow` prints docs/flow.md, drawn from the one table."""

import itertools
import sys
from typing import Final

from winback.domain.event import EventType
from winback.pipeline import ROUTES, Route

_INTRODUCTION: Final = """\
# The flow

A change goes in, an e-mail comes out, once. This page is printed from `winback.pipeline` by `python -m winback.flow`;
a test compares the two.

Whoever writes a user or an order (command line, API, import, another program on the same table) leaves a **change**
behind in the same transaction. `relay` turns it into an **event**, which holds ids and nothing personal. The topic
carries the event to the queues that take its type. From there the arrows run one after the other, each reading the
present and ending in one guarded commit; that commit is a change again. Time is a writer too: `sweep` tells of every
contact whose `dueAt` has come.
"""
_ARROWS: Final = """\
## The arrows

| arrow | from → to | what it does |
| --- | --- | --- |
| `relay` | change → event | makes events of committed changes; the only arrow that does |
| `decide` | event → decision | score, risk date and verdict in one commit with the reservation of the mailbox |
| `write` | decision → e-mail | brief, composer, gate, rendering |
| `deliver` | e-mail → the way out | asks again, judges again, claims, hands over once |
| `settle` | how it went → outcome | ends the e-mail and frees its mailbox |
| `sweep` | time → change | tells of who is due; settles claims whose holder died |
"""


def page() -> str:
    """docs/flow.md, whole."""
    return "\n".join([_INTRODUCTION, _diagram(), _ARROWS, _table()])


def _diagram() -> str:
    lines = ["```mermaid", "flowchart LR", "    change -- relay --> event", "    sweep -- due --> change"]
    lines += [line for number, route in enumerate(ROUTES) for line in _path(number, route)]
    return "\n".join([*lines, "    deliver -- settle --> outcome", "    outcome --> change", "```", ""])


def _path(number: int, route: Route) -> list[str]:
    names = [arrow.__name__ for arrow in route.arrows]
    queue = f"queue_{route.queue}[[queue: {route.queue}]]"
    told = (
        f"    event -- {len(route.types)} types --> {queue}"
        if number == 0
        else f"    event -- {_of(route)} --> {queue}"
    )
    steps = [f"queue_{route.queue}", *names]
    return [told, *(f"    {before} --> {after}" for before, after in itertools.pairwise(steps))]


def _of(route: Route) -> str:
    return ", ".join(sorted(route.types))


def _table() -> str:
    rows = [f"| `{kind}` | {_where(kind)} |" for kind in EventType]
    return "\n".join(["## The events", "", "| event | goes through |", "| --- | --- |", *rows, ""])


def _where(kind: EventType) -> str:
    for route in ROUTES:
        if kind in route.types:
            return f"`{route.queue}`: " + " → ".join(f"`{arrow.__name__}`" for arrow in route.arrows)
    return "told to whoever listens; no queue of ours"


if __name__ == "__main__":
    sys.stdout.write(page())
