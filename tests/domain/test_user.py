"""A user: which are refused, by field and reason; what a put may bring back; what the world sees of it."""

import json
from typing import Any

import pytest

from builders import NOW, a_user, an_item, days_ago
from winback.domain.user import EmailPermission, Fault, PermissionState, User, etag, faults, item_of, user_of

ID_RULE = "must be 1 to 128 of A-Z a-z 0-9 . _ : -"
DATE_RULE = "must be an ISO-8601 date with a time zone, such as 2026-03-21T15:01:00Z"
AHEAD = "lies more than a day ahead"
ZONE_RULE = "must be an IANA time zone, such as Europe/Berlin"
NO_ADDRESS = "is no e-mail address"
LONG = "is too long for an e-mail address"
A_LONG_DOMAIN = ".".join(["a" * 60] * 3)


def faults_of(**changes: Any) -> list[Fault]:
    return faults(user_of(an_item(**changes)), NOW)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("userId", None, ID_RULE),
        ("userId", "", ID_RULE),
        ("userId", "a b", ID_RULE),
        ("userId", "ada@example.com", ID_RULE),
        ("userId", "u/1", ID_RULE),
        ("userId", "ü-1", ID_RULE),
        ("userId", "u-1\n", ID_RULE),
        ("userId", "x" * 129, ID_RULE),
        ("userId", 8, ID_RULE),
        ("email", None, "is missing"),
        ("email", "", NO_ADDRESS),
        ("email", "ada", NO_ADDRESS),
        ("email", "ada@", NO_ADDRESS),
        ("email", "@example.com", NO_ADDRESS),
        ("email", "ada@localhost", NO_ADDRESS),
        ("email", "ada@example.c", NO_ADDRESS),
        ("email", "ada@127.0.0.1", NO_ADDRESS),
        ("email", "ada@10.0.0.25", NO_ADDRESS),
        ("email", "ada@[127.0.0.1]", NO_ADDRESS),
        ("email", "ada@-example.com", NO_ADDRESS),
        ("email", "ada@example..com", NO_ADDRESS),
        ("email", "ada@example.com.", NO_ADDRESS),
        ("email", ".ada@example.com", NO_ADDRESS),
        ("email", "ada..l@example.com", NO_ADDRESS),
        ("email", '"ada l"@example.com', NO_ADDRESS),
        ("email", "ada@example.com, bob@example.com", NO_ADDRESS),
        ("email", "Ada <ada@example.com>", NO_ADDRESS),
        ("email", " ada@example.com", NO_ADDRESS),
        ("email", "ada@example.com\nBcc: all@example.com", "has control characters"),
        ("email", "adä@example.com", "needs SMTPUTF8, which many servers refuse"),
        ("email", "ada@ü..example", "has no valid domain"),
        ("email", "ada@ü" + "x" * 70 + ".example", "has no valid domain"),
        ("email", "a" * 65 + "@example.com", LONG),
        ("email", "a" * 64 + f"@{A_LONG_DOMAIN}.example", LONG),
        ("email", 5, "must be text"),
        ("email", ["ada@example.com"], "must be text"),
        ("name", "A" * 1001, "has 1001 characters, at most 1000"),
        ("name", "Ada\x00", "has control characters"),
        ("name", "Ada\x1b[31m", "has control characters"),
        ("name", "Ada\u2028Lovelace", "has control characters"),
        ("name", "\ud83d", "has control characters"),
        ("name", {"first": "Ada"}, "must be text"),
        ("givenName", "A\r\nSubject: x", "has control characters"),
        ("doNotEmail", True, "must be text"),
        ("lastOrderDate", "2026-03-21", DATE_RULE),
        ("lastOrderDate", "2026-03-21T15:01:00", DATE_RULE),
        ("lastOrderDate", "21.03.2026 15:01", DATE_RULE),
        ("lastOrderDate", "2026-02-30T00:00:00Z", DATE_RULE),
        ("lastOrderDate", "2026-03-21x15:01:00Z", DATE_RULE),
        ("lastOrderDate", "2026-03-21\ud80015:01:00Z", DATE_RULE),
        ("lastOrderDate", "0001-01-01T00:00:00+14:00", DATE_RULE),
        ("lastOrderDate", "2026-03-21T15:01:00.00000000000000000000Z", DATE_RULE),
        ("lastOrderDate", 1774105260, DATE_RULE),
        ("lastOrderDate", "", DATE_RULE),
        ("lastOrderDate", "2026-06-11T12:00:00.001Z", AHEAD),
        ("createdAt", "2027-01-01T00:00:00Z", AHEAD),
        ("updatedAt", "2027-01-01T00:00:00Z", AHEAD),
        ("firstOrderDate", "9999-12-31T23:59:59Z", AHEAD),
        ("orderCount", -1, "must not be negative"),
        ("orderCount", 1.5, "must be a whole number"),
        ("orderCount", True, "must be a number"),
        ("orderCount", "10", "must be a number"),
        ("orderCount", float("nan"), "must be finite"),
        ("orderCount", float("inf"), "must be finite"),
        ("orderCount", 10**400, "must be finite"),
        ("orderCount", 2**31 + 1, "is too large for a count"),
        ("orderCount", 1e300, "is too large for a count"),
        ("averageOrderValue", -0.01, "must not be negative"),
        ("averageOrderValue", float("-inf"), "must not be negative"),
        ("averageOrderValue", float("nan"), "must be finite"),
        ("averageOrderValue", [1], "must be a number"),
        ("engagementScore", -1, "must not be negative"),
        ("engagementScore", 100.1, "must be 0 to 100"),
        ("engagementScore", float("nan"), "must be finite"),
        ("engagementScore", False, "must be a number"),
        ("engagementScoreComputed", 101, "must be 0 to 100"),
        ("preferredCategories", "dresses", "must be a list of texts"),
        ("preferredCategories", {"dresses": True}, "must be a list of texts"),
        ("preferredCategories", ["tops"] * 51, "has 51 entries, at most 50"),
        ("preferredCategories", ["tops", None], "must be text"),
        ("preferredCategories", [["tops"]], "must be text"),
        ("preferredCategories", ["x" * 1001], "has 1001 characters, at most 1000"),
        ("preferredCategories", ["to\tps"], "has control characters"),
        ("language", "english please", "must be a language tag, such as en or de-CH"),
        ("country", "DEU", "must be a country code of two letters"),
        ("country", "ÄÖ", "must be a country code of two letters"),
        ("timeZone", "Berlin", ZONE_RULE),
        ("timeZone", "../../etc/passwd", ZONE_RULE),
        ("timeZone", "/etc/localtime", ZONE_RULE),
        ("timeZone", "Europe/../Europe/Berlin", ZONE_RULE),
        ("timeZone", "Europe", ZONE_RULE),
        ("timeZone", "", ZONE_RULE),
        ("emailPermission", "granted", "must have state, at and source"),
        ("emailPermission", {}, "state must be one of granted, customer, refused, unknown"),
        ("emailPermission", {"state": "yes"}, "state must be one of granted, customer, refused, unknown"),
        ("emailPermission", {"state": ["granted"]}, "state must be one of granted, customer, refused, unknown"),
        ("emailPermission", {"state": "granted", "at": "today"}, DATE_RULE),
        ("emailPermission", {"state": "granted", "at": "2027-01-01T00:00:00Z"}, AHEAD),
        ("emailPermission", {"state": "granted", "source": 5}, "must be text"),
    ],
)
def test_a_user_is_refused_with_field_and_reason(field: str, value: object, reason: str) -> None:
    assert faults_of(**{field: value}) == [Fault(field, reason)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("userId", "x" * 128),
        ("userId", "A-z_0.9:1"),
        ("email", "a@b.co"),
        ("email", "a" * 64 + "@example.com"),
        ("email", "o'neil+shop@mail.example.co.uk"),
        ("email", "!#$%&'*+/=?^_`{|}~-@example.com"),
        ("email", "ada@bücher.example"),
        ("email", "ada@xn--bcher-kva.xn--p1ai"),
        ("name", "A" * 1000),
        ("name", ""),
        ("name", "Ада Лавлейс 👩‍💻"),
        ("name", "<script>alert(1)</script>"),
        ("lastOrderDate", "2026-03-21T15:01:00.000Z"),
        ("lastOrderDate", "2026-03-21 15:01:00+01:00"),
        ("lastOrderDate", "20260321T150100Z"),
        ("lastOrderDate", "2026-03-21T15:01-08"),
        ("lastOrderDate", "2026-06-11T12:00:00Z"),
        ("orderCount", 0),
        ("orderCount", 10.0),
        ("orderCount", 2**31),
        ("averageOrderValue", 0),
        ("averageOrderValue", 1e308),
        ("engagementScore", 0),
        ("engagementScore", 100),
        ("preferredCategories", []),
        ("preferredCategories", ["tops"] * 50),
        ("language", "zh-Hans-CN"),
        ("country", "de"),
        ("timeZone", "America/Argentina/Buenos_Aires"),
        ("timeZone", "UTC"),
        ("emailPermission", {"state": "unknown"}),
        ("emailPermission", {"state": "granted", "at": "2026-06-10T00:00:00Z", "source": "till 3"}),
        ("somethingOfTheirOwn", {"deep": ["junk", None, float("nan")]}),
    ],
)
def test_a_borderline_user_is_valid(field: str, value: object) -> None:
    assert faults_of(**{field: value}) == []


