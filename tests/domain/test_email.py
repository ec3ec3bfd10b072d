"""The states of an e-mail: a sent one is never sent again, one in doubt neither."""

from itertools import pairwise

import pytest

from builders import a_body, an_email
from winback.domain.email import TRANSITIONS, WAITING, EmailStatus

S = EmailStatus
ENDED = {S.SENT, S.FAILED, S.HELD, S.SUPPRESSED, S.REJECTED}


def reachable(start: EmailStatus) -> set[EmailStatus]:
    found: set[EmailStatus] = set()
    ahead = set(TRANSITIONS[start])
    while ahead:
        found |= ahead
        ahead = {after for state in ahead for after in TRANSITIONS[state]} - found
    return found


@pytest.mark.parametrize(
    "way",
    [
        (S.GENERATED, S.SENDING, S.SENT),
        (S.GENERATED, S.PENDING_APPROVAL, S.APPROVED, S.SENDING, S.FAILED),
        (S.GENERATED, S.SENDING, S.GENERATED, S.HELD),
        (S.APPROVED, S.SENDING, S.APPROVED, S.PENDING_APPROVAL),
        (S.SENDING, S.UNSURE, S.SENT),
        (S.SENDING, S.UNSURE, S.FAILED),
        (S.PENDING_APPROVAL, S.REJECTED),
        (S.APPROVED, S.SUPPRESSED),
    ],
    ids=">".join,
)
def test_the_ways_of_an_email_are_allowed(way: tuple[EmailStatus, ...]) -> None:
    assert all(after in TRANSITIONS[before] for before, after in pairwise(way))


def test_every_state_has_its_followers_and_what_ended_has_none() -> None:
    assert set(TRANSITIONS) == set(EmailStatus)
    assert {state for state, after in TRANSITIONS.items() if not after} == ENDED


def test_an_email_in_doubt_is_never_sent_again() -> None:
    assert reachable(S.UNSURE) == {S.SENT, S.FAILED}


def test_only_what_is_on_its_way_out_can_become_sent_or_doubtful() -> None:
    assert {state for state, after in TRANSITIONS.items() if S.UNSURE in after} == {S.SENDING}
    assert {state for state, after in TRANSITIONS.items() if S.SENT in after} == {S.SENDING, S.UNSURE}


def test_what_needs_approval_is_sent_only_after_it() -> None:
    assert S.SENDING not in TRANSITIONS[S.PENDING_APPROVAL]


def test_what_waits_can_always_be_held_or_suppressed() -> None:
    assert all({S.HELD, S.SUPPRESSED, S.REJECTED} <= TRANSITIONS[state] for state in WAITING)


def test_no_state_is_out_of_reach() -> None:
    assert reachable(S.GENERATED) == set(EmailStatus)


def test_the_representation_of_an_email_and_its_body_holds_no_text() -> None:
    email = an_email(subject="SECRET", text="SECRET", place="SECRET")
    assert repr(email) == f"Email({email.email_id}, GENERATED)"
    assert "SECRET" not in repr(a_body(html="SECRET", brief={"SECRET": "SECRET"}))
