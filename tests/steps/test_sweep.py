from dataclasses import replace
from datetime import timedelta

import pytest

from builders import FOLDER, NOW, RELAY, USER_ID, a_contact, a_policy, an_email
from flow.world import PostOffice, a_world
from winback.adapters.memory import MemoryStore
from winback.domain.contact import Contact
from winback.domain.email import Email, EmailStatus
from winback.domain.event import EventType
from winback.domain.policy import lines_of
from winback.domain.switch import SenderKind
from winback.ports import Add, Replace, World
from winback.steps.relay import relay
from winback.steps.sweep import sweep, sweep_moved

HOUR = timedelta(hours=1)


def claimed(world: World, by: SenderKind) -> None:
    email = an_email(status=EmailStatus.SENDING, sender=by, owner="dead", lease_until=NOW - HOUR)
    world.store.commit(Add(email), Add(a_contact(open_email_id=email.email_id, line=None, due_at=NOW + HOUR)))


def status_of(world: World) -> EmailStatus:
    email = world.store.get(Email, an_email().email_id)
    assert email is not None
    return email.status


@pytest.mark.parametrize(
    ("by", "here", "status"),
    [
        (SenderKind.SMTP, FOLDER, EmailStatus.UNSURE),
        (SenderKind.SMTP, RELAY, EmailStatus.UNSURE),
        (SenderKind.FOLDER, RELAY, EmailStatus.UNSURE),
        (SenderKind.FOLDER, FOLDER, EmailStatus.GENERATED),
    ],
    ids=["smtp seen from a folder", "smtp", "folder seen from smtp", "folder"],
)
def test_a_lost_claim_is_judged_only_by_the_kind_of_sender_that_made_it(
    by: SenderKind, here: object, status: EmailStatus
) -> None:
    sender = FOLDER if here is FOLDER else RELAY
    world = a_world(sender=sender, mailer=PostOffice(sender.kind))
    claimed(world, by)
    assert sweep(world, NOW).settled == 1
    assert status_of(world) is status


def test_who_is_due_is_told_of_once() -> None:
    world = a_world()
    world.store.commit(Add(a_contact(due_at=NOW)))
    assert [sweep(world, NOW).told, sweep(world, NOW).told] == [1, 0]


def test_who_is_due_again_in_the_same_instant_is_told_of_again() -> None:
    """A change is what differs: an instant that stood there already would tell nothing, and the client be forgotten."""
    store = MemoryStore()
    world = a_world(store)
    store.commit(Add(a_contact(due_at=NOW)))
    for _ in range(3):
        assert sweep(world, NOW).told == 1
        assert len(store.waiting(10)) == 1
        store.relayed(store.waiting(10))
        contact = store.get(Contact, USER_ID)
        assert contact is not None
        store.commit(Replace(replace(contact, due_at=NOW)))


def test_nobody_is_told_of_before_the_instant() -> None:
    world = a_world()
    world.store.commit(Add(a_contact(due_at=NOW + timedelta(milliseconds=1))))
    assert sweep(world, NOW).told == 0


def test_those_judged_by_other_rules_are_told_of_in_slices_and_once() -> None:
    world = a_world()
    world.store.commit(Add(a_policy()))
    engaged, at_risk = lines_of(a_policy(), FOLDER)
    for number, line in enumerate(["old", "old", "old", engaged, at_risk, f"{engaged}|other"]):
        world.store.commit(Add(a_contact(user_id=f"u-{number}", line=line, due_at=None)))
    assert [sweep_moved(world, NOW, 3), sweep_moved(world, NOW, 3), sweep_moved(world, NOW, 3)] == [3, 1, 0]


def test_a_contact_told_of_for_its_rules_is_only_due_not_at_risk() -> None:
    world = a_world()
    world.store.commit(Add(a_policy()), Add(a_contact(line="old", due_at=None)))
    sweep_moved(world, NOW, 10)
    store = world.store
    contact = store.get(Contact, USER_ID)
    assert contact is not None
    assert contact.line is None
    assert [event.type for event in relay(world, store.waiting(10))] == [EventType.USER_DUE]  # type: ignore[attr-defined]  # the memory twin is embedded
