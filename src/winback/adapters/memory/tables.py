"""Tables of immutable rows under one lock, with a journal to go back by: what store and topic both stand on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from threading import RLock
from typing import Any


class Tables:
    """A table is named by any hashable value. Rows are never changed, only put and dropped."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._tables: dict[Any, dict[Any, Any]] = {}
        self._journal: list[tuple[Any, Any, Any]] = []
        self._depth = 0
        self._numbers = count(1)

    def number(self) -> int:
        """Larger than every number before, also than those given in a block that was undone."""
        return next(self._numbers)

    def rows(self, table: Any) -> Mapping[Any, Any]:
        return self._tables.get(table, {})

    def put(self, table: Any, key: Any, row: Any) -> None:
        self._journal.append((table, key, self.rows(table).get(key)))
        self._set(table, key, row)

    def drop(self, table: Any, key: Any) -> None:
        self.put(table, key, None)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Holds the lock; if the block raises, all rows are as they were before it. Blocks may lie in blocks."""
        with self.lock:
            start = len(self._journal)
            self._depth += 1
            try:
                yield
            except BaseException:
                self._undo(start)
                raise
            finally:
                self._depth -= 1
                if not self._depth:
                    self._journal.clear()

    def _undo(self, start: int) -> None:
        while len(self._journal) > start:
            self._set(*self._journal.pop())

    def _set(self, table: Any, key: Any, row: Any) -> None:
        if row is None:
            self._tables.get(table, {}).pop(key, None)
        else:
            self._tables.setdefault(table, {})[key] = row
