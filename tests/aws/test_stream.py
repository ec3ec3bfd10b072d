from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aws.dynamo import new_tables
from aws.emulated import clients, streams
from aws.envelopes import NAMES, RECORDED, recorded
from aws.poller import stream_records
from builders import NOW, a_contact, a_user, an_email, an_order
from winback.adapters.aws.store import DynamoStore
from winback.adapters.aws.stream import changes_in
from winback.adapters.memory import FixedClock, MemoryStore
from winback.domain.change import Change, Noun, Verb
from winback.domain.contact import DueFor
from winback.domain.email import EmailStatus
from winback.domain.order import Order, OrderStatus
from winback.domain.user import User
from winback.ports import Add, Put, Remove, Replace, ShowScore, Write

TOLD = {
    "user-put": (Noun.USER, Verb.ADDED, "test-user-1", None),
    "user-changed": (Noun.USER, Verb.CHANGED, "test-user-1", None),
    "user-removed": (Noun.USER, Verb.REMOVED, "test-user-1", None),
    "user-broken": (Noun.USER, Verb.ADDED, "jane.roe@example.com", None),
    "email-sent": (Noun.EMAIL, Verb.CHANGED, "e-0123456789abcdef", "SENT"),
    "contact-swept": (Noun.CONTACT, Verb.CHANGED, "test-user-1", "CROSSING"),
    "order-put": (Noun.ORDER, Verb.ADDED, "o-1", None),
    "order-returned": (Noun.ORDER, Verb.CHANGED, "o-1", None),
}
SILENT = {
    "user-score-shown",
    "email-claimed",
    "contact-judged",
    "order-unreadable",
    "pointer-put",
    "body-expired",
    "user-expired",
}
UNREADABLE = {"contact-garbled", "other-table"}


def test_every_recorded_record_has_its_claim() -> None:
    assert {path.stem for path in RECORDED.glob("*.json")} == set(TOLD) | SILENT | UNREADABLE


@pytest.mark.parametrize("name", TOLD)
def test_a_record_tells_its_change(name: str) -> None:
    (change,) = changes_in(recorded(name), NAMES)
    assert (change.noun, change.verb, change.key, change.detail) == TOLD[name]
    assert change.at == datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", sorted(SILENT))
def test_a_record_of_ours_alone_is_silent(name: str) -> None:
    assert changes_in(recorded(name), NAMES) == []


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_a_record_that_nobody_can_read_is_an_error(name: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        changes_in(recorded(name), NAMES)


def test_a_change_is_numbered_by_its_table_and_its_place_in_the_stream() -> None:
    ids = [changes_in(recorded(name, 17), NAMES)[0].change_id for name in ("user-put", "email-sent", "order-put")]
    assert ids == ["u17", "e17", "l17"]


def test_an_order_that_passes_to_another_user_tells_of_both_under_two_numbers() -> None:
    record = recorded("order-returned", 17)
    record["dynamodb"]["NewImage"]["userId"]["S"] = "test-user-8"
    assert [(change.change_id, change.user_id) for change in changes_in(record, NAMES)] == [
        ("l17", "test-user-8"),
        ("l17-1", "test-user-1"),
    ]


LIFE: list[list[Write]] = [
    [Put(a_user())],
    [Put(a_user())],
    [Put(a_user(order_count=6))],
    [Put(a_user(order_count=6, updated_at=NOW))],
    [Add(a_contact(score=41.0, due_at=NOW, due_for=DueFor.CROSSING))],
    [ShowScore("u-1", None, 41)],
    [Replace(a_contact(version=1, swept_at=NOW, due_at=None, due_for=DueFor.CROSSING))],
    [Replace(a_contact(version=2, swept_at=NOW, due_at=None, due_for=DueFor.CROSSING, attempts=1))],
    [Put(an_order())],
    [Put(an_order(status=OrderStatus.RETURNED))],
    [Add(an_email())],
    [Replace(an_email(version=1, status=EmailStatus.SENDING))],
    [Replace(an_email(version=2, status=EmailStatus.SENT))],
    [Remove(Order, an_order().order_id)],
    [Remove(User, "u-1")],
]


def test_the_streams_tell_what_the_reference_tells_of_the_same_life() -> None:
    memory, names = MemoryStore(FixedClock(NOW)), new_tables(clients().dynamodb)
    dynamo = DynamoStore(clients().dynamodb, names)
    for writes in LIFE:
        memory.commit(*writes)
        dynamo.commit(*writes)
    records = []
    for table in (names.users, names.ledger, names.emails):
        arn = clients().dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        records += list(stream_records(streams(), arn))
    changes = [bare(change) for record in records for change in changes_in(record, names)]

    def of(noun: Noun) -> list[Change]:
        return [bare(change) for change in memory.waiting(100) if change.noun is noun]

    for noun in (Noun.USER, Noun.ORDER, Noun.CONTACT, Noun.EMAIL):
        assert [change for change in changes if change.noun is noun] == of(noun)


def bare(change: Change) -> Change:
    """Without what the two number and date by themselves."""
    return replace(change, change_id="", at=NOW)
