"""`winback status`, `pause`, `resume`: how things stand, and the one switch before every hand-over."""

from typing import Annotated, Any

import typer

from winback.acts.standing import Standing, standing
from winback.acts.switching import pause as pause_sending
from winback.acts.switching import resume as resume_sending
from winback.cli.asking import operator
from winback.cli.opened import Fact, opened
from winback.cli.output import Json, count, figure, moment, note, say, say_json
from winback.cli.words import sender_words, sending_words
from winback.domain.instant import iso
from winback.domain.switch import SenderKind
from winback.domain.wire import to_wire
from winback.ports import MOST_COUNTED


def pause(
    ctx: typer.Context,
    why: Annotated[str, typer.Option(metavar="TEXT", help="For whoever asks later; it stands in logs: no names.")] = "",
) -> None:
    """Hand nothing over from the next message on. E-mails are still decided and written, and wait; nothing is lost.

    \b
    winback pause --why "stock-taking"
    """
    with opened(ctx, make=True) as here:
        pause_sending(here.world, operator(), why, here.world.clock.now())
    say("sending is paused; `winback resume` turns it on again")


def resume(ctx: typer.Context) -> None:
    """Hand e-mails over again, by the sender as it is set now; those that waited go first.

    \b
    winback resume
    """
    with opened(ctx, make=True) as here:
        woken = resume_sending(here.world, operator(), here.world.clock.now())
        sender = here.world.sender
    say("sending is on" + (f"; {count(woken, 'waiting e-mail')} may go now" if woken else ""))
    if sender.real and not sender.loopback and not sender.only_to:
        note("WINBACK_ONLY_TO names nobody: until clients can unsubscribe, a real sender mails only whom it names")


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Tell how things stand: sending, sender, queue, what waits for whom; here or on AWS.

    \b
    winback status
    winback status --json
    """
    with opened(ctx) as here:
        world = here.world
        stands, facts = standing(world, world.clock.now()), here.facts()
        sender = sender_words(world, here.outbox)
    if as_json:
        say_json(_wire(facts, world.sender.kind, stands))
        return
    told = [*facts, Fact("sender", sender, {}), Fact("sending", sending_words(stands.switch), {})]
    for line in (*(f"{fact.name:12}{fact.words}" for fact in told), *_figures(stands, world.sender.real)):
        say(line)


def _figures(stands: Standing, real: bool) -> list[str]:
    queue = stands.queue
    backlog = "held as backlog" if real else "backlog, which the folder mails all the same"
    oldest = f", the oldest since {moment(queue.oldest_at)} UTC" if queue.oldest_at else ""
    told = [
        f"queue       {_many(queue.waiting)} waiting{oldest}, {_many(queue.in_work)} in work or put off, "
        f"{_many(queue.dead)} dead",
        f"at risk     {count(stands.at_risk, 'client', MOST_COUNTED)}, {stands.backlog:,} of them {backlog}",
        f"unsure      {count(stands.unsure, 'e-mail', MOST_COUNTED)}",
    ]
    if stands.unsure:
        told.append("            `winback emails list --status UNSURE` shows them, `emails resolve` ends the doubt")
    if queue.dead:
        told.append("            `winback dead-letters list` shows what was given up and why")
    return told


def _many(number: int) -> str:
    return figure(number, MOST_COUNTED)


def _wire(facts: list[Fact], sender: SenderKind, stands: Standing) -> dict[str, Any]:
    return {
        **{name: value for fact in facts for name, value in fact.wire.items()},
        "sender": str(sender),
        "sending": {name: value for name, value in to_wire(stands.switch).items() if name != "switchId"},
        "queue": {
            "waiting": stands.queue.waiting,
            "inWork": stands.queue.in_work,
            "dead": stands.queue.dead,
            **({"oldestAt": iso(stands.queue.oldest_at)} if stands.queue.oldest_at else {}),
        },
        "atRisk": stands.at_risk,
        "backlog": stands.backlog,
        "unsure": stands.unsure,
    }
