"""Each rule of who may be mailed: when it says no, in which words, until when; and when it does not."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import (
    FOLDER,
    NOW,
    PAUSED,
    RELAY,
    SENDING,
    a_contact,
    a_day,
    a_mailbox,
    a_policy,
    a_user,
    an_email,
    days_ago,
)
from winback.domain.contact import Backlog, Contact, Episode
from winback.domain.instant import day_start
from winback.domain.mailbox import Mailbox, Sent
from winback.domain.policy import Basis
from winback.domain.reason import Reason, Reasons, Why
from winback.domain.switch import Sender, SenderKind
from winback.domain.user import EmailPermission, PermissionState
from winback.domain.wanted import ROLE_ADDRESSES, still_wanted

EMAIL_ID: Final = an_email().email_id
SMTP: Final = Sender(kind=SenderKind.SMTP, only_to=("example.com",), from_address="Shop <shop@shop.example>")
LATER: Final = NOW + timedelta(days=3)


def asked(sender: Sender = RELAY, **facts: Any) -> Reasons:
    """What the rules say of the client whom a real sender would mail now, but for the facts a test names."""
    case: dict[str, Any] = {
        "user": a_user(),
        "contact": a_contact(),
        "mailbox": a_mailbox(),
        "day": a_day(),
        "policy": a_policy(),
        "switch": SENDING,
        "now": NOW,
    }
    return still_wanted(**{**case, **facts}, sender=sender)


def only(reasons: Reasons) -> Why:
    (why,) = reasons.values()
    return why


def sent(*days: float, by: SenderKind = SenderKind.SMTP) -> Mailbox:
    """A mailbox that got an e-mail so many days ago, each by the same sender; no longer quiet."""
    return a_mailbox(sends=tuple(Sent(days_ago(each), by) for each in sorted(days, reverse=True)))


def under_way(**mailbox: Any) -> dict[str, Any]:
    """The client's own e-mail holds the mailbox."""
    held = {"open_email_id": EMAIL_ID, "open_user_id": "u-1", "reserved_until": LATER, **mailbox}
    return {"contact": a_contact(open_email_id=EMAIL_ID), "mailbox": a_mailbox(**held)}


