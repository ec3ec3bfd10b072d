"""A shop whose `winback up` is killed again and again, while its clients are put by somebody else."""

import random
import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from builders import a_user
from command_line import until, winback
from winback.adapters.local.store import FILE_NAME, LocalStore
from winback.domain.user import User
from winback.ports import Put

LONGEST_PAUSE_SECONDS: Final = 0.002
OPEN_RULES: Final = ("holdoutShare=0", "dailyLimit=100000", "quietHoursFrom=00:00", "quietHoursUntil=00:00")
_AT_REST: Final = (
    "SELECT NOT EXISTS (SELECT 1 FROM changes, relay WHERE change_id > position)"
    " AND NOT EXISTS (SELECT 1 FROM messages WHERE state = 'open')"
    " AND NOT EXISTS (SELECT 1 FROM emails WHERE status IN ('GENERATED', 'SENDING'))"
)


class Shop:
    """The data folder as anybody finds it who opens the file, whether or not a process works on it."""

    def __init__(self, folder: Path, env: Mapping[str, str] | None = None) -> None:
        """New, with sending on and no rule of the policy that would hold anybody at risk."""
        self.folder = folder
        self.env = env or {}
        for command in (("policy", "set", *OPEN_RULES), ("resume",)):
            ran = winback(*command, "--data-dir", folder, env=self.env)
            assert ran.code == 0, ran.err

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / FILE_NAME, timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def values(self, sql: str) -> list[Any]:
        """The first column."""
        return [row[0] for row in self.rows(sql)]

    def emails(self, status: str) -> set[str]:
        """The ids of the e-mails in this state."""
        return set(self.values(f"SELECT email_id FROM emails WHERE status = '{status}'"))

    def come_to_rest(self, seconds: float = 120) -> None:
        """Waits until everything that was put is worked off."""
        until(lambda: self.values(_AT_REST) == [1], seconds)


class Clients:
    """Puts clients at risk into the shop from a thread of its own, as many as it is let, one write each."""

    def __init__(self, folder: Path, number: int, seed: int) -> None:
        self.ids = [f"client-{each}" for each in range(number)]
        self._folder = folder
        self._random = random.Random(seed)
        self._allowed = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._put)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.put_all()

    def put(self, number: int) -> None:
        """Lets this many more be put; returns at once."""
        self._allowed.release(number)

    def put_all(self) -> None:
        """Returns when all are put."""
        self._allowed.release(len(self.ids))
        self._thread.join()

    def _put(self) -> None:
        with closing(LocalStore.open(self._folder)) as store:
            for user_id in self.ids:
                self._allowed.acquire()
                store.commit(Put(_at_risk(user_id)))
                time.sleep(self._random.uniform(0, LONGEST_PAUSE_SECONDS))


def _at_risk(user_id: str) -> User:
    return a_user(user_id=user_id, email=f"{user_id}@example.com", engagement_score=30.0)
