"""From a change to a sent e-mail over DynamoDB, with a fault at each of its commits: one e-mail, and it goes out."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

import pytest

from aws.dynamo import a_client, new_tables
from aws.emulated import clients
from aws.ill_dynamo import (
    BROKEN_AFTER,
    BROKEN_BEFORE,
    ILL_AFTER,
    ILL_BEFORE,
    IN_CONFLICT,
    SILENT_AFTER,
    SILENT_BEFORE,
    THROTTLED,
    Fault,
    IllDynamo,
)
from builders import KEY, MAILBOX_ID, NOW, USER_ID, a_policy, a_user, an_event
from winback.adapters.aws.calls import TRIES
from winback.adapters.aws.store import DynamoStore
from winback.adapters.memory import FixedClock, MemoryComposer, MemoryMailer, MemoryStore, MemoryTopic
from winback.domain.email import EmailStatus
from winback.domain.event import EventType
from winback.domain.mailbox import Mailbox
from winback.pipeline import arrows_of
from winback.ports import Add, Put, World
from winback.runtime.runner import run
from winback.steps.sweep import sweep

COMMITS = ("decide", "write", "claim", "settle")
FAULTS = {
    "throttled": THROTTLED,
    "in conflict": IN_CONFLICT,
    "broken before": BROKEN_BEFORE,
    "broken after": BROKEN_AFTER,
    "silent before": SILENT_BEFORE,
    "silent after": SILENT_AFTER,
    "ill before": ILL_BEFORE,
    "ill after": ILL_AFTER,
}


@dataclass(frozen=True)
class Shop:
    """One client who would be mailed now; `world` reaches DynamoDB through `ill`, `well` directly."""

    world: World
    ill: IllDynamo
    well: DynamoStore
    mailer: MemoryMailer

    def handle(self, at: timedelta = timedelta()) -> None:
        """What a message about the client makes the function do."""
        event = an_event(type=EventType.USER_UPDATED)
        run(self.world, event, arrows_of(event.type), NOW + at, lambda _: None)

    def sweep(self, at: timedelta) -> None:
        """What settles a claim whose holder is gone."""
        sweep(replace(self.world, store=self.well), NOW + at)


@pytest.fixture
def shop() -> Iterator[Shop]:
    names = new_tables(clients().dynamodb)
    with IllDynamo() as ill, closing(a_client(ill.url, read_seconds=0.2)) as client:
        well, mailer, tokens = DynamoStore(clients().dynamodb, names), MemoryMailer(), count(1)
        well.commit(Put(a_user(engagement_score=30.0)), Add(a_policy()))
        world = World(
            store=DynamoStore(client, names),
            topic=MemoryTopic(MemoryStore(), {}),
            composer=MemoryComposer(),
            mailer=mailer,
            clock=FixedClock(NOW),
            key=KEY,
            token=lambda: f"owner-{next(tokens)}",
        )
        yield Shop(world, ill, well, mailer)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("commit", COMMITS)
def test_a_fault_at_any_commit_neither_doubles_nor_loses_the_email(shop: Shop, commit: str, fault: Fault) -> None:
    """At each try of one commit: at fewer the store would help itself."""
    shop.ill.fail_next("TransactWriteItems", *[None] * COMMITS.index(commit), *[fault] * TRIES)

    shop.handle()
    shop.handle(timedelta(minutes=2))
    shop.sweep(timedelta(minutes=20))
    shop.handle(timedelta(minutes=21))

    (letter,) = shop.mailer.letters
    (email,) = shop.well.emails_of(USER_ID)
    assert (email.email_id, email.status) == (letter.email_id, EmailStatus.SENT)
    mailbox = shop.well.get(Mailbox, MAILBOX_ID)
    assert mailbox is not None
    assert len(mailbox.sends) == 1
    assert mailbox.open_email_id is None


def test_without_a_fault_there_are_as_many_transactions_as_the_faults_are_planned_for(shop: Shop) -> None:
    shop.handle()

    assert shop.ill.asked.count("TransactWriteItems") == len(COMMITS)
    assert len(shop.mailer.letters) == 1