def test_an_id_and_an_address_are_enough() -> None:
    assert faults(user_of({"userId": "u-1", "email": "ada@example.com"}), NOW) == []


def test_every_broken_rule_is_named_at_once() -> None:
    found = faults_of(email="ada", orderCount=-1, timeZone="Mars", createdAt="2027-01-01T00:00:00Z", userId="a b")
    assert sorted(fault.field for fault in found) == ["createdAt", "email", "orderCount", "timeZone", "userId"]


def test_what_can_be_read_of_a_broken_user_is_read() -> None:
    user = user_of(an_item(orderCount="many", emailPermission={"state": "refused"}))
    assert (user.order_count, user.name) == (None, "Ada Lovelace")
    assert user.email_permission == EmailPermission(PermissionState.REFUSED)


def test_dates_of_any_zone_are_instants_of_utc() -> None:
    user = user_of(an_item(lastOrderDate="2026-06-10T01:00:00+14:00"))
    assert user.last_order_date
    assert user.last_order_date.isoformat() == "2026-06-09T11:00:00+00:00"


def test_the_representation_of_a_user_holds_nothing_personal() -> None:
    assert repr(a_user()) == "User(u-1)"
    assert repr(a_user(user_id="ada@example.com")) == "User(invalid id)"


FULL = a_user(
    given_name="Ada",
    language="en",
    time_zone="Europe/London",
    country="GB",
    first_order_date=days_ago(260),
    email_permission=EmailPermission(PermissionState.GRANTED, NOW, "till"),
    do_not_email="moved away",
    engagement_score=30.0,
)


