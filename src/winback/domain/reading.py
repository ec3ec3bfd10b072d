"""Readers of single values from outside: each gives the value, or raises ValueError with a reason for people.

A reason never holds the value: it may be personal, and it may be an attack.
"""

import re
import sys
from collections.abc import Callable
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from winback.domain.instant import instant

MOST_CATEGORIES = 50
LONGEST_TEXT = 1000
LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64
LONGEST_DATE = 40
LARGEST_COUNT = 2**31
ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
ID_RULE = "must be 1 to 128 of A-Z a-z 0-9 . _ : -"
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"(?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:[A-Za-z0-9]{_LABEL}?\.)+[A-Za-z]{_LABEL})")


def an_id(raw: object) -> str:
    """An id that is safe in logs, addresses of pages and file names."""
    if not isinstance(raw, str) or not ID.fullmatch(raw):
        raise ValueError(ID_RULE)
    return raw


def text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError("must be text")
    if len(raw) > LONGEST_TEXT:
        raise ValueError(f"has {len(raw)} characters, at most {LONGEST_TEXT}")
    if not raw.isprintable() and _NOT_PRINTABLE.search(raw):
        raise ValueError("has control characters")
    return raw


def address(raw: object) -> str:
    """An e-mail address as it was written, deliverable without SMTPUTF8."""
    written = text(raw)
    found = _ADDRESS.fullmatch(written if written.isascii() else _with_ascii_domain(written))
    if not found:
        raise ValueError("is no e-mail address")
    local, domain = found.groups()
    if len(local) > LONGEST_LOCAL_PART or len(local) + 1 + len(domain) > LONGEST_ADDRESS:
        raise ValueError("is too long for an e-mail address")
    return written


def number(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise ValueError("must be a number")
    if 0 <= raw <= sys.float_info.max:
        return float(raw)
    raise ValueError("must not be negative" if raw < 0 else "must be finite")


def count(raw: object) -> int:
    found = number(raw)
    if found > LARGEST_COUNT:
        raise ValueError("is too large for a count")
    if not found.is_integer():
        raise ValueError("must be a whole number")
    return int(found)


def score(raw: object) -> float:
    found = number(raw)
    if found > 100:
        raise ValueError("must be 0 to 100")
    return found


def moment(raw: object) -> datetime:
    """The UTC instant of an ISO-8601 date with time and zone; what Python alone takes for one is refused."""
    try:
        if isinstance(raw, str) and len(raw) <= LONGEST_DATE and ("T" in raw or " " in raw):
            return instant(raw)
    except ValueError:
        pass
    raise ValueError("must be an ISO-8601 date with a time zone, such as 2026-03-21T15:01:00Z")


def categories(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, (list, tuple)):
        raise ValueError("must be a list of texts")
    if len(raw) > MOST_CATEGORIES:
        raise ValueError(f"has {len(raw)} entries, at most {MOST_CATEGORIES}")
    return tuple([text(entry) for entry in raw])


def time_zone(raw: object) -> str:
    name = text(raw)
    if name not in _zones():
        raise ValueError("must be an IANA time zone, such as Europe/Berlin")
    return name


def matching(pattern: str, reason: str) -> Callable[[object], str]:
    """A reader of texts that match `pattern` as a whole."""
    compiled = re.compile(pattern)

    def read(raw: object) -> str:
        found = text(raw)
        if not compiled.fullmatch(found):
            raise ValueError(reason)
        return found

    return read


def _with_ascii_domain(written: str) -> str:
    local, _, domain = written.rpartition("@")
    if not local.isascii():
        raise ValueError("needs SMTPUTF8, which many servers refuse")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise ValueError("has no valid domain") from None


@cache
def _zones() -> frozenset[str]:
    """Known names only: a key is never tried as a path."""
    return frozenset(available_timezones())
