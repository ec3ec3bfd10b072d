"""The only place where errors become queue actions: one message through its arrows, one log line a step."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from winback.domain.contact import Contact
from winback.domain.errors import Conflict, Rejected, Retryable, Unsure
from winback.domain.event import Event
from winback.pipeline import Arrow
from winback.ports import World, saved
from winback.runtime.fault import Fault, words_of
from winback.runtime.log import Observer, StepLine
from winback.steps.result import Result, Step
from winback.steps.waiting import put_off

TRIES: Final = 10
LONGEST_JITTER_SECONDS: Final = 0.05


class Action(StrEnum):
    """What becomes of the message: it is done, it goes on to the arrows that are left, it comes again."""

    DONE = "done"
    GO_ON = "go on"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Ran:
    """How far the message came: `left` are the arrows that it still has to go through."""

    action: Action
    why: str = ""
    left: tuple[Arrow, ...] = ()


def to_the_end(_: Arrow) -> bool:
    return False


def run(
    world: World,
    event: Event,
    arrows: Sequence[Arrow],
    now: datetime,
    observe: Observer,
    until: Callable[[Arrow], bool] = to_the_end,
) -> Ran:
    """Takes the event through its arrows; stops before the first for which `until` is true.

    Raises Fault where an arrow raises what no arrow should: the caller must put the message back on the queue.
    """
    for at, arrow in enumerate(arrows):
        if until(arrow):
            return Ran(Action.GO_ON, left=tuple(arrows[at:]))
        step, action = _step(world, event, arrow, now, observe)
        if action is Action.BACK or step.result is Result.DONE:
            return Ran(action, step.why)
    return Ran(Action.DONE)


def _step(world: World, event: Event, arrow: Arrow, now: datetime, observe: Observer) -> tuple[Step, Action]:
    started = time.perf_counter()
    try:
        step, action = _again_on_conflict(world, event, arrow, now), Action.DONE
    except Rejected as error:
        step, action = Step(Result.DONE, str(error)), Action.DONE
    except Retryable as error:
        step, action = Step(Result.DONE, f"waits: {error}"), _put_off(world, event, error, now)
    except (Conflict, Unsure) as error:
        step, action = Step(Result.DONE, f"lost the race {TRIES} times: {error}"), Action.BACK
    except Exception as error:
        observe(StepLine(arrow.__name__, "failed", event, _ms_since(started), words_of(error)))
        raise Fault(arrow.__name__, error) from error
    result = step.result.value if action is Action.DONE else "back"
    observe(StepLine(arrow.__name__, result, event, _ms_since(started), step.why))
    return step, action


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _again_on_conflict(world: World, event: Event, arrow: Arrow, now: datetime) -> Step:
    """A lost race starts again from the first read; so does a guarded write that may have happened."""
    for attempt in range(TRIES - 1):
        try:
            return arrow(world, event, now)
        except (Conflict, Unsure):
            world.clock.sleep(random.uniform(0, LONGEST_JITTER_SECONDS) * attempt)  # noqa: S311  jitter, no secret
    return arrow(world, event, now)


def _put_off(world: World, event: Event, error: Retryable, now: datetime) -> Action:
    """The world is down, not the message: the client is due again later. If even that fails, it stays queued."""
    try:
        contact = world.store.get(Contact, event.user_id)
        if contact is None:
            return Action.BACK
        world.store.commit(saved(put_off(contact, now, error.after)))
    except (Conflict, Retryable, Unsure):
        return Action.BACK
    return Action.DONE
