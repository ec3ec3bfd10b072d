"""The one place where errors become what is done with a message."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from builders import NOW, USER_ID, a_contact, an_event
from flow.faulty import Faults, faulty
from flow.world import a_world
from winback.domain.contact import Contact
from winback.domain.errors import Conflict, Rejected, Retryable, SenderIll, Unsure, WinbackError
from winback.domain.event import Event
from winback.ports import Add, World
from winback.runtime.fault import Fault
from winback.runtime.log import StepLine
from winback.runtime.runner import TRIES, Action, Ran, run
from winback.steps.result import Step, done, go_on


@dataclass
class Arrow:
    """Raises what it is given, one after the other, and then comes to its end."""

    errors: list[Exception] = field(default_factory=list)
    step: Step = field(default_factory=go_on)
    runs: int = 0
    __name__: str = "decide"

    def __call__(self, world: World, event: Event, now: datetime) -> Step:
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.step


def ran(*arrows: Arrow, world: World | None = None, until: Callable[[object], bool] | None = None) -> Ran:
    world = world or known()
    if until is None:
        return run(world, an_event(), arrows, NOW, lambda line: None)
    return run(world, an_event(), arrows, NOW, lambda line: None, until)


def known() -> World:
    world = a_world()
    world.store.commit(Add(a_contact()))
    return world


def due_at(world: World) -> datetime | None:
    contact = world.store.get(Contact, USER_ID)
    assert contact is not None
    return contact.due_at


def test_the_arrows_run_in_order_until_one_is_done() -> None:
    first, second, third = Arrow(), Arrow(step=done("enough")), Arrow()
    assert ran(first, second, third) == Ran(Action.DONE, "enough")
    assert (first.runs, second.runs, third.runs) == (1, 1, 0)


def test_it_stops_before_the_arrow_it_is_told_to_stop_before_and_says_what_is_left() -> None:
    first, second, third = Arrow(), Arrow(), Arrow()
    assert ran(first, second, third, until=lambda arrow: arrow is second) == Ran(Action.GO_ON, left=(second, third))
    assert (first.runs, second.runs, third.runs) == (1, 0, 0)


def test_a_message_that_nobody_takes_is_done() -> None:
    assert ran() == Ran(Action.DONE)


@pytest.mark.parametrize("error", [Conflict("lost"), Unsure("no answer")])
def test_a_lost_race_and_a_write_in_doubt_start_again_from_the_first_read(error: WinbackError) -> None:
    arrow = Arrow([error] * (TRIES - 1))
    assert ran(arrow).action is Action.DONE
    assert arrow.runs == TRIES


@pytest.mark.parametrize("error", [Conflict("lost"), Unsure("no answer")])
def test_a_race_lost_ten_times_leaves_the_message_on_the_queue(error: WinbackError) -> None:
    arrow, after = Arrow([error] * TRIES), Arrow()
    result = ran(arrow, after)
    assert result.action is Action.BACK
    assert "10 times" in result.why
    assert after.runs == 0


def test_what_is_rejected_is_done() -> None:
    after = Arrow()
    assert ran(Arrow([Rejected("never")]), after) == Ran(Action.DONE, "never")
    assert after.runs == 0


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (Retryable("down"), timedelta(minutes=1)),
        (Retryable("slow down", after=timedelta(seconds=90)), timedelta(seconds=90)),
        (SenderIll("454"), timedelta(minutes=1)),
    ],
)
def test_when_the_world_is_down_the_client_is_due_again_and_the_message_is_done(
    error: Retryable, wait: timedelta
) -> None:
    world = known()
    assert ran(Arrow([error]), world=world).action is Action.DONE
    assert due_at(world) == NOW + wait


def test_outages_in_a_row_are_waited_for_longer() -> None:
    world, waits = known(), []
    for _ in range(5):
        ran(Arrow([Retryable("down")]), world=world)
        at = due_at(world)
        assert at is not None
        waits.append((at - NOW) / timedelta(minutes=1))
    assert waits == [1, 5, 15, 60, 60]


def test_of_a_client_whom_nobody_knows_yet_the_message_stays_on_the_queue() -> None:
    world = a_world()
    assert ran(Arrow([Retryable("down")]), world=world).action is Action.BACK
    assert world.store.get(Contact, USER_ID) is None


@pytest.mark.parametrize("call", [0, 1], ids=["the read", "the write"])
def test_where_not_even_that_can_be_noted_the_message_stays_on_the_queue(call: int) -> None:
    faults = Faults()
    world = faulty(known(), faults)
    faults.next_call(Retryable, skip=call)
    assert ran(Arrow([Retryable("down")]), world=world).action is Action.BACK


def test_a_fault_of_ours_is_raised_for_the_caller_and_the_step_is_noted_without_its_text() -> None:
    lines: list[StepLine] = []
    with pytest.raises(Fault):
        run(known(), an_event(), [Arrow([KeyError("ada@example.com")])], NOW, lines.append)
    (line,) = lines
    assert line.result == "failed"
    assert "ada@example.com" not in line.why


def test_each_step_is_noted_once_however_often_it_was_tried() -> None:
    lines: list[StepLine] = []
    arrows = [Arrow([Conflict("lost")] * 3), Arrow([Conflict("lost")] * TRIES)]
    run(known(), an_event(), arrows, NOW, lines.append)
    assert [line.result for line in lines] == ["go on", "back"]
    assert all(line.event == an_event() and line.ms >= 0 for line in lines)