NO: Final[list[tuple[Reason, str, datetime | None, dict[str, Any]]]] = [
    (Reason.INVALID, "the client's record cannot be used: email is missing", None, {"user": a_user(email=None)}),
    (Reason.NO_SCORE, "no score: orders are counted", None, {"contact": a_contact(score=None, at_risk=False)}),
    (
        Reason.NOT_AT_RISK,
        "engaged: 51 of 100, the line is at 50",
        day_start(LATER.date()),
        {"contact": a_contact(score=51.2, risk_date=LATER.date())},
    ),
    (Reason.NOT_AT_RISK, "engaged: 80 of 100", None, {"contact": a_contact(score=80, risk_date=None)}),
    (
        Reason.NEVER_ORDERED,
        "has never ordered",
        None,
        {
            "user": a_user(order_count=0, email_permission=EmailPermission(PermissionState.GRANTED)),
            "contact": a_contact(last_order_at=None),
        },
    ),
    (Reason.DO_NOT_EMAIL, "do not e-mail", None, {"user": a_user(do_not_email="asked us")}),
    (
        Reason.NO_PERMISSION,
        "refused",
        None,
        {"user": a_user(email_permission=EmailPermission(PermissionState.REFUSED))},
    ),
    (Reason.NO_PERMISSION, "no permission is on record", None, {"policy": a_policy(basis=Basis.NOBODY)}),
    (Reason.ROLE_ADDRESS, "a role, not to a person", None, {"user": a_user(email="Info+ada@example.com")}),
    (Reason.EXCLUDED_DOMAIN, "excludes", None, {"policy": a_policy(excluded_domains=("example.com",))}),
    (
        Reason.EXCLUDED_DOMAIN,
        "excludes",
        None,
        {"user": a_user(email="ada@mail.example.com"), "policy": a_policy(excluded_domains=("example.com",))},
    ),
    (
        Reason.SUPPRESSED,
        "never again: complaint, since 5 June 2026",
        None,
        {"mailbox": a_mailbox(suppressed_at=days_ago(5), suppressed_why="complaint")},
    ),
    (Reason.BACKLOG, "already when first seen", None, {"contact": a_contact(backlog=Backlog.FIRST_SEEN)}),
    (Reason.BACKLOG, "the line moved", None, {"contact": a_contact(backlog=Backlog.LINE_MOVED)}),
    (Reason.BACKLOG, "already when imported", None, {"contact": a_contact(backlog=Backlog.IMPORTED)}),
    (Reason.SILENT_TOO_LONG, "more than 365 days", None, {"contact": a_contact(last_order_at=days_ago(365.01))}),
    (
        Reason.SAID_ENOUGH,
        "said enough: 2 e-mails",
        None,
        {"contact": a_contact(episode=Episode(days_ago(60), mails=2, last_at=days_ago(20)))},
    ),
    (
        Reason.EPISODE_GAP,
        "until 14 June 2026",
        days_ago(10) + timedelta(days=14),
        {"contact": a_contact(episode=Episode(days_ago(11), mails=1, last_at=days_ago(10)))},
    ),
    (
        Reason.HELD_BY_OPERATOR,
        "held by a person until 13 June 2026",
        LATER,
        {"contact": a_contact(held_until=LATER, held_why="she called", held_by="anna")},
    ),
    (
        Reason.QUIET_PERIOD,
        "e-mailed 4 days ago, quiet until 13 June 2026",
        LATER,
        {"mailbox": replace(sent(4), quiet_until=LATER, quiet_by=SenderKind.SMTP)},
    ),
    (
        Reason.CAP,
        "4 e-mails in 90 days, at most 4",
        days_ago(80) + timedelta(days=90),
        {"mailbox": sent(80, 60, 40, 20)},
    ),
    (
        Reason.CAP,
        "6 e-mails in 365 days, at most 6",
        days_ago(350) + timedelta(days=365),
        {"mailbox": sent(350, 300, 250, 200, 150, 100)},
    ),
    (
        Reason.MAILBOX_TAKEN,
        "it is the turn of client u-2",
        NOW + timedelta(days=1),
        {"mailbox": a_mailbox(open_email_id="e-2", open_user_id="u-2", reserved_until=LATER)},
    ),
    (
        Reason.MAILBOX_TAKEN,
        "it is the turn of client u-2",
        NOW + timedelta(hours=1),
        {"mailbox": a_mailbox(open_email_id="e-2", open_user_id="u-2", reserved_until=NOW + timedelta(hours=1))},
    ),
    (
        Reason.DAY_FULL,
        "the day's 200 e-mails are decided",
        # Who slipped eleven days ago asks after those who slipped last night.
        datetime(2026, 6, 11, tzinfo=NOW.tzinfo) + timedelta(seconds=11),
        {"day": a_day(decided=200)},
    ),
    (Reason.PAUSED, "sending is paused", None, {"switch": PAUSED}),
    (Reason.PAUSED, "not the one", None, {"switch": replace(SENDING, from_address="Other <o@shop.example>")}),
    (Reason.NOT_LET_OUT, "WINBACK_ONLY_TO", None, {"sender": Sender(kind=SenderKind.SES)}),
    (Reason.NOT_LET_OUT, "WINBACK_ONLY_TO", None, {"sender": replace(SMTP, only_to=("bob@example.com", "ample.com"))}),
    (Reason.NOT_LET_OUT, "WINBACK_ONLY_TO", None, {"sender": replace(RELAY, only_to=("bob@example.com",))}),
    (
        Reason.QUIET_HOURS,
        "it is night for the client; goes out from 08:54 UTC",
        datetime(2026, 6, 10, 8, 54, 13, tzinfo=NOW.tzinfo),
        {"now": datetime(2026, 6, 10, 3, tzinfo=NOW.tzinfo)},
    ),
    (Reason.LAPSED, "waited 14 days", None, under_way(reserved_until=NOW)),
]
GIVEN_ELSEWHERE: Final = {Reason.DELETED, Reason.ADDRESS_CHANGED, Reason.NOT_TRUE}
"""Reasons that steps give, not rules."""


@pytest.mark.parametrize(("reason", "words", "until", "facts"), NO)
def test_each_rule_says_no_alone_in_words_and_until_when(
    reason: Reason, words: str, until: datetime | None, facts: dict[str, Any]
) -> None:
    why = only(asked(**facts))
    assert why.reason is reason
    assert words in why.words
    assert why.until == until


def test_every_reason_that_a_rule_gives_stands_in_the_table() -> None:
    assert {reason for reason, *_ in NO} == set(Reason) - GIVEN_ELSEWHERE


