"""Whatever an item holds, it is read, judged and named without harm."""

import json
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, an_item
from winback.domain import reading
from winback.domain.user import FIELDS, etag, faults, item_of, user_of

WIRE_NAMES = [code.wire for code in FIELDS]
texts = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(["granted", "UTC", "2026-03-21T15:01:00Z"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
json_values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8)


@given(st.dictionaries(st.sampled_from(WIRE_NAMES) | texts, json_values, max_size=8))
def test_any_item_becomes_a_user_that_is_judged_and_written(item: dict[str, Any]) -> None:
    user = user_of(item)
    faults(user, NOW)
    again = user_of(json.loads(json.dumps(item_of(user))))
    assert item_of(again) == item_of(user)
    assert len(etag(user)) == 24


@given(st.sampled_from(WIRE_NAMES), st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=20))
def test_a_fault_never_holds_the_value(field: str, value: str) -> None:
    for broken in (value, [value], {"state": value}, {"state": "granted", "at": value}, "\x00" + value):
        for fault in faults(user_of(an_item(**{field: broken})), NOW):
            assert value not in fault.reason


@given(st.sampled_from([name for name in WIRE_NAMES if name not in {"userId", "email"}]))
def test_null_is_the_same_as_absent(field: str) -> None:
    assert user_of({**an_item(), field: None}) == user_of(an_item(**{field: None}))


def test_a_nest_of_any_depth_is_no_permission() -> None:
    nest: Any = "granted"
    for _ in range(5000):
        nest = [nest]
    assert user_of(an_item(emailPermission={"state": nest})).unreadable[0].field == "emailPermission"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "Europe/../../secret", "zone.tab", "C:\\zone", "x" * 900]
)
def test_a_time_zone_is_looked_up_and_never_opened(name: str) -> None:
    assert reading.time_zone("Europe/Berlin") == "Europe/Berlin"
    with (
        patch("builtins.open", side_effect=AssertionError),
        patch("io.open", side_effect=AssertionError),
        pytest.raises(ValueError, match="IANA"),
    ):
        reading.time_zone(name)


def test_every_time_zone_that_is_taken_can_be_loaded() -> None:
    for name in ("Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kathmandu", "UTC", "Pacific/Apia"):
        assert ZoneInfo(reading.time_zone(name)).key == name


@pytest.mark.parametrize(
    "attack", ["a@" + "a." * 480, "a" * 900 + "@", ("a" * 62 + "-") * 15 + "@x.co", "ü@" * 300, "a@" + "ü." * 400]
)
def test_no_address_is_slow_to_refuse(attack: str) -> None:
    """A pattern that backtracks without end would never return."""
    assert user_of(an_item(email=attack)).email is None
