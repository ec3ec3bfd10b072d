"""Changes of the policy: what may stand in each of its fields, and how a person or program writes it."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import available_timezones

from winback.domain.errors import Refused
from winback.domain.mailbox import KEPT_SENDS
from winback.domain.policy import Basis, Policy
from winback.domain.wire import camel

Given = str | float | bool
_DAYTIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_MARK = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.ASCII)
_YES_NO: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field may hold, in words, and the function that reads it and raises ValueError where it may not."""

    allowed: str
    read: Callable[[Given], object]


def changed(policy: Policy, assignments: Mapping[str, Given]) -> Policy:
    """The policy with the named fields set; names in camelCase or snake_case. Raises Refused, naming the field."""
    values: dict[str, object] = {}
    for name, given in assignments.items():
        field = _field(name)
        if field in values:
            raise Refused(f"{camel(field)}: is set twice, say it once")
        values[field] = _read(field, given)
    # The values come from the rule of their own field, which mypy cannot see through a mapping.
    return replace(policy, **values)  # type: ignore[arg-type]


def _field(name: str) -> str:
    field = _BY_NAME.get(name)
    if field is None:
        raise Refused(
            f"{name[:64]!r}: is no field of the policy that can be set; allowed: {', '.join(map(camel, RULES))}"
        )
    return field


def _read(field: str, given: Given) -> object:
    rule = RULES[field]
    try:
        return rule.read(given.strip() if isinstance(given, str) else given)
    except (ValueError, OverflowError):
        raise Refused(f"{camel(field)}: is not allowed as given; allowed: {rule.allowed}") from None


def _number(least: float, most: float) -> Rule:
    return Rule(f"{least:.7g} to {most:.7g}", lambda given: _within(least, most, given))


def _whole(least: int, most: int, unit: str = "") -> Rule:
    def read(given: Given) -> int:
        value = _within(least, most, given)
        if not value.is_integer():
            raise ValueError("is no whole number")
        return int(value)

    return Rule(f"{least} to {most}{unit}", read)


def _within(least: float, most: float, given: Given) -> float:
    number = math.nan if isinstance(given, bool) else float(given)
    if not least <= number <= most:
        raise ValueError("is no number in the range")
    return number


def _text(pattern: re.Pattern[str], allowed: str) -> Rule:
    def read(given: Given) -> str:
        if not (isinstance(given, str) and pattern.fullmatch(given)):
            raise ValueError("is not of the form")
        return given

    return Rule(allowed, read)


def _time_zone(given: Given) -> str:
    if not isinstance(given, str) or given not in available_timezones():
        raise ValueError("is no time zone")
    return given


def _yes_or_no(given: Given) -> bool:
    if isinstance(given, bool):
        return given
    if not isinstance(given, str) or given.lower() not in _YES_NO:
        raise ValueError("is neither yes nor no")
    return _YES_NO[given.lower()]


def _domains(given: Given) -> tuple[str, ...]:
    if not isinstance(given, str):
        raise ValueError("is no text")
    domains = tuple(entry.strip().lower() for entry in given.split(",") if entry.strip())
    if not all(_DOMAIN.fullmatch(domain) for domain in domains):
        raise ValueError("is no list of domains")
    return domains


RULES: Final[dict[str, Rule]] = {
    "threshold": _number(1, 99),
    "average_order_value_usual": _number(0.01, 1_000_000),
    "quiet_period_days": _whole(1, 365, " days"),
    "episode_mails": _whole(1, KEPT_SENDS),
    "episode_gap_days": _whole(1, 365, " days"),
    "cap_90_days": _whole(1, KEPT_SENDS),
    "cap_365_days": _whole(1, KEPT_SENDS),
    "silent_at_most_days": _whole(1, 3650, " days"),
    "quiet_hours_from": _text(_DAYTIME, "00:00 to 23:59"),
    "quiet_hours_until": _text(_DAYTIME, "00:00 to 23:59"),
    "daily_limit": _whole(0, 10_000_000),
    "holdout_share": _number(0, 0.9),
    "holdout_salt": _text(_MARK, "1 to 64 of A-Z a-z 0-9 . _ : -"),
    "campaign": _text(_MARK, "1 to 64 of A-Z a-z 0-9 . _ : -"),
    "time_zone": Rule("an IANA time zone, such as Europe/Berlin", _time_zone),
    "basis": Rule(" or ".join(Basis), lambda given: Basis(str(given))),
    "mail_never_ordered": Rule("true or false", _yes_or_no),
    "excluded_domains": Rule("domains, separated by commas; empty for none", _domains),
}
"""Every field of the policy that can be set. `policy_id` and `version` are the store's."""
_BY_NAME: Final = {name: field for field in RULES for name in (field, camel(field))}
