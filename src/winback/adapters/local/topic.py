"""Topic and queue on SQLite, with the meaning of SNS and SQS, in the store's own transactions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from winback.adapters.local.rows import Row
from winback.adapters.local.store import LocalStore
from winback.domain.event import Event, EventType
from winback.domain.instant import instant, iso
from winback.ports import MOST_COUNTED, MOST_RECEIVES, DeadLetter, Message, QueueState

NOT_FINISHED = "was handed out three times and never finished"
NOT_READABLE = "is no event that this version knows"

_PUBLISH = (
    "INSERT INTO messages (queue, event_id, type, user_id, subject_id, at, visible_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_LEASE = (
    "UPDATE messages SET receives = receives + 1, visible_at = ?, owner = ? WHERE message_id = ? AND state = 'open'"
)
_DONE = "UPDATE messages SET state = 'done', ended_at = ?, owner = NULL WHERE message_id = ? AND state = 'open'"
_BACK = "UPDATE messages SET visible_at = ?, owner = NULL WHERE message_id = ? AND state = 'open'"
_BURY = (
    "UPDATE messages SET state = 'dead', reason = ?, ended_at = ?, owner = NULL WHERE message_id = ? AND state = 'open'"
)
_REDRIVE = (
    "UPDATE messages SET state = 'open', receives = 0, visible_at = ?, reason = NULL, ended_at = NULL"
    " WHERE state = 'dead' AND message_id = ?"
)
# A receive that ended with the death of its process says nothing about the message: it does not count.
_RECLAIM = (
    "UPDATE messages SET visible_at = ?, owner = NULL, receives = receives - 1"
    " WHERE state = 'open' AND owner IS NOT NULL AND owner <> ?"
)


class LocalTopic:
    """`queues`: for each queue the event types it takes. `owner` marks what this process has in work."""

    def __init__(self, store: LocalStore, queues: Mapping[str, frozenset[EventType]], owner: str = "here") -> None:
        self._store = store
        self._queues = queues
        self._owner = owner

    def publish(self, events: Iterable[Event], now: datetime) -> None:
        at = iso(now)
        rows = [
            (queue, event.event_id, event.type.value, event.user_id, event.subject_id, iso(event.at), at)
            for event in events
            for queue, types in self._queues.items()
            if event.type in types
        ]
        if rows:
            self._store.execute_many(_PUBLISH, rows)

    def receive(self, queue: str, limit: int, now: datetime, visible_after: timedelta) -> list[Message]:
        if not self.has_visible(queue, now):
            return []  # most looks find nothing, and a look alone needs no write
        if self._store.inside:
            return self._receive(queue, limit, now, visible_after)
        with self._store.transaction():
            return self._receive(queue, limit, now, visible_after)

    def has_visible(self, queue: str, now: datetime) -> bool:
        """Whether a message waits to be received."""
        return bool(self._store.rows("receive", queue, iso(now), 1))

    def next_visible(self, queue: str) -> datetime | None:
        """When the first message that is not done will be there to be received."""
        ((at,),) = self._store.rows("next_visible", queue)
        return instant(at) if at else None

    def done(self, messages: Sequence[Message], now: datetime) -> None:
        if messages:
            self._store.execute_many(_DONE, [(iso(now), int(message.message_id)) for message in messages])

    def back(self, message: Message, now: datetime, reason: str, delay: timedelta = timedelta()) -> None:
        if message.receives >= MOST_RECEIVES:
            self.bury(message, now, reason)
        else:
            self._store.execute(_BACK, iso(now + delay), int(message.message_id))

    def bury(self, message: Message, now: datetime, reason: str) -> None:
        self._store.execute(_BURY, reason, iso(now), int(message.message_id))

    def reclaim(self, now: datetime) -> int:
        """What other, dead processes had in work is visible again. Only for the holder of the folder's lock."""
        return self._store.execute(_RECLAIM, iso(now), self._owner)

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        rows = [row for queue in self._queues for row in self._store.rows("dead_letters", queue, limit)]
        return [_dead_letter(row) for row in sorted(rows, key=lambda row: -int(row[0]))[:limit]]

    def redrive(self, message_ids: Sequence[str] | None, now: datetime) -> int:
        if message_ids is None:
            message_ids = [letter.message_id for letter in self.dead_letters(limit=10_000)]
        numbers = [int(number) for number in message_ids if number.isdecimal()]
        return sum(self._store.execute(_REDRIVE, iso(now), number) for number in numbers)

    def state(self, queue: str, now: datetime) -> QueueState:
        at = iso(now)
        waiting = self._store.rows("visible", queue, at, MOST_COUNTED)
        in_work = self._store.rows("not_visible", queue, at, MOST_COUNTED)
        dead = self._store.rows("dead", queue, MOST_COUNTED)
        oldest_at = instant(waiting[0][0]) if waiting else None
        return QueueState(len(waiting), len(in_work), len(dead), oldest_at)

    def _receive(self, queue: str, limit: int, now: datetime, visible_after: timedelta) -> list[Message]:
        messages = []
        for number, of_queue, *event_columns, receives in self._store.rows("receive", queue, iso(now), limit):
            event = _event(event_columns)
            if event is None or receives >= MOST_RECEIVES:
                self._store.execute(_BURY, NOT_FINISHED if event else NOT_READABLE, iso(now), number)
            else:
                messages.append(Message(str(number), of_queue, event, receives + 1))
        until = iso(now + visible_after)
        self._store.execute_many(_LEASE, [(until, self._owner, int(message.message_id)) for message in messages])
        return messages


def _dead_letter(row: Row) -> DeadLetter:
    number, queue, *event_columns, reason, ended_at = row
    return DeadLetter(str(number), queue, _event(event_columns), reason, instant(ended_at))


def _event(columns: Row) -> Event | None:
    event_id, kind, user_id, subject_id, at = columns
    try:
        return Event(event_id, EventType(kind), user_id, subject_id, instant(at))
    except (ValueError, TypeError):
        return None
