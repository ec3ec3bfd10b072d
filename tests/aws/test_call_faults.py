"""From a put to the way out, with a fault at each kind of call of AWS: one e-mail, nothing stuck, nothing personal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from aws.at_rest import AwsAtRest, in_bucket, with_ses
from aws.deployed import Deployed, deployed
from aws.emulated import clients
from aws.faulty_calls import FAULTS, FaultyCalls, Planned
from aws.ses_server import SesServer, ses_client
from builders import NOW, SENDING, a_policy, a_user
from flow.invariants import assert_all_well
from winback.adapters.aws.mailer_bucket import BucketMailer
from winback.adapters.aws.mailer_ses import SesMailer
from winback.adapters.memory import FixedClock
from winback.domain.email import EmailStatus
from winback.domain.switch import Sender, SenderKind
from winback.ports import Add, Mailer, Put

SES: Final = Sender(kind=SenderKind.SES, loopback=True, from_address="Shop <shop@shop.example>")
PERSONAL: Final = ("ada", "Ada", "Lovelace", "example.com")
CALLS: Final = {"GetItem": 24, "Query": 1, "TransactWriteItems": 4, "PublishBatch": 2}
"""How often the whole way of one e-mail asks for each operation of the store and the topic."""
BUCKET_CALLS: Final = {"PutObject": 1}
SES_CALLS: Final = {"GetAccount": 1, "SendEmail": 1}
READ_OF: Final = 5
"""Reads are alike: every so many of them meets a fault."""


def faults_of(operation: str) -> list[Planned]:
    """Every fault at every call of the operation."""
    count = {**CALLS, **BUCKET_CALLS, **SES_CALLS}[operation]
    at = range(0, count, READ_OF if operation == "GetItem" else 1)
    return [Planned(operation, number, fault) for number in at for fault in FAULTS[operation]]


@dataclass(frozen=True, slots=True)
class Shop:
    """`mailer` makes a new one, which knows of no fault before; `sender` is the client it calls."""

    flow: AwsAtRest
    sender: Any
    mailer: Callable[[], Mailer]

    def mail(self, user_id: str, faulty: FaultyCalls) -> None:
        """A client at risk is put to functions that have just started, until nothing is left to do."""
        stack, own = self.flow.stack, clients()
        stack.aws = replace(stack.aws, world=replace(stack.aws.world, mailer=self.mailer()))
        stack.aws.store.commit(Put(a_user(user_id=user_id, email=f"ada@{user_id}.example.com", engagement_score=30.0)))
        with faulty.of([own.dynamodb, own.sns, self.sender]):
            stack.until_quiet()

    def mail_through(self, plans: list[Planned]) -> None:
        """A client for each; then the world is well, and time passes."""
        for number, planned in enumerate(plans):
            faulty = FaultyCalls(planned)
            self.mail(f"u-{number}", faulty)
            assert faulty.met, planned
        self.flow.until_well()

    def ends(self, plans: list[Planned]) -> dict[str, list[EmailStatus]]:
        """What became of the e-mails of each one's client."""
        emails_of = self.flow.store.emails_of
        return {str(each): [email.status for email in emails_of(f"u-{n}")] for n, each in enumerate(plans)}


def assert_nothing_personal(stack: Deployed, log: str) -> None:
    told = "\n".join([log, *stack.bodies, *map(repr, stack.aws.topic.dead_letters())])
    assert [word for word in PERSONAL if word in told] == []


@pytest.fixture
def stack() -> Deployed:
    made = deployed(FixedClock(NOW))
    made.aws.store.commit(Add(a_policy()), Add(SENDING))
    return made


@pytest.fixture
def shop(stack: Deployed) -> Shop:
    bucket = stack.settings.outbox_bucket or ""
    return Shop(AwsAtRest(stack, in_bucket(stack)), clients().s3, lambda: BucketMailer(clients().s3, bucket))


@pytest.fixture
def ses(stack: Deployed) -> Iterator[SesServer]:
    with SesServer() as server:
        yield server


@pytest.fixture
def ses_shop(stack: Deployed, ses: SesServer) -> Iterator[Shop]:
    stack.aws = replace(stack.aws, world=replace(stack.aws.world, sender=SES))
    with ses_client(ses.url) as client:
        yield Shop(AwsAtRest(stack, with_ses(ses)), client, lambda: SesMailer(client, "our-set"))


@pytest.mark.parametrize("operation", [*CALLS, *BUCKET_CALLS])
def test_after_a_fault_at_any_call_one_email_is_sent(
    shop: Shop, operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plans = faults_of(operation)
    shop.mail_through(plans)
    assert shop.ends(plans) == {str(planned): [EmailStatus.SENT] for planned in plans}
    assert_all_well(shop.flow)
    assert_nothing_personal(shop.flow.stack, "".join(capsys.readouterr()))


@pytest.mark.parametrize("operation", SES_CALLS)
def test_after_a_fault_of_ses_one_email_is_sent_or_in_doubt(
    ses_shop: Shop, ses: SesServer, operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plans = faults_of(operation)
    ses_shop.mail_through(plans)
    doubtful = {planned for planned in plans if operation == "SendEmail" and not planned.fault.code}
    assert ses_shop.ends(plans) == {
        str(planned): [EmailStatus.UNSURE if planned in doubtful else EmailStatus.SENT] for planned in plans
    }
    assert len(ses.accepted) == sum(planned not in doubtful or planned.fault.done for planned in plans)
    assert_all_well(ses_shop.flow)
    assert_nothing_personal(ses_shop.flow.stack, "".join(capsys.readouterr()))


def test_without_a_fault_there_are_as_many_calls_as_faults_are_planned_for(shop: Shop, ses_shop: Shop) -> None:
    for number, (sender, own) in enumerate(((shop, BUCKET_CALLS), (ses_shop, SES_CALLS))):
        faulty = FaultyCalls()
        sender.mail(f"u-{number}", faulty)
        assert {name: faulty.calls[name] for name in (*CALLS, *own)} == {**CALLS, **own}
