"""The codec: every record comes back as it went, in the seeds' spelling."""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from builders import (
    NOW,
    SENDING,
    a_body,
    a_change,
    a_contact,
    a_day,
    a_decision,
    a_mailbox,
    a_policy,
    a_user,
    an_email,
    an_event,
    an_order,
    an_outcome,
)
from winback.domain.contact import Backlog, Contact, DueFor
from winback.domain.decision import Decision, Verdict
from winback.domain.email import Email, EmailStatus
from winback.domain.mailbox import Sent
from winback.domain.order import OrderFigures
from winback.domain.reason import Reason, Why
from winback.domain.switch import SenderKind
from winback.domain.user import EmailPermission, PermissionState
from winback.domain.wire import camel, codes, from_wire, to_wire

RECORDS = [
    SENDING,
    a_body(verdicts=("clean",)),
    a_change(detail="SENT"),
    a_contact(
        orders=OrderFigures(3, 71.5, NOW - timedelta(days=90), NOW),
        backlog=Backlog.IMPORTED,
        due_at=NOW,
        due_for=DueFor.CROSSING,
        verdict=Verdict.HOLD,
        why=(Why(Reason.PAUSED, "sending is paused", NOW), Why(Reason.CAP, "said enough")),
    ),
    a_day(decided=7, spent_usd=0.25),
    a_decision(why=(Why(Reason.NOT_AT_RISK, "engaged"),)),
    a_mailbox(sends=(Sent(NOW, SenderKind.SMTP),), arms={"winback": "holdout"}, quiet_by=SenderKind.FOLDER),
    a_policy(excluded_domains=("shop.example",)),
    a_user(email_permission=EmailPermission(PermissionState.GRANTED, NOW, "till"), engagement_score=12.5),
    an_email(status=EmailStatus.SENDING, status_before=EmailStatus.GENERATED, lease_until=NOW),
    an_event(),
    an_order(),
    an_outcome(value=99.0),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_every_record_survives_the_wire_as_json(record: Any) -> None:
    assert from_wire(type(record), json.loads(json.dumps(to_wire(record)))) == record


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_the_wire_carries_json_values_only_and_no_none(record: Any) -> None:
    item = to_wire(record)
    assert None not in item.values()
    assert all(type(value) in {str, int, float, bool, list, dict} for value in item.values())


def test_names_are_the_seeds() -> None:
    assert [code.wire for code in codes(type(a_user()))][:10] == [
        "userId",
        "email",
        "name",
        "lastOrderDate",
        "orderCount",
        "averageOrderValue",
        "preferredCategories",
        "engagementScore",
        "createdAt",
        "updatedAt",
    ]
    assert camel("last_order_date") == "lastOrderDate"


def test_days_instants_and_states_have_one_spelling() -> None:
    item = to_wire(a_contact(risk_date=date(2026, 2, 3), due_at=NOW, due_for=DueFor.CROSSING))
    assert (item["riskDate"], item["dueAt"], item["dueFor"]) == ("2026-02-03", "2026-06-10T12:00:00.000Z", "CROSSING")


def test_unknown_names_and_nulls_are_left_alone() -> None:
    item = {**to_wire(a_contact()), "backlog": None, "addedLater": {"x": 1}}
    assert from_wire(Contact, item) == a_contact()


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "LOST"},
        {"createdAt": "soon"},
        {"createdAt": "0001-01-01T00:00:00+14:00"},
        {"version": "x"},
        {"emailId": None},
    ],
)
def test_what_is_no_such_record_is_refused_by_a_known_error(broken: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_wire(Email, {**to_wire(an_email()), **broken})


def test_a_type_without_a_code_is_named() -> None:
    @dataclass(frozen=True)
    class Strange:
        when: complex

    with pytest.raises(TypeError, match="complex"):
        to_wire(Strange(1j))


def test_a_record_of_a_single_field_passes_too() -> None:
    @dataclass(frozen=True)
    class Single:
        only_field: int

    assert to_wire(Single(3)) == {"onlyField": 3}
    assert from_wire(Single, {"onlyField": 3}) == Single(3)


def test_a_field_that_must_be_said_may_still_be_absent_on_the_wire() -> None:
    decision = a_decision(mailbox_id=None)

    assert "mailboxId" not in to_wire(decision)
    assert from_wire(Decision, to_wire(decision)) == decision


def test_nested_records_keep_their_own_absent_fields_absent() -> None:
    episode = a_contact().episode
    assert episode
    assert to_wire(replace(episode, last_at=None)) == {"since": "2026-05-30T12:00:00.000Z", "mails": 0}
