"""Mailbox: one for all spellings of an address, under a hash nobody can guess without the key."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import KEY, NOW, a_mailbox, days_ago
from winback.domain.mailbox import (
    KEPT_SENDS,
    Mailbox,
    Sent,
    freed,
    mailbox_id,
    normalised,
    quiet_until,
    quieted,
    reserved,
    sends_since,
    suppressed,
)
from winback.domain.switch import SenderKind

WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("spelling", "one"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada@Example.COM", "ada@example.com"),
        (" ada@example.com ", "ada@example.com"),
        ("ada+shop@example.com", "ada@example.com"),
        ("ada+shop+more@example.com", "ada@example.com"),
        ("+shop@example.com", "+shop@example.com"),
        ("a.d.a@example.com", "a.d.a@example.com"),
        ("a.d.a@gmail.com", "ada@gmail.com"),
        ("A.da+shop@GoogleMail.com", "ada@gmail.com"),
        ("a.da@mail.gmail.com", "a.da@mail.gmail.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
        (unicodedata.normalize("NFD", "adä@example.com"), "adä@example.com"),
        (unicodedata.normalize("NFD", "ada@bücher.example"), "ada@xn--bcher-kva.example"),
    ],
)
def test_every_spelling_of_one_mailbox_is_one(spelling: str, one: str) -> None:
    assert normalised(spelling) == one


def test_fifty_spellings_share_one_mailbox_and_a_neighbour_does_not() -> None:
    tags = ["", "+a", "+b", "+c", "+d"]
    spellings = {
        f"{name}{tag}@{host}"
        for name in ("ada.l", "AdaL", "a.d.a.l")
        for tag in tags
        for host in ("gmail.com", "GOOGLEMAIL.com")
    }
    assert len({mailbox_id(spelling, KEY) for spelling in spellings}) == 1
    assert mailbox_id("adal2@gmail.com", KEY) not in {mailbox_id(spelling, KEY) for spelling in spellings}


@given(st.text(max_size=30), st.text(max_size=30))
def test_normalising_twice_changes_nothing_more(local: str, domain: str) -> None:
    once = normalised(f"{local}x@{domain}x.example")
    assert normalised(once) == once


def test_the_hash_hangs_on_the_key_and_holds_no_address() -> None:
    found = mailbox_id("ada@example.com", KEY)
    assert found == mailbox_id("ADA@example.com", KEY)
    assert found != mailbox_id("ada@example.com", b"another key")
    assert len(found) == 32
    assert set(found) <= set("0123456789abcdef")


def test_a_reservation_is_freed_as_a_whole() -> None:
    taken = reserved(a_mailbox(soft_bounces=1), "e-1", "u-1", NOW)
    assert (taken.open_email_id, taken.open_user_id, taken.reserved_until) == ("e-1", "u-1", NOW)
    assert freed(taken) == a_mailbox(soft_bounces=1)


def test_an_email_that_left_starts_the_quiet_period_and_is_counted() -> None:
    after = quieted(a_mailbox(), NOW, WEEK, SenderKind.SMTP, "u-1")
    assert (after.quiet_until, after.quiet_by) == (NOW + WEEK, SenderKind.SMTP)
    assert after.sends == (Sent(NOW, SenderKind.SMTP, "u-1"),)


def test_only_the_last_sends_are_kept_and_they_are_more_than_any_cap_counts() -> None:
    mailbox = a_mailbox()
    for day in range(30):
        mailbox = quieted(mailbox, NOW + timedelta(days=day), WEEK, SenderKind.SMTP, "u-1")
    assert len(mailbox.sends) == KEPT_SENDS
    assert mailbox.sends[-1].at == NOW + timedelta(days=29)


def test_the_first_reason_of_a_suppression_stays_for_ever() -> None:
    once = suppressed(a_mailbox(), NOW, "complained")
    assert suppressed(once, NOW + WEEK, "bounced") == once
    assert (once.suppressed_at, once.suppressed_why) == (NOW, "complained")


def both_senders() -> Mailbox:
    """The folder "sent" a day ago, SMTP forty days ago."""
    return a_mailbox(
        sends=(Sent(days_ago(40), SenderKind.SMTP), Sent(days_ago(1), SenderKind.FOLDER)),
        quiet_until=NOW + WEEK,
        quiet_by=SenderKind.FOLDER,
    )


def test_what_the_folder_sent_counts_for_the_folder_only() -> None:
    since = days_ago(90)
    assert [sent.at for sent in sends_since(both_senders(), since, sender_is_real=True)] == [days_ago(40)]
    assert [sent.at for sent in sends_since(both_senders(), since, sender_is_real=False)] == [days_ago(40), days_ago(1)]
    assert quiet_until(both_senders(), sender_is_real=True) is None
    assert quiet_until(both_senders(), sender_is_real=False) == NOW + WEEK


def test_a_send_at_the_very_edge_of_a_window_has_left_it() -> None:
    mailbox = a_mailbox(sends=(Sent(days_ago(90), SenderKind.SMTP),))
    assert [sent.at for sent in sends_since(mailbox, days_ago(90), sender_is_real=True)] == []
    assert [sent.at for sent in sends_since(mailbox, days_ago(90.001), sender_is_real=True)] == [days_ago(90)]
