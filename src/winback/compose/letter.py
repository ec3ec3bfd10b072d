"""Arrows: e-mail and body → letter → the bytes that leave. No header can be smuggled in through any text."""

import re
import unicodedata
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import Final

from winback.domain.email import Body, Email
from winback.domain.errors import Rejected
from winback.domain.switch import Sender
from winback.ports import Letter

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_ENCODED_WORD: Final = re.compile(r"=\?[^?\s]*\?[bq]\?", re.IGNORECASE)
_UNSAFE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_UNSAFE_IN_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def letter_of(email: Email, body: Body, to: str, sender: Sender) -> Letter:
    return Letter(
        email_id=email.email_id,
        to=to,
        sender=sender.from_address,
        subject=email.subject,
        text=email.text,
        html=body.html,
        reply_to=sender.reply_to,
    )


def mime(letter: Letter, now: datetime) -> bytes:
    """The whole message, ready for SMTP or a file, seven-bit throughout.

    Raises Rejected if a header would hold a line break or another control character, or an address is none.
    """
    sender = _address(letter, "From", letter.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = _address(letter, "To", f"<{letter.to}>")
    if letter.reply_to is not None:
        message["Reply-To"] = _address(letter, "Reply-To", letter.reply_to)
    message["Subject"] = _line(letter, "Subject", letter.subject)
    message["Date"] = format_datetime(now.astimezone(UTC))
    message["Message-ID"] = _message_id(letter, sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_body(letter, letter.text), cte="quoted-printable")
    message.add_alternative(_body(letter, letter.html), subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _line(letter: Letter, header: str, text: str) -> str:
    """Python's own library lets a NUL through, and takes `=?…?=` for its own encoding; so nothing is left to it."""
    if _ENCODED_WORD.search(text) or any(unicodedata.category(char) in _UNSAFE for char in text):
        raise Rejected(f"email {letter.email_id!a}: {header} has control characters or an encoded word")
    return text


def _body(letter: Letter, text: str) -> str:
    if _UNSAFE_IN_TEXT.search(text):
        raise Rejected(f"email {letter.email_id!a}: the text has control characters")
    return text


def _address(letter: Letter, header: str, text: str) -> Address:
    """The one mailbox `text` names, its domain in ASCII."""
    found = getaddresses([_line(letter, header, text)])
    try:
        ((name, address),) = found
        if text != address and not text.endswith(f"<{address}>"):
            raise ValueError("the library read another address than the one that is written")
        local, _, domain = address.rpartition("@")
        if not local.isascii():
            raise ValueError("needs SMTPUTF8")
        # Parsed once more by the stricter of the library's two parsers.
        parsed = Address(addr_spec=f"{local}@{domain.encode('idna').decode()}")
        return Address(name, parsed.username, parsed.domain)
    except (ValueError, HeaderParseError, IndexError):
        raise Rejected(f"email {letter.email_id!a}: {header} is not exactly one e-mail address") from None


def _message_id(letter: Letter, sender: Address) -> str:
    if not _ID.fullmatch(letter.email_id):
        raise Rejected(f"email {letter.email_id!a}: the id does not fit into a Message-ID")
    return f"<{letter.email_id}@{sender.domain}>"
