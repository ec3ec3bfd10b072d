"""The driver: a runtime for tests. It does what the runtimes do, in one thread, by a clock that jumps."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, cast

from builders import FOLDER
from flow.faulty import Died, Faults, faulty
from flow.world import PostOffice, a_world
from winback.adapters.memory import FixedClock
from winback.domain.change import Change
from winback.domain.errors import WinbackError
from winback.domain.event import Event
from winback.domain.policy import lines_of
from winback.domain.switch import Sender
from winback.pipeline import EMAIL_QUEUE, Arrow, arrows_of
from winback.ports import Composer, EmbeddedStore, Letter, Message, World
from winback.runtime.log import StepLine
from winback.runtime.runner import Action, Ran, run
from winback.steps.deliver import deliver
from winback.steps.present import current_policy
from winback.steps.relay import relay
from winback.steps.sweep import settle_lost, sweep, sweep_moved

VISIBLE_AFTER: Final = timedelta(minutes=15)
PUT_BACK_FOR: Final = timedelta(seconds=5)
MOST_IN_A_TURN: Final = 128
MOST_TURNS: Final = 5_000
_FOR_EVER: Final = timedelta(days=36_500)
_TICK: Final = timedelta(milliseconds=1)
_A_WHILE: Final = timedelta(minutes=1)

Onward = tuple[Message, Sequence[Arrow]]


class Flow:
    """`store` and `post` are the world's own, without the faults that its steps meet.

    `batched` relays, decides and writes in one transaction a turn and delivers after it, as the local runner does;
    else each message goes through all its arrows by itself, as in a function of the cloud.
    """

    def __init__(
        self,
        store: EmbeddedStore,
        clock: FixedClock,
        sender: Sender = FOLDER,
        faults: Faults | None = None,
        composer: Composer | None = None,
        batched: bool = True,
    ) -> None:
        self.store, self.clock, self.sender = store, clock, sender
        self.post = PostOffice(sender.kind)
        self.told: list[tuple[datetime, Event]] = []
        self.lines: list[StepLine] = []
        self.processes = 0
        self.faults, self._composer, self._batched = faults, composer, batched
        self._finished: list[Message] = []
        self.world = self._new_process()
        self.well = a_world(store, self.post, clock, sender=sender)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def taken(self) -> list[tuple[datetime, Letter]]:
        return self.post.taken

    def untold(self) -> list[Change]:
        return self.store.waiting(1)

    def until_quiet(self) -> None:
        """Everything that can happen without time passing has happened."""
        for _ in range(MOST_TURNS):
            try:
                if not self._turn():
                    return
            except Died:
                self.restart()
        raise AssertionError("the flow never comes to rest")

    def pass_time(self, by: timedelta) -> None:
        """Jumps from one instant at which something is due to the next."""
        end = self.now + by
        self.until_quiet()
        while (wake := self._next_wake()) is not None and wake <= end:
            self.clock.advance(wake - self.now)
            self.until_quiet()
        self.clock.advance(max(end - self.now, timedelta()))
        self.until_quiet()

    def restart(self) -> None:
        """As a process starts: it takes back what the dead one had in work, and settles its claims."""
        self._finished.clear()
        self.world = self._new_process()
        try:
            getattr(self.world.topic, "reclaim", lambda now: 0)(self.now)
            for email in self.store.lease_over(self.now + _FOR_EVER, limit=1_000):
                settle_lost(self.world, email, self.now)
        except WinbackError:
            pass  # the sweep will
        except Died:
            self.restart()

    def _new_process(self) -> World:
        self.processes += 1
        world = a_world(
            self.store, self.post, self.clock, self._composer, self.sender, process=f"process {self.processes}"
        )
        return world if self.faults is None else faulty(world, self.faults)

    def _turn(self) -> bool:
        """One turn; whether there was anything to do."""
        swept = self._sweep()
        if not self._anything():
            return swept or self._sweep_moved()
        try:
            onward = self._turn_in_one() if self._batched else self._turn_one_by_one()
        except WinbackError:
            onward = self._turn_one_by_one()
        for message, arrows in onward:
            self._handle(message, arrows)
        return True

    def _sweep(self) -> bool:
        due_at = self.store.next_due()
        if not (due_at is not None and due_at <= self.now) and not self.store.lease_over(self.now, 1):
            return False
        try:
            with self._embedded.transaction():
                swept = sweep(self.world, self.now)
        except WinbackError:
            return True  # tried again in the next turn
        return bool(swept.told or swept.settled)

    def _sweep_moved(self) -> bool:
        if not self._rules_moved():
            return False
        try:
            with self._embedded.transaction():
                return sweep_moved(self.world, self.now, MOST_IN_A_TURN) > 0
        except WinbackError:
            return True

    def _rules_moved(self) -> bool:
        return bool(self.store.judged_elsewhere(lines_of(current_policy(self.well), self.sender), 1))

    def _anything(self) -> bool:
        return bool(self._finished or self.store.waiting(1) or self.well.topic.state(EMAIL_QUEUE, self.now).waiting)

    def _turn_in_one(self) -> list[Onward]:
        """Everything that waits for nobody, in one transaction: done together or not at all."""
        finished = self._finished.copy()
        onward: list[Onward] = []
        lines: list[StepLine] = []
        with self._embedded.transaction():
            told = self._relay()
            for message in self._receive():
                ran = run(
                    self.world, message.event, arrows_of(message.event.type), self.now, lines.append, self._is_deliver
                )
                if ran.action is Action.GO_ON:
                    onward.append((message, ran.left))
                else:
                    self._end(message, ran, finished)
            self.world.topic.done(finished, self.now)
        self._finished.clear()
        self.lines += lines
        self.told += [(self.now, event) for event in told]
        return onward

    def _turn_one_by_one(self) -> list[Onward]:
        try:
            with self._embedded.transaction():
                told = self._relay()
            self.told += [(self.now, event) for event in told]
            messages = self._receive()
            self.world.topic.done(self._finished, self.now)
        except WinbackError:
            return []
        self._finished.clear()
        return [(message, arrows_of(message.event.type)) for message in messages]

    def _handle(self, message: Message, arrows: Sequence[Arrow]) -> None:
        ran = run(self.world, message.event, arrows, self.now, self.lines.append)
        with suppress(WinbackError):  # then it comes again by itself
            self._end(message, ran, self._finished)

    def _end(self, message: Message, ran: Ran, finished: list[Message]) -> None:
        if ran.action is Action.BACK:
            self.world.topic.back(message, self.now, ran.why, PUT_BACK_FOR)
        else:
            finished.append(message)

    def _relay(self) -> list[Event]:
        changes = self._embedded.waiting(MOST_IN_A_TURN)
        if not changes:
            return []
        events = relay(self.world, changes)
        self.world.topic.publish(events, self.now)
        self._embedded.relayed(changes)
        return events

    def _receive(self) -> list[Message]:
        return self.world.topic.receive(EMAIL_QUEUE, MOST_IN_A_TURN, self.now, VISIBLE_AFTER)

    def _next_wake(self) -> datetime | None:
        """When something is due or a lease ends; or soon, where something could not be done now."""
        wakes = [email.lease_until for email in self.store.lease_over(self.now + _FOR_EVER, 1)]
        wakes.append(self.store.next_due())
        known = [wake for wake in wakes if wake is not None]
        soon = self.now + _A_WHILE
        if self.well.topic.state(EMAIL_QUEUE, self.now).in_work or self._rules_moved():
            known.append(soon)
        return min((wake + _TICK if wake > self.now else soon for wake in known), default=None)

    @property
    def _embedded(self) -> EmbeddedStore:
        return cast("EmbeddedStore", self.world.store)

    def _is_deliver(self, arrow: Arrow) -> bool:
        return arrow is deliver
