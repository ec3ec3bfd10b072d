"""The SMTP sender: a relay that takes e-mails over kept connections; docs/senders.md."""

import re
import ssl
import threading
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Final

from winback.adapters.local.smtp_connection import Envelope, SmtpConnection
from winback.adapters.local.smtp_opening import Patience, opened
from winback.adapters.local.smtp_pool import SmtpPool
from winback.adapters.pace import Pace
from winback.adapters.sender_health import SenderHealth
from winback.adapters.smtp_url import SmtpUrl, smtp_url
from winback.compose.letter import mime
from winback.domain.errors import Rejected, Retryable, SenderIll
from winback.domain.switch import SenderKind
from winback.ports import Letter

SEND_WINDOW: Final = 8
LONGEST_WAIT: Final = timedelta(minutes=1)
"""For one's turn at a low rate: whoever sends has claimed the e-mail, and a claim ends."""
# Between < and > in a command: nothing that could end it, nothing that needs SMTPUTF8.
_PATH: Final = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")


class SmtpMailer:
    """For many threads: at most `window` letters are under way, `rate_per_second` (else the URL's) over all of them.

    TLS: `smtps://` from the first byte; `smtp://` with user and password needs STARTTLS unless the host is on loopback;
    without them STARTTLS is used where offered. Certificates are verified, save by `smtp://` on loopback.
    """

    def __init__(
        self,
        url: str | SmtpUrl,
        window: int = SEND_WINDOW,
        rate_per_second: float | None = None,
        patience: Patience | None = None,
        tls: ssl.SSLContext | None = None,
        pool: SmtpPool | None = None,
    ) -> None:
        self._url = smtp_url(url) if isinstance(url, str) else url
        self._window = threading.BoundedSemaphore(window)
        self._pace = Pace(rate_per_second or self._url.rate_per_second)
        self._patience = patience or Patience()
        self._tls = tls or ssl.create_default_context()
        self._pool = pool or SmtpPool()
        self._health = SenderHealth()

    def __repr__(self) -> str:
        return f"SmtpMailer({self._url.place})"

    def __str__(self) -> str:
        return self._url.place

    @property
    def kind(self) -> SenderKind:
        return SenderKind.SMTP

    def send(self, letter: Letter, now: datetime) -> str:
        """What the server said when it took the letter, mostly with its own number for it."""
        recipient = _recipient(letter)
        with self._window:
            self._wait_for_turn(letter)
            with self._health.watch(letter.to, now):
                sender, private = _sender(letter), _private(letter.to, recipient)
                return self._hand_over(Envelope(letter.email_id, sender, recipient, mime(letter, now), private))

    def look(self, email_id: str) -> None:
        """One cannot: SMTP tells nothing afterwards."""

    def ill_until(self, now: datetime) -> tuple[datetime, str] | None:
        return self._health.ill_until(now)

    def close(self) -> None:
        """Ends the kept connections."""
        self._pool.close()

    def _wait_for_turn(self, letter: Letter) -> None:
        if not self._pace.wait(LONGEST_WAIT.total_seconds()):
            raise Retryable(f"email {letter.email_id}: too many others are before it at this rate", LONGEST_WAIT)

    def _hand_over(self, envelope: Envelope) -> str:
        kept = self._pool.take()
        if kept is not None:
            try:
                return self._over(kept, envelope)
            except SenderIll:
                # The server may have ended a connection that lay idle, or had enough of it. Nothing of the letter was
                # handed over; only what a new connection says counts.
                pass
        smtp = opened(self._url, self._tls, self._patience)
        return self._over(SmtpConnection(smtp, self._url.place, self._patience), envelope)

    def _over(self, connection: SmtpConnection, envelope: Envelope) -> str:
        try:
            return connection.hand_over(envelope)
        finally:
            self._pool.give_back(connection)


def _recipient(letter: Letter) -> str:
    recipient = _path(letter.to)
    if recipient is None:
        raise Rejected(f"email {letter.email_id}: the address cannot be written in SMTP without SMTPUTF8")
    return recipient


def _sender(letter: Letter) -> str:
    sender = _path(parseaddr(letter.sender)[1])
    if sender is None:
        raise SenderIll("WINBACK_FROM is no address that SMTP can carry; set one such as Shop <shop@example.com>")
    return sender


def _private(*addresses: str) -> tuple[str, ...]:
    """What no message may hold: the addresses, and each of their two halves by itself."""
    return tuple({part for address in addresses for part in (address, *address.rsplit("@", 1))})


def _path(address: str) -> str | None:
    """The address as it stands in a command, its domain in IDNA; None if it cannot stand there."""
    local, _, domain = address.rpartition("@")
    try:
        path = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None
    return path if _PATH.fullmatch(path) else None
