"""What only DynamoDB has: indexes that lag, pointers beside items, calls that cost."""

import math
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aws.dynamo import TwoStores, asked_of, once_after, once_before, two_stores
from builders import (
    NOW,
    USER_ID,
    a_body,
    a_contact,
    a_day,
    a_decision,
    a_mailbox,
    a_policy,
    a_user,
    an_email,
    an_order,
    an_outcome,
    days_ago,
)
from winback.adapters.aws.places import place_of
from winback.adapters.aws.tables import LEDGER, shard, shards
from winback.adapters.aws.values import tagged
from winback.domain.email import Body, EmailStatus
from winback.domain.order import Order
from winback.domain.user import User
from winback.ports import Add, Put, Remove, Replace, ShowScore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECOND = timedelta(seconds=1)


@pytest.fixture
def bench() -> Iterator[TwoStores]:
    with two_stores() as stores:
        yield stores


# Orders: an item and its pointer


@pytest.mark.parametrize("owner", [USER_ID, "u-2"], ids=["stays", "moves too"])
def test_an_order_that_another_writer_moves_meanwhile_is_in_the_end_one_users(bench: TwoStores, owner: str) -> None:
    bench.store.commit(Put(an_order()))
    once_after(bench.client, "GetItem", lambda: bench.other.commit(Put(an_order(user_id="u-3"))))
    bench.store.commit(Put(an_order(user_id=owner)))

    assert bench.store.get(Order, "o-1") == an_order(user_id=owner)
    assert [user for user in (USER_ID, "u-2", "u-3") if bench.store.orders_of(user)] == [owner]


def test_an_order_that_another_writer_moves_while_it_is_removed_is_gone(bench: TwoStores) -> None:
    bench.store.commit(Put(an_order()))
    once_after(bench.client, "GetItem", lambda: bench.other.commit(Put(an_order(user_id="u-3"))))
    bench.store.commit(Remove(Order, "o-1"))

    assert bench.store.get(Order, "o-1") is None
    assert bench.store.orders_of(USER_ID) == []
    assert bench.store.orders_of("u-3") == []


def test_a_new_order_that_two_writers_put_at_once_is_in_the_end_one_users(bench: TwoStores) -> None:
    once_after(bench.client, "GetItem", lambda: bench.other.commit(Put(an_order(user_id="u-3"))))
    bench.store.commit(Put(an_order()))

    assert bench.store.orders_of(USER_ID) == [an_order()]
    assert bench.store.orders_of("u-3") == []


def test_of_two_puts_of_one_record_in_a_commit_the_last_stays(bench: TwoStores) -> None:
    bench.store.commit(
        Put(an_order(value=1.0)), Put(a_user(name="Ada")), Put(an_order(user_id="u-2")), Remove(User, USER_ID)
    )

    assert bench.store.orders_of(USER_ID) == []
    assert bench.store.get(Order, "o-1") == an_order(user_id="u-2")
    assert bench.store.get(User, USER_ID) is None


def test_an_item_beside_the_orders_that_is_no_order_is_left_out(bench: TwoStores) -> None:
    bench.store.commit(Put(an_order()))
    strange = tagged({"pk": f"orders#{USER_ID}", "sk": "o-2", "kind": "order", "orderId": "o-2", "value": "much"})
    bench.client.put_item(TableName=bench.names.ledger, Item=strange)

    assert bench.store.orders_of(USER_ID) == [an_order()]


# Indexes lag: they say where to look, the item says what is so


def test_who_is_no_longer_due_is_not_given_though_the_index_still_names_him(bench: TwoStores) -> None:
    bench.store.commit(Add(a_contact(due_at=NOW)))
    cleared = Replace(a_contact(due_at=None, swept_at=NOW, version=1))
    once_before(bench.client, "BatchGetItem", lambda: bench.other.commit(cleared))

    assert bench.store.due(NOW, 10) == []


def test_who_was_judged_anew_is_not_given_though_the_index_still_names_him(bench: TwoStores) -> None:
    bench.store.commit(Add(a_contact(line="line-4")))
    judged = Replace(a_contact(line="line-5", version=1))
    once_before(bench.client, "BatchGetItem", lambda: bench.other.commit(judged))

    assert bench.store.judged_elsewhere(("line-5", "line-5|rules"), 10) == []


def test_a_claim_that_was_settled_is_not_given_though_the_index_still_names_it(bench: TwoStores) -> None:
    bench.store.commit(Add(an_email(status=EmailStatus.SENDING, lease_until=days_ago(1))))
    sent = Replace(an_email(status=EmailStatus.SENT, version=1))
    once_before(bench.client, "BatchGetItem", lambda: bench.other.commit(sent))

    assert bench.store.lease_over(NOW, 10) == []


