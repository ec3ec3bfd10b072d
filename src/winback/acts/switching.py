"""Pause and resume: the one switch before every hand-over."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from winback.acts.again import again
from winback.acts.reasons import a_reason
from winback.domain.contact import Contact, DueFor
from winback.domain.email import Email, EmailStatus
from winback.domain.errors import Conflict, Unsure
from winback.domain.switch import SWITCH_ID, Sender, Switch
from winback.ports import Replace, World, saved
from winback.steps.present import current_switch

_READY: Final = (EmailStatus.GENERATED, EmailStatus.APPROVED)
_AT_ONCE: Final = 100


def pause(world: World, by: str, why: str, now: datetime) -> Switch:
    """Nothing is handed over from the next message on; nothing is lost. Raises Refused for a reason that is no line."""
    a_reason(why)
    return again(world.clock, lambda: _set(world, sending=False, by=by, why=why, at=now))


def resume(world: World, by: str, now: datetime) -> int:
    """Sending is on, for the sender `winback up` runs with; gives how many e-mails that waited were woken."""
    again(world.clock, lambda: _set(world, sending=True, by=by, why="", at=now))
    return sum(_wake(world, status, now) for status in _READY)


def take_up(world: World, now: datetime, by: str = "winback up") -> Switch:
    """Notes which sender sending is resumed for from now on; before a real one that is another, sending is paused.

    For whoever runs the deliveries: the settings of other commands' shells say nothing about them.
    """

    def act() -> Switch:
        switch, sender = current_switch(world), world.sender
        changed = _changed(switch, sender)
        if sender.real and (switch.from_address, switch.public_url) != (sender.from_address, sender.public_url):
            switch = replace(switch, from_address=sender.from_address, public_url=sender.public_url)
        if changed:
            why = f"{changed} since sending was resumed"
            switch = replace(switch, sending=False, by=by, why=why, at=now)
        return switch if switch == current_switch(world) and switch.version else _saved(world, switch)

    return again(world.clock, act)


def _set(world: World, sending: bool, by: str, why: str, at: datetime) -> Switch:
    switch = replace(current_switch(world), sending=sending, by=by, why=why, at=at)
    if sending and world.sender.real:
        switch = replace(switch, from_address=world.sender.from_address, public_url=world.sender.public_url)
    return _saved(world, switch)


def _changed(switch: Switch, sender: Sender) -> str:
    """What is no longer as it was, in words; empty if nothing is, or if it does not matter."""
    if not (sender.real and switch.sending):
        return ""
    if switch.from_address is None:
        return "the sender changed"
    if switch.from_address != sender.from_address:
        return "the From address changed"
    return "the public URL changed" if switch.public_url != sender.public_url else ""


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
