"""SES's answers, its silence, and what the account may do, before a server that speaks as it does."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest

from aws.emulated import clients
from aws.emulator import running
from aws.ses_server import HANGS, HANGS_UP, HEALTHY, Fault, SesServer, ses_client
from builders import NOW
from flow.world import a_world
from letters import TO, a_letter
from winback.adapters.aws.mailer_ses import SesMailer
from winback.adapters.aws.ses_account import KEPT_SECONDS, SesAccount
from winback.cli.words import sender_words
from winback.domain.errors import Rejected, Retryable, SenderIll, Unsure, WinbackError
from winback.domain.switch import Sender, SenderKind
from winback.ports import Mailer


@pytest.fixture
def ses() -> Iterator[SesServer]:
    with SesServer() as server:
        yield server


@pytest.fixture
def mailer(ses: SesServer) -> Iterator[SesMailer]:
    with ses_client(ses.url, read_timeout=0.5) as client:
        yield SesMailer(client, "our-set")


def test_a_letter_goes_to_its_address_by_the_configuration_set_tagged_with_our_id(
    ses: SesServer, mailer: SesMailer
) -> None:
    assert mailer.send(a_letter("e-17"), NOW) == "ses:ses-1"
    (request,) = ses.accepted
    assert request["Destination"] == {"ToAddresses": [TO]}
    assert request["ConfigurationSetName"] == "our-set"
    assert request["EmailTags"] == [{"Name": "emailId", "Value": "e-17"}]
    assert ses.subjects() == ["Hello from e-17"]


def test_a_domain_of_other_letters_is_written_in_ascii(ses: SesServer, mailer: SesMailer) -> None:
    mailer.send(a_letter(to="jane@bücher.example"), NOW)
    assert ses.accepted[0]["Destination"] == {"ToAddresses": ["jane@xn--bcher-kva.example"]}


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ((400, "AccountSuspendedException"), SenderIll),
        ((400, "SendingPausedException"), SenderIll),
        ((400, "MailFromDomainNotVerifiedException"), SenderIll),
        ((400, "LimitExceededException"), SenderIll),
        ((400, "BadRequestException"), SenderIll),
        ((404, "NotFoundException"), SenderIll),
        ((403, "AccessDeniedException"), SenderIll),
        ((403, "ExpiredTokenException"), SenderIll),
        ((429, "TooManyRequestsException"), Retryable),
        ((400, "ThrottlingException"), Retryable),
        ((400, "MessageRejected"), Rejected),
        ((500, "InternalServiceError"), Unsure),
        ((503, "ServiceUnavailable"), Unsure),
        (HANGS, Unsure),
        (HANGS_UP, Unsure),
    ],
    ids=str,
)
def test_what_ses_says_decides_what_may_be_done_next(
    ses: SesServer, mailer: SesMailer, fault: Fault, raised: type[WinbackError]
) -> None:
    ses.faults.append(fault)
    with pytest.raises(raised) as error:
        mailer.send(a_letter(), NOW)
    assert type(error.value) is raised
    assert len(ses.asked) == 1


def test_nothing_that_ses_says_is_repeated_in_words(ses: SesServer, mailer: SesMailer) -> None:
    for name in ("MessageRejected", "BadRequestException", "TooManyRequestsException", "InternalServiceError"):
        ses.faults.append((500 if name.startswith("Internal") else 400, name))
        with pytest.raises(WinbackError) as error:
            mailer.send(a_letter(name), NOW)
        assert name in str(error.value)
        assert "jane" not in f"{error.value} {mailer.ill_until(NOW)} {mailer!r}"
        mailer = SesMailer(mailer._ses, "our-set")  # a healthy one


def test_the_products_own_client_asks_once_and_never_again(ses: SesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from winback.adapters.aws.clients import Clients

    for name, value in {**running().environment, "AWS_ENDPOINT_URL": ses.url, "AWS_MAX_ATTEMPTS": "5"}.items():
        monkeypatch.setenv(name, value)
    client = Clients().ses
    ses.faults.append((500, "InternalServiceError"))
    with pytest.raises(Unsure):
        SesMailer(client, "our-set").send(a_letter(), NOW)
    client.close()
    assert len(ses.asked) == 1


def test_where_ses_cannot_be_reached_nothing_happened() -> None:
    with SesServer() as gone:
        url = gone.url
    with ses_client(url) as client, pytest.raises(SenderIll):
        SesMailer(client, "our-set").send(a_letter(), NOW)


def test_an_account_that_may_not_send_is_asked_for_nothing(ses: SesServer, mailer: SesMailer) -> None:
    ses.account = {**HEALTHY, "SendingEnabled": False}
    with pytest.raises(SenderIll):
        mailer.send(a_letter(), NOW)
    assert ses.asked == []


def test_the_quota_of_the_day_is_kept_by_counting(ses: SesServer, mailer: SesMailer) -> None:
    ses.account = {**HEALTHY, "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 100.0, "SentLast24Hours": 198.0}}
    for number in range(2):
        mailer.send(a_letter(f"e-{number}"), NOW)
    with pytest.raises(SenderIll, match="quota for 24 hours"):
        mailer.send(a_letter("e-3"), NOW)
    assert len(ses.asked) == 2


def test_an_account_that_does_not_answer_lets_nothing_out(ses: SesServer, mailer: SesMailer) -> None:
    ses.account_faults.append((500, "InternalServiceError"))
    with pytest.raises(SenderIll):
        mailer.send(a_letter(), NOW)
    assert ses.asked == []
    assert mailer.send(a_letter(), NOW + timedelta(minutes=1))


def test_the_account_is_asked_again_after_a_while_and_after_a_refusal(ses: SesServer) -> None:
    seconds = iter([0.0, 0.0, KEPT_SECONDS - 1, KEPT_SECONDS, KEPT_SECONDS, KEPT_SECONDS + 1, KEPT_SECONDS + 1])
    with ses_client(ses.url) as client:
        account = SesAccount(client, monotonic=lambda: next(seconds))
        for _ in range(3):
            account.admit(1)
        assert ses.times_asked_of_account == 2
        account.forget()
        account.admit(1)
    assert ses.times_asked_of_account == 3


@pytest.mark.parametrize(("ours", "theirs"), [(2.0, 14.0), (None, 2.0), (14.0, 2.0)])
def test_the_slower_of_the_accounts_rate_and_ours_is_kept(ses: SesServer, ours: float | None, theirs: float) -> None:
    ses.account = {**HEALTHY, "SendQuota": {**HEALTHY["SendQuota"], "MaxSendRate": theirs}}
    with ses_client(ses.url) as client:
        account = SesAccount(client, per_second=ours)
        assert account.admit(0.0)
        assert not account.admit(0.3)


def test_whoever_waits_too_long_for_a_turn_was_not_sent(ses: SesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ses.account = {**HEALTHY, "SendQuota": {**HEALTHY["SendQuota"], "MaxSendRate": 0.01}}
    with ses_client(ses.url) as client:
        mailer = SesMailer(client, "our-set")
        mailer.send(a_letter("e-1"), NOW)
        with pytest.raises(Retryable, match="too many others"):
            mailer.send(a_letter("e-2"), NOW)
    assert ses.subjects() == ["Hello from e-1"]


def test_a_connection_that_lay_idle_is_not_trusted_with_a_letter(ses: SesServer) -> None:
    at = 0.0
    with ses_client(ses.url) as client, patch.object(client, "close", wraps=client.close) as close:
        mailer = SesMailer(client, "our-set", clock=lambda: at)
        for at, closed in ((1.0, 0), (2.0, 0), (60.0, 1), (61.0, 1)):
            mailer.send(a_letter(f"e-{at:.0f}"), NOW)
            assert close.call_count == closed
    assert len(ses.accepted) == 4


def test_one_cannot_look(mailer: Mailer) -> None:
    mailer.send(a_letter(), NOW)
    assert mailer.look("e-1") is None


def test_in_the_sandbox_a_refusal_is_the_senders_fault(ses: SesServer, mailer: SesMailer) -> None:
    ses.account = {**HEALTHY, "ProductionAccessEnabled": False}
    ses.faults.append((400, "MessageRejected"))
    with pytest.raises(SenderIll):
        mailer.send(a_letter(), NOW)


def test_five_refused_in_a_row_are_the_senders_fault(ses: SesServer, mailer: SesMailer) -> None:
    ses.faults.extend([(400, "MessageRejected")] * 5)
    for number in range(4):
        with suppress(Rejected):
            mailer.send(a_letter(f"e-{number}", to=f"jane{number}@example.com"), NOW)
    with pytest.raises(SenderIll):
        mailer.send(a_letter("e-5", to="jane5@example.com"), NOW)
    assert mailer.ill_until(NOW) is not None


def test_a_letter_comes_into_the_emulators_outbox() -> None:
    email_id = f"e-{uuid4().hex[:16]}"
    clients().ses.create_email_identity(EmailIdentity="shop.example")
    place = SesMailer(clients().ses, "our-set").send(a_letter(email_id), NOW)
    with urllib.request.urlopen(f"{running().url}/_ministack/ses/messages", timeout=5) as answer:
        messages = json.load(answer)["messages"]  # by account
    (ours,) = (one for sent in messages.values() for one in sent if one["Subject"] == f"Hello from {email_id}")
    assert ours["To"] == [TO]
    assert place == f"ses:{ours['MessageId']}"


def test_a_command_names_the_configuration_set_and_no_class(mailer: SesMailer) -> None:
    world = a_world(mailer=mailer, sender=Sender(SenderKind.SES, from_address="shop@shop.example"))
    assert sender_words(world, "") == "ses: configuration set our-set, From shop@shop.example"
