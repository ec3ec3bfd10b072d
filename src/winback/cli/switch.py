"""`winback status`, `pause`, `resume`: how things stand, and the one switch before every hand-over."""

import shutil
from typing import Annotated, Any

import typer

from winback.acts.standing import Standing, standing
from winback.acts.switching import pause as pause_sending
from winback.acts.switching import resume as resume_sending
from winback.bootstrap import Local
from winback.cli.asked import opened
from winback.cli.asking import operator
from winback.cli.output import Json, count, figure, moment, note, say, say_json
from winback.cli.words import sender_words, sending_words, short
from winback.domain.instant import iso
from winback.domain.wire import to_wire
from winback.ports import MOST_COUNTED
from winback.runtime.running import running_in

_GB = 1e9


def pause(
    ctx: typer.Context,
    why: Annotated[str, typer.Option(metavar="TEXT", help="For whoever asks later; it stands in logs: no names.")] = "",
) -> None:
    """Hand nothing over from the next message on. E-mails are still decided and written, and wait; nothing is lost.

    \b
    winback pause --why "stock-taking"
    """
    with opened(ctx, make=True) as local:
        pause_sending(local.world, operator(), why, local.world.clock.now())
    say("sending is paused; `winback resume` turns it on again")


def resume(ctx: typer.Context) -> None:
    """Hand e-mails over again, by the sender as it is set now; those that waited go first.

    \b
    winback resume
    """
    with opened(ctx, make=True) as local:
        woken = resume_sending(local.world, operator(), local.world.clock.now())
        sender = local.world.sender
    say("sending is on" + (f"; {count(woken, 'waiting e-mail')} may go now" if woken else ""))
    if sender.real and not sender.loopback and not sender.only_to:
        note("WINBACK_ONLY_TO names nobody: until clients can unsubscribe, a real sender mails only whom it names")


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Tell how things stand: sending, sender, queue, what waits for whom, room on the disk.

    \b
    winback status
    winback status --json
    """
    with opened(ctx) as local:
        stands = standing(local.world, local.store, local.world.clock.now())
        if as_json:
            say_json(_wire(local, stands))
            return
        process = running_in(local.folder)
        runs = f"yes, process {process}" if process else "no: start it with `winback up`"
        say(f"running     {runs}")
        say(f"data        {short(local.folder)}, {_free(local) / _GB:,.1f} GB free on its disk")
        say(f"sender      {sender_words(local)}")
        say(f"sending     {sending_words(stands.switch)}")
        real = local.world.sender.real
    for line in _figures(stands, real):
        say(line)


def _figures(stands: Standing, real: bool) -> list[str]:
    queue = stands.queue
    backlog = "held as backlog" if real else "backlog, which the folder mails all the same"
    oldest = f", the oldest since {moment(queue.oldest_at)} UTC" if queue.oldest_at else ""
    told = [
        f"changes     {count(stands.changes_waiting, 'change', MOST_COUNTED)} not looked at yet",
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


def _wire(local: Local, stands: Standing) -> dict[str, Any]:
    process = running_in(local.folder)
    return {
        "running": process is not None,
        **({"process": process} if process else {}),
        "dataDir": str(local.folder),
        "diskFreeBytes": _free(local),
        "sender": str(local.world.sender.kind),
        "sending": {name: value for name, value in to_wire(stands.switch).items() if name != "switchId"},
        "changesWaiting": stands.changes_waiting,
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


def _free(local: Local) -> int:
    return shutil.disk_usage(local.folder).free
