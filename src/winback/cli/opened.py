"""The world a command works in, on this machine or on AWS, and what each runtime has or does in its own way."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import typer

from winback.cli.asked import is_on_aws
from winback.domain.order import Order
from winback.domain.user import User
from winback.ports import DeadLetter, World


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of `winback status`, and what it is as JSON."""

    name: str
    words: str
    wire: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Redriven:
    """How many dead letters were found, what became of them in words, and how many stay what they were; `hopeless`
    says which no try can mend, and what to do with them.
    """

    found: int
    told: str
    left: int = 0
    hopeless: str = ""


class Opened(Protocol):
    """`looker` is whoever looks at changes, and when; `outbox` says where the sender `folder` lays e-mails."""

    @property
    def world(self) -> World: ...

    @property
    def looker(self) -> str: ...

    @property
    def outbox(self) -> str: ...

    def facts(self) -> list[Fact]:
        """What is to be told of this runtime alone."""

    def unseen(self) -> str | None:
        """That some changes were not looked at, in a sentence; None if all were."""

    def put_all(self, records: Sequence[User] | Sequence[Order]) -> None:
        """Many records from outside, all of one kind."""

    def together(self) -> AbstractContextManager[None]:
        """What is written inside is written faster; where the store can, as one."""

    def message_at(self, place: str) -> bytes | None:
        """The e-mail that the sender laid there; None if there is none."""

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        """All that was given up, the newest first."""

    def redrive(self, message_ids: Sequence[str] | None, now: datetime) -> Redriven: ...

    def close(self) -> None: ...


@contextmanager
def opened(ctx: typer.Context, make: bool = False) -> Iterator[Opened]:
    """Beside whatever else uses it. On one machine `make` makes a store where there is none."""
    with closing(_opened_aws(ctx) if is_on_aws(ctx) else _opened_local(ctx, make)) as found:
        yield found


def _opened_local(ctx: typer.Context, make: bool) -> Opened:
    from winback.cli.opened_local import opened_local

    return opened_local(ctx, make)


def _opened_aws(ctx: typer.Context) -> Opened:
    from winback.cli.opened_aws import opened_aws

    return opened_aws(ctx)