YES: Final[dict[str, dict[str, Any]]] = {
    "whom nothing speaks against": {},
    "who gave permission, whatever the basis": {
        "user": a_user(email_permission=EmailPermission(PermissionState.GRANTED)),
        "policy": a_policy(basis=Basis.NOBODY),
    },
    "who is a customer by the shop's word, whatever the basis": {
        "user": a_user(email_permission=EmailPermission(PermissionState.CUSTOMER)),
        "policy": a_policy(basis=Basis.NOBODY),
    },
    "who never ordered, if the policy says so": {
        "user": a_user(order_count=0, email_permission=EmailPermission(PermissionState.GRANTED)),
        "contact": a_contact(last_order_at=None),
        "policy": a_policy(mail_never_ordered=True),
    },
    "whose domain only ends like an excluded one": {
        "user": a_user(email="ada@notexample.com"),
        "policy": a_policy(excluded_domains=("example.com",)),
    },
    "whose name is only part of a role's": {"user": a_user(email="informatica@example.com")},
    "silent for 365 days to the hour": {"contact": a_contact(last_order_at=days_ago(365))},
    "whose gap is over this instant": {
        "contact": a_contact(episode=Episode(days_ago(20), mails=1, last_at=days_ago(14)))
    },
    "whose hold ends this instant": {"contact": a_contact(held_until=NOW)},
    "whose mailbox is quiet until this instant": {"mailbox": replace(sent(7), quiet_until=NOW)},
    "whose fourth e-mail left 90 days ago": {"mailbox": sent(90, 60, 40, 20)},
    "whose sixth e-mail left 365 days ago": {"mailbox": sent(365, 300, 250, 200, 150, 100)},
    "whose mailbox was the turn of another until this instant": {
        "mailbox": a_mailbox(open_email_id="e-2", open_user_id="u-2", reserved_until=NOW)
    },
    "for whom the day has one place left": {"day": a_day(decided=199)},
    "whom the settings name": {"sender": replace(SMTP, only_to=("ada@example.com",))},
    "whose domain the settings name": {"sender": SMTP},
    "at the second in which the night begins": {"now": datetime(2026, 6, 10, 19, 59, 59, tzinfo=NOW.tzinfo)},
    "at the second in which the night ends": {"now": datetime(2026, 6, 10, 8, tzinfo=NOW.tzinfo)},
    "at night, if there are no quiet hours": {
        "now": datetime(2026, 6, 10, 3, tzinfo=NOW.tzinfo),
        "policy": a_policy(quiet_hours_from="08:00"),
    },
}


@pytest.mark.parametrize("facts", YES.values(), ids=YES.keys())
def test_a_client_is_mailed(facts: dict[str, Any]) -> None:
    assert asked(**facts) == {}


def test_all_reasons_are_told_not_only_the_first() -> None:
    reasons = asked(user=a_user(do_not_email="x"), switch=PAUSED, day=a_day(decided=200))
    assert set(reasons) == {Reason.DO_NOT_EMAIL, Reason.PAUSED, Reason.DAY_FULL}


def test_without_a_sender_named_the_folder_is_meant() -> None:
    facts = (a_user(), a_contact(backlog=Backlog.FIRST_SEEN), a_mailbox(), a_day(), a_policy(), SENDING, NOW)
    assert still_wanted(*facts) == still_wanted(*facts, FOLDER) == {}


@pytest.mark.parametrize("role", sorted(ROLE_ADDRESSES))
def test_no_role_is_mailed(role: str) -> None:
    assert Reason.ROLE_ADDRESS in asked(user=a_user(email=f"{role.upper()}@example.com"))


# What is exempt for a first try, and what is not


EXEMPT: Final[dict[Reason, dict[str, Any]]] = {
    Reason.BACKLOG: {"backlog": Backlog.FIRST_SEEN},
    Reason.SILENT_TOO_LONG: {"last_order_at": days_ago(500)},
}


@pytest.mark.parametrize("reason", EXEMPT)
def test_a_given_score_and_the_folder_are_each_exempt(reason: Reason) -> None:
    facts = EXEMPT[reason]
    assert set(asked(contact=a_contact(**facts))) == {reason}
    assert asked(contact=a_contact(**facts, score_is_given=True)) == {}
    assert asked(FOLDER, contact=a_contact(**facts)) == {}


@pytest.mark.parametrize("sender", [FOLDER, RELAY])
@pytest.mark.parametrize("given", [True, False])
def test_an_imported_backlog_is_never_exempt(sender: Sender, given: bool) -> None:
    contact = a_contact(backlog=Backlog.IMPORTED, score_is_given=given)
    assert set(asked(sender, contact=contact)) == {Reason.BACKLOG}


def test_quiet_hours_are_ignored_by_the_folder_alone() -> None:
    night = datetime(2026, 6, 10, 3, tzinfo=NOW.tzinfo)
    assert asked(FOLDER, now=night) == {}
    assert set(asked(now=night, contact=a_contact(score_is_given=True))) == {Reason.QUIET_HOURS}


