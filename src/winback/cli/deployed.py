"""`winback outputs` and `rotate-key`: what the deployed stack calls its parts, and its key for the model."""

import sys
from contextlib import closing
from typing import Final

import typer

from winback.cli.asked import deployment, environment, is_on_aws
from winback.cli.output import Json, note, say, say_json, say_table
from winback.domain.errors import Refused

KEY: Final = "OPENROUTER_API_KEY"
LONGEST: Final = 500


def outputs(ctx: typer.Context, as_json: Json = False) -> None:
    """Print what the deployed stack calls its tables, queues, buckets, functions and addresses.

    \b
    winback outputs --runtime aws
    winback outputs --runtime aws --json
    """
    if not is_on_aws(ctx):
        raise Refused("outputs are the names of what is deployed on AWS: say `winback outputs --runtime aws`")
    with closing(deployment(ctx)) as stack:
        found = stack.outputs
    if as_json:
        say_json(dict(sorted(found.items())))
    else:
        say_table(("OUTPUT", "VALUE"), sorted(found.items()), "the stack has no outputs")


def rotate_key(ctx: typer.Context) -> None:
    """Write a new key for OpenRouter into the stack's secret: from OPENROUTER_API_KEY, or from what is piped in.

    It is never an argument, which others could see, and never printed.

    \b
    winback rotate-key --runtime aws < key.txt
    OPENROUTER_API_KEY=… winback rotate-key --runtime aws
    """
    if not is_on_aws(ctx):
        raise Refused(f"on one machine the key is {KEY} in the environment: set it there, then start `winback up` anew")
    from winback.adapters.aws.secrets import write_secret

    key = _key(environment(ctx).get(KEY, ""))
    with closing(deployment(ctx)) as stack:
        is_new = write_secret(stack.clients.secrets, stack.named("OPENROUTER_API_KEY_SECRET"), key)
    if is_new:
        say("the stack's secret holds the new key; the functions read it within a minute")
        note(f"If .env.deploy has a line {KEY}, change it too: the next `make deploy` writes what stands there.")
    else:
        say("nothing changed: the stack's secret holds this key already")


def _key(given: str) -> str:
    """The environment's, else what is typed unseen or piped in. Raises Refused, without it, if it is no key."""
    key = (given or _typed()).strip()
    if not (key and key.isascii() and key.isprintable() and " " not in key and len(key) <= LONGEST):
        raise Refused(f"that is no key: set {KEY}, or pipe the key in, as one word without spaces")
    return key


def _typed() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("New key for OpenRouter", hide_input=True, default="", show_default=False, err=True))
    return sys.stdin.read(2 * LONGEST)
