"""What a change tells: the present decides, not the verb of the write."""

import pytest

from builders import NOW, USER_ID, a_change
from winback.domain.change import Noun, Verb, event_of
from winback.domain.contact import DueFor
from winback.domain.email import EmailStatus
from winback.domain.event import Event, EventType


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize(
    ("user_exists", "contact_is_known", "told"),
    [
        (True, False, EventType.USER_CREATED),
        (True, True, EventType.USER_UPDATED),
        (False, True, EventType.USER_DELETED),
        (False, False, EventType.USER_DELETED),
    ],
)
def test_of_a_user_the_present_decides_whatever_the_verb(
    verb: Verb, user_exists: bool, contact_is_known: bool, told: EventType
) -> None:
    event = event_of(a_change(verb=verb), user_exists, contact_is_known, USER_ID, subject=USER_ID)
    assert event == Event("c-1", told, USER_ID, USER_ID, NOW)


@pytest.mark.parametrize(
    ("noun", "verb", "detail", "told"),
    [
        (Noun.ORDER, Verb.ADDED, None, EventType.ORDER_CREATED),
        (Noun.ORDER, Verb.CHANGED, None, EventType.ORDER_UPDATED),
        (Noun.ORDER, Verb.REMOVED, None, EventType.ORDER_UPDATED),
        (Noun.CONTACT, Verb.CHANGED, DueFor.CROSSING, EventType.USER_AT_RISK),
        (Noun.CONTACT, Verb.CHANGED, DueFor.WAIT_OVER, EventType.USER_DUE),
        (Noun.EMAIL, Verb.ADDED, "GENERATED", EventType.EMAIL_GENERATED),
        (Noun.EMAIL, Verb.CHANGED, "APPROVED", EventType.EMAIL_APPROVED),
        (Noun.EMAIL, Verb.CHANGED, "SENT", EventType.EMAIL_SENT),
        (Noun.EMAIL, Verb.CHANGED, "FAILED", EventType.EMAIL_FAILED),
        (Noun.MAILBOX, Verb.CHANGED, None, EventType.USER_UNSUBSCRIBED),
    ],
)
def test_each_other_change_has_its_event(noun: Noun, verb: Verb, detail: str | None, told: EventType) -> None:
    change = a_change(noun=noun, verb=verb, detail=detail)
    event = event_of(change, user_exists=True, contact_is_known=True, safe_id=USER_ID, subject="s-1")
    assert event == Event("c-1", told, USER_ID, "s-1", NOW)


@pytest.mark.parametrize("status", sorted(set(EmailStatus) - {"GENERATED", "APPROVED", "SENT", "FAILED"}))
def test_the_other_states_of_an_email_are_silent(status: EmailStatus) -> None:
    change = a_change(noun=Noun.EMAIL, verb=Verb.CHANGED, detail=status)
    assert event_of(change, user_exists=True, contact_is_known=True, safe_id=USER_ID, subject="e-1") is None


def test_an_event_carries_only_the_safe_ids() -> None:
    """A row's id may be anything, an address too; an event goes into logs."""
    change = a_change(key="ada@example.com", user_id="ada@example.com")
    event = event_of(change, user_exists=True, contact_is_known=False, safe_id="unsafe-3f2a", subject="unsafe-3f2a")
    assert event
    assert "ada" not in repr(event)
