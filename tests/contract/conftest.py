"""One contract, many adapters: every test that asks for `store` or `topic` runs on each twin."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from builders import NOW, an_event
from winback.adapters.memory import MemoryStore, MemoryTopic
from winback.domain.event import EventType
from winback.ports import EmbeddedStore, Store, Topic

QUEUES: Final = {
    "decisions": frozenset({EventType.USER_CREATED, EventType.USER_UPDATED, EventType.ORDER_CREATED}),
    "orders": frozenset({EventType.ORDER_CREATED}),
}


@dataclass(frozen=True)
class Bench:
    """A fresh store, a topic beside it, or only one of them. `leave_unreadable` puts a message on a queue that nobody
    can read.
    """

    store: Store | None = None
    topic: Topic | None = None
    leave_unreadable: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Twin:
    """An adapter. `embedded` ones keep the changes waiting for the relay themselves and have transactions."""

    name: str
    embedded: bool
    opened: Callable[[Path], AbstractContextManager[Bench]]
    has_store: bool = True
    has_topic: bool = True

    def can(self, asked: list[str]) -> bool:
        """Whether it has what a test asks for by these fixtures."""
        has = {"embedded": self.embedded, "store": self.has_store, "topic": self.has_topic}
        return all(has.get(name, True) for name in asked)


@contextmanager
def _memory(folder: Path) -> Iterator[Bench]:
    store = MemoryStore()
    topic = MemoryTopic(store, QUEUES)
    yield Bench(store, topic, lambda queue: topic.publish_unreadable(queue, NOW))


@contextmanager
def _sqlite(folder: Path) -> Iterator[Bench]:
    from winback.adapters.local.store import LocalStore
    from winback.adapters.local.topic import LocalTopic

    with closing(LocalStore.open(folder)) as store:

        def leave_unreadable(queue: str) -> None:
            LocalTopic(store, {queue: frozenset({EventType.USER_CREATED})}).publish(
                [an_event(event_id="unreadable", type=EventType.USER_CREATED)], NOW
            )
            with closing(sqlite3.connect(store.path)) as other, other:
                other.execute("UPDATE messages SET type = 'NO_SUCH_TYPE' WHERE event_id = 'unreadable'")

        yield Bench(store, LocalTopic(store, QUEUES), leave_unreadable)


@contextmanager
def _dynamodb(folder: Path) -> Iterator[Bench]:
    from aws.dynamo import new_tables
    from aws.emulated import clients
    from winback.adapters.aws.store import DynamoStore

    client = clients().dynamodb
    yield Bench(DynamoStore(client, new_tables(client)))


@contextmanager
def _sns_and_sqs(folder: Path) -> Iterator[Bench]:
    from aws.emulated import clients
    from aws.queues import ByTheTestsClock, new_queues

    queues = new_queues(QUEUES)

    def leave_unreadable(queue: str) -> None:
        clients().sqs.send_message(QueueUrl=queues.urls[queue].url, MessageBody='{"type": "NO_SUCH_TYPE"}')

    yield Bench(topic=ByTheTestsClock(queues), leave_unreadable=leave_unreadable)


TWINS: Final = (
    Twin("memory", True, _memory),
    Twin("sqlite", True, _sqlite),
    Twin("dynamodb", False, _dynamodb, has_topic=False),
    Twin("sns+sqs", False, _sns_and_sqs, has_store=False),
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "bench" in metafunc.fixturenames:
        twins = [twin for twin in TWINS if twin.can(metafunc.fixturenames)]
        metafunc.parametrize("bench", twins, ids=[twin.name for twin in twins], indirect=True)


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    twin: Twin = request.param
    with twin.opened(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def store(bench: Bench) -> Store:
    return bench.store  # type: ignore[return-value]  # only twins with a store get here


@pytest.fixture
def embedded(bench: Bench) -> EmbeddedStore:
    """The same store, for what only an embedded one can do."""
    return bench.store  # type: ignore[return-value]  # only embedded twins get here


@pytest.fixture
def topic(bench: Bench) -> Topic:
    return bench.topic  # type: ignore[return-value]  # only twins with a topic get here


@pytest.fixture
def leave_unreadable(bench: Bench) -> Callable[[str], None]:
    return bench.leave_unreadable  # type: ignore[return-value]  # only twins with a topic get here
