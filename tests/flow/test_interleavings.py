"""Two at once, in every order of their calls: never two reservations, and nothing stale when all is at rest."""

from collections.abc import Callable, Iterator, Set
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from shutil import copytree
from typing import Final

import pytest

from builders import NOW, RELAY, USER_ID, a_user, an_event, an_order
from flow.driver import Flow
from flow.interleaving import Chooser, Stage, Task, every_order
from flow.invariants import assert_all_well, assert_nothing_is_stale, contacts_of
from flow.scenarios import DAY, a_slipping_user
from flow.world import TWINS, a_store, a_world, go_live
from winback.adapters.memory import FixedClock, MemoryStore
from winback.domain.event import Event, EventType
from winback.domain.user import User
from winback.pipeline import Arrow, arrows_of
from winback.ports import EmbeddedStore, Put, Remove, World
from winback.runtime.runner import run
from winback.steps.decide import decide
from winback.steps.deliver import deliver
from winback.steps.sweep import sweep
from winback.steps.write import write


@pytest.fixture
def stage() -> Iterator[Stage]:
    two = Stage(2)
    yield two
    two.close()


@dataclass(frozen=True, slots=True)
class Race:
    """Two tasks that meet. `before` brings the flow to where they do; `e_mails` may be sent when all is over."""

    name: str
    before: Callable[[Flow], None]
    tasks: tuple[Task, Task]
    e_mails: Set[int] = frozenset({1})


def told(user_id: str = USER_ID, kind: EventType = EventType.USER_AT_RISK) -> Event:
    return an_event(user_id=user_id, type=kind)


def takes(*arrows: Arrow, of: Event | None = None) -> Task:
    """A message on its way through these arrows; without any, through all of its own."""
    event = of or told()
    way = arrows or arrows_of(event.type)
    return lambda world: run(world, event, way, world.clock.now(), lambda line: None)


def sweep_after_the_lease(world: World) -> None:
    sweep(world, world.clock.now() + timedelta(minutes=11))


def after(*writes: Put | Remove, then: Task) -> Task:
    """A write from outside, and the message it brings."""

    def task(world: World) -> None:
        world.store.commit(*writes)
        then(world)

    return task


def changes_a_little(world: World) -> None:
    """What its writer read comes back with another mean value: not enough for another whole number to be shown."""
    user = world.store.get(User, USER_ID)
    assert user is not None
    world.store.commit(Put(replace(user, average_order_value=101.0)))
    takes(decide)(world)


def one_slipped(flow: Flow) -> None:
    """Below the line since this morning, and nobody has been told yet."""
    flow.store.commit(Put(a_slipping_user()))
    flow.until_quiet()
    flow.clock.advance(4 * DAY)


def decided(flow: Flow) -> None:
    """Decided, and not written yet."""
    one_slipped(flow)
    takes(decide)(flow.world)


def two_slipped(flow: Flow) -> None:
    flow.store.commit(Put(a_slipping_user("u-2", "Ada+shop@example.com")))
    one_slipped(flow)


def an_e_mail_waits(flow: Flow) -> None:
    """Written in the night; now it is morning."""
    flow.store.commit(Put(a_slipping_user()))
    flow.pass_time(3.5 * DAY + timedelta(hours=5))
    flow.clock.advance(timedelta(hours=7))


MOVED: Final = Put(replace(a_slipping_user(), email="ada@elsewhere.example.org"))
RENAMED: Final = Put(replace(a_slipping_user(), name="Ada King", order_count=6))
ORDERED: Final = Put(an_order(ordered_at=NOW + 3.9 * DAY))
DELETED: Final = Remove(User, USER_ID)

