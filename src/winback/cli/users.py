"""`winback users`: put, list, show, delete, hold and release clients."""

from typing import Annotated, Any

import typer

from winback.acts import holding
from winback.cli.asking import begin_of, operator, span
from winback.cli.nouns import noun
from winback.cli.opened import opened
from winback.cli.output import Json, Limit, moment, note, say, say_json, say_json_list, say_table
from winback.cli.putting import USERS, put
from winback.cli.reading import contacts
from winback.cli.words import whole
from winback.domain.contact import Contact
from winback.domain.errors import Refused
from winback.domain.user import User, item_of
from winback.domain.wanted import in_date_words
from winback.domain.wire import to_wire
from winback.ports import Remove
from winback.steps.present import current_policy

users = noun("Put, list, show, hold and delete clients.")
UserId = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's userId.")]


@users.command("put")
def put_users(
    ctx: typer.Context,
    given: Annotated[str, typer.Argument(metavar="FILE|-|JSON", help="A file, - for what is piped in, or the JSON.")],
    as_json: Json = False,
) -> None:
    """Put one client or many: a JSON object, an array, or JSON Lines; plain or as DynamoDB writes them.

    A put replaces the whole client. What breaks a rule is refused with line, field and reason; the rest is put.

    \b
    winback users put clients.jsonl
    winback users put '{"userId": "c-1", "email": "ada@example.com", "engagementScore": 30}'
    winback users show c-1 --json | winback users put -
    """
    with opened(ctx, make=True) as here:
        if not put(here, USERS, given, as_json):
            raise typer.Exit(1)


@users.command("list")
def list_users(
    ctx: typer.Context,
    at_risk: Annotated[bool, typer.Option("--at-risk", help="Only those below the line.")] = False,
    due_within: Annotated[
        str | None, typer.Option(metavar="SPAN", help="Only those who slip within this time, such as 7d.")
    ] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List clients, those who slip first before the others.

    \b
    winback users list --at-risk
    winback users list --due-within 7d --json
    """
    if at_risk and due_within is not None:
        raise typer.BadParameter("--at-risk and --due-within ask for different clients: choose one")
    with opened(ctx) as here:
        until = here.world.clock.now() + span(due_within) if due_within is not None else None
        found = contacts(here.world.store, at_risk, until.date() if until else None, limit)
        pairs = ((user, contact) for contact, user in found)
        if as_json:
            say_json_list(_wire(user, contact) for user, contact in pairs)
        else:
            say_table(HEAD, (_row(user, contact) for user, contact in pairs), "no such clients")
        if unseen := here.unseen():
            note(unseen)


@users.command("show")
def show_user(ctx: typer.Context, user_id: UserId, as_json: Json = False) -> None:
    """Show a client as others wrote it, and beside it what Winback knows. `winback explain` tells why.

    \b
    winback users show c-1
    winback users show c-1 --json
    """
    with opened(ctx) as here:
        user = here.world.store.get(User, user_id)
        if user is None:
            raise _no_such(user_id)
        contact, looker = here.world.store.get(Contact, user_id), here.looker
    if as_json:
        say_json(_wire(user, contact))
        return
    for name, value in item_of(user).items():
        say(f"{name:24}{', '.join(value) if isinstance(value, list) else value}")
    if contact is None:
        note(f"Not looked at yet: {looker}.")
        return
    say()
    for name, told in _known(contact):
        say(f"{name:24}{told}")


@users.command("delete")
def delete_user(ctx: typer.Context, user_id: UserId) -> None:
    """Delete a client. That its address must not be mailed, where it is so, stays known.

    \b
    winback users delete c-1
    """
    with opened(ctx) as here:
        if here.world.store.get(User, user_id) is None:
            raise _no_such(user_id)
        here.world.store.commit(Remove(User, user_id))
    say(f"deleted client {user_id}")


@users.command("hold")
def hold_user(
    ctx: typer.Context,
    user_id: UserId,
    until: Annotated[str, typer.Option(metavar="DATE", help="The day the hold ends, such as 2026-12-24.")],
    why: Annotated[str, typer.Option(metavar="TEXT", help="For whoever asks later; it stands in logs: no names.")],
) -> None:
    """Mail a client not before a day, whatever else happens.

    \b
    winback users hold c-1 --until 2026-12-24 --why "asked us to wait"
    """
    with opened(ctx) as here:
        world, now = here.world, here.world.clock.now()
        end = begin_of(until, current_policy(world).time_zone)
        holding.hold(world, user_id, end, why, operator(), now)
    say(f"client {user_id} is held until {in_date_words(end)}; `winback users release {user_id}` ends it early")


@users.command("release")
def release_user(ctx: typer.Context, user_id: UserId) -> None:
    """End a hold early: the client is decided anew at once.

    \b
    winback users release c-1
    """
    with opened(ctx) as here:
        holding.release(here.world, user_id, here.world.clock.now())
    say(f"client {user_id} is no longer held")


HEAD = ("CLIENT", "NAME", "SCORE", "SLIPS", "AT RISK", "VERDICT")


def _row(user: User, contact: Contact) -> tuple[object, ...]:
    score = whole(contact.score) if contact.score is not None else "-"
    slips = contact.risk_date or ("given" if contact.score_is_given else "-")
    return user.user_id, user.name, score, slips, "yes" if contact.at_risk else "", contact.verdict or "-"


def _wire(user: User, contact: Contact | None) -> dict[str, Any]:
    return {**item_of(user), **({"contact": to_wire(contact)} if contact else {})}


def _known(contact: Contact) -> list[tuple[str, object]]:
    given = " (given)" if contact.score_is_given else ""
    score = f"{contact.score:.1f}{given}, {'at risk' if contact.at_risk else 'engaged'}"
    told: list[tuple[str, object]] = [("score", score if contact.score is not None else "none")]
    if contact.risk_date:
        told.append(("slips", contact.risk_date))
    if contact.verdict:
        told.append(("verdict", f"{contact.verdict}, since {moment(contact.decided_at)} UTC"))
    told += [("why", why.words) for why in contact.why]
    if contact.due_at:
        told.append(("looked at again", f"{moment(contact.due_at)} UTC"))
    return told


def _no_such(user_id: str) -> Refused:
    return Refused(f"there is no client {user_id}: `winback users list` shows who there is")
