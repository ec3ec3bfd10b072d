"""`winback up`: everything in one process, and on the terminal what happens to whom."""

from typing import Annotated

import typer
from rich.console import Console

from winback import __version__
from winback.acts.switching import take_up
from winback.adapters.local.bulk import put_all
from winback.bootstrap import Local
from winback.cli.asked import is_on_aws, settings
from winback.cli.failing import WrongUsage
from winback.cli.story import Story
from winback.cli.words import Program, files_in, sender_words, sending_words, short
from winback.domain.user import User
from winback.pipeline import EMAIL_QUEUE
from winback.runtime.up import Held, held, run_until_stopped
from winback.sample import sample as made_up_shop
from winback.settings import Settings
from winback.steps.present import current_switch


def up(
    ctx: typer.Context,
    host: Annotated[
        str | None, typer.Option(help="What to listen on (WINBACK_HOST).", show_default="127.0.0.1")
    ] = None,
    port: Annotated[str | None, typer.Option(help="The port to listen on (PORT).", show_default="8000")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Load 200 made-up clients, if the store is empty.")] = False,
) -> None:
    """Start everything in one process: server, relay, workers, sweep. Ctrl-C ends what is being sent and stops.

    \b
    winback up --sample
    winback up --port 8080 --data-dir /var/lib/winback
    """
    if is_on_aws(ctx):
        raise WrongUsage("up is for one machine; on AWS `make deploy` starts what does its work")
    over = {"WINBACK_HOST": host, "PORT": port}
    chosen = settings(ctx, **{name: value for name, value in over.items() if value is not None})
    console = Console(highlight=False)
    with held(chosen) as mine:
        take_up(mine.local.world, mine.local.world.clock.now())
        made_up, loaded = _load_sample(mine.local) if sample else ({}, "")
        story = Story(mine.local.world, console, made_up, Program.called(chosen.data_dir))

        def started() -> None:
            for line in _greeting(mine, chosen, loaded):
                console.print(line, soft_wrap=True, markup=False)
            story.start()

        def stopping() -> None:
            console.print("stopping: what is being sent ends first", soft_wrap=True)

        try:
            run_until_stopped(mine, started, stopping, story.listen)
        finally:
            story.stop()
    console.print("stopped; nothing is lost, the next start goes on from here", soft_wrap=True)


def _greeting(mine: Held, chosen: Settings, loaded: str) -> list[str]:
    world, local = mine.local.world, mine.local
    host, port = mine.listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    ahead = f"  clock     {chosen.clock_ahead} ahead (WINBACK_CLOCK_AHEAD): for trying things out only"
    return [
        f"Winback {__version__} works; Ctrl-C stops it.",
        f"  address   http://{shown}:{port}/health",
        f"  data      {short(local.folder)}",
        f"  sender    {sender_words(world, files_in(local.folder))}",
        f"  sending   {sending_words(current_switch(world))}",
        "  composer  house copy; no model is asked",
        *([ahead] if chosen.clock_ahead else []),
        *([f"  sample    {loaded}"] if loaded else []),
        "",
    ]


def _load_sample(local: Local) -> tuple[dict[str, User], str]:
    """The made-up clients, if they were loaded just now, and what to say about it."""
    now = local.world.clock.now()
    made_up = made_up_shop(now)
    if local.store.get(User, made_up.users[0].user_id) is not None:
        return {}, "the made-up clients are there already"
    if not _is_empty(local):
        return {}, "not loaded: the store holds other clients"
    with local.store.transaction():
        put_all(local.store, made_up.users)
        put_all(local.store, made_up.orders)
    return {user.user_id: user for user in made_up.users}, f"{len(made_up.users)} made-up clients loaded"


def _is_empty(local: Local) -> bool:
    """Whoever was ever put has a contact, a message or a change."""
    state = local.topic.state(EMAIL_QUEUE, local.world.clock.now())
    known = local.store.contacts(None, None, 1, None).items
    return not (known or state.waiting or state.in_work or local.store.waiting(1))
