"""One open connection to an SMTP server: one letter after the other, each step of the dialogue told apart."""

import contextlib
import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from winback.adapters.local.smtp_opening import Patience, fault_of
from winback.adapters.local.smtp_replies import (
    Reply,
    refused_before_letter,
    refused_letter,
    refused_mail,
    refused_recipient,
    reply,
)
from winback.domain.errors import Rejected, Retryable, SenderIll, Unsure, WinbackError

QUIT_SECONDS: Final = 2.0
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_DOT_AT_START: Final = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True, repr=False)
class Envelope:
    """A letter ready for the wire. `private` is masked in whatever the server says of it."""

    email_id: str
    sender: str
    recipient: str
    content: bytes
    private: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Envelope({self.email_id})"


class SmtpConnection:
    """Not for two threads at once. Only while it is `clean` may another letter be handed over."""

    def __init__(self, smtp: smtplib.SMTP, server: str, patience: Patience) -> None:
        self._smtp = smtp
        self._server = server
        self._patience = patience
        self.clean = True
        self.letters = 0

    def hand_over(self, envelope: Envelope) -> str:
        """What the server said when it took the letter.

        Raises SenderIll up to MAIL FROM; then Retryable, AddressRejected or Rejected for a refusal, Retryable for a
        break before the letter was asked for (354), Unsure for one after that.
        """
        content = _on_the_wire(envelope.content)
        self._check_size(envelope, len(content))
        self.clean = False
        self.letters += 1
        self._wait_up_to(self._patience.command_seconds)
        self._mail_from(envelope, len(content))
        self._rcpt_to(envelope)
        self._data(envelope)
        verdict = self._transfer(envelope, content)
        self.clean = True
        return str(verdict)

    def close(self) -> None:
        """Says QUIT if the server still listens, and closes in any case."""
        with contextlib.suppress(OSError):
            if self.clean and self._smtp.sock is not None:
                self._smtp.sock.settimeout(QUIT_SECONDS)
                self._smtp.docmd("QUIT")
        self._smtp.close()

    def _check_size(self, envelope: Envelope, size: int) -> None:
        limit = self._smtp.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < size:
            raise Rejected(f"email {envelope.email_id}: has {size} bytes, the server takes at most {limit}")

    def _mail_from(self, envelope: Envelope, size: int) -> None:
        options = f" SIZE={size}" if self._smtp.has_extn("size") else ""
        if not envelope.content.isascii() and self._smtp.has_extn("8bitmime"):
            options += " BODY=8BITMIME"
        with _a_break_means(SenderIll, f"SMTP server {self._server}: MAIL FROM failed"):
            answer = self._say(f"MAIL FROM:<{envelope.sender}>{options}", envelope)
        if not answer.is_yes:
            raise self._tidied(refused_mail(answer, envelope.email_id, self._server), answer)

    def _rcpt_to(self, envelope: Envelope) -> None:
        with _a_break_means(Retryable, f"email {envelope.email_id}: the connection broke at RCPT TO"):
            answer = self._say(f"RCPT TO:<{envelope.recipient}>", envelope)
        if not answer.is_yes:
            raise self._tidied(refused_recipient(answer, envelope.email_id, self._server), answer)

    def _data(self, envelope: Envelope) -> None:
        with _a_break_means(Retryable, f"email {envelope.email_id}: the connection broke at DATA"):
            answer = self._say("DATA", envelope)
        if answer.code != 354:
            raise self._tidied(refused_before_letter(answer, "DATA", envelope.email_id, self._server), answer)

    def _transfer(self, envelope: Envelope, content: bytes) -> Reply:
        with _a_break_means(Unsure, f"email {envelope.email_id}: the connection broke before the server's verdict"):
            self._wait_up_to(self._patience.verdict_seconds)
            self._smtp.send(content + b".\r\n")
            verdict = reply(*self._smtp.getreply(), private=envelope.private)
        if verdict.is_yes:
            return verdict
        if 400 <= verdict.code < 600:
            raise self._tidied(refused_letter(verdict, "the end of DATA", envelope.email_id), verdict)
        raise Unsure(f"email {envelope.email_id}: the server's verdict cannot be understood: {verdict}")

    def _say(self, line: str, envelope: Envelope) -> Reply:
        return reply(*self._smtp.docmd(line), private=envelope.private)

    def _wait_up_to(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)

    def _tidied(self, error: WinbackError, answer: Reply) -> WinbackError:
        """The error to raise, after the server was told to forget the letter, so that the next one starts afresh."""
        if not answer.ends_the_connection and not isinstance(error, SenderIll):
            with contextlib.suppress(OSError):
                code, _ = self._smtp.rset()
                self.clean = code == 250
        return error


def _on_the_wire(content: bytes) -> bytes:
    """Lines end in CRLF, the last one too; a dot that begins a line is doubled (RFC 5321 4.5.2)."""
    lines = _LINE_END.sub(b"\r\n", content)
    return _DOT_AT_START.sub(b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")


@contextmanager
def _a_break_means(kind: type[WinbackError], words: str) -> Iterator[None]:
    """All that smtplib and sockets raise is an OSError: closed, timed out, a line without end."""
    try:
        yield
    except OSError as error:
        raise kind(f"{words}: {fault_of(error)}") from error
