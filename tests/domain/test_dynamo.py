"""Both shapes an item may come in give the same item."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import an_item
from winback.domain.dynamo import plain
from winback.domain.user import user_of

RUNBOOK = (
    '{"userId":{"S":"test-user-8"},"email":{"S":"test8@example.com"},"name":{"S":"Test User 8"},'
    '"lastOrderDate":{"S":"2024-12-21T16:18:00.000Z"},"orderCount":{"N":"5"},"averageOrderValue":{"N":"100"},'
    '"preferredCategories":{"L":[{"S":"pants"},{"S":"shirts"}]},"createdAt":{"S":"2025-03-21T16:18:00.000Z"},'
    '"updatedAt":{"S":"2025-03-21T16:18:00.000Z"},"engagementScore":{"N":"30"}}'
)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["S", "N", "L", "M", "NS", "NULL", "x"]), inner),
    max_leaves=12,
)


def tagged(value: Any) -> dict[str, Any]:
    """DynamoDB JSON of a plain value."""
    match value:
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": str(value)}
        case list():
            return {"L": [tagged(entry) for entry in value]}
        case dict():
            return {"M": {name: tagged(entry) for name, entry in value.items()}}
        case None:
            return {"NULL": True}
        case _:
            return {"S": value}


def test_the_runbooks_item_reads_as_it_is_meant() -> None:
    assert plain(json.loads(RUNBOOK)) == {
        "userId": "test-user-8",
        "email": "test8@example.com",
        "name": "Test User 8",
        "lastOrderDate": "2024-12-21T16:18:00.000Z",
        "orderCount": 5,
        "averageOrderValue": 100,
        "preferredCategories": ["pants", "shirts"],
        "createdAt": "2025-03-21T16:18:00.000Z",
        "updatedAt": "2025-03-21T16:18:00.000Z",
        "engagementScore": 30,
    }


def test_plain_and_tagged_items_are_the_same_user() -> None:
    item = an_item(emailPermission={"state": "granted", "at": "2026-01-01T00:00:00.000Z"}, engagementScore=12.5)
    assert plain(item) == item
    assert plain({name: tagged(value) for name, value in item.items()}) == item


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
def test_numbers_that_are_none_are_not_finite_ones(text: str) -> None:
    number = plain({"orderCount": {"N": text}})["orderCount"]
    assert not math.isfinite(number)


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"N": "many"}, "many"),
        ({"N": True}, True),
        ({"L": "dresses"}, "dresses"),
        ({"M": ["x"]}, ["x"]),
        ({"NULL": True}, None),
    ],
)
def test_what_does_not_fit_its_tag_stays_to_be_refused_by_its_field(value: object, left: object) -> None:
    assert plain({"preferredCategories": value}) == {"preferredCategories": left}


def test_a_plain_item_whose_values_only_look_tagged_in_part_stays_as_it_is() -> None:
    item = {"userId": "u-1", "emailPermission": {"S": "granted"}}
    assert plain(item) == item


def test_nests_too_deep_for_any_field_are_not_followed() -> None:
    nest: dict[str, Any] = {"S": "x"}
    for _ in range(5000):
        nest = {"L": [nest]}
    assert user_of(plain({"name": nest})).unreadable[0].field == "name"


@given(st.dictionaries(st.sampled_from(list(an_item())) | st.text(), json_values, max_size=6))
def test_no_item_is_too_strange_to_be_read(item: dict[str, Any]) -> None:
    assert set(plain(item)) == set(item)
    user_of(plain(item))
