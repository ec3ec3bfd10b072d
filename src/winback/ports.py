"""The ports: everything outside that a step may use, and what each may raise. Adapters keep these contracts."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from winback.domain.brief import Brief, House
from winback.domain.change import Change
from winback.domain.contact import Contact
from winback.domain.day import Day
from winback.domain.decision import Decision
from winback.domain.draft import Draft
from winback.domain.email import Body, Email, EmailStatus
from winback.domain.event import Event
from winback.domain.mailbox import Mailbox
from winback.domain.order import Order
from winback.domain.outcome import Outcome
from winback.domain.policy import Policy
from winback.domain.switch import Sender, SenderKind, Switch
from winback.domain.user import User

Record = Contact | Mailbox | Day | Decision | Email | Body | Outcome | Policy | Switch
"""Ours: guarded by `version`."""
Outside = User | Order
"""Written from outside: the last writer wins, as with a put-item."""
T = TypeVar("T")
R = TypeVar("R", User, Order, Contact, Mailbox, Day, Decision, Email, Body, Outcome, Policy, Switch)

MOST_WRITES = 10
MOST_RECEIVES = 3
MOST_COUNTED = 1_000
"""Where counting stops: a count that reaches it means so many or more."""


@dataclass(frozen=True, slots=True)
class Add:
    """A new record; its id must not exist. It is stored with version 1."""

    record: Record


@dataclass(frozen=True, slots=True)
class Replace:
    """A record that was read and changed; the stored version must still be `record.version`, and becomes one more."""

    record: Record


@dataclass(frozen=True, slots=True)
class Put:
    """A whole outside record. With `etag` the stored user must still have it."""

    record: Outside
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """An outside record goes; none there is no fault."""

    kind: type[User] | type[Order]
    key: str


@dataclass(frozen=True, slots=True)
class ShowScore:
    """Our computed score into the user's two score attributes, if the one that was read still stands there."""

    user_id: str
    read: float | None
    score: int


Write = Add | Replace | Put | Remove | ShowScore


def saved(record: Record) -> Add | Replace:
    """The write of a record of ours: new where it was never stored, else guarded by the version that was read."""
    return Replace(record) if record.version else Add(record)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, in its order; `next` is the cursor of what follows, None at the end."""

    items: list[T]
    next: str | None = None


class Store(Protocol):
    """Reads are consistent; every query has an index and touches only what it gives (I8)."""

    def get(self, kind: type[R], key: str) -> R | None:
        """The record, or None. A User comes as others wrote it, however broken."""

    def commit(self, *writes: Write) -> None:
        """All or nothing, at most 10. Raises Conflict if a guard fails, Retryable if nothing happened, Unsure if
        it may have."""

    def orders_of(self, user_id: str) -> list[Order]:
        """All orders of the user, oldest first; rows that are no orders are left out."""

    def due(self, now: datetime, limit: int) -> list[Contact]:
        """Contacts whose `due_at` has come, the longest due first."""

    def judged_elsewhere(self, lines: tuple[str, str], limit: int) -> list[Contact]:
        """Contacts that bear neither of these two lines (in ascending order), are judged and not deleted."""

    def next_due(self) -> datetime | None:
        """The earliest `due_at` there is."""

    def lease_over(self, now: datetime, limit: int) -> list[Email]:
        """E-mails in SENDING whose lease ended before `now`."""

    def decisions_of(self, user_id: str, since: datetime) -> list[Decision]:
        """The user's decisions not older than `since`, oldest first."""

    def emails_of(self, user_id: str, limit: int = 50) -> list[Email]:
        """The user's e-mails, newest first."""

    def emails(self, status: EmailStatus | None, limit: int, cursor: str | None) -> Page[Email]:
        """E-mails of one status or all, newest first."""

    def contacts(self, at_risk: bool | None, due_before: date | None, limit: int, cursor: str | None) -> Page[Contact]:
        """Contacts by risk date, those without one last; `due_before` gives those not yet at risk who soon will be."""


