"""The SMTP sender against a real SMTP server: connections, threads, and what goes over the wire."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from builders import NOW
from letters import a_letter, email_id_of
from smtp_server import Closes, Point, Says, SmtpServer
from winback.adapters.local.mailer_smtp import SmtpMailer
from winback.adapters.local.smtp_pool import SmtpPool
from winback.domain.errors import AddressRejected, Rejected, Retryable, SenderIll, Unsure


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


def email_ids(server: SmtpServer) -> list[str]:
    return [email_id_of(letter.message["Subject"]) for letter in server.accepted]


@pytest.mark.parametrize(
    "fault", [Closes(), Says("421 4.4.2 idle", then_closes=True), Says("452 4.5.3 enough for one")], ids=str
)
def test_a_kept_connection_that_fails_is_opened_anew_and_nobody_is_ill(
    server: SmtpServer, fault: Says | Closes
) -> None:
    with closing(SmtpMailer(server.url())) as mailer:
        mailer.send(a_letter("e-1"), NOW)
        server.fails_at(Point.MAIL, fault, times=1)
        mailer.send(a_letter("e-2"), NOW)
    assert email_ids(server) == ["e-1", "e-2"]
    assert server.connections == 2


def test_a_connection_that_the_server_ended_while_idle_is_no_fault(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url())) as mailer:
        mailer.send(a_letter("e-1"), NOW)
        server.cut_idle()
        mailer.send(a_letter("e-2"), NOW)
    assert email_ids(server) == ["e-1", "e-2"]


def test_a_letter_in_doubt_is_not_tried_over_a_new_connection(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url())) as mailer:
        mailer.send(a_letter("e-1"), NOW)
        server.fails_at(Point.AFTER_ACCEPT, Closes(), times=1)
        with pytest.raises(Unsure):
            mailer.send(a_letter("e-2"), NOW)
    assert email_ids(server) == ["e-1", "e-2"]
    assert server.verbs["DATA"] == 2


def test_many_letters_share_a_connection(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url())) as mailer:
        for number in range(5):
            mailer.send(a_letter(f"e-{number}"), NOW)
    assert server.connections == 1
    assert len(server.accepted) == 5
    server.wait_until(lambda: server.open_connections == 0)
    assert server.verbs["QUIT"] == 1


def test_a_refused_letter_leaves_the_connection_clean_for_the_next(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url())) as mailer:
        server.fails_at(Point.RCPT, Says("550 5.7.1 no"), times=1)
        with pytest.raises(Rejected):
            mailer.send(a_letter("e-1"), NOW)
        mailer.send(a_letter("e-2", to="john.doe@example.org"), NOW)
    assert server.connections == 1
    assert server.accepted[0].recipients == ("john.doe@example.org",)


def test_a_connection_is_renewed_after_so_many_letters(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url(), pool=SmtpPool(most_letters=2))) as mailer:
        for number in range(5):
            mailer.send(a_letter(f"e-{number}"), NOW)
    assert server.connections == 3


def test_a_connection_is_renewed_when_it_lay_idle(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url(), pool=SmtpPool(most_idle_seconds=0))) as mailer:
        mailer.send(a_letter("e-1"), NOW)
        mailer.send(a_letter("e-2"), NOW)
    assert server.connections == 2
    assert server.verbs["QUIT"] == 2


def test_no_more_letters_are_under_way_than_the_window_lets(server: SmtpServer) -> None:
    server.hold()
    with closing(SmtpMailer(server.url(), window=3)) as mailer, ThreadPoolExecutor(8) as threads:
        sent = [threads.submit(mailer.send, a_letter(f"e-{number}"), NOW) for number in range(12)]
        server.wait_until(lambda: server.in_flight == 3)
        server.release()
        for send in sent:
            send.result()
    assert server.peak_in_flight == 3
    assert sorted(email_ids(server)) == sorted(f"e-{number}" for number in range(12))
    assert server.connections <= 3


def test_threads_never_mix_up_their_letters(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url())) as mailer, ThreadPoolExecutor(8) as threads:
        letters = [a_letter(f"e-{number}", to=f"client-{number}@example.com") for number in range(80)]
        list(threads.map(lambda letter: mailer.send(letter, NOW), letters))
    arrived = {letter.message["Subject"]: letter.recipients for letter in server.accepted}
    assert arrived == {letter.subject: (letter.to,) for letter in letters}
    assert len(server.accepted) == 80


def test_after_close_no_connection_is_kept(server: SmtpServer) -> None:
    mailer = SmtpMailer(server.url())
    mailer.close()
    mailer.send(a_letter(), NOW)
    server.wait_until(lambda: server.open_connections == 0)


def test_lines_that_begin_with_a_dot_arrive_as_written(server: SmtpServer) -> None:
    text = "first\n.\n..two\n.three\nlast"
    with closing(SmtpMailer(server.url())) as mailer:
        mailer.send(a_letter(text=text), NOW)
    body = server.accepted[0].message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip().splitlines() == text.splitlines()


def test_every_line_ends_in_crlf(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url())) as mailer:
        mailer.send(a_letter(text="one\ntwo\n\nthree"), NOW)
    assert b"\n" not in server.accepted[0].content.replace(b"\r\n", b"")


def test_a_domain_in_another_script_is_written_in_idna(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url())) as mailer:
        mailer.send(a_letter(to="jane@bücher.example"), NOW)
    assert server.accepted[0].recipients == ("jane@xn--bcher-kva.example",)
    assert server.accepted[0].sender == "shop@shop.example"


@pytest.mark.parametrize("to", ["jänë@example.com", "jane@", "jane", "ja ne@example.com", "a>\r\nRSET@example.com", ""])
def test_an_address_that_no_command_can_carry_never_reaches_the_server(server: SmtpServer, to: str) -> None:
    mailer = SmtpMailer(server.url())
    with pytest.raises(Rejected) as error:
        mailer.send(a_letter(to=to), NOW)
    assert not isinstance(error.value, AddressRejected)
    assert server.connections == 0


def test_a_from_address_that_is_none_is_the_senders_fault(server: SmtpServer) -> None:
    mailer = SmtpMailer(server.url())
    with pytest.raises(SenderIll, match="WINBACK_FROM"):
        mailer.send(a_letter(sender="The shop"), NOW)
    assert mailer.ill_until(NOW) is not None


def test_a_letter_bigger_than_the_server_takes_is_refused_unsent() -> None:
    with SmtpServer(size_limit=2_000) as server, closing(SmtpMailer(server.url())) as mailer:
        with pytest.raises(Rejected, match="the server takes at most 2000"):
            mailer.send(a_letter("e-1", text="long " * 500), NOW)
        mailer.send(a_letter("e-2"), NOW)
    assert email_ids(server) == ["e-2"]
    assert server.verbs["MAIL"] == 1


def test_no_message_holds_the_address_however_the_server_spells_it(server: SmtpServer) -> None:
    spellings = "<jane.roe@example.com>, JANE.ROE, jane.roe=40example.com and Example.COM unknown"
    server.fails_at(Point.RCPT, Says(f"550 5.1.1 {spellings}"))
    with closing(SmtpMailer(server.url())) as mailer, pytest.raises(AddressRejected) as error:
        mailer.send(a_letter(), NOW)
    assert "550 5.1.1" in str(error.value)
    assert "jane" not in str(error.value).lower()
    assert "example.com" not in str(error.value).lower()


def test_the_place_is_what_the_server_said(server: SmtpServer) -> None:
    server.fails_at(Point.AFTER_ACCEPT, Says("250 2.0.0 Ok: queued as 4F2 for jane.roe@example.com"))
    with closing(SmtpMailer(server.url())) as mailer:
        assert mailer.send(a_letter(), NOW) == "250 2.0.0 Ok: queued as 4F2 for (address)"


def test_the_rate_of_the_url_is_kept_over_all_threads(server: SmtpServer) -> None:
    began = time.monotonic()
    with closing(SmtpMailer(f"{server.url()}?rate=20")) as mailer, ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: mailer.send(a_letter(f"e-{number}"), NOW), range(5)))
    assert time.monotonic() - began >= 4 / 20
    assert len(server.accepted) == 5


def test_at_a_rate_too_low_for_the_queue_an_email_comes_again_later(server: SmtpServer) -> None:
    with closing(SmtpMailer(server.url(), rate_per_second=0.001)) as mailer:
        mailer.send(a_letter("e-1"), NOW)
        with pytest.raises(Retryable) as error:
            mailer.send(a_letter("e-2"), NOW)
    assert not isinstance(error.value, SenderIll)
    assert email_ids(server) == ["e-1"]
