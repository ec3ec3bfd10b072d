"""Mailbox: what Winback knows of an address, under a keyed hash of it. Users who share an address share it."""

import contextlib
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from winback.domain.switch import SenderKind

KEPT_SENDS = 12
"""More than any cap counts; older ones are forgotten first."""
_DOTS_DO_NOT_COUNT = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True, slots=True)
class Sent:
    """One e-mail that left for this mailbox: by which sender (the folder's do not count for a real one), to whom of
    those who share it."""

    at: datetime
    by: SenderKind
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """May this address be mailed? `open_email_id` is the one e-mail under way, reserved for `open_user_id`.

    Outlives deletion and erasure of its users: it is the suppression list, the slot and the cap in one.
    """

    mailbox_id: str
    suppressed_at: datetime | None = None
    suppressed_why: str | None = None
    open_email_id: str | None = None
    open_user_id: str | None = None
    reserved_until: datetime | None = None
    quiet_until: datetime | None = None
    quiet_by: SenderKind | None = None
    sends: tuple[Sent, ...] = ()
    soft_bounces: int = 0
    arms: dict[str, str] = field(default_factory=dict)
    version: int = 0


def normalised(address: str) -> str:
    """One spelling for all that reach one mailbox: NFC, lower case, IDNA, no +tag, for Gmail no dots."""
    local, _, domain = unicodedata.normalize("NFC", address.strip()).lower().rpartition("@")
    local = local.partition("+")[0] or local
    with contextlib.suppress(UnicodeError):  # no domain at all is refused elsewhere; its hash only has to be stable
        domain = domain.encode("idna").decode()
    if domain in _DOTS_DO_NOT_COUNT:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def mailbox_id(address: str, key: bytes) -> str:
    """The keyed hash of the normalised address: without the key nobody can test whether an address is known."""
    return hmac.new(key, normalised(address).encode(), hashlib.sha256).hexdigest()[:32]


def reserved(mailbox: Mailbox, email_id: str, user_id: str, until: datetime) -> Mailbox:
    return replace(mailbox, open_email_id=email_id, open_user_id=user_id, reserved_until=until)


def freed(mailbox: Mailbox) -> Mailbox:
    return replace(mailbox, open_email_id=None, open_user_id=None, reserved_until=None)


def quieted(mailbox: Mailbox, now: datetime, quiet_for: timedelta, by: SenderKind, user_id: str) -> Mailbox:
    """The mailbox after an e-mail left for it, or was held out as if it had."""
    sends = (*mailbox.sends, Sent(now, by, user_id))[-KEPT_SENDS:]
    return replace(mailbox, quiet_until=now + quiet_for, quiet_by=by, sends=sends)


def suppressed(mailbox: Mailbox, now: datetime, why: str) -> Mailbox:
    """Suppressed for ever; the first reason stays."""
    if mailbox.suppressed_at is not None:
        return mailbox
    return replace(mailbox, suppressed_at=now, suppressed_why=why)


def sends_since(mailbox: Mailbox, since: datetime, sender_is_real: bool) -> list[Sent]:
    """Those that count for the caps; what the folder "sent" counts only while the folder is the sender."""
    return [sent for sent in mailbox.sends if sent.at > since and _counts(sent.by, sender_is_real)]


def quiet_until(mailbox: Mailbox, sender_is_real: bool) -> datetime | None:
    if mailbox.quiet_by is not None and not _counts(mailbox.quiet_by, sender_is_real):
        return None
    return mailbox.quiet_until


def _counts(by: SenderKind, sender_is_real: bool) -> bool:
    return not sender_is_real or by is not SenderKind.FOLDER
