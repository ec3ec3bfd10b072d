"""Put: items from a file into the store in batches; what breaks a rule is refused line by line, the rest is put."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final, Generic, TypeVar

from winback.acts.taking import ORDER_FIELDS, USER_FIELDS, user_from
from winback.cli.items import NotRead, items, source
from winback.cli.opened import Opened
from winback.cli.output import count, note, say, say_json
from winback.domain import reading
from winback.domain.dynamo import plain
from winback.domain.order import Order, read_order
from winback.domain.user import Fault, User

R = TypeVar("R", User, Order)
AT_ONCE: Final = 2_000
_MOST_NAMED: Final = 20
_LONGEST_NAME: Final = 64
_SMALL: Final = 1_000_000
"""Bytes up to which nobody waits for a bar."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """What is put: its word, its id, the fields that are taken, and what reads an item."""

    word: str
    key: str
    known: frozenset[str]
    read: Callable[[Mapping[str, object], datetime], R | list[Fault]]
    left_out: frozenset[str] = frozenset()


# `contact` is what `users show --json` adds: what was read may be put back as it is.
USERS: Final = Kind("client", "userId", USER_FIELDS, user_from, frozenset({"contact"}))
ORDERS: Final = Kind("order", "orderId", ORDER_FIELDS, read_order)


def put(here: Opened, kind: Kind[Any], given: str, as_json: bool) -> bool:
    """Puts what `given` names and tells how it went; False if a row was refused."""
    with source(given) as file, _progress(file) as advanced:
        done, refused = _put_items(here, kind, file, advanced)
    if as_json:
        say_json({"put": done, "refused": refused})
    else:
        say(f"put {count(done, kind.word)}")
    if refused:
        note(f"winback: {count(refused, 'row')} refused for the reasons above, {done:,} put: mend and put them again")
    return not refused


def _put_items(here: Opened, kind: Kind[Any], file: BinaryIO, advanced: Callable[[], None]) -> tuple[int, int]:
    now = here.world.clock.now()
    unknown = _Unknown(kind)
    batch: list[Any] = []
    done = refused = 0
    for line, item in items(file):
        row = item if isinstance(item, NotRead) else plain(item)
        read = [Fault("", row.reason)] if isinstance(row, NotRead) else kind.read(row, now)
        if isinstance(read, list):
            refused += 1
            _refuse(line, kind, row, read)
            continue
        if not row.keys() <= kind.known:  # type: ignore[union-attr]  # what was not read was refused above
            unknown.tell(row)  # type: ignore[arg-type]
        batch.append(read)
        if len(batch) == AT_ONCE:
            here.put_all(batch)
            done += len(batch)
            batch.clear()
            advanced()
    here.put_all(batch)
    return done + len(batch), refused


def _refuse(line: int, kind: Kind[Any], row: Mapping[str, object] | NotRead, faults: list[Fault]) -> None:
    name = row.get(kind.key) if isinstance(row, Mapping) else None
    is_safe = isinstance(name, str) and reading.ID.fullmatch(name) and all(fault.field != kind.key for fault in faults)
    who = f"{kind.word} {name}: " if is_safe else ""
    note(f"line {line}: {who}" + "; ".join(f"{fault.field} {fault.reason}".strip() for fault in faults))


class _Unknown:
    """Fields nobody knows: named once, and no more than a screen of them."""

    def __init__(self, kind: Kind[Any]) -> None:
        self._silent = kind.known | kind.left_out
        self._named = 0

    def tell(self, row: Mapping[str, object]) -> None:
        for name in sorted(row.keys() - self._silent):
            if self._named < _MOST_NAMED:
                self._named += 1
                self._silent |= {name}
                note(f"field {name[:_LONGEST_NAME]!r} is not known: left out")


@contextmanager
def _progress(file: BinaryIO) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, for a file whose length is known; else nothing."""
    size = _size(file)
    if size is None or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("putting", total=size)
        yield lambda: bar.update(task, completed=file.tell())


def _size(file: BinaryIO) -> int | None:
    try:
        state = os.fstat(file.fileno())
    except OSError:
        return None
    return state.st_size if stat.S_ISREG(state.st_mode) and state.st_size > _SMALL else None
