"""Opening a connection to an SMTP server: connect, TLS, EHLO, sign in."""

import smtplib
import socket
import ssl
from dataclasses import dataclass

from winback.adapters.local.smtp_replies import refused_sender, reply
from winback.adapters.smtp_url import SmtpUrl
from winback.domain.errors import SenderIll


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until a silent server is given up: for a command, and for its verdict on a whole letter.

    The second is long (RFC 5321 asks for ten minutes): giving up there leaves an e-mail in doubt.
    """

    command_seconds: float = 30.0
    verdict_seconds: float = 120.0


def opened(url: SmtpUrl, tls: ssl.SSLContext, patience: Patience) -> smtplib.SMTP:
    """Connected, encrypted as the URL asks, signed in. Raises SenderIll with what the server said.

    `smtps://`: TLS from the first byte. `smtp://` with a sign-in: STARTTLS or nothing. `smtp://` without one: STARTTLS
    if the server offers it. Certificates are verified, except by `smtp://` on loopback, where no wire can be tapped.
    """
    private = tuple(text for text in (url.user, url.password) if text)
    opening = _Opening(url, tls, patience.command_seconds)
    try:
        return opening.run()
    except smtplib.SMTPResponseException as error:
        raw = error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
        raise refused_sender(reply(error.smtp_code, raw, private), opening.step, url.place) from error
    except (OSError, ValueError) as error:  # ValueError: a host no IDNA can write, an AUTH challenge no base64 can read
        raise SenderIll(f"SMTP server {url.place}: {opening.step} failed: {fault_of(error)}") from error


class _Opening:
    """The steps from nothing to signed in; `step` names the one that is under way."""

    def __init__(self, url: SmtpUrl, tls: ssl.SSLContext, timeout: float) -> None:
        self._url = url
        self._tls = tls
        self._timeout = timeout
        self.step = "connecting"

    def run(self) -> smtplib.SMTP:
        smtp = self._connected()
        try:
            _without_delay(smtp)
            self._greet(smtp)
            if not self._url.tls_from_start:
                self._upgrade(smtp)
            self._sign_in(smtp)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _connected(self) -> smtplib.SMTP:
        # The name is set once the connection tells it: smtplib's own look-up may hang on a slow name server.
        host, port, name = self._url.host, self._url.port, "localhost"
        if self._url.tls_from_start:
            return smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=self._timeout, context=self._tls)
        return smtplib.SMTP(host, port, local_hostname=name, timeout=self._timeout)

    def _greet(self, smtp: smtplib.SMTP) -> None:
        self.step = "EHLO"
        code, said = smtp.ehlo(_own_name(smtp))
        if code != 250:
            raise smtplib.SMTPHeloError(code, said)

    def _upgrade(self, smtp: smtplib.SMTP) -> None:
        self.step = "STARTTLS"
        if smtp.has_extn("starttls"):
            smtp.starttls(context=_unverified() if self._url.loopback else self._tls)
            self._greet(smtp)
        elif self._url.user and not self._url.loopback:
            raise smtplib.SMTPNotSupportedError("the server does not offer it, and a password is never sent without")

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        self.step = "sign-in"
        if self._url.user and self._url.password:
            smtp.login(self._url.user, self._url.password)


def _own_name(smtp: smtplib.SMTP) -> str:
    """The host's full name if it has one, else the address literal of our end: what EHLO may say, RFC 5321 4.1.3."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = str(_socket(smtp).getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _without_delay(smtp: smtplib.SMTP) -> None:
    """Nagle's algorithm would hold back the end of each letter until the server acknowledged its middle."""
    _socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the server closed the connection")
    return smtp.sock


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def fault_of(error: Exception) -> str:
    """What went wrong below SMTP, in the library's words, without addresses."""
    return reply(200, str(error).encode()).words or type(error).__name__
