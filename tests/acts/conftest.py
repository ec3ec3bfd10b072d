from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from builders import FOLDER, KEY, NOW
from winback.adapters.memory import FixedClock, MemoryComposer, MemoryMailer, MemoryStore, MemoryTopic
from winback.pipeline import queues
from winback.ports import World


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def world(store: MemoryStore) -> World:
    numbers = count()
    return World(
        store=store,
        topic=MemoryTopic(store, queues()),
        composer=MemoryComposer(),
        mailer=MemoryMailer(),
        clock=FixedClock(NOW),
        key=KEY,
        token=lambda: f"token-{next(numbers)}",
        sender=FOLDER,
    )


@pytest.fixture
def other(world: World) -> Callable[..., World]:
    """The same store with another world around it."""

    def changed(**changes: Any) -> World:
        return replace(world, **changes)

    return changed
