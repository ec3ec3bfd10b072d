"""The contract of what is kept: every record comes back as it went in."""

from dataclasses import MISSING, Field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from winback.domain.contact import Backlog, Contact, DueFor, Episode
from winback.domain.day import Day
from winback.domain.decision import Decision, Verdict
from winback.domain.draft import Draft
from winback.domain.email import Body, Email, EmailStatus
from winback.domain.mailbox import Mailbox, Sent
from winback.domain.order import Order, OrderFigures, OrderStatus
from winback.domain.outcome import Outcome, OutcomeType
from winback.domain.policy import Basis, Policy
from winback.domain.reason import Reason, Why
from winback.domain.switch import SenderKind, Switch
from winback.domain.user import EmailPermission, PermissionState, User
from winback.ports import Add, EmbeddedStore, Outside, Put, Record, Replace, Store

AT = datetime(2026, 3, 29, 1, 0, 0, 7000, UTC)
LATER = AT + timedelta(milliseconds=1)
WORDS = "Zoë’s “words”;\n--\t{\"a\": 'b'} \U0001f9e3"

BARE_OUTSIDE: list[Outside] = [User("u-1"), Order("o-1", "u-1", AT, 0.0)]
BARE: list[Record] = [
    Contact("u-1", AT),
    Mailbox("m-1"),
    Day("2026-03-29"),
    Decision("e-1", "u-1", None, Verdict.HOLD, AT, 0),
    Email("e-1", "u-1", "m-1", EmailStatus.GENERATED, "", "", AT),
    Body("e-1", "", Draft("", "", (), ""), "", {}, AT),
    Outcome("e-1:OPENED", "e-1", "u-1", OutcomeType.OPENED, AT),
    Policy(),
    Switch(),
]
FULL_OUTSIDE: list[Outside] = [
    User(
        user_id="A-z_0.9:",
        email="zoe@example.com",
        name="Zoë “Z” O’Hara; DROP TABLE users",
        last_order_date=AT,
        order_count=12,
        average_order_value=0.1 + 0.2,
        preferred_categories=("dresses", "", 'quoted "tops"'),
        engagement_score=48.5,
        created_at=AT - timedelta(days=800),
        updated_at=LATER,
        given_name="Zoë",
        language="de-CH",
        time_zone="Europe/Berlin",
        country="DE",
        first_order_date=AT - timedelta(days=700),
        email_permission=EmailPermission(PermissionState.GRANTED, AT, "till 4"),
        do_not_email="asked on the phone",
        engagement_score_computed=47.0,
    ),
    Order("o-1", "u-1", AT, 19.99, OrderStatus.RETURNED),
]
FULL: list[Record] = [
    Contact(
        user_id="u-1",
        since=AT - timedelta(days=300),
        mailbox_id="m-1",
        score=48.25,
        score_is_given=True,
        at_risk=True,
        risk_date=date(2026, 3, 18),
        line="default-1/100/50",
        last_order_at=AT,
        orders=OrderFigures(3, 33.1, AT - timedelta(days=60), AT),
        episode=Episode(AT, 1, LATER),
        backlog=Backlog.LINE_MOVED,
        held_until=LATER,
        held_why=WORDS,
        held_by="anna",
        due_at=LATER,
        due_for=DueFor.WAIT_OVER,
        swept_at=AT,
        verdict=Verdict.HELD_OUT,
        why=(Why(Reason.QUIET_PERIOD, WORDS, LATER), Why(Reason.CAP, "four in 90 days")),
        decided_at=AT,
        confirmed_at=LATER,
        number=4,
        open_email_id="e-1",
        last_mailing_at=AT,
        attempts=2,
        deleted_at=LATER,
    ),
    Mailbox(
        mailbox_id="m-1",
        suppressed_at=AT,
        suppressed_why="complaint",
        open_email_id="e-1",
        open_user_id="u-1",
        reserved_until=LATER,
        quiet_until=LATER,
        quiet_by=SenderKind.SMTP,
        sends=(Sent(AT, SenderKind.FOLDER), Sent(LATER, SenderKind.SMTP, "u-1")),
        soft_bounces=2,
        arms={"winback": "treated", "spring “26”": "holdout"},
    ),
    Day("2026-03-29", decided=200, spent_usd=0.125),
    Decision(
        decision_id="e-1",
        user_id="u-1",
        mailbox_id="m-1",
        verdict=Verdict.MAIL,
        at=AT,
        number=3,
        score=0.5,
        episode_since=AT,
        campaign="winback",
        arm="treated",
        sender=SenderKind.SMTP,
        why=(Why(Reason.NOT_AT_RISK, WORDS),),
    ),
    Email(
        email_id="e-1",
        user_id="u-1",
        mailbox_id="m-1",
        status=EmailStatus.SENDING,
        subject="Zoë, it has been a while",
        text=WORDS,
        created_at=AT,
        status_before=EmailStatus.APPROVED,
        owner="worker-1",
        lease_until=LATER,
        sender=SenderKind.SES,
        sent_at=LATER,
        ended_at=LATER,
        ended_why="bounced",
        place="outbox/e-1.eml",
    ),
    Body(
        email_id="e-1",
        html="<p>“Hello”</p>",
        draft=Draft("subject", "preheader", ("one", WORDS), "action", "closing"),
        composer="house copy",
        brief={"silentDays": "140", "theme": "“spring”"},
        created_at=AT,
        cost_usd=0.0004,
        verdicts=("too long", "no price"),
    ),
    Outcome("e-1:ORDERED", "e-1", "u-1", OutcomeType.ORDERED, AT, 80.5),
    Policy(
        threshold=40.5,
        average_order_value_usual=75.0,
        quiet_period_days=8,
        episode_mails=3,
        episode_gap_days=15,
        cap_90_days=5,
        cap_365_days=7,
        silent_at_most_days=300,
        quiet_hours_from="21:00",
        quiet_hours_until="07:30",
        daily_limit=1000,
        holdout_share=0.1,
        holdout_salt="other",
        campaign="spring",
        time_zone="Europe/Berlin",
        basis=Basis.NOBODY,
        mail_never_ordered=True,
        excluded_domains=("example.org", "example.net"),
        policy_id="another",
    ),
    Switch("another", False, "anna", WORDS, AT, "https://shop.example", "Shop <shop@shop.example>"),
]


