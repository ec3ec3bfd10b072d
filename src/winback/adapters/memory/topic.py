"""The topic in memory, with its queues beside the store: what a transaction undoes, it undoes here too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from winback.adapters.memory.store import MemoryStore
from winback.domain.event import Event, EventType
from winback.ports import MOST_COUNTED, MOST_RECEIVES, DeadLetter, Message, QueueState

UNREADABLE = "cannot be read"
NOT_FINISHED = "was handed out three times and never finished"
_QUEUE, _DEAD = "queue", "dead letters"


@dataclass(frozen=True, slots=True)
class _Held:
    """A message on its queue. Without an event it is one that nobody can read."""

    event: Event | None
    visible_at: datetime
    receives: int = 0


class MemoryTopic:
    """`queues` names each queue with the event types it takes. Ids of messages grow, so they keep their order."""

    def __init__(self, store: MemoryStore, queues: Mapping[str, frozenset[EventType]]) -> None:
        self._tables = store.tables
        self._queues = queues

    def publish(self, events: Iterable[Event], now: datetime) -> None:
        with self._tables.all_or_nothing():
            for event in events:
                for queue, taken in self._queues.items():
                    if event.type in taken:
                        self._put(queue, self._tables.number(), _Held(event, now))

    def publish_unreadable(self, queue: str, now: datetime) -> None:
        """What a stranger with access to the queue may leave there."""
        with self._tables.all_or_nothing():
            self._put(queue, self._tables.number(), _Held(None, now))

    def receive(self, queue: str, limit: int, now: datetime, visible_after: timedelta) -> list[Message]:
        received: list[Message] = []
        with self._tables.all_or_nothing():
            for number, held in sorted(self._tables.rows((_QUEUE, queue)).items()):
                if len(received) == limit:
                    break
                if held.visible_at > now:
                    continue
                if held.event is None:
                    self._give_up(queue, number, now, UNREADABLE)
                elif held.receives >= MOST_RECEIVES:
                    self._give_up(queue, number, now, NOT_FINISHED)
                else:
                    taken = replace(held, receives=held.receives + 1, visible_at=now + visible_after)
                    self._put(queue, number, taken)
                    received.append(Message(str(number), queue, held.event, taken.receives))
        return received

    def done(self, messages: Sequence[Message], now: datetime) -> None:  # noqa: ARG002  others keep the instant
        with self._tables.all_or_nothing():
            for message in messages:
                self._tables.drop((_QUEUE, message.queue), int(message.message_id))

    def back(self, message: Message, now: datetime, reason: str, delay: timedelta = timedelta()) -> None:
        if message.receives >= MOST_RECEIVES:
            self.bury(message, now, reason)
            return
        with self._tables.all_or_nothing():
            number = int(message.message_id)
            held: _Held | None = self._tables.rows((_QUEUE, message.queue)).get(number)
            if held is not None:
                self._put(message.queue, number, replace(held, visible_at=now + delay))

    def bury(self, message: Message, now: datetime, reason: str) -> None:
        with self._tables.all_or_nothing():
            self._give_up(message.queue, int(message.message_id), now, reason)

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        with self._tables.lock:
            newest = sorted(self._dead(), key=lambda letter: (letter.at, int(letter.message_id)), reverse=True)
        return newest[:limit]

    def redrive(self, message_ids: Sequence[str] | None, now: datetime) -> int:
        with self._tables.all_or_nothing():
            chosen = [each for each in self._dead() if message_ids is None or each.message_id in message_ids]
            for letter in chosen:
                number = int(letter.message_id)
                self._tables.drop(_DEAD, number)
                self._put(letter.queue, number, _Held(letter.event, now))
        return len(chosen)

    def state(self, queue: str, now: datetime) -> QueueState:
        with self._tables.lock:
            visible_at = [held.visible_at for held in self._tables.rows((_QUEUE, queue)).values()]
            dead = sum(letter.queue == queue for letter in self._dead())
        waiting = [at for at in visible_at if at <= now]
        return QueueState(
            waiting=min(len(waiting), MOST_COUNTED),
            in_work=min(len(visible_at) - len(waiting), MOST_COUNTED),
            dead=min(dead, MOST_COUNTED),
            oldest_at=min(waiting, default=None),
        )

    def _dead(self) -> list[DeadLetter]:
        return list(self._tables.rows(_DEAD).values())

    def _put(self, queue: str, number: int, held: _Held) -> None:
        self._tables.put((_QUEUE, queue), number, held)

    def _give_up(self, queue: str, number: int, now: datetime, reason: str) -> None:
        held: _Held | None = self._tables.rows((_QUEUE, queue)).get(number)
        if held is not None:
            self._tables.drop((_QUEUE, queue), number)
            self._tables.put(_DEAD, number, DeadLetter(str(number), queue, held.event, reason, now))
