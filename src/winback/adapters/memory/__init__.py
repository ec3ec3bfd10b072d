"""The memory twin of every port: the reference that the other adapters are held against, and the world of tests."""

from winback.adapters.memory.clock import FixedClock
from winback.adapters.memory.composer import MemoryComposer
from winback.adapters.memory.mailer import MemoryMailer
from winback.adapters.memory.store import MemoryStore
from winback.adapters.memory.topic import MemoryTopic

__all__ = ["FixedClock", "MemoryComposer", "MemoryMailer", "MemoryStore", "MemoryTopic"]
