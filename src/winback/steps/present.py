"""The present: what every step reads besides its own record."""

from datetime import datetime

from winback.domain.day import Day, day_id
from winback.domain.instant import local_day
from winback.domain.mailbox import Mailbox, mailbox_id
from winback.domain.policy import POLICY_ID, Policy
from winback.domain.switch import SWITCH_ID, Switch
from winback.domain.user import User
from winback.ports import World


def current_policy(world: World) -> Policy:
    return world.store.get(Policy, POLICY_ID) or Policy()


def current_switch(world: World) -> Switch:
    """The switch; before anybody touched it, sending is on for the folder alone."""
    untouched = Switch(sending=False, why="a new store starts paused") if world.sender.real else Switch()
    return world.store.get(Switch, SWITCH_ID) or untouched


def mailbox_of(world: World, user: User) -> Mailbox:
    """The user's mailbox, or a new one; for a user without an address one that is never stored."""
    name = mailbox_id(user.email, world.key) if user.email else ""
    return (world.store.get(Mailbox, name) if name else None) or Mailbox(name)


def today(world: World, policy: Policy, now: datetime) -> Day:
    name = day_id(local_day(now, policy.time_zone))
    return world.store.get(Day, name) or Day(name)
