"""`winback policy`: show and set the rules of who is mailed, how often, when."""

from typing import Annotated

import typer

from winback.acts.policies import set_policy
from winback.cli.nouns import noun
from winback.cli.opened import opened
from winback.cli.output import Json, say, say_json, say_table
from winback.domain.policy import Policy
from winback.domain.policy_change import RULES
from winback.domain.wire import camel, to_wire
from winback.steps.present import current_policy

policy = noun("Show and set the rules of who is mailed, how often, when.")


@policy.command("show")
def show_policy(ctx: typer.Context, as_json: Json = False) -> None:
    """Show every field with its value, its default and what is allowed.

    \b
    winback policy show
    """
    with opened(ctx) as here:
        now = current_policy(here.world)
    if as_json:
        say_json(_wire(now))
        return
    rows = (
        (camel(name), _told(getattr(now, name)), _told(getattr(Policy(), name)), rule.allowed)
        for name, rule in RULES.items()
    )
    say_table(("FIELD", "VALUE", "DEFAULT", "ALLOWED"), rows, "")


@policy.command("set")
def set_fields(
    ctx: typer.Context,
    assignments: Annotated[list[str], typer.Argument(metavar="NAME=VALUE …")],
    as_json: Json = False,
) -> None:
    """Set fields of the policy; a value that is not allowed changes nothing.

    When the line moves (threshold, averageOrderValueUsual), every client is judged again, in slices. Who is at risk
    only because it moved is held as backlog.

    \b
    winback policy set dailyLimit=100 quietHoursFrom=21:00
    winback policy set threshold=45
    """
    with opened(ctx, make=True) as here:
        before, after = set_policy(here.world, dict(_assignment(text) for text in assignments))
    if as_json:
        say_json(_wire(after))
        return
    changed = [name for name in RULES if getattr(before, name) != getattr(after, name)]
    for name in changed:
        say(f"{camel(name)}: {_told(getattr(before, name))} → {_told(getattr(after, name))}")
    if not changed:
        say("nothing changed: the policy says so already")
    if before.line != after.line:
        say("the line moved: all clients are judged again, a slice at a time, while Winback runs")


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter("each must be NAME=VALUE, such as dailyLimit=100")
    return name.strip(), value


def _wire(policy: Policy) -> dict[str, object]:
    return {name: value for name, value in to_wire(policy).items() if name != "policyId"}


def _told(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case tuple():
            return ",".join(value) or "none"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
