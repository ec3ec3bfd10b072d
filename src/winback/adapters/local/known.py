"""Known: the records the running transaction has read. Until it ends nobody else can write, so once is enough."""

from collections.abc import Callable, Sequence
from typing import Any

from winback.adapters.local.rows import TABLES
from winback.domain.user import User
from winback.ports import R, Remove, ShowScore, Write


class Known:
    """Belongs to whoever holds the store's lock, for one transaction."""

    def __init__(self) -> None:
        self._records: dict[tuple[type[Any], str], Any] = {}

    def get(self, kind: type[R], key: str, read: Callable[[type[R], str], R | None]) -> R | None:
        """The record as it was read before, else as `read` gives it now; None is an answer too."""
        name = kind, key
        if name not in self._records:
            self._records[name] = read(kind, key)
        found: R | None = self._records[name]
        return found

    def forget(self, writes: Sequence[Write]) -> None:
        """What these writes are about is read anew, whether or not they succeed."""
        for write in writes:
            self._records.pop(_name(write), None)

    def clear(self) -> None:
        self._records.clear()


def _name(write: Write) -> tuple[type[Any], str]:
    match write:
        case ShowScore():
            return User, write.user_id
        case Remove():
            return write.kind, write.key
        case _:
            kind = type(write.record)
            return kind, getattr(write.record, TABLES[kind].key)
