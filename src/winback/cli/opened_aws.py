"""What is deployed on AWS, opened for a command."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import typer

from winback.adapters.aws.bulk import put_all
from winback.adapters.aws.mailer_bucket import message_at
from winback.adapters.aws.stack import STACK
from winback.bootstrap import Aws, aws, relaying
from winback.cli.asked import deployment, told_as_usage
from winback.cli.opened import Fact, Redriven
from winback.cli.output import count, figure
from winback.domain.order import Order
from winback.domain.user import User
from winback.ports import MOST_COUNTED, DeadLetter, World
from winback.runtime.redriving import relay_again


def opened_aws(ctx: typer.Context) -> "OpenedAws":
    with ExitStack() as undo:
        found = undo.enter_context(closing(deployment(ctx)))
        with told_as_usage():
            chosen = found.settings()
        opened = OpenedAws(aws(chosen, found.clients), found.clients.region)
        undo.pop_all()  # from here on who opened it closes it
        return opened


@dataclass(frozen=True, slots=True)
class OpenedAws:
    aws: Aws
    region: str

    @property
    def world(self) -> World:
        return self.aws.world

    @property
    def looker(self) -> str:
        return "the functions do so within seconds"

    @property
    def outbox(self) -> str:
        return f"e-mails are objects in s3://{self.aws.settings.outbox_bucket}, nothing leaves the account"

    def facts(self) -> list[Fact]:
        batches = self._unrelayed(MOST_COUNTED)
        return [
            Fact("stack", f"{STACK} in {self.region}", {"stack": STACK, "region": self.region}),
            Fact("unrelayed", f"{_batches(batches)} of changes that were given up", {"unrelayed": batches}),
        ]

    def unseen(self) -> str | None:
        return "Some changes were given up: `winback dead-letters list` says why." if self._unrelayed(1) else None

    def put_all(self, records: Sequence[User] | Sequence[Order]) -> None:
        put_all(self.aws.store, self.aws.calls, records)

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()

    def message_at(self, place: str) -> bytes | None:
        return message_at(self.aws.clients.s3, place)

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        letters = self.world.topic.dead_letters(limit) + self.aws.unrelayed.letters(limit)
        return sorted(letters, key=lambda letter: letter.at, reverse=True)[:limit]

    def redrive(self, message_ids: Sequence[str] | None, now: datetime) -> Redriven:
        """Messages go back on their queue; changes that were given up, through the relay once more."""
        back = self.world.topic.redrive(message_ids, now)
        again = relaying(self.aws.settings, self.aws.clients)
        through = relay_again(again, self.aws.unrelayed, now, lambda _: None, message_ids)
        relayed, left, unreadable = through.relayed, through.left, through.unreadable
        told = f"put {count(back, 'message')} back on the queue"
        batches = f"; relayed {_batches(relayed)} of changes" if relayed or left else ""
        hopeless = self._hopeless(unreadable) if unreadable else ""
        return Redriven(back + relayed + left + unreadable, told + batches, left, hopeless)

    def close(self) -> None:
        self.world.mailer.close()
        self.aws.close()

    def _hopeless(self, number: int) -> str:
        lie = "batch of changes cannot be read and lies" if number == 1 else "batches of changes cannot be read and lie"
        bucket = f"s3://{self.aws.settings.unrelayed_bucket}"
        return f"{number} {lie} in {bucket} until 90 days are over: `aws s3 rm {bucket}/MESSAGE` drops what is no use"

    def _unrelayed(self, most: int) -> int:
        return sum(1 for _ in islice(self.aws.unrelayed.names(), most))


def _batches(number: int) -> str:
    return f"{figure(number, MOST_COUNTED)} {'batch' if number == 1 else 'batches'}"
