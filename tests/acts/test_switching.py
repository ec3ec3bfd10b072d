from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import FOLDER, NOW, RELAY, a_contact, an_email
from winback.acts.switching import pause, resume, take_up
from winback.adapters.memory import MemoryStore
from winback.domain.contact import Contact
from winback.domain.email import EmailStatus
from winback.domain.errors import Conflict, Refused
from winback.ports import Add, World, Write
from winback.steps.present import current_switch

LATER = NOW + timedelta(days=3)
Other = Callable[..., World]


def a_waiting_email(store: MemoryStore, number: int, status: EmailStatus = EmailStatus.GENERATED) -> None:
    contact = a_contact(user_id=f"u-{number}", open_email_id=f"e-{number}", due_at=LATER)
    store.commit(Add(contact), Add(an_email(email_id=f"e-{number}", user_id=f"u-{number}", status=status)))


def due_at(store: MemoryStore, number: int) -> object:
    contact = store.get(Contact, f"u-{number}")
    return contact and contact.due_at


def test_a_pause_says_who_why_and_since_when(world: World) -> None:
    pause(world, "anna", "stock-taking", NOW)
    switch = current_switch(world)
    assert (switch.sending, switch.by, switch.why, switch.at) == (False, "anna", "stock-taking", NOW)


def test_resume_turns_sending_on_and_forgets_the_reason(world: World) -> None:
    pause(world, "anna", "stock-taking", NOW)
    resume(world, "ben", NOW)
    switch = current_switch(world)
    assert (switch.sending, switch.by, switch.why) == (True, "ben", "")


@pytest.mark.parametrize("status", [EmailStatus.GENERATED, EmailStatus.APPROVED])
def test_resume_wakes_every_email_that_waits(world: World, store: MemoryStore, status: EmailStatus) -> None:
    for number in range(230):
        a_waiting_email(store, number, status)
    assert resume(world, "anna", NOW) == 230
    assert {due_at(store, number) for number in range(230)} == {NOW}


@pytest.mark.parametrize("status", [EmailStatus.SENDING, EmailStatus.SENT, EmailStatus.PENDING_APPROVAL])
def test_resume_leaves_alone_what_does_not_wait_for_it(world: World, store: MemoryStore, status: EmailStatus) -> None:
    a_waiting_email(store, 1, status)
    assert resume(world, "anna", NOW) == 0
    assert due_at(store, 1) == LATER


def test_a_real_sender_starts_paused_and_goes_on_paused(other: Other) -> None:
    real = other(sender=RELAY)
    assert not current_switch(real).sending
    take_up(real, NOW)
    assert not current_switch(real).sending


def test_sending_stays_on_while_the_sender_is_the_one_it_was_resumed_with(other: Other) -> None:
    real = other(sender=RELAY)
    resume(real, "anna", NOW)
    assert take_up(real, NOW).sending
    assert current_switch(real).sending


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"from_address": "Shop <new@shop.example>"}, "the From address changed since sending was resumed"),
        ({"public_url": "https://new.shop.example"}, "the public URL changed since sending was resumed"),
    ],
)
def test_another_from_address_or_public_url_pauses_sending(other: Other, change: dict[str, Any], why: str) -> None:
    resume(other(sender=RELAY), "anna", NOW)
    changed = other(sender=replace(RELAY, **change))
    take_up(changed, LATER)
    switch = current_switch(changed)
    assert (switch.sending, switch.by, switch.why, switch.at) == (False, "winback up", why, LATER)


def test_what_was_resumed_for_the_folder_was_not_resumed_for_a_real_sender(other: Other) -> None:
    resume(other(sender=FOLDER), "anna", NOW)
    same_address = other(sender=replace(RELAY, from_address=FOLDER.from_address))
    take_up(same_address, NOW)
    assert not current_switch(same_address).sending


def test_the_folder_is_never_paused_by_a_change(other: Other) -> None:
    resume(other(sender=RELAY), "anna", NOW)
    assert take_up(other(sender=FOLDER), NOW).sending


def test_a_shell_without_the_senders_settings_resumes_the_sender_that_runs(other: Other) -> None:
    running = other(sender=RELAY)
    take_up(running, NOW)
    resume(other(sender=FOLDER), "anna", NOW)
    assert take_up(running, LATER).sending
    assert current_switch(running).from_address == RELAY.from_address


def test_a_shell_without_the_senders_settings_sees_that_sending_is_paused(other: Other) -> None:
    take_up(other(sender=RELAY), NOW)
    assert not current_switch(other(sender=FOLDER)).sending


@pytest.mark.parametrize("why", ["x" * 201, "two\nlines"])
def test_a_reason_that_is_no_short_line_is_refused(world: World, why: str) -> None:
    with pytest.raises(Refused, match="one line"):
        pause(world, "anna", why, NOW)


def test_a_lost_race_is_run_again_from_the_first_read(world: World, store: MemoryStore) -> None:
    commit, races = store.commit, iter(range(3))

    def racing(*writes: Write) -> None:
        if next(races, None) is not None:
            raise Conflict("somebody was first")
        commit(*writes)

    store.commit = racing  # type: ignore[method-assign]  # a store in which others are faster three times
    pause(world, "anna", "", NOW)
    assert not current_switch(world).sending
