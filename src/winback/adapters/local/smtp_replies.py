"""What an SMTP server answered, and whose fault a refusal is: docs/senders.md, "What a refusal means"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from winback.domain.errors import AddressRejected, Rejected, Retryable, SenderIll, WinbackError

UNREADABLE: Final = -1
MOST_WORDS: Final = 200

_ENHANCED: Final = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")
_ENHANCED_AGAIN: Final = re.compile(r"\n\s*[245]\.\d{1,3}\.\d{1,3}(?=\s)")
_ADDRESS: Final = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\"',;:]+")

# About us, not about the letter: closing down, and the four that ask for a (better) sign-in, RFC 4954.
_OF_THE_SENDER: Final = frozenset({421, 530, 534, 535, 538})
_OF_THE_SENDERS_ADDRESS: Final = frozenset({"5.1.7", "5.1.8"})
_TOO_BIG: Final = "5.3.4"
_MAILBOX_DISABLED: Final = "5.2.1"
# 5.1.0 is "other": servers say it of the sender's address too, and nobody may be suppressed for that.
_UNCLEAR_ADDRESS: Final = "5.1.0"


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply; `status` its enhanced code (RFC 3463) if it has one, `words` fit for a log."""

    code: int
    status: str | None
    words: str

    def __str__(self) -> str:
        if self.code == UNREADABLE:
            return "an unreadable reply"
        return f"{self.code} {self.words}".rstrip()

    @property
    def is_yes(self) -> bool:
        return 200 <= self.code < 300

    @property
    def ends_the_connection(self) -> bool:
        """After it nothing more can be said on this connection: it closes, or the two sides are out of step."""
        return self.code == 421 or not 400 <= self.code < 600


def reply(code: int, text: bytes, private: Iterable[str] = ()) -> Reply:
    """The reply with every e-mail address and each `private` text masked, on one line, at most 200 characters."""
    raw = text.decode("utf-8", errors="replace")
    status = _ENHANCED.match(raw)
    return Reply(code if 100 <= code < 600 else UNREADABLE, status.group(1) if status else None, _masked(raw, private))


def refused_sender(answer: Reply, step: str, server: str) -> SenderIll:
    """Connecting, TLS, sign-in and MAIL FROM: the sender's own fault."""
    return SenderIll(f"SMTP server {server}: {step} failed: {answer}")


def refused_mail(answer: Reply, email_id: str, server: str) -> WinbackError:
    """MAIL FROM: the sender's fault, save that it also tells the letter's size."""
    if answer.status == _TOO_BIG:
        return Rejected(f"email {email_id}: too big for the server: {answer}")
    return refused_sender(answer, "MAIL FROM", server)


def refused_recipient(answer: Reply, email_id: str, server: str) -> WinbackError:
    """RCPT TO: the only place where an address can be refused for ever."""
    if answer.status in _OF_THE_SENDERS_ADDRESS:
        return refused_sender(answer, "MAIL FROM", server)
    if 500 <= answer.code < 600 and _is_of_the_address(answer.status):
        return AddressRejected(f"email {email_id}: the address does not take e-mail: {answer}")
    return refused_before_letter(answer, "RCPT TO", email_id, server)


def refused_before_letter(answer: Reply, step: str, email_id: str, server: str) -> WinbackError:
    """RCPT TO and DATA: nothing of the letter has been handed over."""
    if answer.code in _OF_THE_SENDER:
        return refused_sender(answer, step, server)
    return refused_letter(answer, step, email_id)


def refused_letter(answer: Reply, step: str, email_id: str) -> WinbackError:
    """A final no: put off or refused, and in both cases not taken."""
    if 500 <= answer.code < 600:
        return Rejected(f"email {email_id}: refused at {step}: {answer}")
    return Retryable(f"email {email_id}: put off at {step}: {answer}")


def _is_of_the_address(status: str | None) -> bool:
    if status is None or status == _UNCLEAR_ADDRESS:
        return False
    return status.startswith("5.1.") or status == _MAILBOX_DISABLED


def _masked(raw: str, private: Iterable[str]) -> str:
    text = _ENHANCED_AGAIN.sub(" ", raw)
    text = _ADDRESS.sub("(address)", text)
    for secret in sorted(private, key=len, reverse=True):
        if text.isascii() and secret.lower() not in text.lower():
            continue  # nearly always; and each address would be a pattern of its own to compile
        text = re.sub(rf"(?<![^\W\d_]){re.escape(secret)}(?![^\W\d_])", "(hidden)", text, flags=re.IGNORECASE)
    one_line = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(one_line.split())[:MOST_WORDS]
