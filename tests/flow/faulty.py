"""Ports that fail: every call of every port is counted, and one of them can be made to fail, before or after it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from winback.domain.errors import AddressRejected, Conflict, Rejected, Retryable, SenderIll, Unsure
from winback.ports import World

ANSWERS_AT_ONCE: Final = frozenset({"kind", "remote", "path"})


class Died(BaseException):
    """The process is gone between two instructions: what it had in memory is lost, what was committed stays."""


Errors = Sequence[type[BaseException]]
BEFORE: Final[dict[str, Errors]] = {
    "store.commit": (Retryable, Conflict, Unsure),
    "store.end": (Retryable,),
    "composer.compose": (Retryable, Rejected),
    "mailer.send": (Retryable, SenderIll, Rejected, AddressRejected, Unsure),
    "mailer.look": (SenderIll,),
    "mailer.ill_until": (),
    "clock.now": (),
    "clock.sleep": (),
}
"""What each port may raise when nothing has happened yet; any other call: that the world is down."""
AFTER: Final[dict[str, Errors]] = {
    "store.commit": (Unsure, Died),
    "store.relayed": (Unsure, Died),
    "store.end": (Unsure, Died),
    "topic.publish": (Unsure, Died),
    "topic.receive": (Died,),
    "topic.done": (Unsure, Died),
    "topic.back": (Unsure, Died),
    "mailer.send": (Unsure, Died),
}
"""What each port may raise when it has happened all the same."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The call with number `at` (from 0) raises `error`, before its effect or after it."""

    at: int
    error: type[BaseException]
    after: bool = False


def faults_at(at: int, name: str) -> list[Fault]:
    """Every fault that may meet the call `name`, the end of the process among them.

    After a call that changes nothing there is none: it would be the same as one before the next call.
    """
    before = [Fault(at, error) for error in (*BEFORE.get(name, (Retryable,)), Died)]
    return before + [Fault(at, error, after=True) for error in AFTER.get(name, ())]


@dataclass(slots=True)
class Faults:
    """The names of all calls so far, what is still to fail, and what has failed: the call and its fault.

    A fault that the call it is planned for never raises is dropped.
    """

    planned: Fault | None = None
    calls: list[str] = field(default_factory=list)
    met: list[tuple[str, Fault]] = field(default_factory=list)

    def next_call(self, error: type[BaseException], after: bool = False, skip: int = 0) -> None:
        self.planned = Fault(len(self.calls) + skip, error, after)

    def call(self, name: str, real: Callable[..., Any], *args: Any, **named: Any) -> Any:
        number = self.before(name)
        answer = real(*args, **named)
        self.after(number)
        return answer

    def before(self, name: str) -> int:
        self.calls.append(name)
        number = len(self.calls) - 1
        self._meet(number, after=False)
        return number

    def after(self, number: int) -> None:
        self._meet(number, after=True)

    def _meet(self, number: int, after: bool) -> None:
        fault, name = self.planned, self.calls[number]
        if fault is None or (fault.at, fault.after) != (number, after):
            return
        self.planned = None
        if fault in faults_at(number, name):
            self.met.append((name, fault))
            raise fault.error("a fault that was planned")


class FaultyPort:
    """Stands before a port and counts."""

    def __init__(self, name: str, port: object, faults: Faults) -> None:
        self._name, self._port, self._faults = name, port, faults

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._port, method)
        if method in ANSWERS_AT_ONCE:
            return real
        return lambda *args, **named: self._faults.call(f"{self._name}.{method}", real, *args, **named)


class FaultyStore(FaultyPort):
    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Fails as it begins, as it ends and is undone, or after it was done."""
        self._faults.before("store.begin")
        with self._port.transaction():  # type: ignore[attr-defined]  # the port behind is an EmbeddedStore
            yield
            end = self._faults.before("store.end")
        self._faults.after(end)


def faulty(world: World, faults: Faults) -> World:
    """The same world, each port counted."""
    return replace(
        world,
        store=cast("Any", FaultyStore("store", world.store, faults)),
        topic=cast("Any", FaultyPort("topic", world.topic, faults)),
        composer=cast("Any", FaultyPort("composer", world.composer, faults)),
        mailer=cast("Any", FaultyPort("mailer", world.mailer, faults)),
        clock=cast("Any", FaultyPort("clock", world.clock, faults)),
    )
