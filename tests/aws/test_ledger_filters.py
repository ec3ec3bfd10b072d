"""What the filters of the ledger's stream let through to the stream processor."""

from collections.abc import Mapping
from typing import Any

import pytest

from builders import NOW, a_contact, a_day, a_mailbox, an_order
from winback.adapters.aws.items import item, pointer
from winback.adapters.aws.tables import LEDGER_TOLD
from winback.ports import Outside, Record


def lets_through(new: Mapping[str, Any] | None, old: Mapping[str, Any] | None = None) -> bool:
    images = {name: image for name, image in (("NewImage", new), ("OldImage", old)) if image is not None}
    return any(matches({"dynamodb": images}, pattern) for pattern in LEDGER_TOLD)


def matches(value: Any, pattern: Any) -> bool:
    """As Lambda does it, for patterns that name values."""
    if isinstance(pattern, list):
        return value in pattern
    return all(name in value and matches(value[name], part) for name, part in pattern.items())


@pytest.mark.parametrize(
    "told",
    [an_order(), a_contact(due_at=None, swept_at=NOW), a_mailbox(suppressed_at=NOW, suppressed_why="unsubscribed")],
    ids=["an order", "a contact the sweep cleared", "a suppressed mailbox"],
)
def test_what_is_told_is_let_through(told: Record | Outside) -> None:
    assert lets_through(item(told))


def test_an_order_that_goes_is_let_through() -> None:
    assert lets_through(None, item(an_order()))


@pytest.mark.parametrize(
    "silent",
    [a_contact(due_at=NOW, swept_at=NOW), a_contact(due_at=None, swept_at=None), a_mailbox(), a_day()],
    ids=["a contact with a day to come", "a contact never swept", "a mailbox", "a day"],
)
def test_the_rest_starts_no_function(silent: Record) -> None:
    assert not lets_through(item(silent), item(silent))


def test_a_pointer_to_an_order_starts_no_function() -> None:
    assert not lets_through(pointer(an_order()))


def test_a_filter_asks_for_nothing_that_its_readers_understand_differently() -> None:
    assert "exists" not in str(LEDGER_TOLD)