RACES: Final = (
    Race("two decide", one_slipped, (takes(decide), takes(decide))),
    Race("two who share an address", two_slipped, (takes(decide), takes(decide, of=told("u-2")))),
    Race("a change, and a decide of before", one_slipped, (after(RENAMED, then=takes(decide)), takes(decide))),
    Race("a small change, and a decide of before", an_e_mail_waits, (changes_a_little, takes(decide))),
    Race("an order and the crossing", one_slipped, (after(ORDERED, then=takes(decide)), takes(decide)), {0}),
    Race("a deletion and the crossing", one_slipped, (after(DELETED, then=takes()), takes()), {0, 1}),
    Race("a move and the crossing", one_slipped, (after(MOVED, then=takes(decide)), takes(decide))),
    Race("two write", decided, (takes(write), takes(write))),
    Race("an order and write", decided, (after(ORDERED, then=takes(decide)), takes(write)), {0}),
    Race("a deletion and write", decided, (after(DELETED, then=takes(decide)), takes(write)), {0}),
    Race("a move and write", decided, (after(MOVED, then=takes(decide)), takes(write))),
    Race("two deliver", an_e_mail_waits, (takes(deliver), takes(deliver))),
    Race("an order and deliver", an_e_mail_waits, (after(ORDERED, then=takes(decide)), takes(deliver)), {0, 1}),
    Race("a deletion and deliver", an_e_mail_waits, (after(DELETED, then=takes()), takes(deliver)), {0, 1}),
    Race("a move and deliver", an_e_mail_waits, (after(MOVED, then=takes(decide)), takes(deliver)), {1, 2}),
    Race("the end of a lease and deliver", an_e_mail_waits, (sweep_after_the_lease, takes(deliver))),
)


Meeting = Callable[[], AbstractContextManager[Flow]]
"""The flow as a race finds it, as often as it is asked for."""


def in_memory(race: Race) -> Meeting:
    @contextmanager
    def told_anew() -> Iterator[Flow]:
        flow = _flow(MemoryStore(), FixedClock(NOW))
        go_live(flow.store)
        race.before(flow)
        yield flow

    return told_anew


def on_sqlite(race: Race, folder: Path) -> Meeting:
    clock, numbers = FixedClock(NOW), count()
    with a_store("sqlite", folder / "told", clock) as store:
        go_live(store)
        race.before(_flow(store, clock))

    @contextmanager
    def copied() -> Iterator[Flow]:
        copy = folder / f"copy-{next(numbers)}"
        copytree(folder / "told", copy)
        with a_store("sqlite", copy, clock) as store:
            yield _flow(store, FixedClock(clock.now()))

    return copied


def _flow(store: EmbeddedStore, clock: FixedClock) -> Flow:
    return Flow(store, clock, RELAY)


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.name)
def test_whoever_goes_first_all_is_well(race: Race, twin: str, stage: Stage, tmp_path: Path) -> None:
    meeting = in_memory(race) if twin == "memory" else on_sqlite(race, tmp_path)

    def play(choose: Chooser) -> None:
        with meeting() as flow:
            stage.play(flow.world, race.tasks, choose)
            flow.store.relayed(flow.store.waiting(100))  # the tasks were their messages: nothing else makes up for them
            assert_nothing_is_stale(flow)
            assert sum(contact.open_email_id is not None for contact in contacts_of(flow.store)) <= 1, (
                "two reservations"
            )
            flow.pass_time(2 * DAY)
            assert_all_well(flow)
            assert len(flow.post.taken) in race.e_mails

    assert every_order(play) > 1


def test_every_order_is_played_once_save_that_two_reads_may_change_places(stage: Stage) -> None:
    """Of the six orders of a write and a read here, a write and a read there, two differ from others by reads alone."""
    said: list[str] = []
    orders: list[str] = []

    def writes_and_reads(name: str) -> Task:
        def task(world: World) -> None:
            world.store.commit(Put(a_user()))
            said.append(f"w{name}")
            world.store.get(User, USER_ID)
            said.append(f"r{name}")

        return task

    def play(choose: Chooser) -> None:
        said.clear()
        stage.play(a_world(), (writes_and_reads("1"), writes_and_reads("2")), choose)
        orders.append(" ".join(said).replace("r2 r1", "r1 r2"))

    every_order(play)
    assert set(orders) == {"w1 r1 w2 r2", "w1 w2 r1 r2", "w2 w1 r1 r2", "w2 r2 w1 r1"}


def test_calls_that_have_nothing_to_do_with_each_other_are_played_in_one_order(stage: Stage) -> None:
    def put(user_id: str) -> Task:
        return lambda world: world.store.commit(Put(a_user(user_id=user_id)))

    def play(choose: Chooser) -> None:
        stage.play(a_world(), (put("u-1"), put("u-2")), choose)

    assert every_order(play) == 2  # the second is found to be the first


def test_an_error_in_a_task_is_told(stage: Stage) -> None:
    def fails(world: World) -> None:
        world.store.get(User, USER_ID)
        raise ValueError("a fault of the test")

    with pytest.raises(ValueError, match="a fault of the test"):
        stage.play(a_world(), (fails, fails), min)
