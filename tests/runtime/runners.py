"""A local runner on a real store, with a clock, a mailer and a composer that do as a test says."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from builders import NOW, a_user
from command_line import until
from winback.adapters.memory import FixedClock, MemoryMailer
from winback.bootstrap import Local, local
from winback.compose.house_copy import HouseCopy
from winback.domain.brief import Brief
from winback.domain.user import User
from winback.ports import Composed, Letter, Put, saved
from winback.runtime.local import LocalRunner
from winback.runtime.log import LogFolder, StepLine
from winback.settings import Settings
from winback.steps.present import current_policy

SECRET: Final = "what ada@example.com wrote"
FAULTY_LANGUAGE: Final = "tlh"


class FaultyComposer(HouseCopy):
    """Has a fault of ours for clients of one language, until it is mended."""

    def __init__(self) -> None:
        self.mended = False
        self.asked = 0
        self.on_fault: Callable[[], object] = lambda: None

    def compose(self, brief: Brief) -> Composed:
        if brief.language == FAULTY_LANGUAGE and not self.mended:
            self.asked += 1
            self.on_fault()
            raise RuntimeError(SECRET)
        return super().compose(brief)


class GatedMailer(MemoryMailer):
    """Keeps whoever sends waiting until the gate is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.at_the_gate = threading.Event()
        self.gate = threading.Event()

    def send(self, letter: Letter, now: datetime) -> str:
        self.at_the_gate.set()
        assert self.gate.wait(20)
        return super().send(letter, now)


@dataclass(frozen=True)
class Bench:
    """A shop with what goes on around it. `runner` is not started: a test starts it, or takes turns by itself."""

    local: Local
    clock: FixedClock
    mailer: MemoryMailer
    composer: FaultyComposer
    runner: LocalRunner
    told: list[StepLine]

    def put(self, *users: User) -> None:
        for user in users:
            self.local.store.commit(Put(user))

    def turn_until(self, condition: Callable[[], object]) -> None:
        """Takes turns until the condition holds."""
        until(lambda: (self.runner.turn(), condition())[1])

    def column(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.local.store.path)) as connection:
            return [row[0] for row in connection.execute(sql)]

    def mailed(self) -> list[str]:
        """Whose e-mails stand as sent."""
        return self.column("SELECT user_id FROM emails WHERE status = 'SENT' ORDER BY user_id")


def at_risk(user_id: str, **changes: Any) -> User:
    """One whom the folder would mail at once."""
    return a_user(user_id=user_id, email=f"{user_id}@example.com", **changes)


def faulty(user_id: str) -> User:
    """One for whom nothing can be composed until the composer is mended."""
    return at_risk(user_id, language=FAULTY_LANGUAGE)


@contextmanager
def a_bench(folder: Path, mailer: MemoryMailer | None = None, window: int = 2) -> Iterator[Bench]:
    clock, mailer, composer = FixedClock(NOW), mailer or MemoryMailer(), FaultyComposer()
    with closing(local(Settings(data_dir=folder, send_window=window))) as opened:
        opened.store.commit(saved(replace(current_policy(opened.world), holdout_share=0.0)))
        around = replace(opened, world=replace(opened.world, clock=clock, mailer=mailer, composer=composer))
        told: list[StepLine] = []
        with closing(LogFolder(folder / "logs")) as log:
            runner = LocalRunner(around, log, told.append)
            try:
                yield Bench(around, clock, mailer, composer, runner, told)
            finally:
                runner.stop()
