"""From a put to the way out over the adapters of AWS, through repeats and faults: once, or in doubt and never again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.stub import Stubber

from aws.deployed import Deployed, deployed
from aws.emulated import clients
from aws.poller import Poller
from aws.ses_server import HANGS, HANGS_UP, Fault, SesServer, ses_client
from builders import NOW, SENDING, a_user
from winback.adapters.aws.mailer_ses import SesMailer
from winback.adapters.memory import FixedClock
from winback.domain.email import Email, EmailStatus
from winback.domain.policy import Policy
from winback.domain.switch import Sender, SenderKind
from winback.ports import Add, Put
from winback.runtime.functions import email_processor, stream_processor

AT_RISK = a_user(engagement_score=30.0)
SES = Sender(kind=SenderKind.SES, loopback=True, from_address="Shop <shop@shop.example>")


@pytest.fixture
def stack() -> Deployed:
    made = deployed(FixedClock(NOW))
    made.aws.store.commit(Add(Policy(holdout_share=0.0)), Add(SENDING))
    return made


@pytest.fixture
def ses(stack: Deployed) -> Iterator[SesServer]:
    with SesServer() as server, ses_client(server.url, read_timeout=0.5) as client:
        world = replace(stack.aws.world, mailer=SesMailer(client, "our-set"), sender=SES)
        stack.aws = replace(stack.aws, world=world)
        yield server


def emails(stack: Deployed) -> list[Email]:
    return stack.aws.store.emails(None, 100, None).items


def pass_time(stack: Deployed, by: timedelta) -> None:
    """Minute by minute at first, as the schedule comes, then at once."""
    for _ in range(3):
        stack.clock.advance(timedelta(minutes=1))
        stack.sweep()
        stack.until_quiet()
    stack.clock.advance(by)
    stack.sweep()
    stack.until_quiet()


def test_a_record_and_a_message_handed_out_twice_bring_one_email(stack: Deployed) -> None:
    stack.aws.store.commit(Put(AT_RISK))
    records = stack.new_records()
    relays = Poller(lambda payload, context: stream_processor.handle(stack.relaying, payload, context))
    relays.drive([*records, *records])
    messages = stack.receive()
    assert len(messages) >= 2
    for _ in range(2):
        email_processor.handle(stack.aws, {"Records": messages}, stack.context)
    stack.end(messages, {"batchItemFailures": []})
    stack.until_quiet()
    assert [email.status for email in emails(stack)] == [EmailStatus.SENT]
    assert len(stack.outbox()) == 1


def test_ten_puts_of_the_same_user_bring_one_email(stack: Deployed) -> None:
    for number in range(10):
        stack.aws.store.commit(Put(replace(AT_RISK, order_count=number)))
    stack.until_quiet()
    assert len(stack.outbox()) == 1


@pytest.mark.parametrize(
    "fault", [HANGS, HANGS_UP, (500, "InternalServiceError"), (503, "ServiceUnavailable")], ids=str
)
def test_what_ses_may_have_sent_stays_in_doubt_and_is_never_sent_again(
    stack: Deployed, ses: SesServer, fault: Fault
) -> None:
    ses.faults.append(fault)
    stack.aws.store.commit(Put(AT_RISK))
    stack.until_quiet()
    assert [email.status for email in emails(stack)] == [EmailStatus.UNSURE]
    pass_time(stack, timedelta(days=2))
    assert [email.status for email in emails(stack)] == [EmailStatus.UNSURE]
    assert len(ses.asked) == 1


@pytest.mark.parametrize(
    "fault",
    [
        (429, "TooManyRequestsException"),
        (400, "AccountSuspendedException"),
        (400, "LimitExceededException"),
        (403, "ExpiredTokenException"),
    ],
    ids=str,
)
def test_what_ses_did_not_take_is_sent_once_it_does(stack: Deployed, ses: SesServer, fault: Fault) -> None:
    ses.faults.append(fault)
    stack.aws.store.commit(Put(AT_RISK))
    stack.until_quiet()
    assert [email.status for email in emails(stack)] == [EmailStatus.GENERATED]
    pass_time(stack, timedelta(minutes=20))
    assert [email.status for email in emails(stack)] == [EmailStatus.SENT]
    assert len(ses.accepted) == 1


def test_a_claim_whose_function_died_is_settled_by_looking_into_the_outbox(stack: Deployed) -> None:
    """The bucket took it, and then the function's time was over."""

    class Dies(BaseException):
        """No step catches it, as it would catch no end of a process."""

    mailer = stack.aws.world.mailer
    send = mailer.send

    def send_and_die(letter: object, now: object) -> str:
        send(letter, now)  # type: ignore[arg-type]  # handed through
        raise Dies

    mailer.send = send_and_die  # type: ignore[method-assign]  # a process that ends here and nowhere else
    stack.aws.store.commit(Put(AT_RISK))
    with pytest.raises(Dies):
        stack.until_quiet()
    assert [email.status for email in emails(stack)] == [EmailStatus.SENDING]
    stack.clock.advance(timedelta(minutes=11))
    assert stack.sweep()["settled"] == 1
    assert [email.status for email in emails(stack)] == [EmailStatus.SENT]


def test_an_object_whose_answer_got_lost_is_sent_and_stays_one(stack: Deployed) -> None:
    s3 = clients().s3
    stack.aws.store.commit(Put(AT_RISK))
    put = s3.meta.events

    def lose(**_: object) -> None:
        put.unregister("after-call.s3.PutObject", lose)
        raise ConnectionClosedError(endpoint_url="https://s3")

    put.register("after-call.s3.PutObject", lose)
    stack.until_quiet()
    pass_time(stack, timedelta(minutes=20))
    assert [email.status for email in emails(stack)] == [EmailStatus.SENT]
    assert len(stack.outbox()) == 1


def test_while_the_queue_cannot_bury_a_message_it_comes_again(stack: Deployed) -> None:
    clients().sqs.send_message(QueueUrl=stack.settings.email_queue_url or "", MessageBody="no event")
    messages = stack.receive()
    with Stubber(clients().sqs) as stubber:
        stubber.add_client_error("change_message_visibility", "InternalFailure", http_status_code=500)
        answer = email_processor.handle(stack.aws, {"Records": messages}, stack.context)
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == [messages[0]["messageId"]]
    assert email_processor.handle(stack.aws, {"Records": messages}, stack.context) == {"batchItemFailures": []}
    assert len(stack.aws.topic.dead_letters()) == 1