def key_of(record: object) -> str:
    key = getattr(record, fields(record)[0].name)  # type: ignore[arg-type]  # every record is a dataclass
    assert isinstance(key, str)
    return key


def stored(store: Store, record: object) -> object:
    kind: type[Any] = type(record)
    found: object = store.get(kind, key_of(record))
    return found


def named(record: object) -> str:
    return type(record).__name__


@pytest.mark.parametrize("record", [*FULL, *BARE], ids=named)
def test_a_record_of_ours_comes_back_as_it_was_added(store: Store, record: Record) -> None:
    store.commit(Add(record))

    assert stored(store, record) == replace(record, version=1)


@pytest.mark.parametrize(("bare", "full"), list(zip(BARE, FULL, strict=True)), ids=named)
def test_a_replace_changes_every_field_there_and_back(store: Store, bare: Record, full: Record) -> None:
    changed = _under_the_same_key(full, bare)
    store.commit(Add(bare))

    store.commit(Replace(replace(changed, version=1)))
    assert stored(store, bare) == replace(changed, version=2)

    store.commit(Replace(replace(bare, version=2)))
    assert stored(store, bare) == replace(bare, version=3)


@pytest.mark.parametrize(("bare", "full"), list(zip(BARE_OUTSIDE, FULL_OUTSIDE, strict=True)), ids=named)
def test_a_record_from_outside_comes_back_as_it_was_put(store: Store, bare: Outside, full: Outside) -> None:
    for record in (full, bare, _under_the_same_key(full, bare), bare):
        store.commit(Put(record))
        assert stored(store, record) == record


@pytest.mark.parametrize("user_id", [" ", "two words", "o'neil\"; --", "Zoë", "../etc", "a@example.com", "x" * 500])
def test_a_user_is_kept_under_any_id(store: Store, user_id: str) -> None:
    store.commit(Put(User(user_id, name="Ada")))

    assert store.get(User, user_id) == User(user_id, name="Ada")


def test_an_embedded_store_keeps_a_user_even_without_an_id(embedded: EmbeddedStore) -> None:
    embedded.commit(Put(User("", name="Ada")))

    assert embedded.get(User, "") == User("", name="Ada")


def test_an_instant_keeps_its_milliseconds_and_its_zone(store: Store) -> None:
    for at in (AT, LATER, AT.replace(microsecond=999_000), datetime(1999, 12, 31, 23, 59, tzinfo=UTC)):
        store.commit(Put(Order("o-1", "u-1", at, 1.0)))
        (order,) = store.orders_of("u-1")
        assert order.ordered_at == at
        assert order.ordered_at.utcoffset() == timedelta()


@pytest.mark.parametrize("full", [*FULL, *FULL_OUTSIDE], ids=named)
def test_the_full_records_of_these_tests_leave_no_field_at_its_default(full: object) -> None:
    left = [field.name for field in fields(full) if getattr(full, field.name) == _default(field)]  # type: ignore[arg-type]

    assert [name for name in left if name not in {"version", "unreadable"}] == []


def _under_the_same_key(record: Any, other: object) -> Any:
    return replace(record, **{fields(record)[0].name: key_of(other)})


def _default(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()