def test_an_email_whose_state_changes_between_two_reads_of_the_index_is_given_once(bench: TwoStores) -> None:
    bench.store.commit(Add(an_email()))
    sending = Replace(an_email(status=EmailStatus.SENDING, version=1))
    once_after(bench.client, "Query", lambda: bench.other.commit(sending))

    found = bench.store.emails(None, 10, None).items
    assert [email.status for email in found] == [EmailStatus.SENDING]


def test_a_page_is_full_though_the_index_names_who_is_no_longer_there(bench: TwoStores) -> None:
    for number in range(4):
        bench.store.commit(Add(a_contact(user_id=f"u-{number}", due_at=NOW + number * SECOND)))
    first = Replace(a_contact(user_id="u-0", due_at=None, version=1))
    once_before(bench.client, "BatchGetItem", lambda: bench.other.commit(first))

    assert [contact.user_id for contact in bench.store.due(NOW + 9 * SECOND, 2)] == ["u-1", "u-2"]


@pytest.mark.parametrize("other", ["line-50", "line-5/2", "line-4", "line-", "zeta", "LINE-5"])
def test_any_other_line_is_found_however_near_its_name_is(bench: TwoStores, other: str) -> None:
    bench.store.commit(Add(a_contact(user_id="u-here", line="line-5")))
    bench.store.commit(Add(a_contact(user_id="u-there", line=other)))

    assert [contact.user_id for contact in bench.store.judged_elsewhere(("line-5", "line-5|rules"), 10)] == ["u-there"]


def test_the_line_of_a_policy_can_be_told_from_its_user_in_the_index() -> None:
    assert "#" not in a_policy(threshold=40.5, average_order_value_usual=1e12).line


def test_a_user_lies_in_the_same_shard_for_ever_and_all_shards_are_used() -> None:
    assert [shard(f"u-{number}") for number in range(6)] == ["2", "4", "6", "0", "3", "5"]
    assert {shard(f"u-{number}") for number in range(200)} == set(shards())


# Calls


def test_no_query_scans_a_table_and_none_reads_what_it_does_not_give(bench: TwoStores) -> None:
    for number in range(40):
        contact = a_contact(user_id=f"u-{number}", line="line-5", due_at=NOW + number * SECOND)
        bench.store.commit(Add(contact), Add(an_email(email_id=f"e-{number}", created_at=NOW + number * SECOND)))
    asked, read = asked_of(bench.client), _read_by(bench.client)
    store = bench.store

    assert store.judged_elsewhere(("line-5", "line-5|rules"), 100) == []
    assert read == []
    assert len(store.due(NOW + 4 * SECOND, 100)) == 5
    assert len(read) == 5
    assert store.next_due() == NOW
    assert len(store.contacts(True, None, 3, None).items) == 3
    assert len(store.emails(EmailStatus.GENERATED, 3, None).items) == 3
    assert store.lease_over(NOW, 100) == []
    assert store.orders_of(USER_ID) == []
    assert store.decisions_of(USER_ID, NOW) == []
    assert store.emails_of("nobody") == []
    assert len(read) < 30
    assert set(asked) == {"Query", "BatchGetItem"}


def test_a_single_write_is_one_call_and_several_are_one_transaction(bench: TwoStores) -> None:
    asked = asked_of(bench.client)
    bench.store.commit(Add(a_day()))
    bench.store.commit(Put(a_user()))
    bench.store.commit(ShowScore(USER_ID, None, 48))
    bench.store.commit(Replace(a_day(version=1)), Add(a_mailbox()))
    bench.store.commit(Remove(User, USER_ID))

    assert asked == ["PutItem", "PutItem", "UpdateItem", "TransactWriteItems", "DeleteItem"]


def test_what_decide_writes_for_an_email_is_one_transaction_of_seven_actions(bench: TwoStores) -> None:
    bench.store.commit(Put(a_user()))
    sent: list[int] = []
    bench.client.meta.events.register(
        "provide-client-params.dynamodb.TransactWriteItems",
        lambda params, **_: sent.append(len(params["TransactItems"])),
    )
    bench.store.commit(
        Add(a_contact()),
        Add(a_decision()),
        Add(a_mailbox()),
        Add(a_day()),
        ShowScore(USER_ID, None, 48),
        Add(an_outcome()),
    )

    assert sent == [7]  # a decision has a pointer beside it


def test_a_body_is_kept_for_400_days(bench: TwoStores) -> None:
    bench.store.commit(Add(a_body()))
    found: Any = bench.client.get_item(
        TableName=bench.names.ledger,
        Key=place_of(Body, a_body().email_id).key,
    )

    assert int(found["Item"]["expiresAt"]["N"]) == math.floor((NOW + timedelta(days=400)).timestamp())
    assert LEDGER.expires == "expiresAt"


def _read_by(client: "DynamoDBClient") -> list[Any]:
    """The items that the client is given from now on."""
    read: list[Any] = []

    def note(parsed: dict[str, Any], **_: object) -> None:
        read.extend(parsed.get("Items", []))

    client.meta.events.register("after-call.dynamodb.Query", note)
    return read
