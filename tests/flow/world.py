"""Worlds to let the flow run in: the real steps over a twin of the store, everything outside in memory."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

from builders import FOLDER, KEY, NOW, SENDING, a_policy
from winback.adapters.local.store import LocalStore
from winback.adapters.local.topic import LocalTopic
from winback.adapters.memory import FixedClock, MemoryMailer, MemoryStore, MemoryTopic
from winback.compose.house_copy import HouseCopy
from winback.domain.errors import SenderIll
from winback.domain.policy import Policy
from winback.domain.switch import Sender, SenderKind
from winback.pipeline import queues
from winback.ports import Add, Clock, Composer, EmbeddedStore, Letter, Mailer, Topic, World

TWINS: Final = ("memory", "sqlite")


class PostOffice(MemoryMailer):
    """A mailer that counts for itself: each letter it took, and when. The folder can look, a real sender cannot.

    Until `down_until` nobody answers there, which is found out by trying; `refused` counts the tries.
    """

    def __init__(self, kind: SenderKind = SenderKind.FOLDER) -> None:
        super().__init__(kind, can_look=kind is SenderKind.FOLDER)
        self.taken: list[tuple[datetime, Letter]] = []
        self.down_until: datetime | None = None
        self.refused = 0

    def send(self, letter: Letter, now: datetime) -> str:
        if self.down_until is not None and now < self.down_until:
            self.refused += 1
            raise SenderIll("nobody answers")
        before = len(self.letters)
        try:
            return super().send(letter, now)
        finally:
            self.taken += [(now, each) for each in self.letters[before:]]


@contextmanager
def a_store(twin: str, folder: Path, clock: Clock) -> Iterator[EmbeddedStore]:
    if twin == "memory":
        yield MemoryStore(clock)
        return
    with closing(LocalStore.open(folder)) as store:
        yield store


def a_world(
    store: EmbeddedStore | None = None,
    mailer: Mailer | None = None,
    clock: FixedClock | None = None,
    composer: Composer | None = None,
    sender: Sender = FOLDER,
    process: str = "first",
) -> World:
    """Its topic lies beside the store; `process` marks what it has in work, and its claims."""
    clock = clock or FixedClock(NOW)
    store = store or MemoryStore(clock)
    claims = count(1)
    return World(
        store=store,
        topic=_topic(store, process),
        composer=composer or HouseCopy(),
        mailer=mailer or PostOffice(sender.kind),
        clock=clock,
        key=KEY,
        token=lambda: f"{process}:{next(claims)}",
        sender=sender,
    )


def go_live(store: EmbeddedStore, policy: Policy | None = None) -> None:
    """Sending is on, as somebody resumed it; by the tests' policy, without a holdout, unless another is named."""
    store.commit(Add(SENDING), Add(policy or a_policy()))


def _topic(store: EmbeddedStore, process: str) -> Topic:
    if isinstance(store, LocalStore):
        return LocalTopic(store, queues(), process)
    assert isinstance(store, MemoryStore)
    return MemoryTopic(store, queues())
