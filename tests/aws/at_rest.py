"""A deployed flow as the invariants look at it: its store, and what bucket or SES have taken."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy

from aws.deployed import Deployed
from aws.emulated import clients
from aws.ses_server import SesServer, subject_of
from builders import NOW
from winback.ports import Letter, Store, World

Taken = Callable[[], Iterator[Letter]]


@dataclass(frozen=True, slots=True)
class AwsAtRest:
    """All letters count as taken at one instant: no two may go to one mailbox."""

    stack: Deployed
    letters: Taken

    @property
    def store(self) -> Store:
        return self.stack.aws.store

    @property
    def well(self) -> World:
        return self.stack.aws.world

    @property
    def now(self) -> datetime:
        return self.stack.clock.now()

    @property
    def taken(self) -> Sequence[tuple[datetime, Letter]]:
        return [(NOW, letter) for letter in self.letters()]

    def untold(self) -> Sequence[object]:
        return [*self.stack.new_records(), *self.stack.aws.unrelayed.names()]

    def until_well(self) -> None:
        """The schedule comes when a put-off is over, when a lease is, and once more."""
        for minutes in (2, 20, 60):
            self.stack.clock.advance(timedelta(minutes=minutes))
            self.stack.sweep()
            self.stack.until_quiet()


def in_bucket(stack: Deployed) -> Taken:
    def letters() -> Iterator[Letter]:
        for key in stack.outbox():
            content = clients().s3.get_object(Bucket=stack.settings.outbox_bucket or "", Key=key)["Body"].read()
            to = str(message_from_bytes(content, policy=policy.default)["To"])
            yield _letter(key.removeprefix("outbox/").removesuffix(".eml"), to, "")

    return letters


def with_ses(ses: SesServer) -> Taken:
    def letters() -> Iterator[Letter]:
        for request in ses.accepted:
            (tag,), (to,) = request["EmailTags"], request["Destination"]["ToAddresses"]
            yield _letter(tag["Value"], to, subject_of(request))

    return letters


def _letter(email_id: str, to: str, subject: str) -> Letter:
    return Letter(email_id, to, "", subject, "", "")
