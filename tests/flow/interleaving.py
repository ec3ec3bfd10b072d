"""Every order in which the port calls of some tasks can follow one another, each tried once."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, cast

from winback.ports import Add, Put, Remove, Replace, ShowScore, World, Write

Task = Callable[[World], object]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a port, by the records it reads and writes: each by its kind and id, "*" for all of the kind."""

    reads: frozenset[tuple[str, str]] = frozenset()
    writes: frozenset[tuple[str, str]] = frozenset()

    def may_change_places_with(self, other: "Call") -> bool:
        """Whether nobody can tell which came first."""
        return not (
            _meet(self.writes, other.writes) or _meet(self.writes, other.reads) or _meet(self.reads, other.writes)
        )


Pending = dict[int, Call]
Chooser = Callable[[Pending], int]


class Worker(threading.Thread):
    """Runs one task after the other; before each port call it stops until it is told to go on."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._may_go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._task: Callable[[], object] | None = None
        self.at: Call | None = None
        self.error: BaseException | None = None
        self.start()

    def begin(self, task: Callable[[], object] | None) -> None:
        self._task, self.error = task, None
        self.go()

    def go(self) -> None:
        """Lets it make its call and waits until it stops before the next one, or is done (`at` is None)."""
        self.at = None
        self._may_go.release()
        self._stopped.acquire()

    def stop_before(self, call: Call) -> None:
        self.at = call
        self._stopped.release()
        self._may_go.acquire()

    def run(self) -> None:
        while True:
            self._may_go.acquire()
            if self._task is None:
                self._stopped.release()
                return
            try:
                self._task()
            except BaseException as error:  # told to whoever waits for the worker
                self.error = error
            self._stopped.release()


class _Stopping:
    """A port whose calls wait for their turn."""

    def __init__(self, port: object, worker: Worker) -> None:
        self._port, self._worker = port, worker

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._port, method)
        if not callable(real):
            return real

        def call(*args: Any, **named: Any) -> Any:
            self._worker.stop_before(_call(method, args))
            return real(*args, **named)

        return call


class Stage:
    """Threads for tasks that take turns. To be closed."""

    def __init__(self, tasks: int) -> None:
        self._workers = [Worker() for _ in range(tasks)]

    def close(self) -> None:
        for worker in self._workers:
            worker.begin(None)

    def play(self, world: World, tasks: Sequence[Task], choose: Chooser) -> None:
        """Runs the tasks to their end, one port call at a time, whose turn it is being chosen."""
        for worker, task in zip(self._workers, tasks, strict=True):
            worker.begin(_bound(task, world, worker))
        while pending := {number: worker.at for number, worker in enumerate(self._workers) if worker.at}:
            self._workers[choose(pending)].go()
        for worker in self._workers:
            if worker.error is not None:
                raise worker.error


@dataclass(slots=True)
class _Fork:
    """A point where somebody must go first. Those asleep went first already, and nothing has happened since that
    makes a difference to them."""

    pending: Pending
    asleep: set[int]
    chosen: int


def every_order(play: Callable[[Chooser], None], most: int = 5_000) -> int:
    """Plays every order, save those that differ only in the places of calls that have nothing to do with each other;
    how many. More than `most` is a fault."""
    path: list[_Fork] = []
    for played in range(1, most + 1):
        play(_following(path))
        while path and not _takes_another(path[-1]):
            path.pop()
        if not path:
            return played
    raise AssertionError(f"there are more than {most} orders")


def _following(path: list[_Fork]) -> Chooser:
    forks = iter(list(path))

    def choose(pending: Pending) -> int:
        fork = next(forks, None)
        if fork is None:
            fork = _new_fork(path[-1] if path else None, pending)
            path.append(fork)
        return fork.chosen

    return choose


def _new_fork(before: _Fork | None, pending: Pending) -> _Fork:
    asleep: set[int] = set()
    if before is not None:
        went = before.pending[before.chosen]
        asleep = {each for each in before.asleep if before.pending[each].may_change_places_with(went)}
    awake = [each for each in pending if each not in asleep]
    # With all asleep this order is one that was played already: it is played to its end and leads nowhere new.
    return _Fork(pending, asleep if awake else set(pending), awake[0] if awake else min(pending))


def _takes_another(fork: _Fork) -> bool:
    fork.asleep.add(fork.chosen)
    left = [each for each in fork.pending if each not in fork.asleep]
    if left:
        fork.chosen = left[0]
    return bool(left)


_SCANS: Final = {"orders_of": "Order", "decisions_of": "Decision", "due": "Contact", "lease_over": "Email"}


def _call(method: str, args: Sequence[Any]) -> Call:
    if method == "get":
        return Call(reads=frozenset({(args[0].__name__, args[1])}))
    if method == "commit":
        return Call(writes=frozenset(map(_written, args)))
    if method in _SCANS:
        return Call(reads=frozenset({(_SCANS[method], "*")}))
    return Call(writes=frozenset({("the mailer", "*")}))


def _written(write: Write) -> tuple[str, str]:
    match write:
        case Add(record) | Replace(record) | Put(record):
            return type(record).__name__, getattr(record, fields(record)[0].name)
        case Remove(kind, key):
            return kind.__name__, key
        case ShowScore(user_id):
            return "User", user_id


def _meet(some: frozenset[tuple[str, str]], others: frozenset[tuple[str, str]]) -> bool:
    return any(
        kind == other_kind and (key == other_key or "*" in (key, other_key))
        for kind, key in some
        for other_kind, other_key in others
    )


def _bound(task: Task, world: World, worker: Worker) -> Callable[[], object]:
    stopping = replace(
        world, store=cast("Any", _Stopping(world.store, worker)), mailer=cast("Any", _Stopping(world.mailer, worker))
    )
    return lambda: task(stopping)