class EmbeddedStore(Store, Protocol):
    """A store that also keeps the changes waiting for the relay (on AWS the stream does)."""

    def transaction(self) -> AbstractContextManager[None]:
        """All that this thread reads and commits inside, and all it does to the topic beside it, is one transaction:
        done at the end of the block, or none of it if the block raises. Not to be nested."""

    def waiting(self, limit: int) -> list[Change]:
        """Changes that were not relayed yet, oldest first."""

    def relayed(self, changes: Sequence[Change]) -> None:
        """They were; they are not given again."""


@dataclass(frozen=True, slots=True)
class Message:
    """An event on a queue; `receives` counts how often it was handed out, this time included."""

    message_id: str
    queue: str
    event: Event
    receives: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message given up, with the reason: ids only."""

    message_id: str
    queue: str
    event: Event | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many wait, how many are in work, how many are dead, each up to MOST_COUNTED; since when the oldest waits."""

    waiting: int
    in_work: int
    dead: int
    oldest_at: datetime | None


class Topic(Protocol):
    """Events in, messages out: fan-out by event type, at least once, dead letters after three receives."""

    def publish(self, events: Iterable[Event], now: datetime) -> None:
        """To every queue that takes the event's type."""

    def receive(self, queue: str, limit: int, now: datetime, visible_after: timedelta) -> list[Message]:
        """Up to `limit` messages, oldest first; each comes again after `visible_after` unless it is done."""

    def done(self, messages: Sequence[Message], now: datetime) -> None:
        """They are handled and never come again."""

    def back(self, message: Message, now: datetime, reason: str, delay: timedelta = timedelta()) -> None:
        """Not handled this time; after its third receive it becomes a dead letter with `reason`."""

    def bury(self, message: Message, now: datetime, reason: str) -> None:
        """A dead letter at once."""

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """The newest first."""

    def redrive(self, message_ids: Sequence[str] | None, now: datetime) -> int:
        """Dead letters (all, or these) back on their queue with a fresh count; how many."""

    def state(self, queue: str, now: datetime) -> QueueState:
        """Depth and age of one queue."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A composer's draft, who wrote it, what it cost."""

    draft: Draft = field(repr=False)
    composer: str
    cost_usd: float = 0.0


class Composer(Protocol):
    @property
    def remote(self) -> bool:
        """Whether composing asks somebody else and takes its time."""

    def compose(self, brief: Brief) -> Composed:
        """Raises Retryable while it cannot (nothing happened), Rejected if it never will for this brief."""


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """All of one e-mail on its way out; the only place where text and address meet."""

    email_id: str
    to: str
    sender: str
    subject: str
    text: str
    html: str
    reply_to: str | None = None

    def __repr__(self) -> str:
        return f"Letter({self.email_id})"


class Mailer(Protocol):
    @property
    def kind(self) -> SenderKind: ...

    def send(self, letter: Letter, now: datetime) -> str:
        """Hands the letter over, once; gives its place (a file, a provider's id).

        Raises SenderIll (the sender cannot send now), Retryable (nothing happened), AddressRejected (hard bounce),
        Rejected (this e-mail is refused), Unsure (it may have been taken).
        """

    def look(self, email_id: str) -> bool | None:
        """Whether this e-mail was handed over; None where one cannot look."""

    def ill_until(self, now: datetime) -> tuple[datetime, str] | None:
        """While the sender is ill: the instant of the next try, and what was said. Within it `send` is not called."""

    def close(self) -> None:
        """Gives back what it holds, such as kept connections; nothing is sent after it."""


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC, whole milliseconds."""

    def sleep(self, seconds: float) -> None:
        """Waits; for the pause between two tries of a lost race."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything a step may touch. `key` hashes addresses; `token` gives a new owner's mark for each claim."""

    store: Store
    topic: Topic
    composer: Composer
    mailer: Mailer
    clock: Clock
    key: bytes = field(repr=False)
    token: Callable[[], str]
    sender: Sender = field(default_factory=Sender)
    house: House = field(default_factory=House)
