"""The local runner: relay, decide and write in one transaction a turn; deliver on a few threads beside it."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final, TypeVar

from winback.bootstrap import Local
from winback.pipeline import EMAIL_QUEUE, Arrow, arrows_of
from winback.ports import Message
from winback.runtime.fault import words_of
from winback.runtime.log import Function, LogFolder, StepLine
from winback.runtime.runner import Action, run, to_the_end
from winback.runtime.wake import Wake
from winback.steps.deliver import deliver
from winback.steps.relay import relay
from winback.steps.sweep import settle_lost, sweep, sweep_moved
from winback.steps.write import write

MOST_IN_A_TURN: Final = 128
MOST_ON_THEIR_WAY: Final = 1_000
LONGEST_SLEEP_SECONDS: Final = 60.0
SECONDS_AFTER_A_FAULT: Final = 1.0
PRUNE_EVERY: Final = timedelta(hours=1)
KEPT_DAYS, BODIES_KEPT_DAYS = 14, 400
# The life of the process is the lease: the folder's lock tells, and a new process takes back what the old one had.
VISIBLE_AFTER: Final = timedelta(days=7)
PUT_BACK_FOR: Final = timedelta(seconds=5)

T = TypeVar("T")
StepListener = Callable[[StepLine], None]


class LocalRunner:
    """Owns the data folder's work: only the holder of its lock may have one."""

    def __init__(self, local: Local, log: LogFolder, listener: StepListener | None = None) -> None:
        self._local = local
        self._world = local.world
        self._log = log
        self._listener = listener
        self._wake = Wake(local.store.path)
        self._finished: deque[Message] = deque()
        self._unfinished: deque[tuple[Message, str]] = deque()
        self._on_their_way: set[str] = set()
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(local.send_window, thread_name_prefix="deliver")
        self._thread = threading.Thread(target=self._loop, name="runner")
        self._pruned_at: datetime | None = None
        self.fault: BaseException | None = None
        local.store.on_commit(self._wake.ring)

    def start(self) -> None:
        """Takes back what a process that died had in work, then runs until `stop`."""
        now = self._now()
        self._local.topic.reclaim(now)
        for email in self._local.store.lease_over(now + timedelta(days=36_500), limit=10_000):
            settle_lost(self._world, email, now)
        self._thread.start()

    def stop(self) -> None:
        """Ends after what is being sent right now; the rest stays on the queue."""
        self._stop.set()
        self._wake.ring()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(cancel_futures=True)
        self._acknowledge()
        self._wake.close()
        self._log.flush()

    def turn(self) -> bool:
        """One turn: sweep what is due, relay, and take messages as far as they go without waiting for anybody.

        Gives whether there was anything to do.
        """
        now = self._now()
        swept = self._sweep(now)
        if not self._anything(now):
            return swept or self._sweep_moved(now)
        try:
            self._turn_in_one(now)
        except Exception:
            # One of them is at fault, and the transaction with all of them is undone: now each by itself.
            self._turn_one_by_one(now)
        return True

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                busy = self.turn()
                self._prune()
                self.fault = None
                if not busy:
                    self._log.flush()
                    self._wake.wait(self._seconds_to_sleep())
            except Exception as error:
                why = words_of(error)
                self._log.write(Function.STREAM_PROCESSOR, self._now(), step="turn", result="failed", why=why)
                self.fault = error
                self._stop.wait(SECONDS_AFTER_A_FAULT)

    def _anything(self, now: datetime) -> bool:
        if self._finished or self._unfinished or self._local.store.waiting(1):
            return True
        return self._room() > 0 and self._local.topic.has_visible(EMAIL_QUEUE, now)

    def _turn_in_one(self, now: datetime) -> None:
        finished, unfinished = list(self._finished), list(self._unfinished)
        lines: list[StepLine] = []
        onward: list[tuple[Message, tuple[Arrow, ...]]] = []
        with self._local.store.transaction():
            self._relay(now, lines)
            for message, why in unfinished:
                self._local.topic.back(message, now, why, PUT_BACK_FOR)
            done = finished.copy()
            for message in self._receive(now, min(MOST_IN_A_TURN, self._room())):
                ran = run(self._world, message.event, arrows_of(message.event.type), now, lines.append, self._waits)
                match ran.action:
                    case Action.GO_ON:
                        onward.append((message, ran.left))
                    case Action.BACK:
                        self._local.topic.back(message, now, ran.why, PUT_BACK_FOR)
                    case Action.DONE:
                        done.append(message)
            self._local.topic.done(done, now)
        _forget(self._finished, len(finished))
        _forget(self._unfinished, len(unfinished))
        self._send_on(onward)
        self._tell(lines)

    def _turn_one_by_one(self, now: datetime) -> None:
        lines: list[StepLine] = []
        with self._local.store.transaction():
            self._relay(now, lines)
        self._tell(lines)
        for message in self._receive(now, min(MOST_IN_A_TURN, self._room())):
            self._handle(message, arrows_of(message.event.type), self._waits)

    def _handle(self, message: Message, arrows: tuple[Arrow, ...], waits: Callable[[Arrow], bool] = to_the_end) -> None:
        """One message by itself; a fault of ours puts it back, and the third time among the dead letters."""
        now = self._now()
        lines: list[StepLine] = []
        try:
            ran = run(self._world, message.event, arrows, now, lines.append, waits)
        except Exception as error:
            self._unfinished.append((message, words_of(error)))
        else:
            match ran.action:
                case Action.GO_ON:
                    self._send_on([(message, ran.left)])
                case Action.BACK:
                    self._unfinished.append((message, ran.why))
                case Action.DONE:
                    self._finished.append(message)
        self._tell(lines)

    def _relay(self, now: datetime, lines: list[StepLine]) -> None:
        changes = self._local.store.waiting(MOST_IN_A_TURN)
        if not changes:
            return
        events = relay(self._world, changes)
        self._local.topic.publish(events, now)
        self._local.store.relayed(changes)
        lines += [StepLine("relay", "published", event, 0.0) for event in events]

    def _receive(self, now: datetime, limit: int) -> list[Message]:
        return self._local.topic.receive(EMAIL_QUEUE, limit, now, VISIBLE_AFTER) if limit > 0 else []

    def _waits(self, arrow: Arrow) -> bool:
        """Whether an arrow waits for somebody outside: it must not hold the transaction."""
        return arrow is deliver or (arrow is write and self._world.composer.remote)

    def _send_on(self, onward: list[tuple[Message, tuple[Arrow, ...]]]) -> None:
        for message, arrows in onward:
            self._on_their_way.add(message.message_id)
            self._pool.submit(self._deliver, message, arrows)

    def _deliver(self, message: Message, arrows: tuple[Arrow, ...]) -> None:
        try:
            if not self._stop.is_set():
                self._handle(message, arrows)
        finally:
            self._on_their_way.discard(message.message_id)
            self._wake.ring()

    def _room(self) -> int:
        return MOST_ON_THEIR_WAY - len(self._on_their_way)

    def _acknowledge(self) -> None:
        self._local.topic.done(list(self._finished), self._now())
        self._finished.clear()

    def _sweep(self, now: datetime) -> bool:
        if not self._sweep_is_due(now):
            return False
        with self._local.store.transaction():
            swept = sweep(self._world, now)
        return bool(swept.told or swept.settled)

    def _sweep_moved(self, now: datetime) -> bool:
        """A slice of those judged by other rules than today's: only while nothing else waits."""
        if not self._local.rules_moved():
            return False
        with self._local.store.transaction():
            return sweep_moved(self._world, now, MOST_IN_A_TURN) > 0

    def _sweep_is_due(self, now: datetime) -> bool:
        store = self._local.store
        due_at = store.next_due()
        return (due_at is not None and due_at <= now) or bool(store.lease_over(now, 1))

    def _seconds_to_sleep(self) -> float:
        """Until the next contact is due or the next message put back is visible, a minute at most."""
        known = [self._local.store.next_due(), self._local.topic.next_visible(EMAIL_QUEUE)]
        now = self._now()
        seconds = [(at - now).total_seconds() for at in known if at is not None]
        return min(max(min(seconds, default=LONGEST_SLEEP_SECONDS), 0.001), LONGEST_SLEEP_SECONDS)

    def _prune(self) -> None:
        now = self._now()
        if self._pruned_at is not None and now - self._pruned_at < PRUNE_EVERY:
            return
        relayed_before, bodies_before = now - timedelta(days=KEPT_DAYS), now - timedelta(days=BODIES_KEPT_DAYS)
        if self._local.store.prune(relayed_before, bodies_before) == 0:
            self._log.prune(now)
            self._pruned_at = now

    def _tell(self, lines: list[StepLine]) -> None:
        now = self._now()
        for line in lines:
            self._log.step(line, now)
            if self._listener is not None:
                self._listener(line)

    def _now(self) -> datetime:
        return self._world.clock.now()


def _forget(messages: deque[T], noted: int) -> None:
    """Takes away the first ones; other threads may have added to the end meanwhile."""
    for _ in range(noted):
        messages.popleft()
