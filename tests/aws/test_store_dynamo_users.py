"""Users in DynamoDB: items as others put them, our score shown in them, puts tied to what was read."""

from collections.abc import Iterator
from typing import Any

import pytest

from aws.dynamo import TwoStores, once_before, two_stores
from builders import ADDRESS, NOW, USER_ID, a_user
from winback.adapters.aws.values import Item
from winback.domain.errors import Conflict, Refused
from winback.domain.user import User, etag, faults
from winback.ports import Put, Remove, ShowScore


@pytest.fixture
def bench() -> Iterator[TwoStores]:
    with two_stores() as stores:
        yield stores


def put(bench: TwoStores, **attributes: Any) -> None:
    """A user as another program puts it."""
    bench.client.put_item(TableName=bench.names.users, Item={"userId": {"S": USER_ID}, **attributes})


def stored(bench: TwoStores) -> Item:
    """The user's item as it lies there."""
    found: Any = bench.client.get_item(TableName=bench.names.users, Key={"userId": {"S": USER_ID}})
    item: Item = found["Item"]
    return item


# Users as others put them


def test_a_user_is_read_as_the_runbook_puts_it(bench: TwoStores) -> None:
    put(
        bench,
        email={"S": ADDRESS},
        lastOrderDate={"S": "2026-01-21T12:00:00Z"},
        orderCount={"N": "5"},
        averageOrderValue={"N": "100.50"},
        preferredCategories={"L": [{"S": "dresses"}, {"S": "tops"}]},
        engagementScore={"N": "30"},
    )

    user = bench.store.get(User, USER_ID)
    assert user is not None
    assert faults(user, NOW) == []
    assert (user.order_count, user.average_order_value, user.given_score) == (5, 100.5, 30.0)
    assert user.preferred_categories == ("dresses", "tops")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("orderCount", {"S": "five"}),
        ("orderCount", {"N": "-1"}),
        ("orderCount", {"BOOL": True}),
        ("averageOrderValue", {"M": {"amount": {"N": "3"}}}),
        ("preferredCategories", {"NS": ["1", "2"]}),
        ("engagementScore", {"N": "101"}),
        ("lastOrderDate", {"N": "1767225600"}),
        ("name", {"B": b"\xff"}),
    ],
)
def test_what_others_wrote_wrongly_is_named_and_the_rest_is_read(
    bench: TwoStores, attribute: str, value: dict[str, Any]
) -> None:
    put(bench, email={"S": ADDRESS}, **{attribute: value})

    user = bench.store.get(User, USER_ID)
    assert user is not None
    assert user.email == ADDRESS
    assert [fault.field for fault in user.unreadable] == [attribute]


def test_a_set_of_texts_is_a_list_and_a_null_is_nothing(bench: TwoStores) -> None:
    put(bench, preferredCategories={"SS": ["dresses", "tops"]}, name={"NULL": True}, orderCount={"NULL": True})

    assert bench.store.get(User, USER_ID) == User(USER_ID, preferred_categories=("dresses", "tops"))


@pytest.mark.parametrize("user_id", ["", "x" * 3000])
def test_under_an_id_that_no_item_can_have_there_is_nobody_and_nobody_is_put(bench: TwoStores, user_id: str) -> None:
    assert bench.store.get(User, user_id) is None
    with pytest.raises(Refused):
        bench.store.commit(Put(User(user_id)))


def test_a_number_outside_of_dynamodbs_range_is_refused_without_naming_it(bench: TwoStores) -> None:
    with pytest.raises(Refused) as refused:
        bench.store.commit(Put(a_user(average_order_value=1e300)))
    assert "1e300" not in str(refused.value)
    assert "0000" not in str(refused.value)


# The score we show


def test_our_score_leaves_every_other_attribute_as_it_stands(bench: TwoStores) -> None:
    others: dict[str, Any] = {
        "email": {"S": ADDRESS},
        "shoeSize": {"N": "38"},
        "orderCount": {"S": "five"},
        "tags": {"SS": ["a", "b"]},
    }
    put(bench, **others)
    bench.store.commit(ShowScore(USER_ID, read=None, score=48))

    ours = {"engagementScore": {"N": "48"}, "engagementScoreComputed": {"N": "48"}}
    assert stored(bench) == {"userId": {"S": USER_ID}, **others, **ours}


