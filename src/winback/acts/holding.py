"""Hold: nobody mails this client until a day a person names; release ends it early."""

from dataclasses import replace
from datetime import datetime

from winback.acts.again import again
from winback.acts.reasons import a_reason
from winback.domain.contact import Backlog, Contact, DueFor
from winback.domain.errors import Refused
from winback.domain.user import User
from winback.ports import World, saved


def hold(world: World, user_id: str, until: datetime, why: str, by: str, now: datetime) -> Contact:
    """The client is looked at at once; an e-mail that has not left ends unsent. Raises Refused."""
    if until <= now:
        raise Refused("the hold would be over already: name a day ahead")
    return again(world.clock, lambda: _set(world, user_id, until, a_reason(why), by, now))


def release(world: World, user_id: str, now: datetime) -> Contact:
    """Ends a hold; the client is decided anew at once. Raises Refused if there is no hold, or no such client."""

    def act() -> Contact:
        contact = world.store.get(Contact, user_id) or _not_yet_judged(world, user_id, now)
        if contact.held_until is None or contact.held_until <= now:
            raise Refused(f"client {user_id} is not held by a person: there is nothing to release")
        return _set(world, user_id, None, None, None, now)

    return again(world.clock, act)


def _set(world: World, user_id: str, until: datetime | None, why: str | None, by: str | None, now: datetime) -> Contact:
    contact = world.store.get(Contact, user_id) or _not_yet_judged(world, user_id, now)
    held = replace(
        contact, held_until=until, held_why=why, held_by=by, due_at=now, due_for=DueFor.WAIT_OVER, attempts=0
    )
    world.store.commit(saved(held))
    return held


def _not_yet_judged(world: World, user_id: str, now: datetime) -> Contact:
    """A client known only from outside: seen for the first time by this act, which must not hide that it was."""
    if world.store.get(User, user_id) is None:
        raise Refused(f"there is no client {user_id}: `winback users list` shows who there is")
    return Contact(user_id, since=now, backlog=Backlog.FIRST_SEEN)