@pytest.mark.parametrize("user", [FULL, a_user(), User("u-1")], ids=["full", "seeds", "bare"])
def test_a_user_comes_back_from_its_item_unchanged(user: User) -> None:
    assert user_of(json.loads(json.dumps(item_of(user)))) == user


def test_an_absent_attribute_is_not_written() -> None:
    assert item_of(User("u-1")) == {"userId": "u-1"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "bob@example.com"),
        ("name", None),
        ("lastOrderDate", "2026-01-21T12:00:00.001Z"),
        ("orderCount", 6),
        ("averageOrderValue", 100.5),
        ("preferredCategories", ["tops", "dresses"]),
        ("engagementScore", 31),
        ("engagementScore", None),
        ("createdAt", "2020-01-01T00:00:00Z"),
        ("updatedAt", "2026-06-10T00:00:00Z"),
        ("givenName", "Bob"),
        ("language", "de"),
        ("timeZone", "Europe/Berlin"),
        ("country", "DE"),
        ("firstOrderDate", None),
        ("emailPermission", {"state": "refused"}),
        ("doNotEmail", None),
        ("orderCount", "many"),
        ("orderCount", None),
    ],
)
def test_the_etag_changes_with_every_outside_attribute(field: str, value: object) -> None:
    assert etag(user_of({**item_of(FULL), field: value})) != etag(FULL)


def test_the_etag_tells_a_broken_attribute_from_an_absent_one() -> None:
    assert etag(user_of(an_item(orderCount="many"))) != etag(user_of(an_item(orderCount=None)))


def test_the_etag_does_not_change_with_the_score_we_show() -> None:
    shown = a_user(engagement_score=61.0, engagement_score_computed=61.0)
    assert etag(shown) == etag(a_user())
    assert etag(shown) == etag(a_user(engagement_score=60.0, engagement_score_computed=60.0))


def test_the_etag_is_the_same_for_every_spelling_of_the_same_values() -> None:
    other = dict(reversed(an_item(orderCount=5.0, lastOrderDate="2026-01-21T13:00:00+01:00").items()))
    assert etag(user_of(other)) == etag(user_of(an_item()))


def test_read_change_put_keeps_our_score_ours_fifty_times() -> None:
    item = item_of(a_user(engagement_score=61.0, engagement_score_computed=61.0))
    for number in range(50):
        item = item_of(user_of({**json.loads(json.dumps(item)), "name": f"Ada {number}"}))
    assert user_of(item).given_score is None
    assert user_of(item).engagement_score == 61.0


def test_read_change_put_keeps_a_given_score_given_and_dropping_it_ends_it() -> None:
    item = item_of(a_user(engagement_score=30.0, engagement_score_computed=61.0))
    assert user_of(item).given_score == 30.0
    del item["engagementScore"]
    assert user_of(item).given_score is None