def test_a_null_score_is_no_score_to_write_over(bench: TwoStores) -> None:
    put(bench, engagementScore={"NULL": True})
    bench.store.commit(ShowScore(USER_ID, read=None, score=48))

    assert stored(bench)["engagementScore"] == {"N": "48"}


def test_a_score_that_came_since_it_was_read_is_not_written_over(bench: TwoStores) -> None:
    put(bench)
    once_before(bench.client, "UpdateItem", lambda: bench.other.commit(Put(a_user(engagement_score=30.0))))

    with pytest.raises(Conflict):
        bench.store.commit(ShowScore(USER_ID, read=None, score=48))
    assert bench.store.get(User, USER_ID) == a_user(engagement_score=30.0)


def test_a_user_deleted_since_it_was_read_is_not_brought_back_by_a_score(bench: TwoStores) -> None:
    put(bench)
    once_before(bench.client, "UpdateItem", lambda: bench.other.commit(Remove(User, USER_ID)))

    with pytest.raises(Conflict):
        bench.store.commit(ShowScore(USER_ID, read=None, score=48))
    assert bench.store.get(User, USER_ID) is None


# A put tied to an etag: what happens between its read and its write


@pytest.mark.parametrize(
    "written",
    [
        a_user(name="Augusta"),
        a_user(email=None),
        a_user(preferred_categories=()),
        a_user(country="DE"),
        a_user(engagement_score=30.0),
    ],
    ids=["changed", "taken away", "a list taken away", "added", "a score given"],
)
def test_a_put_does_not_write_over_what_came_after_its_etag_was_compared(bench: TwoStores, written: User) -> None:
    bench.store.commit(Put(a_user()))
    once_before(bench.client, "PutItem", lambda: bench.other.commit(Put(written)))

    with pytest.raises(Conflict):
        bench.store.commit(Put(a_user(name="Ada King"), etag=etag(a_user())))
    assert bench.store.get(User, USER_ID) == written


def test_a_put_does_not_bring_back_who_was_removed_after_its_etag_was_compared(bench: TwoStores) -> None:
    bench.store.commit(Put(a_user()))
    once_before(bench.client, "PutItem", lambda: bench.other.commit(Remove(User, USER_ID)))

    with pytest.raises(Conflict):
        bench.store.commit(Put(a_user(name="Ada King"), etag=etag(a_user())))
    assert bench.store.get(User, USER_ID) is None


@pytest.mark.parametrize("shown", [None, 41.0])
def test_our_own_score_does_not_come_between_a_put_and_its_etag(bench: TwoStores, shown: float | None) -> None:
    read = a_user(engagement_score=shown, engagement_score_computed=shown)
    bench.store.commit(Put(read))
    once_before(bench.client, "PutItem", lambda: bench.other.commit(ShowScore(USER_ID, read=shown, score=48)))
    bench.store.commit(Put(a_user(name="Ada King"), etag=etag(read)))

    assert bench.store.get(User, USER_ID) == a_user(name="Ada King")


def test_a_given_score_that_changed_after_the_etag_was_compared_is_not_written_over(bench: TwoStores) -> None:
    read = a_user(engagement_score=30.0, engagement_score_computed=48.0)
    bench.store.commit(Put(read))
    once_before(bench.client, "PutItem", lambda: bench.other.commit(Put(a_user(engagement_score=31.0))))

    with pytest.raises(Conflict):
        bench.store.commit(Put(a_user(name="Ada King"), etag=etag(read)))


def test_an_unreadable_user_may_be_mended_under_its_etag(bench: TwoStores) -> None:
    put(bench, email={"S": ADDRESS}, orderCount={"S": "five"}, engagementScore={"S": "high"}, name={"NULL": True})
    broken = bench.store.get(User, USER_ID)
    assert broken is not None
    bench.store.commit(Put(a_user(), etag=etag(broken)))

    assert bench.store.get(User, USER_ID) == a_user()
