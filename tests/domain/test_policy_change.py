from dataclasses import fields, replace

import pytest

from winback.domain.errors import Refused
from winback.domain.policy import Basis, Policy
from winback.domain.policy_change import RULES, changed
from winback.domain.wire import camel


def test_every_field_but_id_and_version_can_be_set() -> None:
    assert list(RULES) == [field.name for field in fields(Policy) if field.name not in {"policy_id", "version"}]


@pytest.mark.parametrize("field", RULES)
def test_every_default_may_be_set_again_as_it_is_printed(field: str) -> None:
    default = getattr(Policy(), field)
    text = ",".join(default) if isinstance(default, tuple) else str(default)
    assert changed(Policy(), {field: text}) == changed(Policy(), {camel(field): text}) == Policy()


@pytest.mark.parametrize(
    ("name", "given", "field", "value"),
    [
        ("threshold", "62.5", "threshold", 62.5),
        ("threshold", 40, "threshold", 40.0),
        ("quietPeriodDays", " 10 ", "quiet_period_days", 10),
        ("cap_90_days", 3.0, "cap_90_days", 3),
        ("cap90Days", "3", "cap_90_days", 3),
        ("holdoutShare", "0", "holdout_share", 0.0),
        ("quietHoursFrom", "22:30", "quiet_hours_from", "22:30"),
        ("timeZone", "Europe/Berlin", "time_zone", "Europe/Berlin"),
        ("basis", "nobody", "basis", Basis.NOBODY),
        ("mailNeverOrdered", "yes", "mail_never_ordered", True),
        ("mailNeverOrdered", False, "mail_never_ordered", False),
        ("excludedDomains", "Rival.example, other.example", "excluded_domains", ("rival.example", "other.example")),
        ("excludedDomains", "", "excluded_domains", ()),
    ],
)
def test_what_is_given_is_read_as_its_fields_type(name: str, given: str | float, field: str, value: object) -> None:
    read = getattr(changed(Policy(), {name: given}), field)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("threshold", "0"),
        ("threshold", "99.5"),
        ("threshold", "nan"),
        ("threshold", "high"),
        ("threshold", True),
        ("averageOrderValueUsual", "0"),
        ("quietPeriodDays", "0"),
        ("quietPeriodDays", "7.5"),
        ("quietPeriodDays", 1e400),
        ("cap365Days", "13"),
        ("dailyLimit", "-1"),
        ("holdoutShare", "1"),
        ("quietHoursFrom", "24:00"),
        ("quietHoursFrom", "8:00"),
        ("quietHoursFrom", 8),
        ("holdoutSalt", ""),
        ("campaign", "spring sale"),
        ("timeZone", "Mars/Base"),
        ("timeZone", "../etc/passwd"),
        ("basis", "everybody"),
        ("mailNeverOrdered", "maybe"),
        ("mailNeverOrdered", 1),
        ("excludedDomains", "not a domain"),
        ("excludedDomains", 5),
    ],
)
def test_a_value_outside_the_rule_is_refused_with_the_field_and_what_is_allowed(name: str, given: str | float) -> None:
    with pytest.raises(Refused) as refusal:
        changed(Policy(), {name: given})
    words = str(refusal.value)
    assert words.startswith(f"{name}: ")
    assert "allowed: " in words
    assert "\n" not in words


@pytest.mark.parametrize("name", ["version", "policyId", "policy_id", "treshold", "Threshold", ""])
def test_a_name_that_is_no_settable_field_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(Refused, match=r"no field of the policy that can be set; allowed: threshold, .*excludedDomains"):
        changed(Policy(), {name: "1"})


def test_a_field_named_twice_is_refused() -> None:
    with pytest.raises(Refused, match=r"^dailyLimit: is set twice"):
        changed(Policy(), {"dailyLimit": 1, "daily_limit": 2})


def test_what_is_not_named_stays_the_version_too() -> None:
    policy = Policy(threshold=61.0, campaign="spring", version=7)
    assert changed(policy, {"dailyLimit": 5}) == replace(policy, daily_limit=5)
