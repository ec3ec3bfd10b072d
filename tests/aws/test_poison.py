"""What no try can handle is given up alone, is not lost, and goes its way once the fault is mended."""

from dataclasses import replace
from typing import Any, cast

import pytest

from aws.at_rest import AwsAtRest, in_bucket
from aws.deployed import Deployed, deployed
from aws.emulated import clients
from aws.faulty_calls import FAULTS, FaultyCalls, Planned
from builders import NOW, SENDING, a_policy, a_user
from flow.invariants import assert_all_well, emails_of
from winback.adapters.memory import FixedClock
from winback.domain.email import EmailStatus
from winback.ports import Add, Put, Store
from winback.runtime.functions import email_processor
from winback.runtime.redriving import Again, relay_again

POISON = "u-poison"
FIVE = ("u-1", "u-2", POISON, "u-3", "u-4")
PERSONAL = ("ada", "Ada", "Lovelace", "example.com")


class FailsForOne:
    """A store with a fault of ours: for one user it raises what no store may."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, kind: type[Any], key: str) -> Any:
        if key == POISON:
            raise ZeroDivisionError("said of ada@example.com")
        return self._store.get(kind, key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
def stack() -> Deployed:
    made = deployed(FixedClock(NOW))
    made.aws.store.commit(Add(a_policy()), Add(SENDING))
    return made


@pytest.fixture
def flow(stack: Deployed) -> AwsAtRest:
    return AwsAtRest(stack, in_bucket(stack))


def put_five(stack: Deployed) -> None:
    """All at risk, each at an address of their own."""
    five = [a_user(user_id=user_id, email=f"ada@{user_id}.example.com", engagement_score=30.0) for user_id in FIVE]
    stack.aws.store.commit(*map(Put, five))


def faulty(store: Store) -> Store:
    return cast("Store", FailsForOne(store))


def mailed(flow: AwsAtRest) -> list[str]:
    return sorted(email.user_id for email in emails_of(flow.store) if email.status is EmailStatus.SENT)


def test_a_poisoned_record_is_laid_into_the_bucket_alone_and_told_once_the_fault_is_mended(
    stack: Deployed, flow: AwsAtRest, capsys: pytest.CaptureFixture[str]
) -> None:
    well = stack.relaying
    stack.relaying = replace(well, store=faulty(well.store))
    put_five(stack)
    stack.until_quiet()
    assert mailed(flow) == sorted({*FIVE} - {POISON})
    (key,) = stack.aws.unrelayed.names()
    batch = stack.aws.unrelayed.batch(key)
    assert batch.records is not None
    assert len(batch.records) == 1
    assert relay_again(well, stack.aws.unrelayed, NOW, lambda _: None) == Again(relayed=1)
    stack.relaying = well
    stack.until_quiet()
    assert mailed(flow) == sorted(FIVE)
    assert_all_well(flow)
    assert [word for word in PERSONAL if word in f"{batch!r}{capsys.readouterr()}{stack.bodies}"] == []


def test_a_poisoned_message_is_a_dead_letter_alone_and_goes_its_way_once_the_fault_is_mended(
    stack: Deployed, flow: AwsAtRest, capsys: pytest.CaptureFixture[str]
) -> None:
    well = stack.aws
    stack.aws = replace(well, world=replace(well.world, store=faulty(well.world.store)))
    put_five(stack)
    stack.until_quiet()
    assert mailed(flow) == sorted({*FIVE} - {POISON})
    (letter,) = well.topic.dead_letters()
    assert letter.event is not None
    assert letter.event.user_id == POISON
    assert letter.reason.startswith("decide: ZeroDivisionError in ")
    stack.aws = well
    assert well.topic.redrive(None, NOW) == 1
    stack.until_quiet()
    assert mailed(flow) == sorted(FIVE)
    assert_all_well(flow)
    assert [word for word in PERSONAL if word in f"{letter!r}{capsys.readouterr()}{stack.bodies}"] == []


def test_where_the_topic_takes_a_part_of_a_batch_nobody_is_lost_and_nobody_is_mailed_twice(
    stack: Deployed, flow: AwsAtRest
) -> None:
    events = clients().sns.meta.events

    def leave_one_out(params: dict[str, Any], **_: object) -> None:
        events.unregister("provide-client-params.sns.PublishBatch", leave_one_out)
        del params["PublishBatchRequestEntries"][2]

    def say_so(parsed: dict[str, Any], **_: object) -> None:
        events.unregister("after-call.sns.PublishBatch", say_so)
        parsed["Failed"] = [{"Id": "2", "Code": "InternalError", "SenderFault": False}]

    events.register("provide-client-params.sns.PublishBatch", leave_one_out)
    events.register("after-call.sns.PublishBatch", say_so)
    put_five(stack)
    stack.until_quiet()
    assert mailed(flow) == sorted(FIVE)
    assert_all_well(flow)


@pytest.mark.parametrize(
    "planned",
    [
        Planned(operation, 0, fault)
        for operation in ("ChangeMessageVisibility", "SendMessage", "DeleteMessageBatch")
        for fault in FAULTS[operation]
    ],
    ids=str,
)
def test_what_cannot_be_read_becomes_a_dead_letter_whatever_fails_while_it_is_buried(
    stack: Deployed, planned: Planned, capsys: pytest.CaptureFixture[str]
) -> None:
    url, calls = stack.settings.email_queue_url or "", FaultyCalls(planned)
    clients().sqs.send_message(QueueUrl=url, MessageBody="no event, but of ada@example.com")
    while messages := stack.receive():
        with calls.of([clients().sqs]):
            answer = email_processor.handle(stack.aws, {"Records": messages}, stack.context)
        stack.end(messages, answer)
    assert calls.met
    letters = stack.aws.topic.dead_letters()
    assert len({letter.message_id for letter in letters}) == 1
    state = stack.aws.topic.state("email", NOW)
    assert (state.waiting, state.in_work) == (0, 0)
    assert [word for word in PERSONAL if word in f"{letters!r}{capsys.readouterr()}"] == []
