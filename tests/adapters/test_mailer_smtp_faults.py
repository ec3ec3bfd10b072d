"""The SMTP sender against a server that misbehaves: whose fault it is, and that nothing is sent twice."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pytest

from builders import NOW
from letters import a_letter, email_id_of
from smtp_server import Accepted, Closes, IsSilent, Point, Says, SmtpServer
from winback.adapters.local.mailer_smtp import SmtpMailer
from winback.adapters.local.smtp_opening import Patience
from winback.domain.errors import AddressRejected, Rejected, Retryable, SenderIll, Unsure, WinbackError

A_MINUTE: Final = timedelta(minutes=1)
SHORT: Final = Patience(command_seconds=0.3, verdict_seconds=0.3)
LONG: Final = Patience(command_seconds=10, verdict_seconds=10)
GARBAGE: Final = Says("what? I speak no SMTP")
LATER: Final = Says("451 4.3.0 later")
NO: Final = Says("554 5.6.0 no")


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


def email_ids(server: SmtpServer) -> list[str]:
    return [email_id_of(letter.message["Subject"]) for letter in server.accepted]


@dataclass(frozen=True)
class Row:
    """A fault at a point of the dialogue, what it must be called, and whether the letter was taken all the same."""

    point: Point
    fault: Says | Closes | IsSilent
    error: type[WinbackError]
    taken: bool = False

    def __str__(self) -> str:
        return f"{self.point}-{self.fault}"


FAULTS: Final = (
    Row(Point.BANNER, Says("554 5.3.2 no service", then_closes=True), SenderIll),
    Row(Point.BANNER, Says("421 4.3.2 busy", then_closes=True), SenderIll),
    Row(Point.BANNER, GARBAGE, SenderIll),
    Row(Point.BANNER, Closes(), SenderIll),
    Row(Point.BANNER, IsSilent(), SenderIll),
    Row(Point.EHLO, Says("502 5.5.1 not here"), SenderIll),
    Row(Point.EHLO, GARBAGE, SenderIll),
    Row(Point.EHLO, Closes(), SenderIll),
    Row(Point.STARTTLS, Says("454 4.7.0 no TLS today"), SenderIll),
    Row(Point.STARTTLS, Closes(), SenderIll),
    Row(Point.AUTH, Says("535 5.7.8 bad credentials"), SenderIll),
    Row(Point.AUTH, Says("454 4.7.0 try later"), SenderIll),
    Row(Point.AUTH, Says("334 %%%"), SenderIll),
    Row(Point.AUTH, Closes(), SenderIll),
    Row(Point.MAIL, Says("451 4.7.1 too many"), SenderIll),
    Row(Point.MAIL, Says("550 5.7.1 sender not allowed"), SenderIll),
    Row(Point.MAIL, Says("552 5.3.4 too big"), Rejected),
    Row(Point.MAIL, Says("421 4.3.2 closing", then_closes=True), SenderIll),
    Row(Point.MAIL, GARBAGE, SenderIll),
    Row(Point.MAIL, Closes(), SenderIll),
    Row(Point.MAIL, IsSilent(), SenderIll),
    Row(Point.RCPT, Says("450 4.2.0 greylisted"), Retryable),
    Row(Point.RCPT, Says("452 4.2.2 mailbox full"), Retryable),
    Row(Point.RCPT, Says("550 5.1.1 no such user"), AddressRejected),
    Row(Point.RCPT, Says("550-5.1.1 no such user\r\n550 5.1.1 really"), AddressRejected),
    Row(Point.RCPT, Says("550 5.1.2 no such domain"), AddressRejected),
    Row(Point.RCPT, Says("556 5.1.10 takes no mail at all"), AddressRejected),
    Row(Point.RCPT, Says("550 5.2.1 mailbox disabled"), AddressRejected),
    Row(Point.RCPT, Says("550 5.1.0 address rejected, whosever"), Rejected),
    Row(Point.RCPT, Says("550 5.2.2 mailbox full"), Rejected),
    Row(Point.RCPT, Says("550 5.7.1 policy"), Rejected),
    Row(Point.RCPT, Says("550 no such user"), Rejected),
    Row(Point.RCPT, Says("450 5.1.1 not yet for ever"), Retryable),
    Row(Point.RCPT, Says("550 5.1.8 sender's domain not found"), SenderIll),
    Row(Point.RCPT, Says("530 5.7.0 sign in first"), SenderIll),
    Row(Point.RCPT, Says("421 4.3.2 closing", then_closes=True), SenderIll),
    Row(Point.RCPT, Says("354 out of step"), Retryable),
    Row(Point.RCPT, GARBAGE, Retryable),
    Row(Point.RCPT, Closes(), Retryable),
    Row(Point.RCPT, IsSilent(), Retryable),
    Row(Point.DATA, LATER, Retryable),
    Row(Point.DATA, NO, Rejected),
    Row(Point.DATA, Says("554 5.1.1 no valid recipients"), Rejected),
    Row(Point.DATA, Says("421 4.3.2 closing", then_closes=True), SenderIll),
    Row(Point.DATA, Says("250 out of step"), Retryable),
    Row(Point.DATA, GARBAGE, Retryable),
    Row(Point.DATA, Closes(), Retryable),
    Row(Point.DATA, IsSilent(), Retryable),
    Row(Point.AFTER_354, Closes(), Unsure),
    Row(Point.AFTER_DOT, LATER, Retryable),
    Row(Point.AFTER_DOT, NO, Rejected),
    Row(Point.AFTER_DOT, Says("550 5.1.1 only seen now"), Rejected),
    Row(Point.AFTER_DOT, Says("421 4.3.2 closing", then_closes=True), Retryable),
    Row(Point.AFTER_DOT, Says("354 out of step"), Unsure),
    Row(Point.AFTER_DOT, GARBAGE, Unsure),
    Row(Point.AFTER_DOT, Closes(), Unsure),
    Row(Point.AFTER_DOT, IsSilent(), Unsure),
    Row(Point.AFTER_ACCEPT, Closes(), Unsure, taken=True),
    Row(Point.AFTER_ACCEPT, IsSilent(), Unsure, taken=True),
    Row(Point.AFTER_ACCEPT, GARBAGE, Unsure, taken=True),
    Row(Point.AFTER_ACCEPT, Says("250-2.0.0 tak", then_closes=True), Unsure, taken=True),
)


@pytest.mark.parametrize("row", FAULTS, ids=str)
def test_each_fault_has_its_name_and_the_next_letter_goes_out_once(row: Row) -> None:
    with SmtpServer(user="shop", password="secret", starttls=True) as server:
        patience = SHORT if isinstance(row.fault, IsSilent) else LONG
        with closing(SmtpMailer(server.url(), patience=patience)) as mailer:
            server.fails_at(row.point, row.fault)
            with pytest.raises(WinbackError) as error:
                mailer.send(a_letter("e-1"), NOW)
            assert type(error.value) is row.error
            assert (mailer.ill_until(NOW) is not None) is (row.error is SenderIll)
            server.heal()
            mailer.send(a_letter("e-2", to="john.doe@example.org"), NOW + A_MINUTE)
        assert email_ids(server) == (["e-1"] if row.taken else []) + ["e-2"]
        server.wait_until(lambda: server.open_connections == 0)


def test_a_server_that_is_not_there_is_the_senders_fault(server: SmtpServer) -> None:
    server.stop()
    mailer = SmtpMailer(server.url())
    with pytest.raises(SenderIll, match=r"connecting failed: .*refused"):
        mailer.send(a_letter(), NOW)


def test_a_connection_out_of_step_is_closed_at_once(server: SmtpServer) -> None:
    server.fails_at(Point.AFTER_ACCEPT, GARBAGE)
    with closing(SmtpMailer(server.url())) as mailer:
        with pytest.raises(Unsure):
            mailer.send(a_letter(), NOW)
        server.wait_until(lambda: server.open_connections == 0)


def test_the_verdict_on_a_letter_may_take_longer_than_a_command() -> None:
    async def scanned_for_long(letter: Accepted) -> None:
        await asyncio.sleep(2 * SHORT.command_seconds)

    with SmtpServer(before_accept=scanned_for_long) as server:
        with closing(SmtpMailer(server.url(), patience=replace(SHORT, verdict_seconds=10))) as mailer:
            mailer.send(a_letter(), NOW)
        assert email_ids(server) == ["e-1"]


def test_while_the_sender_is_ill_the_server_is_left_alone(server: SmtpServer) -> None:
    server.fails_at(Point.MAIL, Says("550 5.7.1 suspended"), times=1)
    with closing(SmtpMailer(server.url())) as mailer:
        with pytest.raises(SenderIll):
            mailer.send(a_letter("e-1"), NOW)
        with pytest.raises(SenderIll, match="suspended"):
            mailer.send(a_letter("e-2"), NOW + timedelta(seconds=59))
        assert server.connections == 1
        mailer.send(a_letter("e-1"), NOW + A_MINUTE)
        mailer.send(a_letter("e-2"), NOW + A_MINUTE)
    assert email_ids(server) == ["e-1", "e-2"]


def test_five_refusals_in_a_row_to_different_addresses_stop_the_sender(server: SmtpServer) -> None:
    server.fails_at(Point.RCPT, Says("554 5.7.1 blocked"))
    with closing(SmtpMailer(server.url())) as mailer:
        for number in range(4):
            with pytest.raises(Rejected):
                mailer.send(a_letter(f"e-{number}", to=f"client-{number}@example.com"), NOW)
            assert mailer.ill_until(NOW) is None
        with pytest.raises(SenderIll, match=r"5 e-mails in a row.*blocked"):
            mailer.send(a_letter("e-4", to="client-4@example.com"), NOW)
        assert mailer.ill_until(NOW) is not None
        server.heal()
        mailer.send(a_letter("e-4", to="client-4@example.com"), NOW + A_MINUTE)
        assert mailer.ill_until(NOW + A_MINUTE) is None


def test_refusals_with_a_success_between_do_not_stop_the_sender(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url())) as mailer:
        for number in range(10):
            server.fails_at(Point.RCPT, Says("554 5.7.1 blocked"), times=1)
            with pytest.raises(Rejected):
                mailer.send(a_letter(f"e-{number}", to=f"client-{number}@example.com"), NOW)
            if number % 4 == 3:
                mailer.send(a_letter("e-ok"), NOW)


def test_one_address_refused_again_and_again_does_not_stop_the_sender(server: SmtpServer) -> None:
    server.fails_at(Point.RCPT, Says("554 5.7.1 blocked"))
    with closing(SmtpMailer(server.url())) as mailer:
        for number in range(8):
            with pytest.raises(Rejected):
                mailer.send(a_letter(f"e-{number}"), NOW)


def test_five_letters_in_doubt_in_a_row_stop_the_sender_too(server: SmtpServer) -> None:
    server.fails_at(Point.AFTER_DOT, Closes())
    with closing(SmtpMailer(server.url())) as mailer:
        for number in range(5):
            with pytest.raises(Unsure):
                mailer.send(a_letter(f"e-{number}", to=f"client-{number}@example.com"), NOW)
        assert mailer.ill_until(NOW) is not None


def test_one_thread_probes_while_the_others_wait(server: SmtpServer) -> None:
    later = NOW + A_MINUTE
    with closing(SmtpMailer(server.url(), patience=SHORT)) as mailer:
        server.fails_at(Point.MAIL, Says("550 5.7.1 suspended"))
        with pytest.raises(SenderIll):
            mailer.send(a_letter("e-0"), NOW)
        together = threading.Barrier(6)

        def probe(number: int) -> None:
            together.wait()
            with pytest.raises(SenderIll):
                mailer.send(a_letter(f"e-{number}"), later)

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(probe, range(6)))
    assert server.connections == 2
