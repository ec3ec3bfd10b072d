"""The SMTP sender's TLS and sign-in, against a real SMTP server."""

from contextlib import closing

import pytest

from builders import NOW
from letters import a_letter
from smtp_server import SmtpServer, client_tls
from winback.adapters.local.mailer_smtp import SmtpMailer
from winback.domain.errors import SenderIll


def test_a_password_goes_over_tls_and_opens_the_door() -> None:
    with SmtpServer(user="shop", password="secret", tls_from_start=True) as server:
        with closing(SmtpMailer(server.url("localhost"), tls=client_tls())) as mailer:
            mailer.send(a_letter(), NOW)
        assert len(server.accepted) == 1


def test_smtps_refuses_a_certificate_that_nobody_vouches_for() -> None:
    with SmtpServer(tls_from_start=True) as server, pytest.raises(SenderIll, match="certificate verify failed"):
        SmtpMailer(server.url("localhost")).send(a_letter(), NOW)


def _url_from_afar(server: SmtpServer) -> str:
    """This machine by an address that is not of loopback, so that the rules of a wire hold."""
    return server.url("0.0.0.0")


def test_smtp_with_a_password_takes_starttls_and_verifies_it() -> None:
    with SmtpServer(user="shop", password="secret", starttls=True) as server:
        with pytest.raises(SenderIll, match=r"STARTTLS failed: .*certificate verify failed"):
            SmtpMailer(_url_from_afar(server)).send(a_letter(), NOW)
        assert server.verbs["AUTH"] == 0
        with closing(SmtpMailer(_url_from_afar(server), tls=client_tls())) as mailer:
            mailer.send(a_letter(), NOW)
        assert len(server.accepted) == 1


def test_without_a_password_starttls_is_used_where_offered() -> None:
    with SmtpServer(starttls=True) as server, closing(SmtpMailer(_url_from_afar(server), tls=client_tls())) as mailer:
        mailer.send(a_letter(), NOW)
        assert server.verbs["STARTTLS"] == 1


def test_without_a_password_a_relay_without_tls_will_do() -> None:
    with SmtpServer() as server, closing(SmtpMailer(_url_from_afar(server))) as mailer:
        mailer.send(a_letter(), NOW)
        assert len(server.accepted) == 1


def test_a_mail_catcher_on_this_machine_may_vouch_for_itself() -> None:
    with SmtpServer(starttls=True) as server, closing(SmtpMailer(server.url())) as mailer:
        mailer.send(a_letter(), NOW)
        assert server.verbs["STARTTLS"] == 1
        assert len(server.accepted) == 1


def test_a_password_is_never_sent_in_the_clear() -> None:
    with SmtpServer(user="shop", password="secret") as server:
        with pytest.raises(SenderIll, match="STARTTLS failed"):
            SmtpMailer(_url_from_afar(server)).send(a_letter(), NOW)
        assert server.verbs["AUTH"] == 0


def test_a_wrong_password_is_told_without_the_password() -> None:
    with SmtpServer(user="shop", password="secret") as server:
        mailer = SmtpMailer(server.url().replace("secret", "sekret"))
        with pytest.raises(SenderIll, match="sign-in failed: 535") as error:
            mailer.send(a_letter(), NOW)
        assert "sekret" not in f"{error.value} {mailer!r}"


def test_a_server_that_knows_no_sign_in_is_not_trusted_with_one() -> None:
    with SmtpServer() as server:
        mailer = SmtpMailer(server.url().replace("smtp://", "smtp://shop:secret@"))
        with pytest.raises(SenderIll, match="sign-in failed"):
            mailer.send(a_letter(), NOW)
