"""What the tests of the steps ask of a world: the records of the one client of the builders."""

from typing import TypeVar

from builders import MAILBOX_ID, USER_ID, a_policy, a_user
from flow.world import a_world
from winback.domain.contact import Contact
from winback.domain.decision import Decision
from winback.domain.email import Email
from winback.domain.mailbox import Mailbox
from winback.domain.user import User
from winback.ports import Add, Put, World, Write

R = TypeVar("R", User, Contact, Mailbox, Email)


def world_of(*writes: Write, world: World | None = None, user: User | None = None) -> World:
    """A world with the user, the policy of tests, and what else is written."""
    world = world or a_world()
    world.store.commit(Put(user or a_user()), Add(a_policy()))
    world.store.commit(*writes)
    return world


def the(kind: type[R], world: World, key: str) -> R:
    record = world.store.get(kind, key)
    assert record is not None, f"there is no {kind.__name__} {key}"
    return record


def the_contact(world: World, user_id: str = USER_ID) -> Contact:
    return the(Contact, world, user_id)


def the_mailbox(world: World, name: str = MAILBOX_ID) -> Mailbox:
    return the(Mailbox, world, name)


def the_emails(world: World) -> list[Email]:
    """The client's, oldest first."""
    return world.store.emails_of(USER_ID)[::-1]


def the_decisions(world: World, user_id: str = USER_ID) -> list[Decision]:
    since = the_contact(world, user_id).since
    return world.store.decisions_of(user_id, since)
