"""Pause and resume: the one switch before every hand-over."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from winback.acts.again import again
from winback.domain.contact import Contact, DueFor
from winback.domain.email import Email, EmailStatus
from winback.domain.errors import Conflict, Unsure
from winback.domain.switch import SWITCH_ID, Sender, Switch
from winback.ports import Replace, World, saved
from winback.steps.present import current_switch

_READY: Final = (EmailStatus.GENERATED, EmailStatus.APPROVED)
_AT_ONCE: Final = 100


def pause(world: World, by: str, why: str, now: datetime) -> Switch:
    """Nothing is handed over from the next message on; nothing is lost."""

    def act() -> Switch:
        return _saved(world, replace(current_switch(world), sending=False, by=by, why=why, at=now))

    return again(world.clock, act)


def resume(world: World, by: str, now: datetime) -> int:
    """Sending is on, for the sender as it is set now; gives how many e-mails that waited were woken."""

    def act() -> Switch:
        known_by = _known_by(world.sender)
        on = replace(current_switch(world), sending=True, by=by, why="", at=now)
        return _saved(world, replace(on, public_url=known_by[0], from_address=known_by[1]))

    again(world.clock, act)
    return sum(_wake(world, status, now) for status in _READY)


def pause_if_sender_changed(world: World, now: datetime) -> bool:
    """Sending that was resumed for another public URL or From address is paused: clients know us by these two.

    What was resumed for the folder was resumed for no real sender at all.
    """

    def act() -> bool:
        switch = current_switch(world)
        changed = _changed(switch, world.sender)
        if changed:
            why = f"{changed} since sending was resumed"
            _saved(world, replace(switch, sending=False, by="winback up", why=why, at=now))
        return bool(changed)

    return again(world.clock, act)


def _changed(switch: Switch, sender: Sender) -> str:
    """What is no longer as it was, in words; empty if nothing is, or if it does not matter."""
    if not (sender.real and switch.sending):
        return ""
    if switch.from_address is None:
        return "the sender changed"
    url, address = _known_by(sender)
    if switch.from_address != address:
        return "the From address changed"
    return "the public URL changed" if switch.public_url != url else ""


def _known_by(sender: Sender) -> tuple[str | None, str | None]:
    return (sender.public_url, sender.from_address) if sender.real else (None, None)


def _saved(world: World, switch: Switch) -> Switch:
    world.store.commit(saved(switch))
    return world.store.get(Switch, SWITCH_ID) or switch


def _wake(world: World, status: EmailStatus, now: datetime) -> int:
    """The e-mails of this status are looked at now rather than when their contact is due."""
    woken, cursor = 0, None
    while True:
        page = world.store.emails(status, _AT_ONCE, cursor)
        woken += sum(_wake_one(world, email, now) for email in page.items)
        cursor = page.next
        if cursor is None:
            return woken


def _wake_one(world: World, email: Email, now: datetime) -> bool:
    contact = world.store.get(Contact, email.user_id)
    if contact is None or contact.open_email_id != email.email_id:
        return False
    try:
        world.store.commit(Replace(replace(contact, due_at=now, due_for=DueFor.WAIT_OVER)))
    except (Conflict, Unsure):
        return False  # a step wrote it this very moment, and looked at the switch
    return True
