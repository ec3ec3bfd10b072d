"""Values of settings: what each text in the environment may say. Every reader raises ValueError without the text."""

import ipaddress
import math
import re
from collections.abc import Callable
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from winback.adapters.smtp_url import smtp_url

E = TypeVar("E", bound=StrEnum)
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}
_DURATION = re.compile(r"(\d{1,5})([dhm])", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}", re.ASCII)
_ADDRESS_OR_DOMAIN = re.compile(r"(?:[^@\s,<>]+@)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)
MOST_AHEAD = timedelta(days=3650)


def one_of(kind: type[E]) -> Callable[[str], E]:
    def read(text: str) -> E:
        try:
            return kind(text.lower())
        except ValueError:
            raise ValueError(f"is no known choice; allowed: {', '.join(kind)}") from None

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise ValueError(f"is no whole number in the range; allowed: {least} to {most}")
        return int(text)

    return read


def positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise ValueError("is no number above 0; allowed: such as 5 or 0.5")
    return number


def duration(text: str) -> timedelta:
    """`80d`, `12h` or `30m`, at most ten years."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("is no span of time; allowed: such as 80d, 12h or 30m")
    span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if span > MOST_AHEAD:
        raise ValueError(f"is too long; allowed: up to {MOST_AHEAD.days}d")
    return span


def line(text: str) -> str:
    """Printable text on one line: it goes into e-mails as it stands."""
    if not text.isprintable():
        raise ValueError("has line breaks or control characters; allowed: one line of text")
    return text


def host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError("is no host; allowed: a name or an IP address, such as 127.0.0.1")
    return text


def mailbox(text: str) -> str:
    """`shop@example.com` or `Shop <shop@example.com>`."""
    from email.headerregistry import Address  # most functions on AWS are given no address, and it loads slowly

    name, address = parseaddr(line(text))
    try:
        parsed = Address(display_name=name, addr_spec=address)
    except Exception:  # the parser raises whatever its grammar stumbles on
        parsed = None
    if parsed is None or not (parsed.username and parsed.domain):
        raise ValueError("is no sender's address; allowed: such as shop@example.com or Shop <shop@example.com>")
    return text


def addresses_or_domains(text: str) -> tuple[str, ...]:
    """In lower case; told by its place, since the entry itself may be a person's address."""
    entries = [entry.strip().lower() for entry in text.split(",")]
    for place, entry in enumerate(entries, start=1):
        if entry and not _ADDRESS_OR_DOMAIN.fullmatch(entry):
            raise ValueError(f"entry {place} is neither; allowed: addresses or domains, separated by commas")
    return tuple(entry for entry in entries if entry)


def web_url(text: str) -> str:
    """An address of the web without a trailing slash; plain http only to this machine."""
    url = _split(text)
    name = url.hostname or ""
    if not name or (url.scheme, is_loopback(name)) not in {("https", False), ("https", True), ("http", True)}:
        raise ValueError("is no address of the web; allowed: https://HOST, or http:// on this machine")
    if url.username is not None:
        raise ValueError("holds a user name; allowed: https://HOST without one")
    return text.rstrip("/")


def smtp_server(text: str) -> str:
    try:
        smtp_url(text)
    except ValueError as error:
        # Its words hold no part of the text.
        raise ValueError(f"{error}; allowed: smtp://USER:PASSWORD@HOST:PORT or smtps://…") from None
    return text


def is_loopback(name: str) -> bool:
    """Whether a host is this machine by its name alone; nothing is looked up."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _split(text: str) -> SplitResult:
    try:
        url = urlsplit(line(text))
        url.port  # noqa: B018  # a wrong port shows only when it is asked for
    except ValueError:
        raise ValueError("has a part that cannot be read; allowed: SCHEME://HOST:PORT, port 1 to 65535") from None
    return url
