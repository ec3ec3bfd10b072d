"""The URL of an SMTP server, with its sign-in; what is shown of it never holds user or password."""

import math
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SUBMISSION_PORT: Final = 587
SMTP_PORT: Final = 25
SMTPS_PORT: Final = 465


@dataclass(frozen=True, slots=True)
class SmtpUrl:
    """`smtps://` speaks TLS from the first byte, `smtp://` begins plain. User and password come both or not at all."""

    host: str
    port: int
    tls_from_start: bool = False
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    rate_per_second: float | None = None

    @property
    def loopback(self) -> bool:
        """Whether the server is on this machine, so that nothing goes over a wire."""
        return self.host == "localhost" or self.host.endswith(".localhost") or _is_loopback_ip(self.host)

    @property
    def place(self) -> str:
        """Host and port, fit for a message."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def smtp_url(text: str) -> SmtpUrl:
    """Reads `smtp://user:password@host:587?rate=10`; user and password percent-decoded.

    Ports left out are 465 for smtps, 587 with a sign-in, else 25. Raises ValueError, whose words hold no part of the
    text: a password with a bare `/` or `?` in it may end up in any part.
    """
    try:
        return _read(urlsplit(text.strip()))
    except _BadUrlError as error:
        raise ValueError(str(error)) from None
    except ValueError:
        raise ValueError(
            "is no SMTP URL, such as smtp://user:password@mail.example.com:587; in user and password write"
            " % / ? # @ : as %25 %2F %3F %23 %40 %3A"
        ) from None


class _BadUrlError(ValueError):
    """One of ours, whose words may be shown; the library's may quote the password."""


def _read(parts: SplitResult) -> SmtpUrl:
    if parts.scheme not in ("smtp", "smtps"):
        raise _BadUrlError("must begin with smtp:// or smtps://")
    if not parts.hostname or parts.path not in ("", "/") or parts.fragment:
        raise ValueError
    user, password = _sign_in(parts)
    tls_from_start = parts.scheme == "smtps"
    port = parts.port
    if port is None:
        port = SMTPS_PORT if tls_from_start else SUBMISSION_PORT if user else SMTP_PORT
    if port == 0:
        raise _BadUrlError("must have a port from 1 to 65535")
    return SmtpUrl(parts.hostname, port, tls_from_start, user, password, _rate(parts.query))


def _sign_in(parts: SplitResult) -> tuple[str | None, str | None]:
    if not parts.username and not parts.password:
        return None, None
    if not parts.username or not parts.password:
        raise _BadUrlError("must have both user and password, or neither")
    user, password = (unquote(part, errors="strict") for part in (parts.username, parts.password))
    if not all(text.isascii() and text.isprintable() for text in (user, password)):
        raise _BadUrlError("must have a user and a password of printable ASCII characters")
    return user, password


def _rate(query: str) -> float | None:
    options = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    if not options:
        return None
    (name, value), *more = options
    if name != "rate" or more:
        raise _BadUrlError("may have one option, rate, such as ?rate=10 for ten e-mails a second")
    rate = _number(value)
    if not (math.isfinite(rate) and rate > 0):
        raise _BadUrlError("must have a rate above 0, such as ?rate=10 for ten e-mails a second")
    return rate


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _is_loopback_ip(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