@pytest.mark.parametrize(
    "facts",
    [
        {"user": a_user(do_not_email="x")},
        {"user": a_user(email_permission=EmailPermission(PermissionState.REFUSED))},
        {"user": a_user(email="info@example.com")},
        {"policy": a_policy(excluded_domains=("example.com",))},
        {"mailbox": a_mailbox(suppressed_at=NOW)},
        {"mailbox": a_mailbox(quiet_until=LATER)},
        {"mailbox": sent(80, 60, 40, 20, by=SenderKind.FOLDER)},
        {"day": a_day(decided=200)},
        {"switch": PAUSED},
    ],
)
def test_nothing_else_is_exempt(facts: dict[str, Any]) -> None:
    assert asked(FOLDER, **{"contact": a_contact(score_is_given=True), **facts})


def test_what_the_folder_sent_does_not_count_for_a_real_sender() -> None:
    mailbox = replace(sent(80, 60, 40, 4, by=SenderKind.FOLDER), quiet_until=LATER, quiet_by=SenderKind.FOLDER)
    assert asked(RELAY, mailbox=mailbox) == {}
    assert set(asked(FOLDER, mailbox=mailbox)) == {Reason.QUIET_PERIOD, Reason.CAP}


# What is under way is not in its own way


def test_an_e_mail_under_way_is_not_counted_against_itself() -> None:
    own = under_way()
    episode = Episode(days_ago(30), mails=2, last_at=NOW)
    own["contact"] = replace(own["contact"], episode=episode)
    assert asked(**own, day=a_day(decided=200)) == {}


def test_only_the_own_e_mail_is_exempt() -> None:
    own = under_way(open_email_id="e-2", open_user_id="u-2")
    assert set(asked(**own, day=a_day(decided=200))) == {Reason.MAILBOX_TAKEN, Reason.DAY_FULL}


def test_of_two_full_caps_the_one_that_lasts_longer_is_told() -> None:
    why = only(asked(mailbox=sent(364, 100, 80, 60, 40, 20)))
    assert (why.words, why.until) == ("4 e-mails in 90 days, at most 4", days_ago(80) + timedelta(days=90))


def test_a_date_too_far_ahead_is_looked_at_again_every_day() -> None:
    why = only(asked(user=a_user(last_order_date=NOW + timedelta(days=9))))
    assert (why.reason, why.until) == (Reason.INVALID, NOW + timedelta(days=1))
    mixed = only(asked(user=a_user(last_order_date=NOW + timedelta(days=9), email=None)))
    assert mixed.until is None


# The style of what is said


PERSONAL: Final = ("ada", "lovelace", "example", "555", "mother", "dresses", "anna")


@pytest.mark.parametrize("facts", [facts for *_, facts in NO])
def test_the_words_hold_nothing_personal(facts: dict[str, Any]) -> None:
    told_to_us: Contact = replace(
        facts.get("contact", a_contact()), held_until=LATER, held_why="her mother, 555 0100", held_by="anna"
    )
    user = replace(facts.get("user", a_user()), do_not_email="mother called from 555 0100")
    reasons = asked(**{**facts, "contact": told_to_us, "user": user, "switch": facts.get("switch", PAUSED)})
    said = " ".join(why.words for why in reasons.values()).lower()
    assert [word for word in PERSONAL if word in said] == []


@given(
    score=st.floats(0, 100),
    days=st.integers(0, 13),
    seconds=st.integers(0, 86_399),
    sender=st.sampled_from([FOLDER, RELAY, SMTP]),
    given_score=st.booleans(),
)
def test_within_the_quiet_period_nobody_is_mailed(
    score: float, days: int, seconds: int, sender: Sender, given_score: bool
) -> None:
    mailbox = a_mailbox(quiet_until=NOW + timedelta(days=14))
    contact = a_contact(score=score, score_is_given=given_score)
    reasons = asked(sender, contact=contact, mailbox=mailbox, now=NOW + timedelta(days=days, seconds=seconds))
    assert Reason.QUIET_PERIOD in reasons


@given(days=st.lists(st.floats(0.01, 400), max_size=12))
def test_when_a_cap_is_said_to_have_room_it_has(days: list[float]) -> None:
    mailbox = sent(*days)
    why = asked(mailbox=mailbox).get(Reason.CAP)
    if why is None:
        assert sum(each < 90 for each in days) < 4
        assert sum(each < 365 for each in days) < 6
    else:
        assert why.until is not None
        assert Reason.CAP in asked(mailbox=mailbox, now=why.until - timedelta(milliseconds=1))
        assert Reason.CAP not in asked(mailbox=mailbox, now=why.until)
